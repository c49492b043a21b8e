import {expect, test} from 'vitest';
import {createEventRecorder, eventOf, type EventRecorder} from '../../src/cluster/events.ts';
import type {Fault} from '../../src/core/errors.ts';
import type {JsonObject} from '../../src/core/json.ts';
import {answer, startFakeApi, status, type FakeApi} from './fake-api.ts';

const words = {type: 'Warning', reason: 'TemplateRejected', message: 'broken'} as const;

function configMap(name: string, resourceVersion = '1'): JsonObject {
  return {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name, namespace: 'pod-injector', uid: 'u', resourceVersion}};
}

function recorder(api: FakeApi, clock: {nowMs: number}, limits = {}): {readonly events: EventRecorder; readonly faults: Fault[]} {
  const faults: Fault[] = [];
  const options = {client: api.client, now: () => clock.nowMs, onFault: (fault: Fault) => faults.push(fault)};
  return {events: createEventRecorder({...options, ...limits}), faults};
}

test('an Event names its object, and has the same name from each replica and at each time', () => {
  const {body, name} = eventOf(configMap('agent'), words, Date.parse('2026-01-02T03:04:05.678Z'));
  expect(body).toMatchObject({
    kind: 'Event',
    metadata: {name, namespace: 'pod-injector'},
    involvedObject: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'pod-injector',
      name: 'agent',
      uid: 'u',
      resourceVersion: '1',
    },
    type: 'Warning',
    reason: 'TemplateRejected',
    firstTimestamp: '2026-01-02T03:04:05Z',
    count: 1,
  });
  expect(eventOf(configMap('agent'), words, 0).name).toBe(name);
  expect(eventOf(configMap('agent', '2'), words, 0).name).not.toBe(name);
  expect(eventOf(configMap('a'.repeat(253)), words, 0).name.length).toBeLessThanOrEqual(253);
});

test('the same words about the same version are recorded once, and a 409 of another replica is no fault', async () => {
  const api = await startFakeApi();
  const {events, faults} = recorder(api, {nowMs: 0});
  events.record(configMap('agent'), words);
  events.record(configMap('agent'), words);
  api.intercept((_seen, response) => {
    answer(response, 409, status(409, 'already exists'));
    return true;
  });
  events.record(configMap('agent', '2'), words);
  await expect.poll(() => api.seen.length).toBe(2);
  // A whole round trip later both answers have been read.
  await api.client.request({path: '/version'});
  expect(api.seen[0]).toMatchObject({method: 'POST', path: '/api/v1/namespaces/pod-injector/events'});
  expect(faults).toEqual([]);
});

test('more Events than the limit are left out, and later ones are recorded again', async () => {
  const api = await startFakeApi();
  const clock = {nowMs: 0};
  const {events} = recorder(api, clock, {burst: 2, everyMs: 1000});
  for (const version of ['1', '2', '3']) events.record(configMap('agent', version), words);
  await expect.poll(() => api.seen.length).toBe(2);
  clock.nowMs = 1000;
  for (const version of ['4', '5']) events.record(configMap('agent', version), words);
  await expect.poll(() => api.seen.length).toBe(3);
});

test('an Event that is forbidden is a fault with the missing rule, and nothing more', async () => {
  const api = await startFakeApi();
  api.intercept((_seen, response) => {
    answer(response, 403, status(403, 'events is forbidden'));
    return true;
  });
  const {events, faults} = recorder(api, {nowMs: 0});
  events.record(configMap('agent'), words);
  await expect
    .poll(() => faults.map(({fix}) => fix))
    .toEqual(['allow it in a Role in namespace pod-injector: {apiGroups: [""], resources: [events], verbs: [create]}']);
});
