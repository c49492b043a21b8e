import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {createWorkQueue, type Pace, type WorkQueue, type WorkResult} from '../../src/cluster/queue.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

type Key = 'a' | 'b';
const done: WorkResult = {kind: 'done'};

/** A queue whose looks are written down, with the time of each. */
function makeQueue(work: (key: Key) => Promise<WorkResult>, pace: Partial<Pace> = {}) {
  const looks: string[] = [];
  const times: number[] = [];
  const thrown: string[] = [];
  const startMs = performance.now();
  const queue: WorkQueue<Key> = createWorkQueue<Key>({
    work: (key) => {
      looks.push(key);
      times.push(Math.round(performance.now() - startMs));
      return work(key);
    },
    onThrow: (_key, message) => thrown.push(message),
    random: () => 1,
    monotonicMs: () => performance.now(),
    pace,
  });
  return {queue, looks, times, thrown};
}

test('what is added many times before its turn is looked at once', async () => {
  const {queue, looks} = makeQueue(async () => done);
  for (const key of ['a', 'b', 'a', 'a'] as const) queue.add(key);
  expect(queue.depth()).toBe(2);
  await vi.runAllTimersAsync();
  expect(looks).toEqual(['a', 'b']);
  expect(queue.depth()).toBe(0);
});

test('what is added during its look is looked at once more, never at the same time', async () => {
  let open = 0;
  let most = 0;
  const {queue, looks} = makeQueue(async () => {
    open += 1;
    most = Math.max(most, open);
    if (looks.length === 1) {
      queue.add('a');
      queue.add('a');
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    open -= 1;
    return done;
  });
  queue.add('a');
  await vi.runAllTimersAsync();
  expect(looks).toEqual(['a', 'a']);
  expect(most).toBe(1);
});

test('a key that fails is tried again after pauses that double up to the longest, and from the first one after a success', async () => {
  let fails = 5;
  const {queue, times} = makeQueue(async () => (fails-- > 0 ? {kind: 'retry'} : done), {firstRetryMs: 100, mostRetryMs: 400});
  queue.add('a');
  await vi.runAllTimersAsync();
  expect(times).toEqual([0, 100, 300, 700, 1100, 1500]);
  fails = 1;
  queue.add('a');
  await vi.runAllTimersAsync();
  expect(times.slice(6)).toEqual([1500, 1600]);
});

test('the pause of one key keeps no other one waiting', async () => {
  const {queue, looks} = makeQueue(async (key) => (key === 'a' && looks.length === 1 ? {kind: 'retry'} : done), {
    firstRetryMs: 1000,
  });
  queue.add('a');
  await vi.advanceTimersByTimeAsync(10);
  queue.add('b');
  await vi.runAllTimersAsync();
  expect(looks).toEqual(['a', 'b', 'a']);
});

test('a rejection is told and tried again', async () => {
  const {queue, looks, thrown} = makeQueue(async () => {
    if (looks.length === 1) throw new Error('a fault of ours');
    return done;
  });
  queue.add('a');
  await vi.runAllTimersAsync();
  expect(looks).toHaveLength(2);
  expect(thrown).toEqual(['a fault of ours']);
});

test('a look that asks for another one later gets it, and the nearest of several plans counts', async () => {
  let again: number | undefined = 5000;
  const {queue, times} = makeQueue(async () => {
    const result: WorkResult = again === undefined ? done : {kind: 'done', againMs: again};
    again = undefined;
    return result;
  });
  queue.add('a');
  await vi.advanceTimersByTimeAsync(100);
  queue.addAfter('a', 60_000);
  queue.addAfter('a', 1000);
  await vi.runAllTimersAsync();
  // One look at the nearest time; what was planned for later was that look.
  expect(times).toEqual([0, 1100]);
});

test('a plan beyond what a timer can hold does not run at once', async () => {
  const {queue, times} = makeQueue(async () => done);
  queue.addAfter('a', 40 * 24 * 3_600_000);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(times).toEqual([]);
  await queue.stop();
});

test('a key that is added again and again runs a burst, and then at the pace', async () => {
  const {queue, looks} = makeQueue(
    async () => {
      queue.add('a');
      return done;
    },
    {burst: 3, everyMs: 1000},
  );
  queue.add('a');
  await vi.advanceTimersByTimeAsync(500);
  expect(looks).toHaveLength(3);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(looks.length).toBeGreaterThanOrEqual(12);
  expect(looks.length).toBeLessThanOrEqual(14);
  await queue.stop();
});

test('stopping waits for the look under way, and nothing follows it', async () => {
  let ended = false;
  let told = false;
  const queue = createWorkQueue<Key>({
    work: async (_key, signal) => {
      signal.addEventListener('abort', () => (told = true));
      await new Promise((resolve) => setTimeout(resolve, 200));
      ended = true;
      return {kind: 'retry'};
    },
    onThrow: () => undefined,
    random: () => 1,
    monotonicMs: () => performance.now(),
  });
  queue.add('a');
  queue.add('b');
  await vi.advanceTimersByTimeAsync(100);
  const stopped = queue.stop().then(() => ended);
  await vi.advanceTimersByTimeAsync(100);
  expect(await stopped).toBe(true);
  expect(told).toBe(true);
  queue.add('a');
  queue.addAfter('b', 10);
  expect(queue.depth()).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});
