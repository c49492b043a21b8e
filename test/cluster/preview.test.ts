import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {beforeAll, describe, expect, test} from 'vitest';
import type {JsonObject} from '../../src/core/json.ts';
import {at} from '../helpers/objects.ts';
import {controlPlane, kubectl, kubectlOk, makeNamespace} from './harness/index.ts';
import {podInjector, type CliResult} from './live/cli.ts';
import {comparable, dryRun, podOf} from './live/dry-run.ts';
import {manifest, podManifest, workloadKinds, type ManifestOptions} from './live/manifest.ts';
import {stored} from './live/state.ts';
import {containersOf, startWebhook, type LiveWebhook} from './live/webhook.ts';

const key = 'pod-injector.dev/inject';

let webhook: LiveWebhook;
let namespace = '';
let enabled = '';
beforeAll(async () => {
  webhook = await startWebhook();
  const lines = [
    '  env: [{name: LEVEL, value: info}]',
    '  resources: {requests: {cpu: "0.5", memory: 1024Mi}}',
    '  volumeMounts: [{name: logs, mountPath: /logs}]',
    'volumes: [{name: logs, emptyDir: {}}]',
    'app: {containers: ["*"], env: [{name: LOGS, value: /logs}], volumeMounts: [{name: logs, mountPath: /logs}]}',
    'metadata: {labels: {logged: "yes"}, annotations: {example.com/by: agent}}',
    'spec: {terminationGracePeriodSeconds: 60, hostAliases: [{ip: 192.0.2.1, hostnames: [logs]}]}',
    '',
  ].join('\n');
  await webhook.publish('agent', 'agent:1', {lines});
  await webhook.publish('prepare', 'prepare:1', {list: 'initContainers'});
  namespace = await makeNamespace();
  enabled = await makeNamespace({labels: {'pod-injector.dev/injection': 'enabled'}, annotations: {[key]: 'prepare,agent'}});
});

/** `preview` with the templates and namespaces of the cluster. */
function preview(where: string, input: JsonObject, ...flags: readonly string[]): Promise<CliResult> {
  const from = ['--kubeconfig', controlPlane().kubeconfig, '--injector-namespace', webhook.namespace];
  return podInjector(['preview', '-f', '-', '-o', 'json', '-n', where, ...from, ...flags], JSON.stringify(input));
}

async function previewed(where: string, input: JsonObject, ...flags: readonly string[]): Promise<JsonObject> {
  const {code, stdout, stderr} = await preview(where, input, ...flags);
  expect({code, stderr}).toMatchObject({code: 0});
  return JSON.parse(stdout) as JsonObject;
}

/** A dry run that must succeed, to compare. */
async function made(where: string, object: JsonObject): Promise<JsonObject> {
  const {status, object: result} = await dryRun(where, object);
  expect({status, result}).toMatchObject({status: 201});
  return result;
}

/**
 * That the webhook in a namespace makes of the objects, and of their pods, what preview prints. In the injector's own namespace
 * the API server does to both what it does, and never calls us.
 */
async function expectSame(where: string, objects: readonly JsonObject[]): Promise<void> {
  const list = {apiVersion: 'v1', kind: 'List', items: objects};
  const [printed, asStored] = await Promise.all([previewed(where, list), previewed(where, list, '--as-stored')]);
  for (const [index, object] of objects.entries()) {
    const live = await made(where, object);
    const item = at(printed, 'items', index) as JsonObject;
    expect(comparable(await made(webhook.namespace, at(asStored, 'items', index) as JsonObject))).toEqual(comparable(live));
    const printedAlone = await made(webhook.namespace, item);
    if (object['kind'] === 'Pod') {
      expect(comparable(printedAlone)).toEqual(comparable(live));
    } else {
      const pods = [await made(where, podOf(live)), await made(webhook.namespace, podOf(printedAlone))] as const;
      expect(comparable(pods[1])).toEqual(comparable(pods[0]));
    }
  }
}

describe('preview of workloads prints what the webhook makes of them', () => {
  test.each<[string, ManifestOptions]>([
    ['that ask themselves', {annotations: {[key]: 'prepare,agent'}}],
    ['whose pod templates ask', {podAnnotations: {[key]: 'agent,prepare'}}],
    ['that ask for nothing', {}],
    ['whose pod templates opt out', {annotations: {[key]: 'agent'}, podAnnotations: {[key]: 'false'}}],
    ['that opt out themselves', {annotations: {[key]: 'false'}}],
    ['that ask for an optional template that is missing', {annotations: {[key]: 'agent,missing?'}}],
    ['that ask in the old way', {annotations: {'initializer.kubernetes.io/agent': 'true'}}],
  ])('%s, with and without a default of the namespace', async (_what, options) => {
    const objects = workloadKinds.map((kind) => manifest(kind, options));
    await expectSame(namespace, objects);
    await expectSame(enabled, objects);
  });
});

describe('preview of a pod prints what the webhook makes of it', () => {
  const spec = (containers: JsonObject[], more: JsonObject = {}): JsonObject => ({containers, ...more});
  const app = {name: 'app', image: 'app:1'};
  const asking = (...containers: JsonObject[]): JsonObject => ({
    ...podManifest('web', {[key]: 'agent'}),
    spec: spec([app, ...containers]),
  });

  test.each<[string, JsonObject]>([
    ['where it asks', asking()],
    ['where it customises the sidecar', asking({name: 'agent', image: 'auto', env: [{name: 'LEVEL', value: 'debug'}]})],
    ['where it customises the sidecar with limits', asking({name: 'agent', image: 'auto', resources: {limits: {memory: '2Gi'}}})],
    ['where it brings its own image of the sidecar', asking({name: 'agent', image: 'agent:canary'})],
    ['where it has a container of another injector', asking({name: 'istio-proxy', image: 'proxy:1'})],
    ['where it has the volume already', {...asking(), spec: spec([app], {volumes: [{name: 'logs', emptyDir: {}}]})}],
    [
      'where it has fields that the template has too',
      {...asking(), spec: spec([{...app, env: [{name: 'LOGS', value: '/mine'}]}], {terminationGracePeriodSeconds: 5})},
    ],
    ['where it mounts no token', {...asking(), spec: spec([app], {automountServiceAccountToken: false})}],
    ['where it is on the host network', {...asking(), spec: spec([{...app, ports: [{containerPort: 80}]}], {hostNetwork: true})}],
  ])('%s', async (_what, object) => {
    await expectSame(namespace, [object]);
    const [live, printed] = [await made(namespace, object), await previewed(namespace, object)];
    expect(containersOf(printed)).toEqual(containersOf(live));
  });

  test('once and for all: what it made is not changed by another round, and uninject gives back what was written', async () => {
    const object = asking({name: 'agent', image: 'auto', resources: {limits: {memory: '2Gi'}}});
    const live = await made(namespace, object);
    const again = await made(namespace, podOf(live));
    expect(comparable(again)).toEqual(comparable(live));
    const {code, stdout} = await podInjector(['uninject', '-f', '-', '-o', 'json'], JSON.stringify(live));
    expect(code).toBe(0);
    expect(comparable(JSON.parse(stdout) as JsonObject)).toEqual(comparable(await made(webhook.namespace, object)));
  });
});

describe('what both refuse', () => {
  const conflict: JsonObject = {
    ...podManifest('taken', {[key]: 'agent'}),
    spec: {containers: [{name: 'app', image: 'app:1'}], volumes: [{name: 'logs', configMap: {name: 'logs'}}]},
  };

  test.each<[string, JsonObject, string]>([
    ['a template that is missing', podManifest('lost', {[key]: 'missing'}), 'templateMissing'],
    ['a volume that is another', conflict, 'volumeConflict'],
    ['the list of a namespace that has none', podManifest('yes', {[key]: 'true'}), 'namespaceListMissing'],
    ['a Deployment that asks for what is missing', manifest('Deployment', {annotations: {[key]: 'missing'}}), 'templateMissing'],
  ])('%s, with the same words', async (_what, object, reason) => {
    const denied = await kubectl(['apply', '--dry-run=server', '-n', namespace, '-f', '-'], {input: object});
    expect(denied.code).toBe(1);
    const words = /refused: (\w+: .*)/.exec(denied.stderr)?.[1] ?? 'nothing was refused';
    expect(words).toContain(`${reason}: `);
    const {code, stdout, stderr} = await preview(namespace, object);
    expect({code, stdout}).toEqual({code: 1, stdout: ''});
    expect(stderr).toContain(words);
  });
});

test('preview | kubectl apply stores what preview printed, and the webhook adds nothing', async () => {
  const object = manifest('Deployment', {name: 'piped', podAnnotations: {[key]: 'agent'}});
  const {stdout} = await preview(namespace, object);
  const told = await kubectl(['apply', '-n', namespace, '-f', '-'], {input: stdout});
  expect(told).toMatchObject({code: 0, stderr: ''});
  const {containers, template} = await stored(namespace, 'Deployment', 'piped');
  expect(containers).toEqual(['app app:1', 'agent agent:1']);
  expect(at(template, 'metadata', 'annotations')).toEqual(at(JSON.parse(stdout), 'spec', 'template', 'metadata', 'annotations'));
  const again = await kubectl(['diff', '-n', namespace, '-f', '-'], {input: stdout});
  expect(again).toMatchObject({code: 0, stdout: ''});
});

test('preview of what the cluster holds prints it unchanged', async () => {
  await kubectlOk(['apply', '-n', namespace, '-f', '-'], {
    input: manifest('Deployment', {name: 'held', annotations: {[key]: 'agent'}}),
  });
  const {object} = await stored(namespace, 'Deployment', 'held');
  expect(await previewed(namespace, object)).toEqual(object);
});

test('without a cluster, from files, preview prints the same', async () => {
  const text = await kubectlOk(['get', 'configmaps', 'agent', 'prepare', '-n', webhook.namespace, '-o', 'yaml']);
  const object = manifest('Deployment', {annotations: {[key]: 'prepare,agent'}});
  const manifests = JSON.stringify(object);
  const fromCluster = await previewed(namespace, object);
  // One stream holds the templates and another the manifests, so the templates are a file.
  const folder = await mkdtemp(`${controlPlane().folder}/templates-`);
  await writeFile(`${folder}/all.yaml`, text);
  const {code, stdout} = await podInjector(['preview', '-f', '-', '-o', 'json', '-t', `${folder}/all.yaml`], manifests);
  await rm(folder, {recursive: true});
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual(fromCluster);
});
