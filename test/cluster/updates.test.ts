import {beforeAll, beforeEach, describe, expect, test} from 'vitest';
import type {JsonObject} from '../../src/core/json.ts';
import {at} from '../helpers/objects.ts';
import {kubectl, kubectlOk, makeNamespace} from './harness/index.ts';
import {manifest, type ManifestOptions, type WorkloadKind} from './live/manifest.ts';
import {apply, replace, stored, type Stored} from './live/state.ts';
import {startWebhook, type LiveWebhook} from './live/webhook.ts';

const key = 'pod-injector.dev/inject';
const plain = ['app app:1'];

let webhook: LiveWebhook;
let namespace = '';
/** Of the template, that a test may publish a newer one. */
let version = 0;
let agent = '';
/** Each attempt has a workload of its own. */
let subjects = 0;
beforeAll(async () => {
  webhook = await startWebhook();
  namespace = await makeNamespace();
  await webhook.publish('other', 'other:1');
});

async function newVersion(): Promise<void> {
  version += 1;
  agent = `agent:${version}`;
  await webhook.publish('agent', agent);
}

/** What an author has written and applied, and how it is stored. */
interface Subject {
  readonly kind: WorkloadKind;
  readonly name: string;
  readonly object: JsonObject;
  readonly before: Stored;
}

const onWorkload: ManifestOptions = {annotations: {[key]: 'agent'}};
const onPods: ManifestOptions = {podAnnotations: {[key]: 'agent'}};

/** What authors do without a wish to change a pod. */
const routine: readonly (readonly [string, (subject: Subject) => Promise<unknown>])[] = [
  ['kubectl apply of the same manifest', ({object}) => apply(namespace, object)],
  ['kubectl replace with the same manifest', ({object}) => replace(namespace, object)],
  ['kubectl annotate', ({kind, name}) => kubectlOk(['annotate', kind, name, '-n', namespace, 'example.com/team=blue'])],
  ['kubectl label', ({kind, name}) => kubectlOk(['label', kind, name, '-n', namespace, 'team=blue'])],
  ['kubectl apply --server-side', ({object}) => apply(namespace, object, '--server-side', '--force-conflicts')],
  [
    'kubectl apply --server-side, twice',
    async ({object}) => {
      await apply(namespace, object, '--server-side', '--force-conflicts');
      await apply(namespace, object, '--server-side');
    },
  ],
  ['kubectl apply of the same manifest with --dry-run=server', ({object}) => apply(namespace, object, '--dry-run=server')],
];

describe.each([
  ['Deployment', 'on itself', onWorkload],
  ['StatefulSet', 'on itself', onWorkload],
  ['DaemonSet', 'on itself', onWorkload],
  ['Deployment', 'on its pod template', onPods],
] as const)('a %s with the annotation %s', (kind, _where, options) => {
  const injected = (): string[] => (options === onWorkload ? [...plain, `agent ${agent}`] : plain);
  let subject: Subject;
  beforeEach(async () => {
    if (version === 0) await newVersion();
    subjects += 1;
    const name = `${kind.toLowerCase()}-${subjects}`;
    const object = manifest(kind, {name, ...options});
    await apply(namespace, object);
    subject = {kind, name, object, before: await stored(namespace, kind, name)};
    expect(subject.before).toMatchObject({containers: injected(), versions: 1});
  });
  const now = (): Promise<Stored> => stored(namespace, subject.kind, subject.name);

  /** The pod template is as it was, and there is no new version of it. */
  async function expectNoRollout(): Promise<void> {
    const {template, versions} = await now();
    expect(template).toEqual(subject.before.template);
    expect(versions).toBe(1);
  }

  async function expectNoDiff(): Promise<void> {
    const {code, stdout, stderr} = await kubectl(['diff', '-n', namespace, '-f', '-'], {input: subject.object});
    expect({code, stdout, stderr}).toEqual({code: 0, stdout: '', stderr: ''});
  }

  test.each(routine)('%s starts no rollout, and there is no diff', async (_what, act) => {
    await act(subject);
    await expectNoRollout();
    await expectNoDiff();
  });

  test.each(routine)('%s starts no rollout either when the template has changed', async (_what, act) => {
    await newVersion();
    await act(subject);
    await expectNoRollout();
    await expectNoDiff();
  });

  test('a second apply leaves the generation as it was', async () => {
    await apply(namespace, subject.object);
    const {object} = await now();
    expect(at(object, 'metadata', 'generation')).toBe(at(subject.before.object, 'metadata', 'generation'));
  });

  // Nobody scales a DaemonSet.
  const scaling = kind === 'DaemonSet' ? [] : ['kubectl scale changes the number and nothing else'];
  test.each(scaling)('%s', async () => {
    await newVersion();
    await kubectlOk(['scale', kind, subject.name, '--replicas=3', '-n', namespace]);
    expect(at((await now()).object, 'spec', 'replicas')).toBe(3);
    await expectNoRollout();
    // The author's manifest says 1, and that is all that differs.
    const {code, stdout} = await kubectl(['diff', '-n', namespace, '-f', '-'], {input: subject.object});
    expect(code).toBe(1);
    const lines = stdout.split('\n').filter((line) => /^[-+] /.test(line) && !line.includes('generation:'));
    expect(lines.map((line) => line.replace(/\s+/, ' '))).toEqual(['- replicas: 3', '+ replicas: 1']);
  });

  test('kubectl get | kubectl apply starts no rollout, and neither does the manifest after it', async () => {
    const text = await kubectlOk(['get', kind, subject.name, '-n', namespace, '-o', 'yaml']);
    await newVersion();
    await kubectlOk(['apply', '-n', namespace, '-f', '-'], {input: text});
    await expectNoRollout();
    // What was applied last now holds the sidecar, so kubectl asks for it to be taken out.
    await apply(namespace, subject.object);
    await expectNoRollout();
  });

  test('kubectl rollout restart starts one', async () => {
    await kubectlOk(['rollout', 'restart', kind, subject.name, '-n', namespace]);
    expect(await now()).toMatchObject({versions: 2, containers: injected()});
    await apply(namespace, subject.object);
    expect(await now()).toMatchObject({versions: 2});
  });

  test('kubectl rollout restart after the template changed takes the new one', async () => {
    await newVersion();
    await kubectlOk(['rollout', 'restart', kind, subject.name, '-n', namespace]);
    expect(await now()).toMatchObject({versions: 2, containers: injected()});
  });

  test('a new image starts one', async () => {
    await apply(namespace, manifest(kind, {name: subject.name, image: 'app:2', ...options}));
    expect(await now()).toMatchObject({versions: 2, containers: ['app app:2', ...injected().slice(1)]});
  });

  test('server-side apply of another manager conflicts as without us, and changes nothing', async () => {
    const other = manifest(kind, {name: subject.name, image: 'app:2', ...options});
    const {code, stderr} = await kubectl(['apply', '--server-side', '--field-manager=other', '-n', namespace, '-f', '-'], {
      input: other,
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /Apply failed with 1 conflict: conflict with "kubectl-client-side-apply".*\.spec\.template\.spec\.containers\[name="app"\]\.image/,
    );
    await expectNoRollout();
  });

  test('server-side apply that forces its way starts one rollout', async () => {
    const other = manifest(kind, {name: subject.name, image: 'app:2', ...options});
    await apply(namespace, other, '--server-side', '--field-manager=other', '--force-conflicts');
    expect(await now()).toMatchObject({versions: 2, containers: ['app app:2', ...injected().slice(1)]});
    await apply(namespace, other, '--server-side', '--field-manager=other');
    expect(await now()).toMatchObject({versions: 2});
  });
});

describe('a Job', () => {
  test.each([
    ['on itself', onWorkload],
    ['on its pod template', onPods],
  ])('with the annotation %s can be applied again, also when the template has changed', async (where, options) => {
    const object = manifest('Job', {name: `job-${where.replaceAll(' ', '-')}`, ...options});
    await apply(namespace, object);
    const read = () => stored(namespace, 'Job', String(at(object, 'metadata', 'name')));
    const {template} = await read();
    await apply(namespace, object);
    await apply(namespace, object, '--dry-run=server');
    await newVersion();
    await apply(namespace, object);
    await apply(namespace, object, '--server-side', '--force-conflicts');
    expect((await read()).template).toEqual(template);
    const {code, stdout} = await kubectl(['diff', '-n', namespace, '-f', '-'], {input: object});
    expect({code, stdout}).toEqual({code: 0, stdout: ''});
  });

  test('whose annotation is taken away keeps its pod template, and its author is told', async () => {
    await apply(namespace, manifest('Job', {name: 'job-withdrawn', ...onWorkload}));
    const before = await stored(namespace, 'Job', 'job-withdrawn');
    const {code, stderr} = await kubectl(['annotate', 'job', 'job-withdrawn', `${key}-`, '-n', namespace]);
    expect(code).toBe(0);
    expect(stderr).toContain('jobNotChanged');
    expect((await stored(namespace, 'Job', 'job-withdrawn')).template).toEqual(before.template);
  });
});

describe('what is no longer asked for is taken out', () => {
  const asking = (annotations: Readonly<Record<string, string>>): JsonObject =>
    manifest('Deployment', {name, ...(Object.keys(annotations).length === 0 ? {} : {annotations})});
  let name = '';
  let count = 0;
  beforeEach(async () => {
    if (version === 0) await newVersion();
    count += 1;
    name = `withdrawn-${count}`;
  });
  const now = (): Promise<Stored> => stored(namespace, 'Deployment', name);
  const annotate = (annotation: string): Promise<string> =>
    kubectlOk(['annotate', '--overwrite', 'deployment', name, annotation, '-n', namespace]);
  const both = {[key]: 'agent,other'};

  test.each([
    ['one template taken off the list by apply', () => apply(namespace, asking({[key]: 'other'})), ['other other:1']],
    ['one template taken off the list by annotate', () => annotate(`${key}=other`), ['other other:1']],
    ['the annotation removed by apply', () => apply(namespace, asking({})), []],
    ['the annotation removed by annotate', () => annotate(`${key}-`), []],
    ['"false" by apply', () => apply(namespace, asking({[key]: 'false'})), []],
    ['"false" by annotate', () => annotate(`${key}=false`), []],
    ['replace with a manifest that asks for nothing', () => replace(namespace, asking({})), []],
  ] as const)('%s', async (_what, act, left) => {
    await apply(namespace, asking(both));
    // Its controller has seen it, or there would be no version of it to count.
    await now();
    await act();
    expect(await now()).toMatchObject({versions: 2, containers: [...plain, ...left]});
    if (left.length === 0) {
      const {template} = await now();
      expect(
        at(template, 'metadata', 'annotations', 'pod-injector.dev/status') === undefined ||
          at(template, 'metadata', 'annotations', key) === 'false',
      ).toBe(true);
    }
  });

  test.each([
    ['one template taken off the list', {[key]: 'other'}, ['other other:1']],
    ['the annotation removed', {}, []],
    ['"false"', {[key]: 'false'}, []],
  ])('%s by server-side apply', async (_what, annotations, left) => {
    await apply(namespace, asking(both), '--server-side');
    expect(await now()).toMatchObject({containers: [...plain, `agent ${agent}`, 'other other:1']});
    await apply(namespace, asking(annotations), '--server-side');
    expect(await now()).toMatchObject({versions: 2, containers: [...plain, ...left]});
  });

  test('nothing of it is left in the pod template when the annotation is gone', async () => {
    const never = manifest('Deployment', {name: 'never-asked'});
    await apply(namespace, never);
    await apply(namespace, asking(both));
    await now();
    await annotate(`${key}-`);
    const {template} = await now();
    const other = await stored(namespace, 'Deployment', 'never-asked');
    expect(template['spec']).toEqual(other.template['spec']);
    expect(at(template, 'metadata', 'labels')).toEqual({app: name});
    expect(at(template, 'metadata', 'annotations')).toBeUndefined();
  });

  test('a legacy annotation set to "false"', async () => {
    const legacy = 'initializer.kubernetes.io/agent';
    await apply(namespace, asking({[legacy]: 'true'}));
    expect(await now()).toMatchObject({containers: [...plain, `agent ${agent}`]});
    await annotate(`${legacy}=false`);
    expect(await now()).toMatchObject({containers: plain});
  });
});

test('a Deployment that is annotated later is injected by that change, with one rollout', async () => {
  if (version === 0) await newVersion();
  await apply(namespace, manifest('Deployment', {name: 'later'}));
  expect(await stored(namespace, 'Deployment', 'later')).toMatchObject({containers: plain, versions: 1});
  await kubectlOk(['annotate', 'deployment', 'later', `${key}=agent`, '-n', namespace]);
  expect(await stored(namespace, 'Deployment', 'later')).toMatchObject({containers: [...plain, `agent ${agent}`], versions: 2});
});
