import {execFile} from 'node:child_process';
import {mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import {Agent} from 'node:https';
import {createServer} from 'node:net';
import path from 'node:path';
import {promisify} from 'node:util';
import {afterAll, beforeAll, expect, onTestFinished, test} from 'vitest';
import {reviewOf} from '../helpers/review.ts';
import {call, listening, portOf, temporaryFolder} from './harness.ts';
import {addressesOf, bundleServer, startProcess, type Addresses, type ServerProcess} from './process.ts';

let bundle: Awaited<ReturnType<typeof bundleServer>>;
beforeAll(async () => {
  bundle = await bundleServer();
});
afterAll(() => bundle.remove());

/** A template as text. */
function template(image: string): string {
  return `pattern: sidecar\ncontainers:\n- name: agent\n  image: ${image}\n`;
}

interface Started extends Addresses {
  readonly server: ServerProcess;
  readonly templateFile: string;
  readonly certDir: string;
}

async function start(variables: Record<string, string> = {}): Promise<Started> {
  const folder = await temporaryFolder();
  const templates = path.join(folder, 'templates');
  await mkdir(templates);
  const templateFile = path.join(templates, 'agent.yaml');
  await writeFile(templateFile, template('agent:1'));
  const certDir = path.join(folder, 'certs');
  const server = startProcess(bundle.script, {POD_INJECTOR_TEMPLATES: templates, POD_INJECTOR_CERT_DIR: certDir, ...variables});
  return {server, templateFile, certDir, ...(await addressesOf(server, certDir))};
}

/** A pod that asks for the template `agent`, with a secret in its environment. */
function podReview(): string {
  return JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'u1',
      kind: {group: '', version: 'v1', kind: 'Pod'},
      resource: {group: '', version: 'v1', resource: 'pods'},
      namespace: 'shop',
      operation: 'CREATE',
      object: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {name: 'web', annotations: {'pod-injector.dev/inject': 'agent'}},
        spec: {containers: [{name: 'web', image: 'nginx', env: [{name: 'TOKEN', value: 'hunter2'}]}]},
      },
    },
  });
}

async function patchOf({port, ca}: Addresses): Promise<string> {
  const answer = await call({port, ca, host: 'localhost', family: 4, body: podReview(), agent: false});
  const {response} = JSON.parse(answer.text) as {response: {allowed: boolean; patch?: string}};
  expect([answer.status, response.allowed]).toEqual([200, true]);
  return Buffer.from(response.patch ?? '', 'base64').toString();
}

async function statusOf(url: string): Promise<number> {
  return (await fetch(url)).status;
}

test('a pod that asks is injected, every part is ready, and no value of the pod is logged', async () => {
  const started = await start();
  expect(await patchOf(started)).toContain('"image":"agent:1"');
  expect(await (await fetch(`${started.healthUrl}/readyz?verbose`)).text()).toBe(
    '[+]templates ok\n[+]certificate ok\n[+]shutdown ok\nreadyz check passed\n',
  );
  const metrics = await (await fetch(`${started.healthUrl}/metrics`)).text();
  expect(metrics).toContain('pod_injector_admissions_total{verdict="injected",reason="",kind="Pod"} 1');
  expect(metrics).toContain('pod_injector_templates{state="good"} 1');
  started.server.child.kill('SIGTERM');
  expect(await started.server.exit).toBe(0);
  const log = started.server.log();
  expect(log.map((line) => line['msg'])).toEqual([
    'template loaded',
    'listening',
    'review answered',
    'told to stop',
    'stopping',
    'stopped',
  ]);
  expect(log[2]).toMatchObject({uid: 'u1', namespace: 'shop', name: 'web', verdict: 'injected', templates: 'agent'});
  expect(JSON.stringify(log)).not.toContain('hunter2');
});

test('a template that is about to be stored is checked, with advice, also where templates come from files', async () => {
  const {port, ca, healthUrl, server} = await start();
  const check = async (text: string): Promise<unknown> => {
    const metadata = {name: 'other', namespace: 'pod-injector', labels: {'pod-injector.dev/template': 'true'}};
    const body = JSON.stringify(reviewOf({apiVersion: 'v1', kind: 'ConfigMap', metadata, data: {template: text}}));
    const answer = await call({port, ca, host: 'localhost', family: 4, path: '/validate', body, agent: false});
    return (JSON.parse(answer.text) as {response: unknown}).response;
  };
  const place = String.raw`configmap/pod-injector/other\[template\]`;
  expect(await check(template('agent'))).toMatchObject({
    allowed: true,
    warnings: expect.arrayContaining([expect.stringMatching(`^pod-injector: ${place}:4:\\d+: imageTag: `)]),
  });
  expect(await check(template('agent:1').replace('image', 'imagf:\n- 1\n  x'))).toMatchObject({
    allowed: false,
    status: {code: 422, message: expect.stringMatching(new RegExp(`^${place}:\\d+:\\d+: yamlSyntax: `, 'm'))},
  });
  const metrics = await (await fetch(`${healthUrl}/metrics`)).text();
  expect(metrics).toContain('pod_injector_admissions_total{verdict="accepted",reason="",kind="ConfigMap"} 1');
  expect(metrics).toContain('pod_injector_admissions_total{verdict="refused",reason="templateBroken",kind="ConfigMap"} 1');
  server.child.kill('SIGTERM');
  expect(await server.exit).toBe(0);
  const lines = server.log().filter(({msg}) => msg === 'review answered');
  expect(lines.map(({kind, name, verdict}) => [kind, name, verdict])).toEqual([
    ['ConfigMap', 'other', 'accepted'],
    ['ConfigMap', 'other', 'refused'],
  ]);
});

test('SIGTERM loses no request: readiness goes off first, eight clients that never pause are served to the end', async () => {
  const started = await start({POD_INJECTOR_GRACE_PERIOD: '500ms'});
  const {port, ca, healthUrl, server} = started;
  let answered = 0;
  const client = async (): Promise<void> => {
    const agent = new Agent({keepAlive: true, maxSockets: 1});
    try {
      for (;;) {
        const answer = await call({port, ca, agent, body: podReview()});
        if (answer.status !== 200) throw new Error(`status ${answer.status}`);
        answered += 1;
      }
    } catch (error) {
      // Nobody listens any more. Anything else is a lost request.
      if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error;
    } finally {
      agent.destroy();
    }
  };
  const clients = Array.from({length: 8}, client);
  await expect.poll(() => answered).toBeGreaterThan(50);
  expect(await statusOf(`${healthUrl}/readyz`)).toBe(200);
  server.child.kill('SIGTERM');
  await expect.poll(() => statusOf(`${healthUrl}/readyz`)).toBe(503);
  expect(await statusOf(`${healthUrl}/livez`)).toBe(200);
  const whenUnready = answered;
  await Promise.all(clients);
  expect(await server.exit).toBe(0);
  expect(answered).toBeGreaterThan(whenUnready);
  const reviews = server.log().filter((line) => line['msg'] === 'review answered');
  expect(reviews).toHaveLength(answered);
});

test('a second signal ends the process at once', async () => {
  const {server} = await start({POD_INJECTOR_GRACE_PERIOD: '10m'});
  server.child.kill('SIGINT');
  await expect.poll(() => server.log().map((line) => line['msg'])).toContain('stopping');
  server.child.kill('SIGINT');
  expect(await server.exit).toBe(1);
  expect(server.log().at(-1)).toMatchObject({msg: 'stopped at once by a second signal', signal: 'SIGINT'});
});

test('a template that changes, breaks and goes is served and logged accordingly', async () => {
  const started = await start();
  const {server, templateFile} = started;
  const messages = (): unknown[] =>
    server
      .log()
      .filter((line) => 'template' in line)
      .map((line) => line['msg']);
  await writeFile(templateFile, template('agent:2'));
  await expect.poll(messages, {timeout: 10_000}).toEqual(['template loaded', 'template changed']);
  expect(await patchOf(started)).toContain('"image":"agent:2"');
  await writeFile(templateFile, 'pattern: nonsense\ncontainers: 1\n');
  await expect.poll(() => messages().at(-1), {timeout: 10_000}).toBe('template rejected, its last good version is still served');
  expect(JSON.stringify(server.log().at(-1))).toContain('agent.yaml:1:');
  expect(await patchOf(started)).toContain('"image":"agent:2"');
  await rm(templateFile);
  await expect.poll(() => messages().at(-1), {timeout: 10_000}).toBe('template removed');
  const ready = await fetch(`${started.healthUrl}/readyz`);
  expect([ready.status, await ready.text()]).toEqual([
    503,
    '[-]templates none is loaded; put one where --templates points\n[+]certificate ok\n[+]shutdown ok\nreadyz check failed\n',
  ]);
});

test('a new certificate is served without a restart and logged; a bad one is logged and not served', async () => {
  const started = await start();
  const {server, certDir} = started;
  const messages = (): unknown[] => server.log().map((line) => line['msg']);
  const other = await start();
  for (const name of ['tls.key', 'tls.crt'])
    await writeFile(path.join(certDir, name), await readFile(path.join(other.certDir, name)));
  await expect.poll(messages, {timeout: 10_000}).toContain('certificate renewed');
  expect(await patchOf({...started, ca: other.ca})).toContain('agent:1');
  await writeFile(path.join(certDir, 'tls.crt'), started.ca);
  await expect.poll(messages, {timeout: 10_000}).toContain('certificate rejected, the old one is still served');
  expect(await patchOf({...started, ca: other.ca})).toContain('agent:1');
});

test('a port in use, a path that is missing and half a pair: each ends with 2 and a line that says what to do', async () => {
  const folder = await temporaryFolder();
  await writeFile(path.join(folder, 'agent.yaml'), template('agent:1'));
  const taken = createServer();
  await listening(taken);
  onTestFinished(() => void taken.close());
  const run = async (variables: Record<string, string>): Promise<string> => {
    const certDir = path.join(folder, 'certs');
    const server = startProcess(bundle.script, {POD_INJECTOR_TEMPLATES: folder, POD_INJECTOR_CERT_DIR: certDir, ...variables});
    expect(await server.exit).toBe(2);
    return server.errors();
  };
  const port = String(portOf(taken));
  expect(await run({POD_INJECTOR_PORT: port})).toBe(
    `addressInUse: another process is listening on 127.0.0.1:${port}; end that process, or give another port with --port\n`,
  );
  expect(await run({POD_INJECTOR_HEALTH_PORT: port})).toContain('--health-port');
  const half = path.join(folder, 'half');
  await mkdir(half);
  await writeFile(path.join(half, 'tls.crt'), '');
  expect(await run({POD_INJECTOR_TEMPLATES: path.join(folder, 'none'), POD_INJECTOR_CERT_DIR: half})).toBe(
    `${folder}/none: pathMissing: there is no such file or folder; check the path\n` +
      `${half}: certificateHalf: tls.key is missing beside tls.crt; put tls.key there, or delete tls.crt to have a pair made\n`,
  );
});

test('the line to try it shows the injected pod', async () => {
  const started = await start({POD_INJECTOR_TEMPLATES: 'examples/templates'});
  const {stdout} = await promisify(execFile)('sh', ['-c', started.tryLine]);
  expect(stdout).toMatch(/^kind: Pod$/m);
  expect(stdout).toMatch(/^ {4}- name: log-shipper$/m);
});

test('the log is for people where that is asked for, and the start says what to do next', async () => {
  const folder = await temporaryFolder();
  const variables = {
    POD_INJECTOR_TEMPLATES: 'examples/templates',
    POD_INJECTOR_CERT_DIR: folder,
    POD_INJECTOR_LOG_FORMAT: 'pretty',
  };
  const server = startProcess(bundle.script, variables);
  await expect.poll(server.errors, {timeout: 15_000}).toContain('Try it:');
  server.child.kill('SIGTERM');
  expect(await server.exit).toBe(0);
  expect(server.output()).toMatch(/INFO: template loaded .*\n(?:.*\n)*.*INFO: stopped\n$/);
});
