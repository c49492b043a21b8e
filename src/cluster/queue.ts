import {messageOf} from '../core/errors.ts';
import {createBackoff, type Backoff} from './backoff.ts';
import {pause} from './pause.ts';

/** What a look at one key came to. */
export type WorkResult =
  | {
      readonly kind: 'done';
      /** Look again by then, though nothing happens: a certificate that expires. */ readonly againMs?: number;
    }
  /** It did not succeed: look again, after pauses that grow. */
  | {readonly kind: 'retry'};

/** How a queue works. */
export interface WorkQueueOptions<K extends string> {
  /**
   * Looks at the key and does what is to be done, from what is there now and not from what happened. One key at a time. `signal`
   * says that the queue was stopped. A rejection is a fault of ours and is tried again.
   */
  readonly work: (key: K, signal: AbortSignal) => Promise<WorkResult>;
  /** Told of what `work` should not have thrown. */
  readonly onThrow: (key: K, message: string) => void;
  /** A number from 0 up to 1, as Math.random gives. */
  readonly random: () => number;
  /** The time in milliseconds, by a clock that is never set. */
  readonly monotonicMs: () => number;
  readonly pace?: Partial<Pace>;
}

/** Pauses of a queue. */
export interface Pace {
  /** Before the first retry of a key; each more doubles it. Default 200. */
  readonly firstRetryMs: number;
  /** Default 60 000. */
  readonly mostRetryMs: number;
  /** How many runs may follow each other at once. Default 20. */
  readonly burst: number;
  /** Beyond the burst, one run in this time. Default 1000: two writers that undo each other go on once a second, not as fast as they can. */
  readonly everyMs: number;
}

/** Keys to look at, each at most once at a time. */
export interface WorkQueue<K extends string> {
  /** Look at it soon. Of many calls before that, one look comes; of a call during a look, one more after it. */
  add(key: K): void;
  /** Look at it in that time, unless that happens sooner anyway. */
  addAfter(key: K, delayMs: number): void;
  /** How many keys wait for a look that is due. */
  depth(): number;
  /** Takes nothing more; resolves when the look under way has ended. Never rejects. */
  stop(): Promise<void>;
}

const defaultPace: Pace = {firstRetryMs: 200, mostRetryMs: 60_000, burst: 20, everyMs: 1000};

/**
 * A work queue with the promises of client-go's (https://pkg.go.dev/k8s.io/client-go/util/workqueue): a key is looked at by one
 * worker at a time, what is added meanwhile is not lost and not doubled, each key has its own growing pauses after failures, and a
 * bucket bounds them all.
 */
export function createWorkQueue<K extends string>(options: WorkQueueOptions<K>): WorkQueue<K> {
  const {work, onThrow, random, monotonicMs} = options;
  const pace: Pace = {...defaultPace, ...options.pace};
  const due = new Set<K>();
  const later = new Map<K, {readonly atMs: number; readonly timer: NodeJS.Timeout}>();
  const backoffs = new Map<K, Backoff>();
  const stopping = new AbortController();
  const {signal} = stopping;
  let tokens = pace.burst;
  let tokensAtMs = monotonicMs();
  let running: Promise<void> | undefined;

  const forget = (key: K): void => {
    clearTimeout(later.get(key)?.timer);
    later.delete(key);
  };
  const add = (key: K): void => {
    if (signal.aborted) return;
    due.add(key);
    running ??= run();
  };
  const addAfter = (key: K, delayMs: number): void => {
    if (signal.aborted) return;
    const atMs = monotonicMs() + delayMs;
    const planned = later.get(key);
    if (planned !== undefined && planned.atMs <= atMs) return;
    forget(key);
    const timer = setTimeout(
      () => {
        later.delete(key);
        add(key);
      },
      // A longer one would run at once: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args
      Math.min(delayMs, longestTimerMs),
    );
    later.set(key, {atMs, timer});
  };
  const look = async (key: K): Promise<void> => {
    let result: WorkResult;
    try {
      result = await work(key, signal);
    } catch (error) {
      onThrow(key, messageOf(error));
      result = {kind: 'retry'};
    }
    switch (result.kind) {
      case 'done':
        backoffs.delete(key);
        if (result.againMs !== undefined) addAfter(key, result.againMs);
        break;
      case 'retry': {
        const backoff = backoffs.get(key) ?? createBackoff({firstMs: pace.firstRetryMs, mostMs: pace.mostRetryMs, random});
        backoffs.set(key, backoff);
        addAfter(key, backoff.next());
        break;
      }
    }
  };
  /** Takes a token, and waits for it where there is none. */
  const token = async (): Promise<void> => {
    const nowMs = monotonicMs();
    tokens = Math.min(pace.burst, tokens + (nowMs - tokensAtMs) / pace.everyMs) - 1;
    tokensAtMs = nowMs;
    if (tokens >= 0) return;
    await pause(-tokens * pace.everyMs, signal);
  };
  const run = async (): Promise<void> => {
    // A moment, so that what one event adds in many places is one look.
    await Promise.resolve();
    while (!signal.aborted) {
      if (due.size === 0) break;
      await token();
      const [key] = due;
      if (key === undefined || signal.aborted) break;
      due.delete(key);
      // What was planned for later is this look.
      forget(key);
      await look(key);
    }
    running = undefined;
  };

  return {
    add,
    addAfter,
    depth: () => due.size,
    async stop() {
      stopping.abort();
      for (const key of later.keys()) forget(key);
      due.clear();
      await running;
    },
  };
}

const longestTimerMs = 2 ** 31 - 1;
