import {readFileSync} from 'node:fs';
import {beforeAll, expect, test} from 'vitest';
import type {JsonObject} from '../../src/core/json.ts';
import {at, yaml} from '../helpers/objects.ts';
import {auditEvents, controlPlane, eventually, kubectl, kubectlGet, kubectlOk, makeNamespace} from './harness/index.ts';
import {podInjector} from './live/cli.ts';
import {apply, ownedBy, podsOf, replace, stored} from './live/state.ts';
import {containersOf, startWebhook, type LiveWebhook} from './live/webhook.ts';

const talks = 'test/fixtures/talks';
const name = 'helloworld-with-annotation';
const injected = ['helloworld gcr.io/hightowerlabs/helloworld:0.0.1', 'logging-agent gcr.io/google_containers/fluentd:1.30'];

/** The talk's Deployment, with what the API has asked for since apps/v1: a selector, and the label that it selects. */
const talk = yaml(readFileSync(`${talks}/initializer.deployment.yaml`, 'utf8'));
const labels = {app: name};
const spec = talk['spec'] as JsonObject;
const deployment: JsonObject = {
  ...talk,
  apiVersion: 'apps/v1',
  spec: {...spec, selector: {matchLabels: labels}, template: {...(spec['template'] as JsonObject), metadata: {labels}}},
};

let webhook: LiveWebhook;
let namespace = '';
beforeAll(async () => {
  webhook = await startWebhook();
  namespace = await makeNamespace();
  // As the talk applies it: without a label, found by its name.
  await webhook.put(yaml(readFileSync(`${talks}/initializer.configmap.yaml`, 'utf8')), 'logging-agent-initializer', (pod) =>
    containersOf(pod).includes(injected[1] ?? ''),
  );
});

test("the talk's Deployment is rolled out with the logging agent, once", async () => {
  await apply(namespace, deployment);
  const {object, template, containers} = await stored(namespace, 'Deployment', name);
  expect(containers).toEqual(injected);
  expect(at(template, 'spec', 'volumes')).toEqual([
    {name: 'varlog', emptyDir: {}},
    {name: 'config-volume', configMap: {name: 'fluentd-config', defaultMode: 420}},
  ]);
  expect(at(template, 'spec', 'containers', 1)).toMatchObject({
    env: [{name: 'FLUENTD_ARGS', value: '-c /etc/fluentd-config/fluentd.conf'}],
    volumeMounts: [
      {name: 'varlog', mountPath: '/var/log'},
      {name: 'config-volume', mountPath: '/etc/fluentd-config'},
    ],
  });
  const [pod, ...more] = await podsOf(namespace, name);
  expect(more).toEqual([]);
  expect(containersOf(pod ?? {})).toEqual(injected);
  expect(at(pod, 'spec', 'volumes')).toEqual(expect.arrayContaining(at(template, 'spec', 'volumes') as unknown[]));
  expect(at(object, 'metadata', 'generation')).toBe(1);
});

test('there is one ReplicaSet, and nobody writes the Deployment or the ReplicaSet but their author and controller', async () => {
  const {object, versions} = await stored(namespace, 'Deployment', name);
  expect(versions).toBe(1);
  const list = await kubectlGet<JsonObject>('replicasets', '-n', namespace);
  const [replicaSet] = ownedBy(list, object);
  expect(replicaSet).toMatchObject({metadata: {generation: 1, annotations: {'initializer.kubernetes.io/logging-agent': 'true'}}});
  const events = await auditEvents(namespace);
  const writes = events.map((event) => `${String(at(event, 'verb'))} ${String(at(event, 'objectRef', 'resource'))}`);
  expect(writes.filter((write) => write.startsWith('create '))).toEqual(
    expect.arrayContaining(['create deployments', 'create replicasets', 'create pods']),
  );
  expect(writes.filter((write) => /^create (deployments|replicasets|pods)$/.test(write))).toHaveLength(3);
});

test('a second apply and a replace start no rollout, and there is no diff', async () => {
  const before = await stored(namespace, 'Deployment', name);
  await apply(namespace, deployment);
  await replace(namespace, deployment);
  const after = await stored(namespace, 'Deployment', name);
  expect(after.template).toEqual(before.template);
  expect(after.versions).toBe(1);
  const {code, stdout} = await kubectl(['diff', '-n', namespace, '-f', '-'], {input: deployment});
  expect({code, stdout}).toEqual({code: 0, stdout: ''});
});

test('preview with the templates of the cluster prints what was stored', async () => {
  const args = ['preview', '-f', '-', '-o', 'json', '-n', namespace];
  const from = ['--kubeconfig', controlPlane().kubeconfig, '--injector-namespace', webhook.namespace];
  const {code, stdout} = await podInjector([...args, ...from], JSON.stringify(deployment));
  expect(code).toBe(0);
  const {template} = await stored(namespace, 'Deployment', name);
  const printed = at(JSON.parse(stdout), 'spec', 'template') as JsonObject;
  for (const part of ['labels', 'annotations']) expect(at(printed, 'metadata', part)).toEqual(at(template, 'metadata', part));
  expect(containersOf(printed)).toEqual(containersOf(template));
});

test('the annotation removed, the logging agent and its volumes go', async () => {
  await kubectlOk(['annotate', 'deployment', name, 'initializer.kubernetes.io/logging-agent-', '-n', namespace]);
  const {template, versions} = await stored(namespace, 'Deployment', name);
  expect(containersOf(template)).toEqual(injected.slice(0, 1));
  expect(at(template, 'spec', 'volumes')).toBeUndefined();
  expect(at(template, 'metadata', 'labels')).toEqual(labels);
  expect(at(template, 'metadata', 'annotations')).toBeUndefined();
  expect(versions).toBe(2);
});

test('the API version of the talk is gone from the API server, and preview reads it', async () => {
  const text = readFileSync(`${talks}/initializer.deployment.yaml`, 'utf8');
  expect((await kubectl(['apply', '-n', namespace, '-f', '-'], {input: text})).stderr).toContain(
    'no matches for kind "Deployment"',
  );
  const from = ['--kubeconfig', controlPlane().kubeconfig, '--injector-namespace', webhook.namespace];
  const {code, stdout, stderr} = await podInjector(['preview', '-f', '-', ...from], text);
  expect(code).toBe(0);
  expect(stdout).toContain('- name: logging-agent\n');
  expect(stderr).toContain('oldApiGroup');
});

test.each([
  ['a pod', 'Pod'],
  ['a Job', 'Job'],
])('the old annotation on %s works as well', async (_what, kind) => {
  const annotations = {'initializer.kubernetes.io/logging-agent': 'anything'};
  const container = {name: 'app', image: 'app:1'};
  const pod = {restartPolicy: 'Never', containers: [container]};
  const metadata = {name: `old-${kind.toLowerCase()}`, annotations};
  const podTemplate = {metadata: {labels: {app: metadata.name}}, spec: pod};
  const object: JsonObject =
    kind === 'Pod'
      ? {apiVersion: 'v1', kind, metadata: {...metadata, labels: {app: metadata.name}}, spec: pod}
      : {apiVersion: 'batch/v1', kind, metadata, spec: {template: podTemplate}};
  await apply(namespace, object);
  const [made] = await eventually(() => podsOf(namespace, metadata.name), {what: `the pod of ${metadata.name}`});
  expect(containersOf(made ?? {})).toEqual(['app app:1', injected[1]]);
});
