import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {JsonObject} from '../../src/core/json.ts';
import {at} from '../helpers/objects.ts';
import {set} from '../helpers/set.ts';
import {api, kubectl, kubectlGet, kubectlOk, makeNamespace} from './harness/index.ts';
import {manifest, podManifest, workloadKinds, type WorkloadKind} from './live/manifest.ts';
import {apply, podsOf, stored} from './live/state.ts';
import {containersOf, startWebhook, type LiveWebhook} from './live/webhook.ts';

const key = 'pod-injector.dev/inject';
const node = 'pod-injector-workloads';
/** So that the DaemonSets of other tests do not take it. */
const nodeLabels = {'example.com/for': 'workloads'};
const plain = ['app app:1'];
const injected = ['app app:1', 'agent agent:1'];

let webhook: LiveWebhook;
let namespace = '';
beforeAll(async () => {
  webhook = await startWebhook();
  await webhook.publish('agent', 'agent:1');
  await webhook.publish('other', 'other:1');
  namespace = await makeNamespace();
  // A DaemonSet makes no pods where there is no node.
  await api('/api/v1/nodes', {
    method: 'POST',
    body: {apiVersion: 'v1', kind: 'Node', metadata: {name: node, labels: nodeLabels}},
  });
});
afterAll(() => api(`/api/v1/nodes/${node}`, {method: 'DELETE'}));

/** Only this file's DaemonSets, and in spite of the taint of a node that has never answered. */
function onNode(daemonSet: JsonObject): JsonObject {
  const spec = ['spec', 'template', 'spec'];
  return set(set(daemonSet, [...spec, 'nodeSelector'], nodeLabels), [...spec, 'tolerations'], [{operator: 'Exists'}]);
}

/** Applies it and gives the pod templates's and a pod's containers; the Job of a CronJob is made here. */
async function lives(where: string, object: JsonObject): Promise<{template: readonly string[]; pod: readonly string[]}> {
  const kind = String(object['kind']) as WorkloadKind;
  const name = String(at(object, 'metadata', 'name'));
  await apply(where, kind === 'DaemonSet' ? onNode(object) : object);
  if (kind === 'CronJob') await kubectlOk(['create', 'job', name, `--from=cronjob/${name}`, '-n', where]);
  const [pod] = await podsOf(where, name);
  return {template: (await stored(where, kind, name)).containers, pod: containersOf(pod ?? {})};
}

describe.each(workloadKinds)('a %s', (kind) => {
  test('that asks itself is rewritten, and its pods are as its pod template', async () => {
    const name = `${kind.toLowerCase()}-own`;
    const found = await lives(namespace, manifest(kind, {name, annotations: {[key]: 'agent'}}));
    expect(found).toEqual({template: injected, pod: injected});
  });

  test('whose pod template asks stays as it was written, and its pods are injected', async () => {
    const name = `${kind.toLowerCase()}-pods`;
    const found = await lives(namespace, manifest(kind, {name, podAnnotations: {[key]: 'agent'}}));
    expect(found).toEqual({template: plain, pod: injected});
  });

  test('that asks for nothing is not touched, and neither are its pods', async () => {
    const found = await lives(namespace, manifest(kind, {name: `${kind.toLowerCase()}-none`}));
    expect(found).toEqual({template: plain, pod: plain});
  });

  test("whose pod template opts out is not injected, whatever the workload's own annotation says", async () => {
    const name = `${kind.toLowerCase()}-out`;
    const object = manifest(kind, {name, annotations: {[key]: 'agent'}, podAnnotations: {[key]: 'false'}});
    expect(await lives(namespace, object)).toEqual({template: plain, pod: plain});
  });
});

test("what a CronJob's job template asks for stands in the CronJob, and its Jobs' pods have it once", async () => {
  const name = 'cronjob-jobs';
  const found = await lives(namespace, manifest('CronJob', {name, jobAnnotations: {[key]: 'agent'}}));
  expect(found).toEqual({template: injected, pod: injected});
});

test('a ReplicaSet of a Deployment carries its annotation and is not injected again', async () => {
  const name = 'owned';
  await apply(namespace, manifest('Deployment', {name, annotations: {[key]: 'agent'}}));
  await podsOf(namespace, name);
  const list = await kubectlGet<{items: JsonObject[]}>('replicasets', '-n', namespace, '-l', `app=${name}`);
  expect(list.items).toHaveLength(1);
  expect(list.items[0]).toMatchObject({metadata: {annotations: {[key]: 'agent'}, generation: 1}});
  expect(containersOf(at(list.items[0], 'spec', 'template') as JsonObject)).toEqual(injected);
});

describe('a pod', () => {
  test('that asks is injected', async () => {
    await apply(namespace, podManifest('asks', {[key]: 'other,agent'}));
    const pod = await kubectlGet<JsonObject>('pod', 'asks', '-n', namespace);
    expect(containersOf(pod)).toEqual(['app app:1', 'other other:1', 'agent agent:1']);
  });

  test('that is applied again is not written', async () => {
    await apply(namespace, podManifest('twice', {[key]: 'agent'}));
    const before = await kubectlGet<JsonObject>('pod', 'twice', '-n', namespace);
    await apply(namespace, podManifest('twice', {[key]: 'agent'}));
    expect(await kubectlGet('pod', 'twice', '-n', namespace)).toEqual(before);
  });

  test('that is annotated later stays as it is', async () => {
    await apply(namespace, podManifest('later'));
    await kubectlOk(['annotate', 'pod', 'later', `${key}=agent`, '-n', namespace]);
    expect(containersOf(await kubectlGet<JsonObject>('pod', 'later', '-n', namespace))).toEqual(plain);
  });
});

describe('in a namespace with a default', () => {
  let enabled = '';
  beforeAll(async () => {
    enabled = await makeNamespace({labels: {'pod-injector.dev/injection': 'enabled'}, annotations: {[key]: 'agent'}});
  });

  test.each(workloadKinds)(
    'the pods of a %s that asks for nothing get it, and the workload stays as it was written',
    async (kind) => {
      expect(await lives(enabled, manifest(kind))).toEqual({template: plain, pod: injected});
    },
  );

  test('a bare pod gets it', async () => {
    await apply(enabled, podManifest('bare'));
    expect(containersOf(await kubectlGet<JsonObject>('pod', 'bare', '-n', enabled))).toEqual(injected);
  });

  test.each([
    ['pod template', {podAnnotations: {[key]: 'false'}}],
    ['workload', {annotations: {[key]: 'false'}}],
  ])('a %s that opts out gets nothing, and neither do its pods', async (level, options) => {
    const object = manifest('Deployment', {name: `out-${level.replace(' ', '-')}`, ...options});
    expect(await lives(enabled, object)).toEqual({template: plain, pod: plain});
  });

  test.each([
    ['pod template', {podAnnotations: {[key]: 'other'}}, plain],
    ['workload', {annotations: {[key]: 'other'}}, ['app app:1', 'other other:1']],
  ])("the list of a %s counts instead of the namespace's", async (level, options, template) => {
    const object = manifest('Deployment', {name: `list-${level.replace(' ', '-')}`, ...options});
    expect(await lives(enabled, object)).toEqual({template, pod: ['app app:1', 'other other:1']});
  });

  test('"true" asks for its list', async () => {
    await apply(enabled, podManifest('yes', {[key]: 'true'}));
    expect(containersOf(await kubectlGet<JsonObject>('pod', 'yes', '-n', enabled))).toEqual(injected);
  });
});

test('an annotation on a namespace that is not enabled is no default', async () => {
  const unlabelled = await makeNamespace({annotations: {[key]: 'agent'}});
  expect(await lives(unlabelled, manifest('Deployment'))).toEqual({template: plain, pod: plain});
});

test('"false" on an enabled namespace means no default, and those who ask get what they ask for', async () => {
  const off = await makeNamespace({labels: {'pod-injector.dev/injection': 'enabled'}, annotations: {[key]: 'false'}});
  expect(await lives(off, manifest('Deployment'))).toEqual({template: plain, pod: plain});
  const asking = manifest('Deployment', {name: 'asking', podAnnotations: {[key]: 'agent'}});
  expect(await lives(off, asking)).toEqual({template: plain, pod: injected});
});

describe('what the author is told', () => {
  const warningsOf = (text: string): string[] => text.split('\n').filter((line) => line.startsWith('Warning: '));
  const tell = async (object: JsonObject): Promise<{code: number; stderr: string; warnings: string[]}> => {
    const {code, stderr} = await kubectl(['apply', '-n', namespace, '-f', '-'], {input: object});
    return {code, stderr, warnings: warningsOf(stderr)};
  };

  test('a Deployment that asks for a template that is missing is denied with what to do', async () => {
    const {code, stderr} = await tell(manifest('Deployment', {name: 'lost', annotations: {[key]: 'agnet'}}));
    expect(code).toBe(1);
    expect(stderr).toContain(
      'admission webhook "objects.pod-injector.dev" denied the request: pod-injector: Deployment refused: ',
    );
    expect(stderr).toContain('agnet');
    expect(stderr).toContain('agent');
    expect((await kubectl(['get', 'deployment', 'lost', '-n', namespace])).code).toBe(1);
  });

  test('a pod template that asks for a missing one is stored with one warning of what its pods will get', async () => {
    const {code, warnings} = await tell(
      manifest('Deployment', {name: 'lost-pods', replicas: 0, podAnnotations: {[key]: 'agnet'}}),
    );
    expect(code).toBe(0);
    expect(warnings).toEqual([expect.stringMatching(/pod-injector: its pods will be refused: .*agnet/)]);
  });

  test('a pod that asks for a missing one is denied', async () => {
    const {code, stderr} = await tell(podManifest('lost-pod', {[key]: 'agnet'}));
    expect(code).toBe(1);
    expect(stderr).toContain('Pod refused: ');
  });

  test('a pod without an optional template that is missing is stored with one warning, although it is reviewed twice', async () => {
    const {code, warnings} = await tell(podManifest('optional', {[key]: 'agnet?,agent'}));
    expect(code).toBe(0);
    expect(warnings).toEqual([expect.stringContaining('agnet')]);
    expect(containersOf(await kubectlGet<JsonObject>('pod', 'optional', '-n', namespace))).toEqual(injected);
  });

  test('a pod that is injected is stored without a word', async () => {
    const {code, stderr} = await tell(podManifest('quiet', {[key]: 'agent'}));
    expect({code, stderr}).toEqual({code: 0, stderr: ''});
  });

  test('a pod template that asks is told once what its pods get, and nothing at the second apply', async () => {
    const object = manifest('Deployment', {name: 'told', replicas: 0, podAnnotations: {[key]: 'agent'}});
    expect((await tell(object)).warnings).toEqual([expect.stringContaining('its pods get agent when they are created')]);
    expect((await tell(object)).warnings).toEqual([]);
  });

  test('an annotation that nothing reads is answered with one warning that names the right one', async () => {
    const {code, warnings} = await tell(podManifest('typo', {'pod-injector.dev/injct': 'agent', [key]: 'agent'}));
    expect(code).toBe(0);
    expect(warnings).toEqual([expect.stringContaining(key)]);
  });

  test('"true" where the namespace has no list is denied with that reason', async () => {
    const {code, stderr} = await tell(podManifest('yes', {[key]: 'true'}));
    expect(code).toBe(1);
    expect(stderr).toContain(`asks for the list of namespace "${namespace}", and the namespace has none`);
  });
});
