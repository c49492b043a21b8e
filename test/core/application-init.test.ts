import {expect, test} from 'vitest';
import {uninject} from '../../src/core/inject.ts';
import type {JsonObject} from '../../src/core/json.ts';
import {frozen} from '../helpers/frozen.ts';
import {at, create, pod} from '../helpers/objects.ts';
import {set} from '../helpers/set.ts';
import {snapshotOf, templateValue} from '../helpers/template-value.ts';

const container = {name: 'agent', image: 'agent:1'};
const env = [{name: 'AGENT', value: 'localhost'}];
const giving = (initContainers: readonly string[], more = {}) =>
  snapshotOf(
    templateValue('agent', {
      native: 'always',
      containers: [container],
      initContainers: [{name: 'agent-init', image: 'i:1'}],
      app: {
        initContainers,
        env,
        envFrom: [{configMapRef: {name: 'c'}}],
        volumeMounts: [{name: 'run', mountPath: '/run/agent'}],
        ...more,
      },
      volumes: [{name: 'run', emptyDir: {}}],
    }),
  );
const named = (name: string): JsonObject => ({name, image: `${name}:1`});
const inits = ['istio-init', 'migrate', 'seed'];
const web = pod('agent', {initContainers: inits.map(named)});

/** Names of the init containers that gained the variable. */
function gained(object: JsonObject): readonly unknown[] {
  const list = at(object, 'spec', 'initContainers') as readonly JsonObject[];
  return list.flatMap((one) => (JSON.stringify(one['env'] ?? []).includes('AGENT') ? [one['name']] : []));
}

test.each([
  [[], []],
  [['*'], ['migrate', 'seed']],
  [['seed'], ['seed']],
  [['istio-init'], ['istio-init']],
])("app.initContainers %j gives to the application's init containers %j", (initContainers, names) => {
  const {object, verdict} = create(frozen(web), giving(initContainers));
  expect(verdict.kind).toBe('injected');
  expect(gained(object)).toEqual(names);
  expect(uninject(frozen(object)).object).toEqual(web);
  expect(create(object, giving(initContainers)).object).toBe(object);
});

test('they gain the variables, their sources and the mounts', () => {
  const {object} = create(web, giving(['migrate']));
  expect(at(object, 'spec', 'initContainers', 3)).toEqual({
    ...named('migrate'),
    env,
    envFrom: [{configMapRef: {name: 'c'}}],
    volumeMounts: [{name: 'run', mountPath: '/run/agent'}],
  });
});

test('what they have already is kept, and a path that is taken is refused with its place', () => {
  const own = set(web, ['spec', 'initContainers', 1, 'env'], [{name: 'AGENT', value: 'mine'}]);
  expect(create(own, giving(['*'])).templates[0]?.kept).toEqual(['initContainers/migrate/env/AGENT']);
  const taken = set(web, ['spec', 'initContainers', 1, 'volumeMounts'], [{name: 'x', mountPath: '/run/agent'}]);
  // The template's own two come first.
  const path = '/spec/initContainers/3/volumeMounts/0';
  expect(create(taken, giving(['*'])).verdict).toMatchObject({kind: 'refused', faults: [{code: 'mountPathConflict', path}]});
});

test('one that the pod lacks is refused with the nearest name', () => {
  expect(create(web, giving(['sead'])).verdict).toMatchObject({
    kind: 'refused',
    faults: [{code: 'appContainerMissing', path: '/spec/initContainers', fix: 'did you mean seed?'}],
  });
  // A container is none.
  expect(create(web, giving(['web'])).verdict).toMatchObject({kind: 'refused', faults: [{code: 'appContainerMissing'}]});
});

test("what another injector added since is not the application's on a second review", () => {
  const first = create(pod('agent', {initContainers: [named('migrate')]}), giving(['*'])).object;
  const list = at(first, 'spec', 'initContainers') as readonly JsonObject[];
  // Another webhook stripped our sidecar and brought an init container of its own.
  const changed = set(first, ['spec', 'initContainers'], [named('mesh-setup'), ...list.filter((one) => one['name'] !== 'agent')]);
  const {object, verdict} = create(changed, giving(['*']));
  expect(verdict.kind).toBe('injected');
  expect(gained(object)).toEqual(['migrate']);
});

test('a status of the time before init containers were in it is read', () => {
  const first = create(web, giving(['*'])).object;
  const annotations = at(first, 'metadata', 'annotations') as Readonly<Record<string, string>>;
  const {appInit, ...status} = JSON.parse(annotations['pod-injector.dev/status'] ?? '') as Readonly<Record<string, unknown>>;
  expect(appInit).toEqual(['migrate', 'seed']);
  const older = set(first, ['metadata', 'annotations', 'pod-injector.dev/status'], JSON.stringify(status));
  expect(create(older, giving(['*'])).verdict.kind).toBe('alreadyInjected');
  expect(uninject(older).object).toEqual(web);
});

test('a forged record that names an init container of the application as injected is not believed', () => {
  const added = {spec: {initContainers: {migrate: 1, agent: 1, 'agent-init': 1}}};
  const status = {v: 1, at: 'pod', app: ['web'], appInit: ['migrate'], templates: [{name: 'agent', hash: 'x', added}]};
  const spec = {initContainers: ['migrate', 'agent', 'agent-init'].map(named)};
  const {verdict} = create(pod('agent', spec, {annotations: {'pod-injector.dev/status': JSON.stringify(status)}}), giving([]));
  expect(verdict.kind).toBe('injected');
});
