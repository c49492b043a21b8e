import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {readServeConfig} from '../../src/config.ts';
import type {JsonObject} from '../../src/core/json.ts';
import {createLog} from '../../src/server/log.ts';
import {startWebhook} from '../../src/server/webhook.ts';
import {operationsOf, responseOf, reviewOf, type ReviewResponse} from '../helpers/review.ts';
import {call, parseLines, temporaryFolder} from '../server/harness.ts';
import {answer, startFakeApi, status, type Answerer, type FakeApi, type Seen} from './fake-api.ts';

const inject = 'pod-injector.dev/inject';
const text = 'pattern: sidecar\ncontainers:\n  - name: agent\n    image: agent:1\n';
const labelled = {data: {template: text}, metadata: {labels: {'pod-injector.dev/template': 'true'}}};

interface Started {
  review(annotations: JsonObject | undefined, namespace?: string): Promise<ReviewResponse>;
  health(path: string): Promise<{readonly status: number; readonly text: string}>;
  log(): Record<string, unknown>[];
}

/** The webhook in this process, with the fake as its cluster. */
async function start(api: FakeApi): Promise<Started> {
  const folder = await temporaryFolder();
  const kubeconfig = path.join(folder, 'kubeconfig');
  const content = {
    clusters: [{name: 'c', cluster: {server: api.url, 'insecure-skip-tls-verify': true}}],
    users: [{name: 'u', user: {token: 't'}}],
    contexts: [{name: 'c', context: {cluster: 'c', user: 'u'}}],
    'current-context': 'c',
  };
  await writeFile(kubeconfig, JSON.stringify(content));
  const certDir = path.join(folder, 'certs');
  const read = readServeConfig({kubeconfig, port: '0', 'health-port': '0', 'cert-dir': certDir}, {});
  if ('faults' in read) throw new Error(JSON.stringify(read.faults));
  let lines = '';
  const {logger} = await createLog({level: 'debug', format: 'json', colour: false, to: (some) => (lines += some)});
  const webhook = await startWebhook(read.config, logger);
  if ('faults' in webhook) throw new Error(JSON.stringify(webhook.faults));
  onTestFinished(() => webhook.stop());
  const ca = await readFile(path.join(certDir, 'ca.crt'), 'utf8');
  const port = Number(new URL(webhook.facts.webhookUrl).port);
  return {
    review: async (annotations, namespace = 'shop') => {
      const metadata = {name: 'web', namespace, ...(annotations === undefined ? {} : {annotations})};
      const pod = {apiVersion: 'v1', kind: 'Pod', metadata, spec: {containers: [{name: 'web', image: 'nginx'}]}};
      return responseOf((await call({ca, port, agent: false, body: JSON.stringify(reviewOf(pod))})).text);
    },
    health: async (at) => {
      const response = await fetch(webhook.facts.healthUrl + at);
      return {status: response.status, text: await response.text()};
    },
    log: () => parseLines(lines),
  };
}

/** Two collections in the one fake: ConfigMaps are its own, namespaces are these. */
function withNamespaces(api: FakeApi, namespaces: ReadonlyMap<string, JsonObject>, other?: Answerer): void {
  api.intercept((seen, response) => {
    if (other?.(seen, response) === true) return true;
    if (seen.path === '/version') {
      answer(response, 200, {major: '1', minor: '36'});
      return true;
    }
    if (!/^\/api\/v1\/namespaces(\/[^/]+)?$/.test(seen.path)) return false;
    const name = seen.path.split('/')[4];
    if (name !== undefined) {
      const object = namespaces.get(name);
      if (object === undefined) answer(response, 404, status(404, 'not found'));
      else answer(response, 200, object);
    } else if (seen.query.get('watch') === 'true') response.writeHead(200).flushHeaders();
    else answer(response, 200, {metadata: {resourceVersion: '1'}, items: []});
    return true;
  });
}

function liveReads(api: FakeApi): string[] {
  return api.seen.map(({path: at}: Seen) => at).filter((at) => /\/(configmaps|namespaces)\/[^/]+$/.test(at));
}

test('a pod of a template in memory is injected without a call of the API server', async () => {
  const api = await startFakeApi();
  api.putSilently('agent', labelled);
  withNamespaces(api, new Map());
  const webhook = await start(api);
  await expect
    .poll(async () => (await webhook.health('/readyz?verbose')).text)
    .toBe('[+]templates ok\n[+]namespaces ok\n[+]version ok\n[+]certificate ok\n[+]shutdown ok\nreadyz check passed\n');
  expect(operationsOf(await webhook.review({[inject]: 'agent'})).length).toBeGreaterThan(0);
  expect(liveReads(api)).toEqual([]);
  const metrics = (await webhook.health('/metrics')).text;
  expect(metrics).toMatch(/pod_injector_watch_staleness_seconds\{resource="configmaps"\} \d/);
  expect(metrics).toMatch(/pod_injector_watch_staleness_seconds\{resource="namespaces"\} \d/);
  expect(metrics).toContain('pod_injector_kubernetes_info{version="1.36"} 1');
  expect(metrics).toContain('pod_injector_templates{state="good"} 1');
  expect(metrics).toContain('pod_injector_templates{state="outdated"} 0');
});

test.each([
  ['is 1.32', {major: '1', minor: '32'}, '/spec/initContainers', '[+]version ok\n'],
  ['is 1.31', {major: '1', minor: '31+'}, '/spec/containers/-', '[+]version ok\n'],
  ['is not told', undefined, '/spec/containers/-', '[+]version ok: the API server does not tell its version'],
])('native: auto follows the version of the API server, which %s', async (_, version, place, check) => {
  const api = await startFakeApi();
  api.putSilently('agent', {...labelled, data: {template: `native: auto\n${text}`}});
  withNamespaces(api, new Map(), ({path: at}, response) => {
    if (at !== '/version') return false;
    if (version === undefined) answer(response, 403, status(403, 'forbidden'));
    else answer(response, 200, version);
    return true;
  });
  const webhook = await start(api);
  await expect.poll(async () => (await webhook.health('/readyz')).status).toBe(200);
  const paths = operationsOf(await webhook.review({[inject]: 'agent'})).map((operation) => operation.path);
  expect(paths.filter((at) => at.startsWith('/spec/'))).toEqual([place]);
  expect((await webhook.health('/readyz?verbose')).text).toContain(check);
});

test('a template that no watch has told of yet is read, once for all who ask at the same time', async () => {
  const api = await startFakeApi();
  withNamespaces(api, new Map());
  const webhook = await start(api);
  await expect.poll(api.open).toBe(1);
  api.putSilently('agent', labelled);
  const responses = await Promise.all([1, 2, 3].map(() => webhook.review({[inject]: 'agent'})));
  expect(responses.map((response) => operationsOf(response).length > 0)).toEqual([true, true, true]);
  expect(liveReads(api)).toEqual(['/api/v1/namespaces/pod-injector/configmaps/agent']);
  expect((await webhook.health('/metrics')).text).toContain(
    'pod_injector_live_reads_total{resource="configmaps",result="found"} 1',
  );
});

test('a template that is not there is refused, not read again at once, and injected as soon as a watch tells of it', async () => {
  const api = await startFakeApi();
  withNamespaces(api, new Map());
  const webhook = await start(api);
  await expect.poll(api.open).toBe(1);
  const refused = await webhook.review({[inject]: 'agent'});
  expect([refused.allowed, refused.status?.message]).toEqual([false, expect.stringContaining('templateMissing')]);
  await webhook.review({[inject]: 'agent'});
  expect(liveReads(api)).toHaveLength(1);
  api.put('agent', labelled);
  await expect.poll(async () => (await webhook.review({[inject]: 'agent'})).allowed).toBe(true);
  expect(liveReads(api)).toHaveLength(1);
});

test('a legacy annotation finds a ConfigMap of a moment ago under its old name', async () => {
  const api = await startFakeApi();
  withNamespaces(api, new Map());
  const webhook = await start(api);
  await expect.poll(api.open).toBe(1);
  api.putSilently('agent-initializer', {data: {config: 'containers: [{name: agent, image: "agent:1"}]'}});
  const response = await webhook.review({'initializer.kubernetes.io/agent': 'true'});
  expect(JSON.stringify(operationsOf(response))).toContain('agent:1');
});

test('a namespace of a moment ago is read, and then the template on its list', async () => {
  const api = await startFakeApi();
  const metadata = {name: 'new', labels: {'pod-injector.dev/injection': 'enabled'}, annotations: {[inject]: 'agent'}};
  withNamespaces(api, new Map([['new', {metadata}]]));
  const webhook = await start(api);
  await expect.poll(api.open).toBe(1);
  api.putSilently('agent', labelled);
  expect(operationsOf(await webhook.review(undefined, 'new')).length).toBeGreaterThan(0);
  expect(liveReads(api)).toEqual(['/api/v1/namespaces/new', '/api/v1/namespaces/pod-injector/configmaps/agent']);
});

test('an API server that does not answer a read is waited for a second at most', async () => {
  const api = await startFakeApi();
  withNamespaces(api, new Map(), ({path: at}) => at.endsWith('/configmaps/agent'));
  const webhook = await start(api);
  await expect.poll(api.open).toBe(1);
  const response = await webhook.review({[inject]: 'agent?'});
  expect([response.allowed, response.warnings]).toEqual([true, [expect.stringContaining('templateSkipped')]]);
  expect(webhook.log()).toContainEqual(expect.objectContaining({msg: 'a live read failed', reason: 'apiTimeout', name: 'agent'}));
  expect((await webhook.health('/metrics')).text).toContain(
    'pod_injector_live_reads_total{resource="configmaps",result="failed"} 1',
  );
});

test('forbidden reads end nothing: unready, with the missing rule in the log once and in the check', async () => {
  const api = await startFakeApi();
  let isForbidden = true;
  let refusals = 0;
  withNamespaces(api, new Map(), ({path: at}, response) => {
    if (!isForbidden || !at.endsWith('/configmaps')) return false;
    refusals += 1;
    answer(response, 403, status(403, 'configmaps is forbidden'));
    return true;
  });
  const webhook = await start(api);
  await expect.poll(() => refusals).toBeGreaterThan(2);
  const rule = 'allow it in a Role in namespace pod-injector: {apiGroups: [""], resources: [configmaps], verbs: [list]}';
  const ready = await webhook.health('/readyz');
  expect(ready.status).toBe(503);
  expect(ready.text).toContain('[-]templates the ConfigMaps of namespace pod-injector could not be listed: apiForbidden: ');
  expect(ready.text).toContain(rule);
  const complaints = webhook.log().filter(({msg}) => msg === 'a watch fails, and is tried again and again');
  expect(complaints).toHaveLength(1);
  expect(complaints[0]).toMatchObject({resource: 'configmaps', reason: 'apiForbidden', fault: expect.stringContaining(rule)});
  isForbidden = false;
  await expect.poll(async () => (await webhook.health('/readyz')).status, {timeout: 15_000}).toBe(200);
  expect(webhook.log()).toContainEqual(expect.objectContaining({msg: 'a watch works again', resource: 'configmaps'}));
});

test('a broken version gets an Event on its ConfigMap and counts as outdated', async () => {
  const api = await startFakeApi();
  api.putSilently('agent', labelled);
  withNamespaces(api, new Map());
  const webhook = await start(api);
  await expect.poll(api.open).toBe(1);
  api.put('agent', {...labelled, data: {template: 'pattern: sidecar\ncontainers: [\n'}});
  await expect
    .poll(() => api.seen.find(({method}) => method === 'POST')?.body)
    .toMatchObject({
      reason: 'TemplateRejected',
      type: 'Warning',
      involvedObject: {kind: 'ConfigMap', name: 'agent', namespace: 'pod-injector'},
      message: expect.stringContaining('configmap/pod-injector/agent[template]:'),
    });
  expect((await webhook.health('/metrics')).text).toContain('pod_injector_templates{state="outdated"} 1');
});
