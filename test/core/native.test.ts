import {describe, expect, test} from 'vitest';
import {inject, uninject} from '../../src/core/inject.ts';
import {asList, asObject, type JsonObject} from '../../src/core/json.ts';
import {namesIn} from '../../src/core/scene.ts';
import type {Note} from '../../src/core/outcome.ts';
import type {Template} from '../../src/core/template.ts';
import {frozen} from '../helpers/frozen.ts';
import {at, create, deployment, pod, update} from '../helpers/objects.ts';
import {set} from '../helpers/set.ts';
import {snapshotOf, templateValue} from '../helpers/template-value.ts';

const agent: JsonObject = {
  name: 'agent',
  image: 'agent:1',
  startupProbe: {httpGet: {port: 1}},
  lifecycle: {preStop: {sleep: {seconds: 1}}},
};

/** A template of one container that prepares nothing. */
function sidecar(name: string, more: Partial<Template> = {}): Template {
  return templateValue(name, {native: 'auto', containers: [{name, image: `${name}:1`}], ...more});
}

const prepared = (name: string, more: Partial<Template> = {}): Template =>
  sidecar(name, {initContainers: [{name: `${name}-init`, image: `${name}-init:1`}], ...more});

const migrate = {name: 'migrate', image: 'migrate:1'};

/** The names in both lists: `['migrate', 'agent'], ['web']`. */
function lists(object: JsonObject): readonly (readonly string[])[] {
  const spec = asObject(object['spec']);
  return [namesIn(spec?.['initContainers']), namesIn(spec?.['containers'])];
}

describe('a native template', () => {
  test('becomes an init container that always restarts, with its probes and lifecycle', () => {
    const {object, templates} = create(pod('agent'), snapshotOf(templateValue('agent', {native: 'auto', containers: [agent]})));
    expect(at(object, 'spec', 'initContainers')).toEqual([{...agent, restartPolicy: 'Always'}]);
    expect(lists(object)).toEqual([['agent'], ['web']]);
    expect(templates).toMatchObject([{kind: 'injected', native: true}]);
  });

  test.each([
    ['auto', 31, ['web', 'agent'], false],
    ['auto', 32, ['web'], true],
    ['always', 29, ['web'], undefined],
    ['never', 40, ['web', 'agent'], undefined],
  ] as const)('of native: %s on 1.%i leaves %j in the containers', (native, serverMinor, names, chosen) => {
    const {object, templates, notes} = create(pod('agent'), snapshotOf(sidecar('agent', {native})), {serverMinor});
    expect(lists(object)[1]).toEqual(names);
    expect(templates[0]?.native).toBe(chosen);
    expect(notes).toEqual([]);
  });

  test('of native: always is refused where the API server is too old, and an optional one is left out', () => {
    const templates = snapshotOf(sidecar('agent', {native: 'always'}));
    const {verdict} = create(pod('agent'), templates, {serverMinor: 28});
    expect(verdict).toMatchObject({kind: 'refused', faults: [{code: 'nativeUnsupported'}]});
    expect(verdict).toMatchObject({faults: [{message: expect.stringMatching(/agent.*1\.29.*1\.28/) as string}]});
    expect(create(pod('agent?'), templates, {serverMinor: 28}).templates).toMatchObject([
      {kind: 'skipped', reason: 'nativeUnsupported'},
    ]);
  });

  test('of native: auto says so when the version had to be assumed, and no other does', () => {
    const codes = (native: Template['native']): readonly string[] =>
      create(pod('agent'), snapshotOf(sidecar('agent', {native}))).notes.map((note) => note.code);
    expect(codes('auto')).toEqual(['nativeAssumed']);
    expect(codes('always')).toEqual([]);
    expect(codes('never')).toEqual([]);
  });

  test('that the pod has stays what it is when the cluster is upgraded', () => {
    const templates = snapshotOf(sidecar('agent'));
    for (const [before, after] of [
      [31, 32],
      [32, 31],
    ] as const) {
      const first = create(pod('agent'), templates, {serverMinor: before});
      const second = create(first.object, templates, {serverMinor: after});
      expect(second.verdict.kind).toBe('alreadyInjected');
      expect(second.object).toBe(first.object);
    }
  });
});

describe('the order of the init containers', () => {
  const templates = (...list: readonly Template[]) => snapshotOf(...list);
  const init = (
    asked: string,
    list: readonly Template[],
    own: readonly JsonObject[] = [migrate],
  ): readonly string[] | undefined => {
    const outcome = create(pod(asked, {initContainers: own}), templates(...list));
    expect(outcome.verdict).toEqual({kind: 'injected'});
    return lists(outcome.object)[0];
  };

  test("puts native sidecars before the application's, each right after what prepares it, in the order of the list", () => {
    expect(init('a,b', [prepared('a'), prepared('b')])).toEqual(['a-init', 'a', 'b-init', 'b', 'migrate']);
    expect(init('b,a', [prepared('a'), sidecar('b')])).toEqual(['b', 'a-init', 'a', 'migrate']);
  });

  test('puts the init containers of other templates last', () => {
    const list = [prepared('classic', {native: 'never'}), prepared('a'), prepared('after', {native: 'never'})];
    expect(init('classic,a,after', list)).toEqual(['a-init', 'a', 'migrate', 'classic-init', 'after-init']);
    expect(init('classic,a,after', list, [])).toEqual(['a-init', 'a', 'classic-init', 'after-init']);
  });

  test('puts a template of hand-written native sidecars where the others are', () => {
    const own = templateValue('own', {pattern: 'init', initContainers: [{name: 'own', image: 'own:1', restartPolicy: 'Always'}]});
    expect(init('own', [own])).toEqual(['own', 'migrate']);
  });

  test('leaves what the author customised where it is, and keeps what prepares before what it prepares', () => {
    const custom = (name: string): JsonObject => ({name, image: 'auto'});
    expect(init('a', [prepared('a')], [migrate, custom('a-init')])).toEqual(['migrate', 'a-init', 'a']);
    expect(init('a', [prepared('a')], [migrate, custom('a')])).toEqual(['a-init', 'migrate', 'a']);
    expect(init('a,b', [prepared('a'), prepared('b')], [custom('a'), migrate])).toEqual([
      'a-init',
      'a',
      'b-init',
      'b',
      'migrate',
    ]);
    expect(init('a,b', [sidecar('a'), sidecar('b')], [custom('a'), migrate])).toEqual(['a', 'b', 'migrate']);
    expect(init('b,a', [sidecar('a'), sidecar('b')], [custom('a'), migrate])).toEqual(['b', 'a', 'migrate']);
  });

  test('is what the position says', () => {
    const first = [sidecar('a'), sidecar('b', {position: 'first'}), sidecar('c', {position: 'first'}), sidecar('d')];
    expect(init('a,b,c,d', first)).toEqual(['b', 'c', 'a', 'd', 'migrate']);
    expect(init('a', [prepared('a', {position: {before: 'migrate'}})])).toEqual(['a-init', 'a', 'migrate']);
    expect(init('a', [prepared('a', {position: {after: 'migrate'}})])).toEqual(['migrate', 'a-init', 'a']);
    expect(init('a,b', [sidecar('a'), sidecar('b', {position: {before: 'a'}}), sidecar('c')])).toEqual(['b', 'a', 'migrate']);
  });

  test('puts what is placed first before the native sidecars', () => {
    const early = templateValue('early', {pattern: 'init', position: 'first', initContainers: [{name: 'early', image: 'e:1'}]});
    expect(init('early,a', [early, sidecar('a')])).toEqual(['early', 'a', 'migrate']);
    expect(init('a,early', [early, sidecar('a')])).toEqual(['early', 'a', 'migrate']);
  });

  test('does not know a neighbour in the other list, and refuses one that is in none', () => {
    const beside = (name: string) => sidecar('a', {position: {before: name}});
    expect(init('a', [beside('web')])).toEqual(['a', 'migrate']);
    const old = create(pod('a', {initContainers: [migrate]}), templates(beside('migrate')), {serverMinor: 30});
    expect(lists(old.object)).toEqual([['migrate'], ['web', 'a']]);
    for (const serverMinor of [30, 36]) {
      const {verdict} = create(pod('a'), templates(beside('nobody')), {serverMinor});
      expect(verdict).toMatchObject({kind: 'refused', faults: [{code: 'positionMissing'}]});
    }
  });
});

describe("the author's container of a native sidecar's name", () => {
  const templates = snapshotOf(prepared('agent', {containers: [agent], native: 'always'}));
  const custom: JsonObject = {name: 'agent', image: 'auto', imagePullPolicy: 'Always', env: [{name: 'LEVEL', value: 'debug'}]};
  const customised = (spec: JsonObject = {}): JsonObject =>
    pod('agent', {containers: [{name: 'web', image: 'web:1'}, custom, {name: 'api', image: 'api:1'}], ...spec});

  test('moves with it and customises it', () => {
    const {object, verdict} = create(customised({initContainers: [migrate]}), templates);
    expect(verdict.kind).toBe('injected');
    expect(lists(object)).toEqual([
      ['agent-init', 'agent', 'migrate'],
      ['web', 'api'],
    ]);
    const [, moved] = asList(at(object, 'spec', 'initContainers'));
    expect(moved).toMatchObject({
      ...agent,
      env: custom['env'] as JsonObject[],
      imagePullPolicy: 'IfNotPresent',
      restartPolicy: 'Always',
    });
  });

  test('is put back at its place by uninject, whatever init containers there were', () => {
    for (const spec of [{}, {initContainers: [migrate]}, {initContainers: []}, {initContainers: null}]) {
      const before = frozen(customised(spec));
      const {object} = create(before, templates);
      expect(object).not.toEqual(before);
      const back = uninject(frozen(object)).object;
      expect(back).toEqual(before);
      expect(Object.keys(back['spec'] as JsonObject)).toEqual(Object.keys(before['spec'] as JsonObject));
    }
  });

  test('customises it in the init containers too', () => {
    const before = pod('agent', {initContainers: [migrate, {name: 'agent', image: 'agent:2'}]});
    const {object} = create(before, templates);
    expect(lists(object)).toEqual([['agent-init', 'migrate', 'agent'], ['web']]);
    expect(at(object, 'spec', 'initContainers', 2)).toMatchObject({image: 'agent:2', restartPolicy: 'Always'});
    expect(uninject(object).object).toEqual(before);
  });

  test.each([
    ['in both lists', {containers: [{name: 'web', image: 'w:1'}, custom], initContainers: [custom]}, 'containerConflict'],
    ['as the only container', {containers: [custom]}, 'noContainersLeft'],
    [
      'with another restartPolicy',
      {
        containers: [
          {name: 'web', image: 'w:1'},
          {...custom, restartPolicy: 'Never'},
        ],
      },
      'containerConflict',
    ],
    [
      'in the init containers with another restartPolicy',
      {initContainers: [{...custom, restartPolicy: 'OnFailure'}]},
      'containerConflict',
    ],
  ])('is refused %s', (_, spec, code) => {
    expect(create(pod('agent', spec), templates).verdict).toMatchObject({kind: 'refused', faults: [{code}]});
  });

  test('is a conflict in the init containers where the sidecar is classic', () => {
    const {verdict} = create(pod('agent', {initContainers: [custom]}), snapshotOf(sidecar('agent')), {serverMinor: 31});
    expect(verdict).toMatchObject({kind: 'refused', faults: [{code: 'containerConflict'}]});
  });

  test('of another template that was injected before is a conflict', () => {
    const both = snapshotOf(sidecar('a', {native: 'never', containers: [agent]}), sidecar('b', {containers: [agent]}));
    expect(create(pod('a,b'), both).verdict).toMatchObject({kind: 'refused', faults: [{code: 'containerConflict'}]});
  });

  test('moves in a workload, and stays moved when the same manifest is applied again', () => {
    const manifest = deployment({'pod-injector.dev/inject': 'agent'}, {}, customised()['spec'] as JsonObject);
    const stored = create(manifest, templates).object;
    const spec = ['spec', 'template', 'spec'] as const;
    expect(lists(at(stored, 'spec', 'template') as JsonObject)).toEqual([
      ['agent-init', 'agent'],
      ['web', 'api'],
    ]);
    expect(uninject(stored).object).toEqual(manifest);
    // `kubectl apply` brings the author's container again and leaves the moved one.
    const applied = set(stored, [...spec, 'containers'], at(manifest, ...spec, 'containers') as JsonObject[]);
    const again = update(stored, applied, templates);
    expect(again.object).toEqual(stored);
    expect(update(stored, manifest, templates).object).toEqual(stored);
  });

  test('keeps what was changed by hand when the annotation goes', () => {
    const manifest = deployment({'pod-injector.dev/inject': 'agent'}, {}, customised()['spec'] as JsonObject);
    const stored = create(manifest, templates).object;
    const edited = set(stored, ['spec', 'template', 'spec', 'initContainers', 1, 'env', 0, 'value'], 'trace');
    const {object} = update(stored, set(edited, ['metadata', 'annotations'], undefined), templates);
    const wanted = set(manifest, ['spec', 'template', 'spec', 'containers', 1, 'env', 0, 'value'], 'trace');
    expect(at(object, 'spec', 'template')).toEqual(at(wanted, 'spec', 'template'));
  });
});

test('a forged record does not move an init container', () => {
  const status = {
    v: 1,
    at: 'pod',
    app: ['web'],
    templates: [{name: 'agent', hash: 'x', added: {spec: {containers: {migrate: {'<': ['initContainers', 0]}}}}}],
  };
  const forged = pod('agent', {initContainers: [migrate]}, {annotations: {'pod-injector.dev/status': JSON.stringify(status)}});
  expect(lists(uninject(forged).object)).toEqual([['migrate'], ['web']]);
});

test.each(['Job', 'CronJob'])('a native sidecar in a %s is not warned about, a classic one is', (kind) => {
  const template = {
    metadata: {annotations: {'pod-injector.dev/inject': 'agent'}},
    spec: {containers: [{name: 'web', image: 'web:1'}]},
  };
  const spec = kind === 'Job' ? {template} : {jobTemplate: {spec: {template}}};
  const object = {apiVersion: 'batch/v1', kind, metadata: {name: 'web'}, spec};
  const notes = (native: Template['native'], serverMinor: number): readonly Note[] =>
    inject({
      operation: 'CREATE',
      object,
      namespace: {name: 'shop'},
      templates: snapshotOf(sidecar('agent', {native})),
      serverMinor,
    }).notes;
  const codes = (...of: Parameters<typeof notes>): readonly string[] => notes(...of).map((note) => note.code);
  expect(notes('never', 36)[0]?.message).toMatch(/; write native: auto in the template$/);
  expect(notes('auto', 29)[0]?.message).toMatch(/; write native: always in the template$/);
  expect(notes('auto', 28)[0]?.message).toMatch(/; ask for it on other workloads alone$/);
  expect(codes('auto', 31)).toEqual(['classicSidecarInJob']);
  expect(codes('never', 36)).toEqual(['classicSidecarInJob']);
  expect(codes('auto', 32)).toEqual([]);
  expect(codes('always', 31)).toEqual([]);
});
