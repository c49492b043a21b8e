/** Waits that grow: exponential with jitter, so that many clients of a server that comes back don't return all at once. */
export interface Backoff {
  /** The next wait in milliseconds. */
  next(): number;
  /** After a success. */
  reset(): void;
}

export interface BackoffOptions {
  /** Default 250. */
  readonly firstMs?: number;
  /** Default 10 000. */
  readonly mostMs?: number;
  /** A number from 0 up to 1, as Math.random gives. */
  readonly random: () => number;
}

/** Each wait is between half and the whole of twice the one before, up to the most. */
export function createBackoff({firstMs = 250, mostMs = 10_000, random}: BackoffOptions): Backoff {
  let failures = 0;
  return {
    next() {
      const whole = Math.min(mostMs, firstMs * 2 ** failures);
      failures = Math.min(failures + 1, 30);
      return whole * (0.5 + random() / 2);
    },
    reset: () => {
      failures = 0;
    },
  };
}
