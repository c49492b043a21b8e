import {openNursery, type Nursery} from './nursery.ts';
import {isInSandbox} from './node/sandbox.ts';
import type {Say} from './progress.ts';

const parentCheckMs = 1000;

/** Runs a command in a nursery that ends with it: by itself, by a signal, by a fault, or with the process that started this one. */
export async function runInNursery(command: (nursery: Nursery) => Promise<number>, say: Say): Promise<void> {
  const nursery = await openNursery();
  let ending: Promise<void> | undefined;
  // A sandbox ends with its first process, and its folders are not removed before its mounts are gone.
  const close = async (): Promise<void> => (isInSandbox() ? undefined : nursery.end());
  // Once: npm and the terminal may both pass the same signal on.
  const end = (code: number): Promise<void> => (ending ??= close().then(() => process.exit(code)));
  // 128 and the signal's number, as shells have it.
  process
    .on('SIGHUP', () => void end(129))
    .on('SIGINT', () => void end(130))
    .on('SIGTERM', () => void end(143));
  const parent = process.ppid;
  setInterval(() => (process.ppid === parent ? undefined : void end(143)), parentCheckMs).unref();
  try {
    await end(await command(nursery));
  } catch (error) {
    // What fails because everything is being ended is no news.
    if (ending === undefined) say(error instanceof Error ? error.message : String(error));
    await end(2);
  }
}
