import {beforeAll, describe, expect, test} from 'vitest';
import type {JsonObject} from '../../src/core/json.ts';
import {at} from '../helpers/objects.ts';
import {kubectl, kubectlOk, makeNamespace} from './harness/index.ts';
import {manifest} from './live/manifest.ts';
import {apply, podsOf, replace, stored} from './live/state.ts';
import {containersOf, startWebhook, type LiveWebhook} from './live/webhook.ts';

const key = 'pod-injector.dev/inject';
const annotations = {[key]: 'agent'};
const statusKey = 'pod-injector.dev/status';

let webhook: LiveWebhook;
let namespace = '';
beforeAll(async () => {
  webhook = await startWebhook();
  namespace = await makeNamespace();
});

describe.each(['Deployment', 'StatefulSet', 'DaemonSet'] as const)('kubectl rollout undo of a %s', (kind) => {
  const now = (name: string) => stored(namespace, kind, name);
  const undo = (name: string, ...flags: readonly string[]): Promise<string> =>
    kubectlOk(['rollout', 'undo', `${kind.toLowerCase()}/${name}`, '-n', namespace, ...flags]);
  const image = async (name: string, app: string, more: Readonly<Record<string, string>> = annotations): Promise<void> => {
    await apply(namespace, manifest(kind, {name, image: app, annotations: more}));
    // Its controller has made a version of it, which is what can be undone.
    await now(name);
  };

  test('brings back the old image with the old sidecar, and the newest comes with the next change', async () => {
    const name = `${kind.toLowerCase()}-undo`;
    await webhook.publish('agent', 'agent:1');
    await image(name, 'app:1');
    const first = await now(name);
    await webhook.publish('agent', 'agent:2');
    await image(name, 'app:2');
    expect(await now(name)).toMatchObject({containers: ['app app:2', 'agent agent:2'], versions: 2});
    await webhook.publish('agent', 'agent:3');
    await undo(name);
    const undone = await now(name);
    expect(undone.template).toEqual(first.template);
    // The same version as before, not a third one.
    expect(undone.versions).toBe(2);
    await undo(name);
    expect(await now(name)).toMatchObject({containers: ['app app:2', 'agent agent:2'], versions: 2});
    await image(name, 'app:3');
    expect(await now(name)).toMatchObject({containers: ['app app:3', 'agent agent:3'], versions: 3});
    await undo(name, '--to-revision=3');
    expect((await now(name)).containers).toEqual(['app app:1', 'agent agent:1']);
  });

  test('is kept by the next apply of the manifest of that time, although the template is newer', async () => {
    const name = `${kind.toLowerCase()}-kept`;
    await webhook.publish('agent', 'agent:1');
    await image(name, 'app:1');
    await webhook.publish('agent', 'agent:2');
    await image(name, 'app:2');
    await undo(name);
    await image(name, 'app:1');
    expect(await now(name)).toMatchObject({containers: ['app app:1', 'agent agent:1'], versions: 2});
  });

  // For a Deployment kubectl brings back its annotations too, which its ReplicaSets hold; elsewhere the pod template alone.
  const annotationsComeBack = kind === 'Deployment';

  test('to a version from before the annotation gives what the annotations ask for after it', async () => {
    const name = `${kind.toLowerCase()}-before`;
    await webhook.publish('agent', 'agent:1');
    await image(name, 'app:1', {});
    await image(name, 'app:2');
    await undo(name);
    expect((await now(name)).containers).toEqual(annotationsComeBack ? ['app app:1'] : ['app app:1', 'agent agent:1']);
  });

  test('to a version with one more template gives what the annotations ask for after it', async () => {
    const name = `${kind.toLowerCase()}-more`;
    await webhook.publish('agent', 'agent:1');
    await webhook.publish('other', 'other:1');
    await image(name, 'app:1', {[key]: 'agent,other'});
    await image(name, 'app:2');
    await undo(name);
    const more = annotationsComeBack ? ['other other:1'] : [];
    expect((await now(name)).containers).toEqual(['app app:1', 'agent agent:1', ...more]);
  });

  test('to a version with a sidecar that is asked for no more gives what the annotations ask for after it', async () => {
    const name = `${kind.toLowerCase()}-gone`;
    await webhook.publish('agent', 'agent:1');
    await image(name, 'app:1');
    await image(name, 'app:1', {});
    await undo(name);
    const {containers, template} = await now(name);
    expect(containers).toEqual(annotationsComeBack ? ['app app:1', 'agent agent:1'] : ['app app:1']);
    expect(at(template, 'metadata', 'annotations', statusKey) !== undefined).toBe(annotationsComeBack);
  });
});

describe('a Deployment whose pod template asks', () => {
  test('is undone to the pod template of that time, and its pods get the templates of today', async () => {
    const make = (image: string): Promise<string> =>
      apply(namespace, manifest('Deployment', {name: 'pods', image, podAnnotations: annotations}));
    await webhook.publish('agent', 'agent:1');
    await make('app:1');
    await podsOf(namespace, 'pods', (pod) => containersOf(pod).join() === 'app app:1,agent agent:1');
    await make('app:2');
    await webhook.publish('agent', 'agent:2');
    await kubectlOk(['rollout', 'undo', 'deployment/pods', '-n', namespace]);
    expect(await stored(namespace, 'Deployment', 'pods')).toMatchObject({containers: ['app app:1'], versions: 2});
    await kubectlOk(['scale', 'deployment/pods', '--replicas=3', '-n', namespace]);
    await podsOf(namespace, 'pods', (pod) => containersOf(pod).join() === 'app app:1,agent agent:2');
  });
});

describe('a template that changed', () => {
  test('reaches the Deployment with kubectl set image, and each version has pods of one kind', async () => {
    await webhook.publish('agent', 'agent:1');
    await apply(namespace, manifest('Deployment', {name: 'newer', annotations}));
    await webhook.publish('agent', 'agent:2');
    await kubectlOk(['set', 'image', 'deployment/newer', 'app=app:2', '-n', namespace]);
    expect(await stored(namespace, 'Deployment', 'newer')).toMatchObject({
      containers: ['app app:2', 'agent agent:2'],
      versions: 2,
    });
    const pods = await podsOf(namespace, 'newer', (pod) => containersOf(pod).includes('app app:2'));
    for (const pod of pods) expect(containersOf(pod)).toEqual(['app app:2', 'agent agent:2']);
    // A pod that is made anew of the same version is as its sisters, whatever the template is today.
    await webhook.publish('agent', 'agent:3');
    const names = pods.map((pod) => String(at(pod, 'metadata', 'name')));
    await kubectlOk(['delete', 'pod', ...names, '-n', namespace, '--now']);
    const [next] = await podsOf(
      namespace,
      'newer',
      (pod) => containersOf(pod).includes('app app:2') && !names.includes(String(at(pod, 'metadata', 'name'))),
    );
    expect(containersOf(next ?? {})).toEqual(['app app:2', 'agent agent:2']);
  });

  test('with fields that the API server fills in or writes otherwise starts no rollout by itself', async () => {
    const lines = [
      '  ports: [{containerPort: 9000}]',
      '  env: [{name: EMPTY, value: ""}, {name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]',
      '  resources: {requests: {cpu: "0.5", memory: 1024Mi}, limits: {cpu: "1.0", memory: 2048Mi}}',
      '  livenessProbe: {httpGet: {port: 9000}}',
      '  volumeMounts: [{name: config, mountPath: /config, readOnly: false}, {name: scratch, mountPath: /scratch}]',
      'volumes:',
      '- {name: config, configMap: {name: agent}}',
      '- {name: scratch, emptyDir: {sizeLimit: 1024Mi}}',
      '',
    ].join('\n');
    await webhook.publish('agent', 'agent:1', {lines});
    const object = manifest('Deployment', {name: 'canonical', annotations});
    await apply(namespace, object);
    const before = await stored(namespace, 'Deployment', 'canonical');
    for (const flags of [[], ['--server-side', '--force-conflicts']]) {
      await apply(namespace, object, ...flags);
      await replace(namespace, object);
      const after = await stored(namespace, 'Deployment', 'canonical');
      expect(after.template).toEqual(before.template);
      expect(after.versions).toBe(1);
    }
    const {code, stdout} = await kubectl(['diff', '-n', namespace, '-f', '-'], {input: object});
    expect({code, stdout}).toEqual({code: 0, stdout: ''});
    await kubectlOk(['annotate', 'deployment', 'canonical', `${key}-`, '-n', namespace]);
    const {template} = await stored(namespace, 'Deployment', 'canonical');
    expect((template['spec'] as JsonObject)['volumes']).toBeUndefined();
    expect(containersOf(template)).toEqual(['app app:1']);
  });

  test('that was deleted stops no scaling of a rewritten Deployment; a new image is denied until it is back', async () => {
    await webhook.publish('short', 'short:1');
    const make = (image: string): JsonObject => manifest('Deployment', {name: 'orphan', image, annotations: {[key]: 'short'}});
    await apply(namespace, make('app:1'));
    await webhook.withdraw('short');
    await kubectlOk(['scale', 'deployment/orphan', '--replicas=2', '-n', namespace]);
    await apply(namespace, make('app:1'));
    for (const pod of await podsOf(namespace, 'orphan')) expect(containersOf(pod)).toEqual(['app app:1', 'short short:1']);
    expect(await stored(namespace, 'Deployment', 'orphan')).toMatchObject({versions: 1});
    const {code, stderr} = await kubectl(['apply', '-n', namespace, '-f', '-'], {input: make('app:2')});
    expect(code).toBe(1);
    expect(stderr).toContain('Deployment refused: templateMissing: ');
    await webhook.publish('short', 'short:2');
    await apply(namespace, make('app:2'));
    expect(await stored(namespace, 'Deployment', 'orphan')).toMatchObject({
      containers: ['app app:2', 'short short:2'],
      versions: 2,
    });
  });
});

// Last: it stops the injector of the others.
test('a Deployment that was applied while no injector ran is told of at its next update, and mended by the next change', async () => {
  await webhook.injector.stop();
  const make = (image: string): JsonObject => manifest('Deployment', {name: 'missed', image, annotations});
  await apply(namespace, make('app:1'));
  expect(await stored(namespace, 'Deployment', 'missed')).toMatchObject({containers: ['app app:1'], versions: 1});
  webhook = await startWebhook();
  await webhook.publish('agent', 'agent:9');
  const {code, stderr} = await kubectl(['label', 'deployment', 'missed', 'team=blue', '-n', namespace]);
  expect(code).toBe(0);
  expect(stderr).toContain('notYetInjected');
  expect(await stored(namespace, 'Deployment', 'missed')).toMatchObject({containers: ['app app:1'], versions: 1});
  await apply(namespace, make('app:2'));
  expect(await stored(namespace, 'Deployment', 'missed')).toMatchObject({
    containers: ['app app:2', 'agent agent:9'],
    versions: 2,
  });
});
