import {readFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {handleReview} from '../../src/admission/handle.ts';
import type {JsonObject} from '../../src/core/json.ts';
import {loadTemplates} from '../../src/templates/files.ts';
import {deployment, pod} from '../helpers/objects.ts';
import {operationsOf, patched, reviewOf} from '../helpers/review.ts';
import {admit, answer, context} from './context.ts';

describe('the answer', () => {
  test('repeats uid, apiVersion and kind, and nothing of the request', () => {
    const {text} = admit(pod(undefined), {uid: 'the "uid" \u2028'});
    expect(JSON.parse(text)).toEqual({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: {uid: 'the "uid" \u2028', allowed: true, auditAnnotations: {verdict: 'skipped', reason: 'notAsked'}},
    });
  });

  test('has patch and patchType together', () => {
    const {response} = admit(pod('agent'));
    expect(response.patchType).toBe('JSONPatch');
    expect(patched(pod('agent'), response)).toMatchObject({
      spec: {containers: [{name: 'web'}, {name: 'agent'}], volumes: [{name: 'logs'}]},
    });
  });

  test.each<[string, JsonObject]>([
    ['asks for nothing', pod(undefined)],
    ['opts out', pod('false')],
    ['is refused', pod('nope')],
    [
      'is of a kind that is not ours',
      {apiVersion: 'v1', kind: 'Service', metadata: {name: 'x', annotations: {'pod-injector.dev/inject': 'agent'}}},
    ],
    ['is a workload whose pods are injected later', deployment(undefined, {annotations: {'pod-injector.dev/inject': 'agent'}})],
  ])('has neither for an object that %s', (_, object) => {
    const {response} = admit(object);
    expect(response).not.toHaveProperty('patch');
    expect(response).not.toHaveProperty('patchType');
  });

  test('a second review, which every injected pod gets, is empty and without warnings', () => {
    const first = admit(pod('agent,setup'));
    const again = patched(pod('agent,setup'), first.response);
    const {response} = admit(again);
    expect(response).toEqual({
      uid: response.uid,
      allowed: true,
      auditAnnotations: {verdict: 'alreadyInjected', templates: 'agent,setup'},
    });
  });

  test('the same review gives the same bytes, whatever was reviewed before', () => {
    const first = admit(pod('setup,agent')).text;
    admit(pod('agent'));
    expect(admit(pod('setup,agent')).text).toBe(first);
  });

  test('operations have a fixed order, parents before children, and escaped paths', () => {
    const operations = operationsOf(admit(pod('agent,setup')).response);
    expect(operations.map(({op, path}) => `${op} ${path}`)).toEqual([
      'add /metadata/annotations/pod-injector.dev~1status',
      'add /spec/containers/0/env',
      'add /spec/containers/0/volumeMounts',
      'add /spec/containers/-',
      'add /spec/volumes',
      'add /spec/initContainers',
    ]);
  });

  test('the review of the examples, as an API server sends it, is injected once', async () => {
    const review = JSON.parse(readFileSync('examples/review.json', 'utf8')) as {request: {object: JsonObject}};
    const {snapshot} = await loadTemplates(['examples/templates']);
    const from = {...context, templates: snapshot};
    const {response} = answer(review, from);
    expect(response.auditAnnotations).toEqual({verdict: 'injected', templates: 'log-shipper'});
    const object = patched(review.request.object, response);
    const again = answer({...review, request: {...review.request, object}}, from);
    expect(again.response).not.toHaveProperty('patch');
    expect(again.response).not.toHaveProperty('warnings');
  });
});

describe('what is no review is answered with a Status of 400 that says what to send', () => {
  const review = reviewOf(pod('agent'));
  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'notAReview'],
    ['null', null, 'notAReview'],
    ['a list', [], 'notAReview'],
    ['a string', 'AdmissionReview', 'notAReview'],
    ['another kind', {...review, kind: 'Pod'}, 'notAReview'],
    ['v1beta1', {...review, apiVersion: 'admission.k8s.io/v1beta1'}, 'unsupportedVersion'],
    ['no version', {kind: 'AdmissionReview', request: {}}, 'unsupportedVersion'],
    ['no request', {...review, request: undefined}, 'noRequest'],
    ['a request that is a list', {...review, request: []}, 'noRequest'],
    ['no uid', {...review, request: {...(review['request'] as JsonObject), uid: undefined}}, 'noUid'],
    ['a uid that is a number', {...review, request: {...(review['request'] as JsonObject), uid: 7}}, 'noUid'],
    ['an answer instead of a request', {...review, request: null, response: {uid: 'x', allowed: true}}, 'noRequest'],
  ])('%s', (_, body, code) => {
    const {status, body: text, log} = handleReview(body, context);
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      reason: 'BadRequest',
      code: 400,
    });
    expect((JSON.parse(text) as {message: string}).message).toMatch(new RegExp(`^${code}: .+; .+`));
    expect(log).toMatchObject({verdict: 'badRequest', reason: code, kind: 'other'});
  });
});

describe('what is not ours is allowed untouched', () => {
  const object = pod('agent');
  const asking = deployment({'pod-injector.dev/inject': 'agent'});
  test.each<[string, JsonObject]>([
    ['DELETE, whose object is null', {operation: 'DELETE', object: null, oldObject: object}],
    ['CONNECT', {operation: 'CONNECT', subResource: 'exec', object: {apiVersion: 'v1', kind: 'PodExecOptions'}}],
    ['pods/ephemeralcontainers', {operation: 'UPDATE', subResource: 'ephemeralcontainers', object, oldObject: object}],
    ['pods/resize', {operation: 'UPDATE', subResource: 'resize', object, oldObject: object}],
    ['deployments/status', {operation: 'UPDATE', subResource: 'status', object: asking, oldObject: deployment(undefined)}],
    ['pods/eviction', {operation: 'CREATE', subResource: 'eviction', object}],
    ['an UPDATE of a pod', {operation: 'UPDATE', object, oldObject: object}],
    ['an operation of the future', {operation: 'PATCHWORK', object}],
    ['an object that is a list', {object: [object]}],
    ['no object', {object: undefined}],
  ])('%s', (_, request) => {
    const {response, log} = admit(object, request);
    expect(response).not.toHaveProperty('patch');
    expect(response).toMatchObject({uid: response.uid, allowed: true});
    expect(log).toMatchObject({verdict: 'skipped', reason: 'notOurs', patchBytes: 0});
  });

  test.each<[string, JsonObject, string]>([
    [
      'a custom resource of a kind of ours',
      {...deployment({'pod-injector.dev/inject': 'agent'}), apiVersion: 'example.com/v1'},
      'notOurs',
    ],
    [
      'a workload without a pod template',
      {...deployment({'pod-injector.dev/inject': 'agent'}), spec: {replicas: 1}},
      'noPodTemplate',
    ],
    ['a mirror pod', pod('agent', {}, {annotations: {'kubernetes.io/config.mirror': 'abc'}}), 'mirrorPod'],
    [
      'an owned ReplicaSet',
      {
        ...deployment({'pod-injector.dev/inject': 'agent'}),
        kind: 'ReplicaSet',
        metadata: {
          name: 'x',
          annotations: {'pod-injector.dev/inject': 'agent'},
          ownerReferences: [{apiVersion: 'apps/v1', kind: 'Deployment', name: 'x', uid: '1', controller: true}],
        },
      },
      'owned',
    ],
  ])('%s', (_, ours, reason) => {
    const {response} = admit(ours);
    expect(response).not.toHaveProperty('patch');
    expect(response).toMatchObject({allowed: true, auditAnnotations: {verdict: 'skipped', reason}});
  });
});

describe('dryRun', () => {
  test('is answered with the same bytes, and the log says so', () => {
    const wet = admit(pod('agent'));
    const dry = admit(pod('agent'), {dryRun: true});
    expect(dry.text).toBe(wet.text);
    expect([wet.log.dryRun, dry.log.dryRun]).toEqual([false, true]);
  });
});

describe('the namespace', () => {
  test('is that of the request, because the object has often none of its own', () => {
    const {metadata, ...rest} = pod(undefined);
    const nameless = {...rest, metadata: {generateName: `${String((metadata as JsonObject)['name'])}-`}};
    const {response, log} = admit(nameless, {namespace: 'injected'});
    expect(response).toHaveProperty('patch');
    expect(log).toMatchObject({namespace: 'injected', name: 'web-', kind: 'Pod'});
  });

  test('of the object is not asked when the request names another', () => {
    const {response} = admit(pod(undefined, {}, {namespace: 'injected'}), {namespace: 'shop'});
    expect(response).not.toHaveProperty('patch');
  });
});
