import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {webhookConfiguration} from '../../src/cluster/registration.ts';
import {
  api,
  auditEvents,
  eventually,
  kubectl,
  kubectlGet,
  kubectlOk,
  makeNamespace,
  startInjector,
  type Injector,
} from './harness/index.ts';

const configurations = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
const configuration = 'pod-injector-harness';

let namespace = '';
let injector: Injector;
beforeAll(async () => {
  namespace = await makeNamespace();
  injector = await startInjector({args: ['--templates', path.resolve('examples/templates')]});
  await injector.ready();
  const authority = await readFile(path.join(injector.folder, 'certs/ca.crt'));
  const clientConfig = {url: `https://127.0.0.1:${injector.port}/mutate`, caBundle: authority.toString('base64')};
  const body = webhookConfiguration({name: configuration, clientConfig, ownNamespace: 'pod-injector'});
  expect(await api(configurations, {method: 'POST', body})).toMatchObject({status: 201});
  await eventually(async () => (await dryRun()).includes('pod-injector.dev/status'), {
    what: 'the API server to call the injector',
  });
});
afterAll(() => api(`${configurations}/${configuration}`, {method: 'DELETE'}));

async function dryRun(): Promise<string> {
  return kubectlOk(['create', '--dry-run=server', '-o', 'json', '-n', namespace, '-f', 'examples/logging-agent/input.yaml']);
}

function containersOf(body: unknown): string[] {
  const {spec} = body as {spec?: {containers?: readonly {name: string}[]}};
  return (spec?.containers ?? []).map(({name}) => name);
}

test('a pod that asks is stored injected, and the audit log says by what', async () => {
  await kubectlOk(['apply', '-n', namespace, '-f', 'examples/logging-agent/input.yaml']);
  expect(containersOf(await kubectlGet('pod', 'test-app', '-n', namespace))).toEqual(['app-container', 'logging-agent']);
  // The dry runs that waited for the registration are not stored.
  const annotations = (await auditEvents(namespace)).at(-1)?.annotations ?? {};
  expect(annotations['objects.pod-injector.dev/templates']).toBe('logging-agent');
  // The second entry of the configuration; the first is for namespaces that are enabled by label.
  const call = JSON.stringify({configuration, webhook: 'objects.pod-injector.dev', mutated: true});
  expect(Object.values(annotations)).toContain(call);
});

test('a pod that asks for what is not there is denied with what to do', async () => {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name: 'lost', annotations: {'pod-injector.dev/inject': 'no-such-template'}},
    spec: {containers: [{name: 'app', image: 'app:1'}]},
  };
  const {code, stderr} = await kubectl(['apply', '-n', namespace, '-f', '-'], {input: pod});
  expect(code).toBe(1);
  expect(stderr).toContain('admission webhook "objects.pod-injector.dev" denied the request');
  expect(stderr).toContain('no-such-template');
});

test('a process that was told to stop ends with 0, and has logged it', async () => {
  const other = await startInjector({args: ['--templates', path.resolve('examples/templates')]});
  expect(await other.stop()).toBe(0);
  expect(other.log().map(({msg}) => msg)).toEqual(expect.arrayContaining(['listening', 'stopping', 'stopped']));
});

test('a process that cannot start says why', async () => {
  await expect(startInjector({args: ['--port', 'none']})).rejects.toThrow('--port is "none"');
});
