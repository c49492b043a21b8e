/** The middle of the numbers (of an even count the mean of the two in the middle); of none NaN. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** The number that this part (0.99) of a sorted list is not above, by nearest rank; of none NaN. */
export function percentile(sorted: Float64Array, part: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN;
}

/** Something that is timed; what it returns is used, so that no compiler leaves it out. */
export interface Timed {
  readonly name: string;
  readonly call: () => unknown;
}

/**
 * Nanoseconds of one call of each, in their order: of many batches the one that a quarter is faster than, because what else runs on
 * the machine can only make a batch slower. Batches take turns, so that a noisy moment meets all of them alike and their ratios hold.
 * @param budgetMs how long all of it may take, the warm-up included
 */
export function timeInTurns(list: readonly Timed[], budgetMs: number): number[] {
  const warmUpMs = budgetMs / 4 / list.length;
  const runs = list.map(({call}) => {
    let calls = 0;
    const ms = untilMs(warmUpMs, () => {
      use(call());
      calls += 1;
    });
    // Long enough for the clock, short enough for many turns; a warm-up is slower than what follows.
    return {call, batch: Math.max(1, Math.round((calls / ms) * batchMs)), samples: [] as number[]};
  });
  untilMs(budgetMs - budgetMs / 4, () => {
    for (const {call, batch, samples} of runs) {
      const startMs = performance.now();
      for (let count = 0; count < batch; count += 1) use(call());
      samples.push(((performance.now() - startMs) * 1e6) / batch);
    }
  });
  return runs.map(({samples}) => percentile(Float64Array.from(samples).toSorted(), 0.25));
}

const batchMs = 4;

/** Calls again and again, at least once, until the time is over; gives the milliseconds that it took. */
function untilMs(limitMs: number, call: () => void): number {
  const startMs = performance.now();
  do call();
  while (performance.now() - startMs < limitMs);
  return performance.now() - startMs;
}

let used: unknown;
function use(value: unknown): void {
  used = value;
  if (used === use) throw new Error('unreachable');
}
