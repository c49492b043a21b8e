import {expect, onTestFinished, test} from 'vitest';
import type {JsonObject} from '../../src/core/json.ts';
import {readClusterTemplate, watchClusterTemplates, type ClusterTemplates} from '../../src/templates/from-cluster.ts';
import type {TemplateChange} from '../../src/templates/store.ts';
import {startFakeApi, type FakeApi} from './fake-api.ts';

const good = 'pattern: sidecar\ncontainers:\n  - name: agent\n    image: agent:1\n';
const broken = 'pattern: sidecar\ncontainers:\n  - nmae: agent\n    image: agent:2\n';
const legacy = 'containers:\n  - name: logger\n    image: logger:1\n';

function configMap(template: string, label: string | null = 'true'): JsonObject {
  const labels: JsonObject = label === null ? {} : {'pod-injector.dev/template': label};
  return {data: {template}, metadata: {labels, managedFields: [{manager: 'kubectl'}]}};
}

interface Watched {
  readonly templates: ClusterTemplates;
  readonly changes: TemplateChange[];
  readonly rejections: {readonly configMap: JsonObject; readonly message: string}[];
  readonly seen: string[];
}

async function watchAll(api: FakeApi): Promise<Watched> {
  const changes: TemplateChange[] = [];
  const rejections: {configMap: JsonObject; message: string}[] = [];
  const seen: string[] = [];
  const templates = watchClusterTemplates({
    client: api.client,
    namespace: 'pod-injector',
    now: Date.now,
    random: () => 0.5,
    timing: {firstRetryMs: 5},
    onChange: (some) => changes.push(...some),
    onRejected: (one, message) => rejections.push({configMap: one, message}),
    onSeen: (names) => seen.push(...names),
    onFault: () => undefined,
    onRecovered: () => undefined,
  });
  onTestFinished(() => templates.stop());
  await templates.synced;
  await expect.poll(api.open).toBe(1);
  return {templates, changes, rejections, seen};
}

function kinds({changes}: Watched): string[] {
  return changes.map((change) => `${change.kind} ${change.kind === 'failed' ? '' : change.name}`);
}

test('labelled ConfigMaps and those of the Initializers are templates, others are not', async () => {
  const api = await startFakeApi();
  api.putSilently('agent', configMap(good));
  api.putSilently('logging-initializer', {data: {config: legacy}});
  api.putSilently('kube-root-ca.crt', {data: {'ca.crt': '…'}});
  api.putSilently('off', configMap(good, 'false'));
  const watched = await watchAll(api);
  expect([...watched.templates.snapshot().keys()]).toEqual(['agent', 'logging-initializer']);
  expect(watched.templates.snapshot().get('agent')).toMatchObject({
    kind: 'good',
    template: {source: 'configmap/pod-injector/agent[template]'},
  });
});

test('a broken version leaves the last good one, is told once with its position, and a mended one takes its place', async () => {
  const api = await startFakeApi();
  const watched = await watchAll(api);
  api.put('agent', configMap(good));
  api.put('agent', configMap(broken));
  await expect.poll(() => watched.rejections).toHaveLength(1);
  expect(watched.templates.snapshot().get('agent')).toMatchObject({kind: 'good', template: {containers: [{image: 'agent:1'}]}});
  const [rejection] = watched.rejections;
  expect(rejection?.message).toMatch(/^The last good version is still served: configmap\/pod-injector\/agent\[template\]:3:5: /);
  expect(rejection?.configMap).toMatchObject({kind: 'ConfigMap', metadata: {uid: 'uid-agent', resourceVersion: '3'}});
  expect(rejection?.configMap).not.toHaveProperty('metadata.managedFields');
  // A change of another ConfigMap is no news of this one.
  api.put('other', configMap(good.replace('agent:1', 'other:1')));
  api.put('agent', configMap(good.replace('agent:1', 'agent:3')));
  await expect.poll(() => watched.changes).toHaveLength(4);
  expect(kinds(watched)).toEqual(['loaded agent', 'rejected agent', 'loaded other', 'changed agent']);
  expect(watched.rejections).toHaveLength(1);
  expect(watched.templates.snapshot().get('agent')).toMatchObject({template: {containers: [{image: 'agent:3'}]}});
});

test('one that was never good is there with its faults, and a deleted one is gone', async () => {
  const api = await startFakeApi();
  const watched = await watchAll(api);
  api.put('agent', configMap(broken));
  await expect.poll(() => watched.templates.snapshot().get('agent')?.kind).toBe('broken');
  expect(watched.rejections[0]?.message).toMatch(/^Workloads that ask for it are refused: /);
  api.remove('agent');
  await expect.poll(() => watched.templates.snapshot().size).toBe(0);
  expect(kinds(watched)).toEqual(['rejected agent', 'removed agent']);
  expect(watched.seen).toEqual(['agent', 'agent']);
});

test('a ConfigMap that loses its label is a template no more, and one that gains it becomes one', async () => {
  const api = await startFakeApi();
  const watched = await watchAll(api);
  api.put('agent', configMap(good, null));
  api.put('agent', configMap(good));
  await expect.poll(() => watched.templates.snapshot().size).toBe(1);
  api.put('agent', configMap(good, null));
  await expect.poll(() => watched.templates.snapshot().size).toBe(0);
  expect(kinds(watched)).toEqual(['loaded agent', 'removed agent']);
});

test('a list that is made anew and finds nothing new changes nothing', async () => {
  const api = await startFakeApi();
  api.putSilently('agent', configMap(good));
  const watched = await watchAll(api);
  const before = watched.templates.snapshot();
  api.send(JSON.stringify({type: 'ERROR', object: {code: 410}}));
  await expect.poll(api.lists).toBe(2);
  await expect.poll(api.open).toBe(1);
  expect(watched.templates.snapshot()).toBe(before);
  expect(watched.changes).toHaveLength(1);
});

test('one template is read alone: found, broken, absent, no template, and unknown when there is no answer', async () => {
  const api = await startFakeApi();
  api.putSilently('agent', configMap(good));
  api.putSilently('broken', configMap(broken));
  api.putSilently('other', {data: {}});
  const read = (name: string): ReturnType<typeof readClusterTemplate> =>
    readClusterTemplate(api.client, 'pod-injector', name, 100);
  expect(await read('agent')).toMatchObject({kind: 'found', value: {kind: 'good'}});
  expect(await read('broken')).toMatchObject({kind: 'found', value: {kind: 'broken'}});
  expect(await read('missing')).toEqual({kind: 'absent'});
  expect(await read('other')).toEqual({kind: 'absent'});
  api.intercept(() => true);
  expect(await read('agent')).toMatchObject({kind: 'failed', fault: {code: 'apiTimeout'}});
});
