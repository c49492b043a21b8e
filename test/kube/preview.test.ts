import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {cli, type Result} from '../helpers/cli.ts';
import {temporaryFolder} from '../server/harness.ts';
import {answer, startFakeApi, status, type FakeApi} from './fake-api.ts';
import {kubeconfigFile} from './kubeconfig-file.ts';

const text = 'pattern: sidecar\ncontainers:\n  - name: agent\n    image: agent:1\n';
const labelled = {data: {template: text}, metadata: {labels: {'pod-injector.dev/template': 'true'}}};
const asks = `apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
  annotations:
    pod-injector.dev/inject: agent
spec:
  containers:
    - name: web
      image: nginx
`;
const silent = asks.replace(/ {2}annotations:\n.*\n/, '');
const namespace = `apiVersion: v1
kind: Namespace
metadata:
  name: shop
---
`;

/** What `preview` makes of the manifest with the fake as its cluster. */
async function preview(api: FakeApi, manifest: string, ...flags: string[]): Promise<Result> {
  const kubeconfig = await kubeconfigFile(api);
  const file = path.join(await temporaryFolder(), 'pod.yaml');
  await writeFile(file, manifest);
  return await cli(['preview', '-f', file, '--kubeconfig', kubeconfig, ...flags]);
}

/** Makes `shop` a namespace with a default. */
function enableShop(api: FakeApi): void {
  api.intercept(({path: at}, response) => {
    if (at !== '/api/v1/namespaces/shop') return false;
    const annotations = {'pod-injector.dev/inject': 'agent'};
    answer(response, 200, {metadata: {name: 'shop', labels: {'pod-injector.dev/injection': 'enabled'}, annotations}});
    return true;
  });
}

test('templates come from the ConfigMaps of the cluster', async () => {
  const api = await startFakeApi();
  api.putSilently('agent', labelled);
  const result = await preview(api, asks);
  expect([result.code, result.out]).toEqual([0, expect.stringContaining('image: agent:1')]);
  expect(api.seen.map(({path: at}) => at)).toEqual([
    '/api/v1/namespaces/pod-injector/configmaps',
    '/api/v1/namespaces/shop',
    '/version',
  ]);
});

test('a manifest without any of our keys gets the default of its namespace in the cluster', async () => {
  const api = await startFakeApi();
  api.putSilently('agent', labelled);
  enableShop(api);
  const result = await preview(api, silent);
  expect([result.code, result.out]).toEqual([0, expect.stringContaining('image: agent:1')]);
});

test('a Namespace among the manifests counts more than that of the cluster', async () => {
  const api = await startFakeApi();
  api.putSilently('agent', labelled);
  enableShop(api);
  const result = await preview(api, namespace + silent);
  expect([result.code, result.out]).toEqual([0, namespace + silent]);
});

test('templates in files are tried against the namespaces of the cluster', async () => {
  const api = await startFakeApi();
  enableShop(api);
  const file = path.join(await temporaryFolder(), 'agent.yaml');
  await writeFile(file, text.replace('agent:1', 'agent:2'));
  const result = await preview(api, silent, '-t', file);
  expect([result.code, result.out]).toEqual([0, expect.stringContaining('image: agent:2')]);
  expect(api.lists()).toBe(0);
});

test('what is forbidden or missing ends with 2, and says what to do', async () => {
  const api = await startFakeApi();
  api.intercept((_seen, response) => {
    answer(response, 403, status(403, 'configmaps is forbidden'));
    return true;
  });
  const forbidden = await preview(api, asks, '--injector-namespace', 'injection', '--no-color');
  expect([forbidden.code, forbidden.out]).toEqual([2, '']);
  expect(forbidden.err).toContain(
    'allow it in a Role in namespace injection: {apiGroups: [""], resources: [configmaps], verbs: [list]}',
  );
  const unknown = await preview(api, asks, '--context', 'two', '--no-color');
  expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('give one of these with --context: one')]);
});
