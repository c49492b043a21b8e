import {execFile} from 'node:child_process';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';
import {afterAll, beforeAll, expect, inject, test} from 'vitest';
import {api, controlPlane, eventually, makeNamespace, type Injector} from './harness/index.ts';
import {install, type Installation} from './rig/install.ts';
import {containersOf, createPod, podManifest, post, sidecar, type Pod} from './rig/pods.ts';

let installation: Installation;
let injector: Injector;
let namespace = '';
beforeAll(async () => {
  [installation, namespace] = await Promise.all([install('overlays/strict'), makeNamespace()]);
  injector = await installation.startReady();
});
afterAll(() => installation.remove());

/** How many good templates the process has in memory: what a live read found is not counted. */
async function templatesInMemory(): Promise<number> {
  const {text} = await injector.health('/metrics');
  return Number(/pod_injector_templates\{state="good"\} (\d+)/.exec(text)?.[1]);
}

function inMemory(count: number): Promise<true> {
  return eventually(async () => (await templatesInMemory()) === count, {what: `${count} templates in memory`, timeoutMs: 30_000});
}

test('while the API server is away the webhook stays ready and says what is the matter; afterwards it follows again', async () => {
  await installation.putTemplate('before', sidecar('before', 'before:1'));
  await inMemory(1);
  await controlPlane().stopApiServer();
  await injector.logged(
    (line) => line.msg === 'a watch fails, and is tried again and again' && line['resource'] === 'configmaps',
  );
  const ready = await injector.health('/readyz?verbose');
  expect(ready.text).toContain('[+]templates ok: the last known state is served: apiUnreachable: ');
  expect(await templatesInMemory()).toBe(1);
  await controlPlane().startApiServer();
  await injector.logged((line) => line.msg === 'a watch works again' && line['resource'] === 'configmaps', 60_000);
  await installation.putTemplate('after', sidecar('after', 'after:1'));
  await inMemory(2);
  const {status, pod} = await createPod(namespace, 'both', 'before,after');
  expect([status, containersOf(pod)]).toEqual([201, ['app', 'before', 'after']]);
});

test('a compaction in the meantime makes it list anew, and nothing is lost', async () => {
  await controlPlane().compactEtcd();
  await controlPlane().restartApiServer();
  await installation.deleteTemplate('after');
  await installation.putTemplate('third', sidecar('third', 'third:1'));
  await installation.putTemplate('fourth', sidecar('fourth', 'fourth:1'));
  await inMemory(3);
  const {pod} = await createPod(namespace, 'compacted', 'before,third,fourth');
  expect(containersOf(pod)).toEqual(['app', 'before', 'third', 'fourth']);
  expect((await createPod(namespace, 'deleted', 'after')).message).toContain('templateMissing');
});

test('preview with the same kubeconfig gives what the webhook gives', async () => {
  const metadata = {name: 'previewed', labels: {'pod-injector.dev/injection': 'enabled'}};
  const annotations = {'pod-injector.dev/inject': 'before'};
  await api('/api/v1/namespaces', {
    method: 'POST',
    body: {apiVersion: 'v1', kind: 'Namespace', metadata: {...metadata, annotations}},
  });
  await eventually(async () => (await api('/api/v1/namespaces/previewed/serviceaccounts/default')).status === 200, {
    what: 'the ServiceAccount',
  });
  // Nothing in it asks: the namespace does.
  const manifest = {...podManifest('web', 'x'), metadata: {name: 'web', namespace: 'previewed'}};
  const file = path.join(injector.folder, 'pod.json');
  await writeFile(file, JSON.stringify(manifest));
  const flags = ['--kubeconfig', installation.kubeconfig, '--injector-namespace', installation.namespace, '-o', 'json'];
  const {stdout} = await promisify(execFile)(process.execPath, [inject('cli'), 'preview', '-f', file, ...flags]);
  const shown = JSON.parse(stdout) as Pod;
  const {pod} = await post('/api/v1/namespaces/previewed/pods', manifest);
  expect(containersOf(shown)).toEqual(['app', 'before']);
  // The API server adds its defaults to what we gave.
  expect(pod.spec.containers).toMatchObject(shown.spec.containers);
  expect(pod.metadata.annotations?.['pod-injector.dev/status']).toBe(shown.metadata.annotations?.['pod-injector.dev/status']);
});

test('a process that may not list ConfigMaps waits, names the rule, and is ready as soon as it may', async () => {
  const role = `/apis/rbac.authorization.k8s.io/v1/namespaces/${installation.namespace}/roles/pod-injector`;
  const {body} = await api(role);
  const before = body as {rules: readonly {resources: readonly string[]}[]};
  const rules = before.rules.filter(({resources}) => !resources.includes('configmaps'));
  const merge = 'application/merge-patch+json';
  await api(role, {method: 'PATCH', contentType: merge, body: {rules}});
  const other = await installation.start();
  const trouble = await other.logged((line) => line['reason'] === 'apiForbidden' && line['resource'] === 'configmaps');
  const rule = `allow it in a Role in namespace ${installation.namespace}: {apiGroups: [""], resources: [configmaps], verbs: [list]}`;
  expect(trouble['fault']).toContain(rule);
  const ready = await other.health('/readyz');
  expect([ready.status, ready.text]).toEqual([503, expect.stringContaining(rule)]);
  await api(role, {method: 'PATCH', contentType: merge, body: {rules: before.rules}});
  await other.ready(30_000);
  expect(other.log().filter(({msg}) => msg === 'a watch fails, and is tried again and again')).toHaveLength(1);
  expect(await other.stop()).toBe(0);
});
