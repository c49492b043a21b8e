import {describe, expect, test} from 'vitest';
import type {JsonObject} from '../../src/core/json.ts';
import {pod} from '../helpers/objects.ts';
import {operationsOf, patched} from '../helpers/review.ts';
import {admit, answer} from './context.ts';

/** JSON as it arrives: `__proto__` is a key like another. */
function json(text: string): JsonObject {
  return JSON.parse(text) as JsonObject;
}

/** A review of a pod given as JSON text. */
function reviewText(podText: string): unknown {
  return json(`{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u","operation":"CREATE","namespace":"shop",
    "kind":{"group":"","version":"v1","kind":"Pod"},"object":${podText}}}`);
}

describe('keys that JavaScript objects have of their own', () => {
  test.each<[string, string]>([
    [
      'annotations',
      '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x","annotations":{"__proto__":"a","constructor":"b","toString":"c","pod-injector.dev/inject":"agent"}},"spec":{"containers":[{"name":"web","image":"i"}]}}',
    ],
    [
      'labels',
      '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x","labels":{"__proto__":"a","constructor":"b"},"annotations":{"pod-injector.dev/inject":"agent"}},"spec":{"containers":[{"name":"web","image":"i"}]}}',
    ],
    [
      'the spec',
      '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x","annotations":{"pod-injector.dev/inject":"agent"}},"spec":{"__proto__":{"volumes":[{"name":"logs"}]},"constructor":{},"nodeSelector":{"__proto__":"x"},"containers":[{"name":"web","image":"i","__proto__":{"env":[]}}]}}',
    ],
    [
      'the object',
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"apiVersion":"v1","kind":"Pod","metadata":{"name":"x","annotations":{"pod-injector.dev/inject":"agent"}},"spec":{"containers":[{"name":"web","image":"i"}]}}',
    ],
    [
      'names of containers, variables and volumes',
      '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"constructor","annotations":{"pod-injector.dev/inject":"agent"}},"spec":{"containers":[{"name":"__proto__","image":"i","env":[{"name":"__proto__","value":"v"},{"name":"constructor","value":"v"}]},{"name":"constructor","image":"i"}],"volumes":[{"name":"__proto__","emptyDir":{}}]}}',
    ],
  ])('in %s change nothing about the injection', (_, text) => {
    const {response} = answer(reviewText(text));
    expect(response.allowed).toBe(true);
    const operations = operationsOf(response);
    // Nothing of the patch touches them, so they arrive at the API server as they were.
    expect(operations.filter(({path}) => /__proto__|\/constructor/.test(path))).toEqual([]);
    expect(operations).toContainEqual(
      expect.objectContaining({op: 'add', path: '/spec/containers/-', value: expect.objectContaining({name: 'agent'})}),
    );
    expect(({} as {polluted?: unknown}).polluted).toBeUndefined();
  });

  test.each(['__proto__', 'constructor', 'hasOwnProperty'])('the template %s does not exist', (name) => {
    const {response} = admit(pod(name));
    expect(response.allowed).toBe(false);
    expect(admit(pod(undefined, {}, {annotations: {[`initializer.kubernetes.io/${name}`]: 'true'}})).response.allowed).toBe(
      false,
    );
  });

  test('a namespace, kind or operation of such a name is one like another', () => {
    for (const word of ['__proto__', 'constructor']) {
      expect(admit(pod('agent'), {namespace: word}).response).toHaveProperty('patch');
      expect(admit({...pod('agent'), kind: word}).log.reason).toBe('notOurs');
      expect(admit(pod('agent'), {operation: word}).log.reason).toBe('notOurs');
    }
  });
});

describe('what Go leaves out or writes as null', () => {
  test.each<[string, JsonObject]>([
    [
      'lists that are null',
      pod('agent', {
        volumes: null,
        initContainers: null,
        containers: [{name: 'web', image: 'i', env: null, volumeMounts: null, ports: null}],
      }),
    ],
    [
      'lists that are empty',
      pod('agent', {volumes: [], initContainers: [], containers: [{name: 'web', image: 'i', env: [], volumeMounts: []}]}),
    ],
    ['a creation time that is null', pod('agent', {}, {creationTimestamp: null})],
    ['a status', {...pod('agent'), status: {}}],
  ])('%s: the patch applies and is complete', (_, object) => {
    const {response} = admit(object);
    const result = patched(object, response);
    expect(result).toMatchObject({
      spec: {
        containers: [{name: 'web', env: [{name: 'LOG_DIR'}], volumeMounts: [{mountPath: '/logs'}]}, {name: 'agent'}],
        volumes: [{name: 'logs'}],
      },
    });
    expect(admit(result).response).not.toHaveProperty('patch');
  });

  test.each<[string, JsonObject]>([
    [
      'annotations that are null',
      {apiVersion: 'v1', kind: 'Pod', metadata: {name: 'x', annotations: null}, spec: {containers: [{name: 'web', image: 'i'}]}},
    ],
    ['no annotations', {apiVersion: 'v1', kind: 'Pod', metadata: {name: 'x'}, spec: {containers: [{name: 'web', image: 'i'}]}}],
    ['metadata that is null', {apiVersion: 'v1', kind: 'Pod', metadata: null, spec: {containers: [{name: 'web', image: 'i'}]}}],
  ])('%s: the namespace default still comes in', (_, object) => {
    const {response} = answer({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      request: {uid: 'u', operation: 'CREATE', namespace: 'injected', kind: {group: '', version: 'v1', kind: 'Pod'}, object},
    });
    const result = patched(object, response);
    expect(result).toMatchObject({metadata: {annotations: {'pod-injector.dev/status': expect.stringContaining('agent')}}});
    expect(result).toMatchObject({spec: {containers: [{name: 'web'}, {name: 'agent'}]}});
  });

  test('an object without its type gets that of the request', () => {
    const {apiVersion: _, kind: __, ...untyped} = pod('agent');
    const {response} = admit(pod('agent'), {object: untyped});
    expect(operationsOf(response).map(({path}) => path)).not.toContain('/kind');
    expect(patched(untyped, response)).toMatchObject({spec: {containers: [{name: 'web'}, {name: 'agent'}]}});
  });
});

test('fields that nobody here knows survive, and no operation touches them', () => {
  const future: JsonObject = {deep: [{a: null}, 1e21, '\u2028']};
  const object = {...pod('agent', {future, containers: [{name: 'web', image: 'i', future}]}), future};
  const {response} = admit(object);
  expect(patched(object, response)).toMatchObject({future, spec: {future, containers: [{future}, {name: 'agent'}]}});
  expect(JSON.stringify(operationsOf(response))).not.toContain('future');
});

test.each<[string, JsonObject]>([
  ['metadata', {...pod('agent'), metadata: 'x'}],
  ['annotations', {...pod('agent'), metadata: {name: 'x', annotations: ['pod-injector.dev/inject']}}],
  ['the annotation', {...pod('agent'), metadata: {name: 'x', annotations: {'pod-injector.dev/inject': {agent: true}}}}],
  ['the spec', {...pod('agent'), spec: []}],
  ['the containers', pod('agent', {containers: {web: {}}})],
  ['a container', pod('agent', {containers: ['web', null, 7, {name: 3}]})],
  ['the volumes', pod('agent', {volumes: 'all'})],
  ['owners', pod('agent', {}, {ownerReferences: {a: 1}})],
  ['the status', pod('agent', {}, {annotations: {'pod-injector.dev/status': '{"v":1,"at":"pod","app":"x","templates":[null]}'}})],
])('%s of a shape that no API server sends is answered all the same', (_, object) => {
  const review = {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {uid: 'u', operation: 'CREATE', namespace: 'shop', object},
  };
  const {response} = answer(review);
  expect(response.uid).toBe('u');
  expect(response.patch === undefined).toBe(response.patchType === undefined);
  expect(response.allowed || response.status?.code === 422).toBe(true);
});
