/** What one read of an object gave. `failed`: nobody knows whether it exists. */
export type LiveRead<T> = {readonly kind: 'found'; readonly value: T} | {readonly kind: 'absent'} | {readonly kind: 'failed'};

/** Objects that memory does not know yet because they were made a moment ago, read one by one. */
export interface LiveReads<T> {
  /** What a read found a moment ago. */
  found(name: string): T | undefined;
  /** Whether a read would tell something new: what was read a moment ago is not read again. */
  wants(name: string): boolean;
  /** Reads it, once for all who want it at the same time; resolves when {@link found} and {@link wants} know the result. Never rejects. */
  read(name: string): Promise<void>;
  /** Forgets what was read under the name: a watch knows better now. */
  forget(name: string): void;
}

export interface LiveReadOptions<T> {
  /** Must be bounded in time and not reject. */
  readonly read: (name: string) => Promise<LiveRead<T>>;
  readonly onResult: (kind: LiveRead<T>['kind'] | 'tooMany') => void;
  /** The time in milliseconds. */
  readonly now: () => number;
  /** How long a result counts. Default 2000. */
  readonly keepMs?: number;
  /** How many reads may run at the same time; one more is not made. Default 20. */
  readonly maxAtOnce?: number;
}

/**
 * Reads of one kind of object, with a short memory. Names come from whoever may create a pod: reads at the same time and results
 * are limited in number.
 */
export function createLiveReads<T>({read, onResult, now, keepMs = 2000, maxAtOnce = 20}: LiveReadOptions<T>): LiveReads<T> {
  const results = new Map<string, {readonly result: LiveRead<T>; readonly untilMs: number}>();
  const running = new Map<string, Promise<void>>();
  // Names that a watch told of while they were read: what the read finds may be older.
  const overtaken = new Set<string>();

  const fresh = (name: string): LiveRead<T> | undefined => {
    const kept = results.get(name);
    return kept === undefined || kept.untilMs <= now() ? undefined : kept.result;
  };
  const start = async (name: string): Promise<void> => {
    const result = await read(name);
    running.delete(name);
    onResult(result.kind);
    if (overtaken.delete(name)) return;
    if (results.size >= maxResults) dropStale();
    if (results.size < maxResults) results.set(name, {result, untilMs: now() + keepMs});
  };
  const dropStale = (): void => {
    for (const [name, {untilMs}] of results) if (untilMs <= now()) results.delete(name);
  };
  return {
    found: (name) => {
      const result = fresh(name);
      return result?.kind === 'found' ? result.value : undefined;
    },
    wants: (name) => fresh(name) === undefined,
    async read(name) {
      const under = running.get(name);
      if (under !== undefined) return under;
      if (running.size >= maxAtOnce) {
        onResult('tooMany');
        return;
      }
      const promise = start(name);
      running.set(name, promise);
      return promise;
    },
    forget: (name) => {
      results.delete(name);
      if (running.has(name)) overtaken.add(name);
    },
  };
}

const maxResults = 1000;
