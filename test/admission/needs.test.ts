import {expect, test} from 'vitest';
import type {HandleContext} from '../../src/admission/handle.ts';
import {needsOf} from '../../src/admission/needs.ts';
import type {NamespaceFacts} from '../../src/core/decide.ts';
import type {JsonObject} from '../../src/core/json.ts';
import {reviewOf} from '../helpers/review.ts';
import {snapshot} from '../helpers/templates.ts';

const text = 'pattern: sidecar\ncontainers: [{name: agent, image: "agent:1"}]\n';
const inject = 'pod-injector.dev/inject';

function contextWith(names: readonly string[], namespace?: Omit<NamespaceFacts, 'name'>): HandleContext {
  const templates = snapshot(Object.fromEntries(names.map((name) => [name, text])));
  return {templates, namespaceOf: (name) => (namespace === undefined ? undefined : {name, ...namespace})};
}

function pod(annotations: JsonObject | undefined): JsonObject {
  const metadata = {name: 'web', namespace: 'shop', ...(annotations === undefined ? {} : {annotations})};
  return {apiVersion: 'v1', kind: 'Pod', metadata, spec: {containers: [{name: 'web', image: 'nginx'}]}};
}

function deployment(own: JsonObject, template: JsonObject): JsonObject {
  const metadata = {name: 'web', namespace: 'shop', annotations: own};
  return {apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: {template: pod(template)}};
}

test('nothing is needed where memory holds all that is asked for, whatever the namespace', () => {
  expect(needsOf(reviewOf(pod({[inject]: 'a'})), contextWith(['a']))).toBeUndefined();
  expect(needsOf(reviewOf(pod(undefined)), contextWith([], {}))).toBeUndefined();
});

test('a template that memory lacks is needed, optional or not', () => {
  expect(needsOf(reviewOf(pod({[inject]: 'a,b,c?'})), contextWith(['a']))).toEqual({namespace: undefined, templates: ['b', 'c']});
});

test('of a legacy annotation both names may fit, and memory is asked under both first', () => {
  const legacy = pod({'initializer.kubernetes.io/agent': 'true'});
  expect(needsOf(reviewOf(legacy), contextWith([]))).toEqual({namespace: undefined, templates: ['agent', 'agent-initializer']});
  expect(needsOf(reviewOf(legacy), contextWith(['agent-initializer']))).toBeUndefined();
});

test('an unknown namespace is needed where nobody nearer decides, or where the pod asks for its list', () => {
  const needs = {namespace: 'shop', templates: []};
  expect(needsOf(reviewOf(pod(undefined)), contextWith([]))).toEqual(needs);
  expect(needsOf(reviewOf(pod({[inject]: 'true'})), contextWith([]))).toEqual(needs);
  expect(needsOf(reviewOf(pod({[inject]: 'false'})), contextWith([]))).toBeUndefined();
});

test('once the namespace is known, the templates on its list are needed', () => {
  const annotations = {[inject]: 'a,b'};
  const enabled = {labels: {'pod-injector.dev/injection': 'enabled'}, annotations};
  expect(needsOf(reviewOf(pod(undefined)), contextWith(['a'], enabled))).toEqual({namespace: undefined, templates: ['b']});
  expect(needsOf(reviewOf(pod(undefined)), contextWith(['a'], {annotations}))).toBeUndefined();
  expect(needsOf(reviewOf(pod({[inject]: 'true'})), contextWith(['a'], {annotations}))).toEqual({
    namespace: undefined,
    templates: ['b'],
  });
});

test('an unknown namespace is needed where a template looks at it: by a parameter, or by an expression', () => {
  const sidecar = 'pattern: sidecar\ncontainers: [{name: agent, image: "agent:1"}]\n';
  const templates = snapshot({
    plain: sidecar,
    parameters: `${sidecar}parameters: {a: {type: string, default: x}}\n`,
    labels: `${sidecar}when: has(namespaceObject.metadata.labels.x)\n`,
    pods: `${sidecar}when: has(pod.spec.x)\n`,
  });
  const needs = (list: string): unknown => needsOf(reviewOf(pod({[inject]: list})), {templates, namespaceOf: () => undefined});
  expect(needs('plain,pods')).toBeUndefined();
  expect(needs('plain,parameters')).toEqual({namespace: 'shop', templates: []});
  expect(needs('labels')).toEqual({namespace: 'shop', templates: []});
  const known = {templates, namespaceOf: (name: string) => ({name})};
  expect(needsOf(reviewOf(pod({[inject]: 'labels,parameters'})), known)).toBeUndefined();
});

test('of a workload the pod template and the workload itself are looked at', () => {
  const asked = deployment({[inject]: 'a'}, {[inject]: 'b'});
  expect(needsOf(reviewOf(asked), contextWith([]))).toEqual({namespace: undefined, templates: ['b', 'a']});
});

test('what is not answered by an injection needs nothing', () => {
  const asks = pod({[inject]: 'a'});
  const none = contextWith([]);
  expect(needsOf(reviewOf(asks, {operation: 'UPDATE'}), none)).toBeUndefined();
  expect(needsOf(reviewOf(asks, {operation: 'DELETE', object: null}), none)).toBeUndefined();
  expect(needsOf(reviewOf(asks, {subResource: 'ephemeralcontainers'}), none)).toBeUndefined();
  expect(needsOf(reviewOf({...asks, kind: 'ConfigMap'}), none)).toBeUndefined();
  expect(needsOf({}, none)).toBeUndefined();
});

test('names that no object can have are never asked for', () => {
  const odd = pod({'initializer.kubernetes.io/..': 'true', 'initializer.kubernetes.io/A': 'true'});
  expect(needsOf(reviewOf(odd), contextWith([]))).toBeUndefined();
  expect(needsOf(reviewOf(pod(undefined), {namespace: '../..'}), contextWith([]))).toBeUndefined();
});
