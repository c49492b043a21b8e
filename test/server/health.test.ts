import {expect, onTestFinished, test} from 'vitest';
import type {Template, TemplateEntry, TemplateSnapshot} from '../../src/core/template.ts';
import {createHealthServer, type Check} from '../../src/server/health.ts';
import {createMetrics, type Metrics} from '../../src/server/metrics.ts';
import {listening, portOf} from './harness.ts';

const noTemplates = {templates: (): TemplateSnapshot => new Map(), certificateNotAfterMs: () => 1_900_000_000_000};

async function start(ready: Check[], metrics: Metrics = createMetrics(noTemplates, false)): Promise<string> {
  const server = createHealthServer({live: [{name: 'ping', problem: () => undefined}], ready, metrics});
  await listening(server);
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${portOf(server)}`;
}

async function get(url: string, method = 'GET'): Promise<[number, string]> {
  const answer = await fetch(url, {method});
  return [answer.status, await answer.text()];
}

test('readiness names what is missing and what to do, and liveness does not care', async () => {
  let problem: string | undefined = 'expired at noon; replace it';
  const url = await start([
    {name: 'templates', problem: () => undefined},
    {name: 'certificate', problem: () => problem},
  ]);
  expect(await get(`${url}/readyz`)).toEqual([
    503,
    '[+]templates ok\n[-]certificate expired at noon; replace it\nreadyz check failed\n',
  ]);
  expect(await get(`${url}/livez`)).toEqual([200, 'ok']);
  problem = undefined;
  expect(await get(`${url}/readyz`)).toEqual([200, 'ok']);
  expect(await get(`${url}/readyz?verbose`)).toEqual([200, '[+]templates ok\n[+]certificate ok\nreadyz check passed\n']);
  expect(await get(`${url}/livez?verbose=1`)).toEqual([200, '[+]ping ok\nlivez check passed\n']);
});

test('other paths and methods say what there is', async () => {
  const url = await start([]);
  expect(await get(`${url}/`)).toEqual([404, 'there are /livez, /readyz (each with ?verbose) and /metrics\n']);
  expect((await get(`${url}/livez`, 'POST'))[0]).toBe(405);
  expect(await get(`${url}/readyz`, 'HEAD')).toEqual([200, '']);
});

test('metrics show reviews by verdict, reason and kind, templates by state and the certificate, in the format of Prometheus', async () => {
  const good = {kind: 'good', template: {} as Template} as const;
  const templates: TemplateSnapshot = new Map<string, TemplateEntry>([
    ['a', good],
    ['b', good],
    ['c', {kind: 'broken', name: 'c', faults: []}],
  ]);
  const metrics = createMetrics({templates: () => templates, certificateNotAfterMs: () => 1_900_000_000_500}, true);
  metrics.admission({verdict: 'injected', reason: '', kind: 'Pod'}, 0.0003);
  metrics.admission({verdict: 'injected', reason: '', kind: 'Pod'}, 0.0003);
  metrics.admission({verdict: 'skipped', reason: 'optedOut', kind: 'Deployment'}, 0.0003);
  metrics.requestRefused('wrongContentType');
  const url = await start([], metrics);
  const answer = await fetch(`${url}/metrics`);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = (await answer.text()).split('\n');
  for (const line of [
    'pod_injector_admissions_total{verdict="injected",reason="",kind="Pod"} 2',
    'pod_injector_admissions_total{verdict="skipped",reason="optedOut",kind="Deployment"} 1',
    'pod_injector_admission_duration_seconds_bucket{le="0.00025"} 0',
    'pod_injector_admission_duration_seconds_bucket{le="0.0005"} 3',
    'pod_injector_admission_duration_seconds_count 3',
    'pod_injector_refused_requests_total{reason="wrongContentType"} 1',
    'pod_injector_templates{state="good"} 2',
    'pod_injector_templates{state="broken"} 1',
    'pod_injector_certificate_expiration_timestamp_seconds 1900000000.5',
  ]) {
    expect(lines).toContain(line);
  }
  expect(lines.some((line) => line.startsWith('process_cpu_seconds_total '))).toBe(true);
});

test('no request can make a new series: unknown words count as other', async () => {
  const metrics = createMetrics(noTemplates, false);
  for (let index = 0; index < 50; index += 1) {
    metrics.admission({verdict: `v${index}`, reason: `__proto__${index}`, kind: `Kind${index}`}, 0.001);
  }
  const series = (await metrics.text()).split('\n').filter((line) => line.startsWith('pod_injector_admissions_total{'));
  expect(series).toEqual(['pod_injector_admissions_total{verdict="other",reason="other",kind="other"} 50']);
});
