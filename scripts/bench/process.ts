import {fork, type ChildProcess} from 'node:child_process';
import type {ContenderMessage, ContenderOptions} from './contender.ts';

/** A contender that listens. */
export interface Running {
  readonly port: number;
  /** What its process has used so far, by its own account. */
  usage(): Promise<{readonly cpuMicroseconds: number; readonly rssBytes: number}>;
  /** Ends its process; resolves when it is gone. */
  stop(): Promise<void>;
}

/** The argument that makes this script a contender instead of the benchmark. */
export const contenderFlag = '--contender';

/** Starts a contender as a process of this same script. Rejects when it ends before it listens. */
export async function startContender(options: ContenderOptions, execArgv: readonly string[]): Promise<Running> {
  const script = process.argv[1] ?? '';
  const child = fork(script, [contenderFlag, JSON.stringify(options)], {
    execArgv: [...execArgv],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    const message = await next(child, options.name);
    if (message.kind !== 'listening') throw new Error(`${options.name} said ${message.kind} first`);
    return {
      port: message.port,
      usage: async () => {
        const answer = next(child, options.name);
        child.send({});
        const told = await answer;
        if (told.kind !== 'usage') throw new Error(`${options.name} was asked for its usage and said ${told.kind}`);
        return told;
      },
      // Without its channel it ends by itself, and so has the time to write a profile; when it hangs it is killed.
      stop: async () => {
        if (child.connected) child.disconnect();
        const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
        await ended;
        clearTimeout(timer);
      },
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

/** The next message of the process. Rejects when the process ends instead. */
function next(child: ChildProcess, name: string): Promise<ContenderMessage> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null, signal: string | null): void =>
      reject(new Error(`the server ${name} ended with ${code ?? signal}`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.removeListener('exit', onExit);
      resolve(message as ContenderMessage);
    });
  });
}
