import {beforeAll, expect, onTestFinished, test} from 'vitest';
import {createClient, type ApiClient} from '../../src/cluster/client.ts';
import {connect} from '../../src/cluster/kubeconfig.ts';
import {joinElection, type Election} from '../../src/cluster/lease.ts';
import {controlPlane, eventually, kubectlGet, makeNamespace} from './harness/index.ts';

let namespace = '';
let client: ApiClient;
beforeAll(async () => {
  namespace = await makeNamespace();
  const connection = await connect({kind: 'kubeconfig', path: controlPlane().kubeconfig});
  if ('code' in connection) throw new Error(connection.message);
  client = createClient(connection);
  return () => client.close();
});

function candidate(name: string, identity: string): Election {
  const election = joinElection({
    client,
    namespace,
    name,
    identity,
    now: Date.now,
    monotonicMs: () => performance.now(),
    random: Math.random,
    onLeading: () => undefined,
    onFault: () => undefined,
    timing: {leaseDurationMs: 2000, renewDeadlineMs: 1500, retryPeriodMs: 200},
  });
  onTestFinished(() => election.stop());
  return election;
}

const specOf = async (name: string) => (await kubectlGet<{spec: Record<string, unknown>}>('lease', name, '-n', namespace)).spec;

test('the API server takes what is written: to acquire, to renew, to give back and to take over', async () => {
  const one = candidate('handed-over', 'one');
  await eventually(() => one.isLeader(), {what: 'the first to lead'});
  const acquired = await specOf('handed-over');
  expect(acquired).toMatchObject({holderIdentity: 'one', leaseDurationSeconds: 2, leaseTransitions: 0});
  await eventually(async () => (await specOf('handed-over'))['renewTime'] !== acquired['renewTime'], {what: 'a renewal'});
  const two = candidate('handed-over', 'two');
  await eventually(() => two.holder() === 'one', {what: 'the second to see the first'});
  await one.stop();
  await eventually(() => two.isLeader(), {what: 'the second to lead'});
  expect(await specOf('handed-over')).toMatchObject({holderIdentity: 'two', leaseTransitions: 1});
  await two.stop();
  expect((await specOf('handed-over'))['holderIdentity'] ?? '').toBe('');
});

test('of twenty that start at once one leads, and one after the other as each ends', async () => {
  const left = Array.from({length: 20}, (_, index) => candidate('contested', `candidate-${index}`));
  for (let round = 0; round < 5; round += 1) {
    const leader = await eventually(() => left.find((one) => one.isLeader()), {what: 'a leader'});
    expect(left.filter((one) => one.isLeader())).toEqual([leader]);
    left.splice(left.indexOf(leader), 1);
    await leader.stop();
  }
  expect(await specOf('contested')).toMatchObject({leaseTransitions: expect.any(Number)});
});

test('a leader steps down while the API server is away, and leads again after', async () => {
  const one = candidate('away', 'one');
  await eventually(() => one.isLeader(), {what: 'it to lead'});
  await controlPlane().pauseApiServer();
  try {
    await eventually(() => !one.isLeader(), {what: 'it to step down'});
    expect(one.fault()?.code).toBe('apiTimeout');
  } finally {
    await controlPlane().resumeApiServer();
  }
  await eventually(() => one.isLeader(), {what: 'it to lead again'});
  expect(one.fault()).toBeUndefined();
});
