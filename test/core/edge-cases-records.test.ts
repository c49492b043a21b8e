import {describe, expect, test} from 'vitest';
import {handleReview} from '../../src/admission/handle.ts';
import {uninject} from '../../src/core/inject.ts';
import type {Json, JsonObject} from '../../src/core/json.ts';
import {at, create, deployment, pod, update} from '../helpers/objects.ts';
import {set} from '../helpers/set.ts';
import {snapshot} from '../helpers/templates.ts';

const statusKey = 'pod-injector.dev/status';
const injectKey = 'pod-injector.dev/inject';

const templates = snapshot({
  agent: 'pattern: sidecar\ncontainers: [{name: agent, image: "agent:1"}]\n',
  scraped: 'pattern: sidecar\nmetadata: {annotations: {scrape: "yes"}, labels: {scraped: "yes"}}\n',
  rare: 'pattern: sidecar\nwhen: has(pod.spec.nothing)\ncontainers: [{name: rare, image: "rare:1"}]\n',
  grouped: 'pattern: sidecar\nspec: {securityContext: {fsGroup: 1}}\n',
  gives: 'pattern: sidecar\napp: {env: [{name: REDIS_HOST, value: far}]}\n',
  redis: `
pattern: ambassador
ambassador: [{listen: 6379, redirect: {host: REDIS_HOST}, upstream: {host: UPSTREAM}}]
containers: [{name: proxy, image: "proxy:1"}]
`,
});

const forged = (status: JsonObject): JsonObject => ({
  annotations: {[statusKey]: JSON.stringify({v: 1, at: 'pod', app: ['web'], ...status})},
});

describe('metadata that a manifest leaves empty', () => {
  test.each([null, {}, {annotations: null}, {annotations: {}}, {annotations: null, labels: null}])(
    '%j of a pod is there again afterwards, and a second review knows the pod again',
    (metadata) => {
      const namespace = {
        name: 'shop',
        labels: {'pod-injector.dev/injection': 'enabled'},
        annotations: {[injectKey]: 'scraped,agent'},
      };
      const object = {...pod(undefined), metadata};
      const first = create(object, templates, {namespace});
      expect(first.verdict.kind).toBe('injected');
      expect(create(first.object, templates, {namespace}).object).toBe(first.object);
      expect(uninject(first.object).object).toEqual(object);
    },
  );

  test('holds what another injector wrote there since', () => {
    const object = deployment({[injectKey]: 'scraped'}, {annotations: null, labels: null});
    const injected = create(object, templates).object;
    const more = set(injected, ['spec', 'template', 'metadata', 'annotations', 'mesh'], 'yes');
    expect(at(uninject(more).object, 'spec', 'template', 'metadata')).toEqual({annotations: {mesh: 'yes'}, labels: null});
  });
});

describe('a record that nobody of ours wrote', () => {
  test.each<JsonObject>([
    {templates: [{name: 'agent', hash: 'x', added: {'~': 'x'}}]},
    {templates: [{name: 'agent', hash: 'x', added: {metadata: 1}}]},
    {templates: [{name: 'agent', hash: 'x', added: {metadata: {annotations: 1}}}]},
    {templates: [{name: 'agent', hash: 'x', added: {metadata: {annotations: {[injectKey]: 1}}}}]},
    {templates: [{name: 'agent', hash: 'x', added: {spec: {'~': {}}}}]},
    {templates: [{name: 'agent', hash: 'x', added: {}}]},
    {templates: [{name: 'agent', hash: 'x', added: {spec: {containers: {}}}}]},
    {own: 1, templates: []},
    {own: {metadata: 1}, templates: []},
    {own: {metadata: {annotations: {note: 1}}}, templates: []},
    {own: {metadata: {annotations: {'~': 'x'}}}, templates: []},
    {own: {metadata: {'~': []}}, templates: []},
    {own: {spec: {containers: {web: 1}}}, templates: []},
  ])('is not read: %j', (status) => {
    const object = pod('agent', {}, forged(status));
    const outcome = create(object, templates);
    expect(outcome.verdict.kind).toBe('injected');
    expect(at(outcome.object, 'spec', 'containers', 0, 'name')).toBe('web');
    expect(uninject(object)).toMatchObject({verdict: {kind: 'skipped', reason: 'notInjected'}, object});
  });

  test.each<JsonObject>([{runAsUser: null}, {seLinuxOptions: {}}, {seLinuxOptions: {level: null}}, {supplementalGroups: []}])(
    'is no longer one that says %j stood there, for that counts as unset',
    (securityContext) => {
      const object = pod('grouped', {securityContext});
      const first = create(object, templates);
      expect(at(first.object, 'spec', 'securityContext', 'fsGroup')).toBe(1);
      expect(create(first.object, templates).verdict.kind).toBe('alreadyInjected');
      expect(uninject(first.object).object).toEqual(object);
    },
  );

  test('gives an image back that was none', () => {
    const object = pod('agent', {containers: [{name: 'agent', image: {name: null}}]});
    expect(uninject(create(object, templates).object).object).toEqual(object);
  });

  test('puts nothing in the place of a container', () => {
    const added = {spec: {containers: {web: {'~': {name: 'web', image: 'evil:1'}}}}};
    const object = pod(undefined, {}, forged({templates: [{name: 'agent', hash: 'x', added}]}));
    expect(at(uninject(object).object, 'spec')).toEqual(object['spec']);
  });

  test('of a condition that had left a template out does not stand where the condition holds', () => {
    const object = pod('agent,rare', {nothing: 1}, forged({templates: [{name: 'rare', skipped: 'whenFalse'}]}));
    expect(at(create(object, templates).object, 'spec', 'containers', 2, 'name')).toBe('rare');
  });
});

describe('a pod of several templates', () => {
  test('of which a condition left one out is injected already at the second review', () => {
    const first = create(pod('agent,rare'), templates);
    expect(first.templates).toMatchObject([{kind: 'injected'}, {kind: 'skipped', reason: 'whenFalse'}]);
    const second = create(first.object, templates);
    expect(second.verdict.kind).toBe('alreadyInjected');
    expect(second.object).toBe(first.object);
  });

  test('of which one turns what another gave comes apart by an update that changes nothing', () => {
    const object = deployment({[injectKey]: 'gives,redis'});
    const stored = create(object, templates).object;
    expect(update(stored, object, templates).object).toEqual(set(stored, ['metadata'], object['metadata']));
    expect(uninject(stored).object).toEqual(object);
  });
});

test.each<JsonObject>([{}, {containerName: ''}, {containerName: null, resource: 'limits.cpu'}])(
  'a resourceFieldRef that is %j comes back from an ambassador as it was',
  (resourceFieldRef) => {
    const env = [{name: 'REDIS_HOST', valueFrom: {resourceFieldRef}}];
    const object = pod('redis', {containers: [{name: 'web', image: 'web:1', env}]});
    const first = create(object, templates);
    expect(first.verdict.kind).toBe('injected');
    expect(uninject(first.object).object).toEqual(object);
  },
);

describe('lists that no API server takes', () => {
  test.each<[string, JsonObject, string]>([
    ['a map of variables', {env: {A: 'b'}}, '/spec/containers/0/env'],
    ['a variable that is none', {env: [null]}, '/spec/containers/0/env'],
    ['a port that is none', {ports: ['80']}, '/spec/containers/0/ports'],
  ])('%s is refused with the place', (_, fields, path) => {
    const outcome = create(pod('agent', {containers: [{name: 'web', image: 'web:1', ...fields}]}), templates);
    expect(outcome.verdict).toMatchObject({kind: 'refused', faults: [{code: 'malformed', path}]});
  });

  test.each([
    ['containers', 'a', 'a', 'two containers are named "a"'],
    ['initContainers', 'a', 'a', 'two containers are named "a"'],
    ['containers', null, '', 'two containers are named ""'],
  ])('two of %s by one name, %j and %j, are refused with the place', (list, one, other, message) => {
    const twins = [
      {name: one, image: 'a:1'},
      {name: other, image: 'a:2'},
    ];
    const outcome = create(pod('agent', {[list]: twins}), templates);
    expect(outcome.verdict).toMatchObject({
      kind: 'refused',
      faults: [{code: 'malformed', message, path: `/spec/${list}/1/name`}],
    });
  });
});

test.each<[Json, string]>([
  [true, '"true"'],
  [['agent', 'scraped'], '"agent,scraped"'],
  [{agent: true}, '"NAME,NAME"'],
  [[{}], '"NAME,NAME"'],
])('an annotation that is %j is refused, and what to write instead is said', (value, text) => {
  const {verdict} = create(set(pod(''), ['metadata', 'annotations', injectKey], value), templates);
  expect(verdict).toMatchObject({
    kind: 'refused',
    faults: [{code: 'badAnnotation', fix: `write ${injectKey}: ${text} with quotes`}],
  });
});

describe('a pod of more than anybody has', () => {
  const named = (count: number): readonly JsonObject[] =>
    Array.from({length: count}, (_, index) => ({name: `c${index}`, image: 'auto'}));

  test('is refused in a few words where it could not be stored', () => {
    const outcome = create(pod('redis', {containers: named(150_000)}), templates);
    expect(outcome.verdict).toMatchObject({kind: 'refused', faults: [{code: 'malformed', path: '/spec/containers'}]});
  });

  test('is told of some of its faults, and how many there are', () => {
    const object = pod('agent', {containers: named(5000)});
    const request = {uid: 'u', operation: 'CREATE', kind: {kind: 'Pod', version: 'v1'}, object};
    const review = {apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request};
    const {body} = handleReview(review, {templates, namespaceOf: () => undefined});
    expect(body).toContain('and 4980 more');
    expect(body.length).toBeLessThan(10_000);
  });
});
