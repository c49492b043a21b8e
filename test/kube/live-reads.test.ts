import {expect, test} from 'vitest';
import {createLiveReads, type LiveRead, type LiveReads} from '../../src/cluster/live-reads.ts';

interface Reads {
  readonly live: LiveReads<string>;
  /** Names that were read, and results in their order. */
  readonly read: string[];
  readonly results: string[];
  /** Lets the reads that are under way come to this. */
  answer(result: LiveRead<string>): Promise<void>;
  pass(ms: number): void;
}

function setUp(maxAtOnce?: number): Reads {
  let nowMs = 1000;
  const read: string[] = [];
  const results: string[] = [];
  let waiting: ((result: LiveRead<string>) => void)[] = [];
  const live = createLiveReads<string>({
    now: () => nowMs,
    onResult: (kind) => results.push(kind),
    read: (name) => {
      read.push(name);
      return new Promise((resolve) => waiting.push(resolve));
    },
    ...(maxAtOnce === undefined ? {} : {maxAtOnce}),
  });
  return {
    live,
    read,
    results,
    answer: async (result) => {
      for (const resolve of waiting) resolve(result);
      waiting = [];
      await new Promise(setImmediate);
    },
    pass: (ms) => {
      nowMs += ms;
    },
  };
}

test('all who need a name at the same time share one read', async () => {
  const {live, read, results, answer} = setUp();
  const both = Promise.all([live.read('a'), live.read('a')]);
  await answer({kind: 'found', value: 'A'});
  await both;
  expect(read).toEqual(['a']);
  expect(results).toEqual(['found']);
  expect(live.found('a')).toBe('A');
  expect(live.wants('a')).toBe(false);
});

test('a name that is not there is not asked for again for two seconds', async () => {
  const {live, answer, pass} = setUp();
  const reading = live.read('a');
  await answer({kind: 'absent'});
  await reading;
  pass(1999);
  expect([live.found('a'), live.wants('a')]).toEqual([undefined, false]);
  pass(1);
  expect(live.wants('a')).toBe(true);
});

test('a read that failed is not repeated at once either, so that a slow API server is not asked by each pod', async () => {
  const {live, answer} = setUp();
  const reading = live.read('a');
  await answer({kind: 'failed'});
  await reading;
  expect(live.wants('a')).toBe(false);
});

test('an event of the watch clears what was read', async () => {
  const {live, answer} = setUp();
  const reading = live.read('a');
  await answer({kind: 'absent'});
  await reading;
  live.forget('a');
  expect(live.wants('a')).toBe(true);
});

test('what a read finds after the watch has told of the name is not kept: it may be older', async () => {
  const {live, answer} = setUp();
  const reading = live.read('a');
  live.forget('a');
  await answer({kind: 'found', value: 'old'});
  await reading;
  expect(live.found('a')).toBeUndefined();
});

test('a pod with a hundred names does not make a hundred requests at once', async () => {
  const {live, read, results, answer} = setUp(3);
  const reading = Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => live.read(name)));
  await answer({kind: 'absent'});
  await reading;
  expect(read).toEqual(['a', 'b', 'c']);
  expect(results).toEqual(['tooMany', 'tooMany', 'absent', 'absent', 'absent']);
});
