/** Takes one line of words for the person who waits. */
export type Say = (line: string) => void;

const reminderMs = 15_000;

/** Says what is being done and, every 15 seconds, for how long; at the end how long it took. Rejects as the work does. */
export async function withProgress<T>(say: Say, what: string, work: () => Promise<T>): Promise<T> {
  const startMs = performance.now();
  const seconds = (): string => `${Math.round((performance.now() - startMs) / 1000)} s`;
  say(`${what} …`);
  const reminder = setInterval(() => say(`${what} … ${seconds()}`), reminderMs);
  try {
    const result = await work();
    say(`${what}: done in ${seconds()}`);
    return result;
  } finally {
    clearInterval(reminder);
  }
}
