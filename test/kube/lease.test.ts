import {expect, onTestFinished, test} from 'vitest';
import {eventually} from '../../scripts/cluster/eventually.ts';
import {joinElection, type Election, type ElectionOptions} from '../../src/cluster/lease.ts';
import {microTime} from '../../src/cluster/lease-record.ts';
import type {Fault} from '../../src/core/errors.ts';
import {startObjectServer, type ObjectServer} from './object-server.ts';

const path = '/apis/coordination.k8s.io/v1/namespaces/pod-injector/leases/pod-injector';
// A tenth of the real times, so that the tests are quick.
const timing = {leaseDurationMs: 1500, renewDeadlineMs: 1000, retryPeriodMs: 200};

interface Candidate extends Election {
  /** What became of it, in order. */
  readonly history: string[];
  readonly faults: Fault[];
}

function candidate(server: ObjectServer, identity: string, options: Partial<ElectionOptions> = {}): Candidate {
  const history: string[] = [];
  const faults: Fault[] = [];
  const election = joinElection({
    client: server.client,
    namespace: 'pod-injector',
    name: 'pod-injector',
    identity,
    now: Date.now,
    monotonicMs: () => performance.now(),
    random: () => 0,
    onLeading: (leads) => history.push(leads ? 'leads' : 'ends'),
    onHolder: (holder) => history.push(`sees ${holder}`),
    onFault: (fault) => faults.push(fault),
    timing,
    ...options,
  });
  onTestFinished(() => election.stop());
  return {...election, history, faults};
}

const spec = (server: ObjectServer) => server.get(path)?.['spec'] as Readonly<Record<string, unknown>> | undefined;
const leads = (one: Election, what: string) => eventually(() => one.isLeader(), {what});

test('the first one makes the Lease, with the fields that kubectl and client-go read', async () => {
  const server = await startObjectServer();
  await leads(candidate(server, 'one'), 'the first to lead');
  expect(spec(server)).toMatchObject({holderIdentity: 'one', leaseTransitions: 0});
  const microTimePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
  expect(spec(server)?.['renewTime']).toMatch(microTimePattern);
  expect(spec(server)?.['acquireTime']).toMatch(microTimePattern);
});

test('a time has six digits of its second', () => {
  expect(microTime(Date.UTC(2026, 0, 2, 3, 4, 5, 6))).toBe('2026-01-02T03:04:05.006000Z');
});

test('of many that start at once one leads', async () => {
  const server = await startObjectServer();
  const all = ['a', 'b', 'c', 'd'].map((identity) => candidate(server, identity));
  await eventually(() => all.some((one) => one.isLeader()), {what: 'one to lead'});
  await eventually(() => all.every((one) => one.holder() !== ''), {what: 'all to see who leads'});
  expect(all.filter((one) => one.isLeader())).toHaveLength(1);
  expect(new Set(all.map((one) => one.holder())).size).toBe(1);
});

test('a leader renews, and keeps the time when it began', async () => {
  const server = await startObjectServer();
  await leads(candidate(server, 'one'), 'it to lead');
  const first = spec(server);
  const later = await eventually(() => (spec(server)?.['renewTime'] === first?.['renewTime'] ? undefined : spec(server)), {
    what: 'a renewal',
  });
  expect(later).toEqual({...first, renewTime: later['renewTime']});
});

test('who ends gives the Lease back, and the other has it before it would have expired', async () => {
  const server = await startObjectServer();
  const one = candidate(server, 'one', {timing: {...timing, leaseDurationMs: 600_000}});
  await leads(one, 'the first to lead');
  const two = candidate(server, 'two');
  await eventually(() => two.holder() === 'one', {what: 'the second to see the first'});
  await one.stop();
  expect(spec(server)).toMatchObject({holderIdentity: '', leaseDurationSeconds: 1, leaseTransitions: 0});
  expect(one.isLeader()).toBe(false);
  await leads(two, 'the second to lead');
  expect(spec(server)).toMatchObject({holderIdentity: 'two', leaseTransitions: 1});
});

test('one that ends without leading leaves the Lease alone', async () => {
  const server = await startObjectServer();
  await leads(candidate(server, 'one'), 'the first to lead');
  const two = candidate(server, 'two');
  await eventually(() => two.holder() === 'one', {what: 'the second to see the first'});
  await two.stop();
  expect(spec(server)).toMatchObject({holderIdentity: 'one'});
  expect(two.history).toEqual(['sees one']);
});

test('a holder that is not heard of is followed when its time has passed by the clock of the other', async () => {
  const server = await startObjectServer();
  const time = microTime(Date.now());
  server.put(path, {
    spec: {holderIdentity: 'dead', leaseDurationSeconds: 1, acquireTime: time, renewTime: time, leaseTransitions: 4},
  });
  const two = candidate(server, 'two');
  await leads(two, 'the second to take over');
  expect(two.history).toEqual(['sees dead', 'sees two', 'leads']);
  expect(spec(server)).toMatchObject({holderIdentity: 'two', leaseTransitions: 5});
});

test.each([
  ['ten minutes behind', -600_000],
  ['ten minutes ahead', 600_000],
])('a clock that is %s takes no Lease from one who renews it', async (_, offMs) => {
  const server = await startObjectServer();
  const one = candidate(server, 'one');
  await leads(one, 'the first to lead');
  const two = candidate(server, 'two', {now: () => Date.now() + offMs});
  const renewals = (): number => server.requests.filter(({method, path: at}) => method === 'PUT' && at === path).length;
  const before = renewals();
  await eventually(() => renewals() >= before + 10, {what: 'ten renewals'});
  expect(two.history).toEqual(['sees one']);
  expect(one.isLeader()).toBe(true);
});

test('a leader that cannot renew steps down, says why once, and leads again when it can', async () => {
  const server = await startObjectServer();
  const one = candidate(server, 'one');
  await leads(one, 'it to lead');
  server.refuse(() => 'cut');
  await eventually(() => !one.isLeader(), {what: 'it to step down'});
  await eventually(() => one.history.includes('ends'), {what: 'it to say so'});
  // On a busy machine an attempt may end by its time before the connection does: another reason, said once, too.
  const told = one.faults.map(({code}) => code);
  expect(told).toContain('apiUnreachable');
  expect(told).toEqual([...new Set(told)]);
  expect(told).toContain(one.fault()?.code);
  server.refuse(undefined);
  await leads(one, 'it to lead again');
  expect(one.fault()).toBeUndefined();
});

test('a leader that slept through its time does not think that it leads', async () => {
  const server = await startObjectServer();
  let sleptMs = 0;
  const one = candidate(server, 'one', {monotonicMs: () => performance.now() + sleptMs});
  await leads(one, 'it to lead');
  sleptMs = timing.renewDeadlineMs;
  // Nothing has run since: no timer, no answer.
  expect(one.isLeader()).toBe(false);
});

test('a leader whose Lease another one has written leads no more', async () => {
  const server = await startObjectServer();
  const one = candidate(server, 'one');
  await leads(one, 'it to lead');
  const time = microTime(Date.now());
  server.put(path, {
    spec: {holderIdentity: 'other', leaseDurationSeconds: 600, acquireTime: time, renewTime: time, leaseTransitions: 1},
  });
  await eventually(() => one.history.includes('ends'), {what: 'it to step down'});
  expect(one.holder()).toBe('other');
  expect(spec(server)).toMatchObject({holderIdentity: 'other'});
});

test('a Lease that somebody deletes is made again by who leads', async () => {
  const server = await startObjectServer();
  const one = candidate(server, 'one');
  await leads(one, 'it to lead');
  server.remove(path);
  await eventually(() => spec(server)?.['holderIdentity'] === 'one', {what: 'the Lease to be there again'});
  expect(one.history).toEqual(['sees one', 'leads']);
});

test('an empty Lease, made by hand, is nobody’s', async () => {
  const server = await startObjectServer();
  server.put(path, {spec: {}});
  await leads(candidate(server, 'one'), 'it to lead');
  expect(spec(server)).toMatchObject({holderIdentity: 'one', leaseTransitions: 1});
});

test('a Lease that may not be written is told with the missing rule', async () => {
  const server = await startObjectServer();
  server.refuse(({method}) => (method === 'POST' ? 403 : undefined));
  const one = candidate(server, 'one');
  const fault = await eventually(() => one.faults[0], {what: 'the fault'});
  expect(fault).toMatchObject({code: 'apiForbidden'});
  expect(fault.fix).toContain('apiGroups: ["coordination.k8s.io"], resources: [leases], verbs: [create]');
});
