import {spawn, type ChildProcess, type StdioOptions} from 'node:child_process';
import {closeSync, openSync} from 'node:fs';
import {mkdtemp, readFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {Writable} from 'node:stream';

/** How a process is started. */
export interface StartOptions {
  /** The name of its log: NAME.log in the nursery's folder takes stdout and stderr. Without it both go to this process's own. */
  readonly log?: string;
  readonly cwd?: string;
  /** Variables besides those of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A process that was started, the leader of a group of its own. */
export interface Member {
  readonly name: string;
  readonly pid: number | undefined;
  /** Settles when it ends, with its exit code or 128 and more for a signal; 127 when it could not be started. Never rejects. */
  readonly exit: Promise<number>;
  running(): boolean;
  /** Whether `kill` was called: its end is no surprise. */
  killed(): boolean;
  /** Sends a signal to its whole group; nothing when it has ended. */
  signal(name: NodeJS.Signals): void;
  /** Kills its whole group and waits until it has ended. */
  kill(): Promise<void>;
  /** The end of its log, to show when it failed; empty without one. */
  logTail(lines?: number): Promise<string>;
}

/** Every process that a run starts, with one folder for their data: none outlives the run, however the run ends. */
export interface Nursery {
  readonly folder: string;
  start(command: string, args: readonly string[], options?: StartOptions): Member;
  /** Has the watchdog remove this cgroup's folder, with all below it, after everything is killed. */
  removeCgroup(cgroup: string): void;
  /** Kills everything at once and removes the folder. Nothing that runs here is worth a graceful end. */
  end(): Promise<void>;
}

/** Opens a nursery in a new temporary folder. A watchdog process ends its members when this process dies without a word. */
export async function openNursery(): Promise<Nursery> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pod-injector-cluster-'));
  const members = new Set<Member>();
  // Detached: a Ctrl-C in the terminal must not end the watchdog before its time.
  const watchdog = spawn(process.execPath, [path.resolve('scripts/cluster/watchdog.mjs'), folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const watchdogEnd = new Promise<void>((resolve) => {
    watchdog.on('close', () => resolve());
    watchdog.on('error', () => resolve());
  });
  // Without a watchdog there is nothing to tell.
  watchdog.stdin.on('error', () => undefined);
  return {
    folder,
    start(command, args, options = {}) {
      const member = startMember(folder, command, args, options, watchdog.stdin);
      members.add(member);
      void member.exit.then(() => members.delete(member));
      return member;
    },
    removeCgroup: (cgroup) => void watchdog.stdin.write(`~${cgroup}\n`),
    async end() {
      await Promise.all([...members].map((member) => member.kill()));
      watchdog.stdin.end();
      await watchdogEnd;
    },
  };
}

function startMember(
  folder: string,
  command: string,
  args: readonly string[],
  {log, cwd, env}: StartOptions,
  watchdog: Writable,
): Member {
  const logFile = log === undefined ? undefined : path.join(folder, `${log}.log`);
  const output = logFile === undefined ? undefined : openSync(logFile, 'a');
  const stdio: StdioOptions = output === undefined ? ['ignore', 'inherit', 'inherit'] : ['ignore', output, output];
  // A group of its own: it is killed with all that it started, and a Ctrl-C in the terminal reaches this process alone.
  const child = spawn(command, args, {detached: true, stdio, cwd, env: {...process.env, ...env}});
  if (output !== undefined) closeSync(output);
  if (child.pid !== undefined) watchdog.write(`+${child.pid}\n`);
  let running = child.pid !== undefined;
  let killed = false;
  const exit = exitOf(child).then((code) => {
    // What it started may still run; its own number is not given anew while a member of its group lives.
    signalGroup(child, 'SIGKILL');
    running = false;
    if (child.pid !== undefined) watchdog.write(`-${child.pid}\n`);
    return code;
  });
  return {
    name: log ?? path.basename(command),
    pid: child.pid,
    exit,
    running: () => running,
    killed: () => killed,
    signal: (name) => {
      if (running) signalGroup(child, name);
    },
    kill: async () => {
      killed = true;
      if (running) signalGroup(child, 'SIGKILL');
      await exit;
    },
    logTail: async (lines = 20) => {
      const text = logFile === undefined ? '' : await readFile(logFile, 'utf8').catch(() => '');
      return text.trimEnd().split('\n').slice(-lines).join('\n');
    },
  };
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    // 127, 128 and more: as a shell has them.
    child.on('error', () => resolve(127));
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGKILL' ? 137 : 143)));
  });
}

function signalGroup(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, name);
  } catch {
    // The group ended in between.
  }
}
