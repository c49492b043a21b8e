import {setTimeout as sleep} from 'node:timers/promises';

/** How long to try, and what for. */
export interface Patience {
  /** Ends the sentence "waited 10 s for …". */
  readonly what: string;
  /** 45 seconds when it is not given: controllers back off while the API server is away. */
  readonly timeoutMs?: number;
  /** From one try to the next; 100 ms when it is not given. */
  readonly intervalMs?: number;
}

/**
 * Calls `attempt` until it gives something: neither undefined nor false, and no exception (a failed `expect` is one). One attempt
 * is made even when time is up already.
 * @returns what it gave
 * @throws an error that says what was waited for, for how long, and how the last attempt failed
 */
export async function eventually<T>(
  attempt: () => T | Promise<T>,
  patience: Patience,
): Promise<Exclude<Awaited<T>, undefined | false>> {
  const {what, timeoutMs = 45_000, intervalMs = 100} = patience;
  const untilMs = performance.now() + timeoutMs;
  for (;;) {
    let last: {readonly gave: unknown} | {readonly cause: unknown};
    try {
      const gave = await attempt();
      if (gave !== undefined && gave !== false) return gave as Exclude<Awaited<T>, undefined | false>;
      last = {gave};
    } catch (cause) {
      last = {cause};
    }
    if (performance.now() > untilMs) {
      const end = 'cause' in last ? `failed: ${messageOf(last.cause)}` : `gave ${String(last.gave)}`;
      throw new Error(
        `Waited ${timeoutMs / 1000} s for ${what}. The last attempt ${end}`,
        'cause' in last ? {cause: last.cause} : {},
      );
    }
    await sleep(intervalMs);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
