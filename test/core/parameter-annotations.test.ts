import {describe, expect, test} from 'vitest';
import type {JsonObject} from '../../src/core/json.ts';
import type {Outcome} from '../../src/core/outcome.ts';
import {uninject} from '../../src/core/inject.ts';
import {at, create, deployment, pod, update} from '../helpers/objects.ts';
import {snapshot} from '../helpers/templates.ts';

const text = `pattern: sidecar
parameters: {port: {type: integer, default: 1}, level: {type: string, default: info}}
containers:
- {name: agent, image: "agent:1", args: ["\${params.port}", "\${params.level}"]}
`;
const templates = snapshot({
  agent: text,
  other: text.replace('name: agent', 'name: other'),
  'agent.v2': text.replace('name: agent', 'name: v2'),
});
const inject = {'pod-injector.dev/inject': 'agent'};
const port = 'pod-injector.dev/agent.port';
const level = 'pod-injector.dev/agent.level';

function args(outcome: Outcome, ...path: string[]): unknown {
  const containers = at(outcome.object, ...path, 'spec', 'containers') as readonly JsonObject[];
  return containers.find(({name}) => name === 'agent')?.['args'];
}

function codes(outcome: Outcome): string[] {
  return outcome.notes.map(({code}) => code);
}

const podOf = (annotations: JsonObject): JsonObject => pod('agent', {}, {annotations});
const pods = {view: 'pods'} as const;
const template = ['spec', 'template'] as const;

describe('on a pod', () => {
  test('parameters are read, and those of the namespace behind them, whatever its label', () => {
    const namespace = {name: 'shop', annotations: {[port]: '7', [level]: 'far'}};
    expect(args(create(podOf({[level]: 'near'}), templates, {namespace}))).toEqual(['7', 'near']);
  });

  test('a wrong parameter refuses the pod', () => {
    const {verdict} = create(podOf({[port]: 'x'}), templates);
    expect(verdict.kind === 'refused' && verdict.faults[0]).toMatchObject({
      code: 'badParameter',
      path: '/metadata/annotations/pod-injector.dev~1agent.port',
    });
  });

  test('a parameter of a template that nobody knows is told to be one, not a misspelt key', () => {
    const messageOf = (key: string): string | undefined =>
      create(podOf({[`pod-injector.dev/${key}`]: '1'}), templates).notes[0]?.message;
    expect(messageOf('envoy.x')).toBe(
      'pod-injector.dev/envoy.x sets a parameter of the template envoy, which is not asked for here',
    );
    expect(messageOf('agnet.port')).toMatch(/did you mean pod-injector.dev\/agent.port\?$/);
    expect(messageOf('injct')).toMatch(/did you mean pod-injector.dev\/inject\?$/);
  });

  test('an optional template with a wrong parameter is left out', () => {
    const outcome = create(pod('agent?', {}, {annotations: {[port]: 'x'}}), templates);
    expect(outcome.verdict.kind).not.toBe('refused');
    expect(outcome.templates[0]).toMatchObject({kind: 'skipped', reason: 'badParameter'});
  });

  test('a parameter of a template that is not asked for is a note', () => {
    const outcome = create(podOf({'pod-injector.dev/other.port': '1', 'pod-injector.dev/agent.v2.port': '1'}), templates);
    expect(outcome.notes).toMatchObject([
      {code: 'parameterUnused', template: 'other', path: '/metadata/annotations/pod-injector.dev~1other.port'},
      {code: 'parameterUnused', template: 'agent.v2'},
    ]);
  });

  test('a misspelt template in a key is a note that names the right key', () => {
    const [note] = create(podOf({'pod-injector.dev/agnt.port': '1'}), templates).notes;
    expect(note).toMatchObject({
      code: 'unknownAnnotation',
      message: expect.stringMatching(/did you mean pod-injector\.dev\/agent\.port\?$/) as string,
    });
  });

  test('a second review changes nothing, whatever the parameters', () => {
    const first = create(podOf({[port]: '5'}), templates);
    expect(create(first.object, templates).verdict).toEqual({kind: 'alreadyInjected'});
  });
});

describe('on a workload that asks', () => {
  const namespace = {name: 'shop', annotations: {[level]: 'far', 'pod-injector.dev/other.port': '3'}};
  const asks = deployment({...inject, [port]: '5'});
  const injected = create(asks, templates, {namespace});

  test('parameters count, and are written into the pod template with those of the namespace', () => {
    expect(args(injected, ...template)).toEqual(['5', 'far']);
    expect(at(injected.object, ...template, 'metadata', 'annotations')).toMatchObject({...inject, [port]: '5', [level]: 'far'});
    expect(at(injected.object, ...template, 'metadata', 'annotations', 'pod-injector.dev/other.port')).toBeUndefined();
  });

  test('its pods need no other source', () => {
    const own = {apiVersion: 'v1', kind: 'Pod', ...(at(injected.object, ...template) as JsonObject)};
    expect(create(own, templates)).toMatchObject({verdict: {kind: 'alreadyInjected'}, object: own, notes: []});
  });

  test('what the pod template sets itself stays, and is nearer', () => {
    const outcome = create(deployment({...inject, [port]: '5'}, {annotations: {[port]: '6'}}), templates);
    expect(args(outcome, ...template)).toEqual(['6', 'info']);
    expect(uninject(outcome.object).object).toEqual(deployment({...inject, [port]: '5'}, {annotations: {[port]: '6'}}));
  });

  test('all of it goes again', () => {
    expect(uninject(injected.object).object).toEqual(asks);
  });

  test('another value is another pod template, and the same value no change', () => {
    const same = update(injected.object, asks, templates, {namespace});
    expect(same.object).toEqual(injected.object);
    const changed = update(injected.object, deployment({...inject, [port]: '9'}), templates, {namespace});
    expect(args(changed, ...template)).toEqual(['9', 'far']);
    expect(at(changed.object, ...template, 'metadata', 'annotations', port)).toBe('9');
    const gone = update(injected.object, deployment(inject), templates, {namespace: {name: 'shop'}});
    expect(args(gone, ...template)).toEqual(['1', 'info']);
    expect(at(gone.object, ...template, 'metadata', 'annotations', port)).toBeUndefined();
  });

  test('a changed namespace alone starts no rollout', () => {
    expect(update(injected.object, asks, templates).object).toEqual(injected.object);
  });
});

describe('on a workload that does not ask itself', () => {
  test('a parameter is a note that names its place', () => {
    const outcome = create(deployment({[port]: '5'}, {annotations: inject}), templates, pods);
    expect(args(outcome, ...template)).toEqual(['1', 'info']);
    expect(outcome.notes).toMatchObject([
      {code: 'parameterMisplaced', template: 'agent', message: expect.stringMatching(/put it on the pod template$/) as string},
    ]);
  });

  test('the same where the namespace asks', () => {
    const namespace = {name: 'shop', labels: {'pod-injector.dev/injection': 'enabled'}, annotations: {...inject, [level]: 'far'}};
    const outcome = create(deployment({[port]: '5'}), templates, {namespace, ...pods});
    expect(codes(outcome)).toEqual(['parameterMisplaced']);
    expect(args(outcome, ...template)).toEqual(['1', 'far']);
  });
});
