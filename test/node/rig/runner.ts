import {execFile, spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {mkdtemp, readdir, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {promisify} from 'node:util';
import {expect, onTestFinished} from 'vitest';
import {cgroupFolders} from '../../../scripts/cluster/node/requirements.ts';
import {cgroupVariable} from '../../../scripts/cluster/node/sandbox.ts';
import {eventually} from '../../cluster/harness/index.ts';

/** A process, as `ps` tells. */
interface Running {
  readonly pid: number;
  readonly parent: number;
  readonly args: string;
}

/** What a runner uses of this machine. */
export interface Traces {
  readonly processes: readonly Running[];
  readonly cgroups: readonly string[];
}

/** `node scripts/run.mjs scripts/cluster/main.ts` as a child: a node within the sandbox that these tests run in. */
export interface Runner {
  readonly pid: number;
  /** What it told the person in front of it. */
  words(): string;
  /** Waits until it has said this. Rejects when it ends before. */
  said(words: string): Promise<void>;
  /** The exit code, or the signal. */
  readonly exit: Promise<number | string | null>;
  traces(): Promise<Traces>;
  /** Waits until nothing is there of what was, and nothing in its temporary folder. */
  leavesNothing(traces: Traces): Promise<void>;
}

/** @param env besides this process's */
export async function startRunner(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Runner> {
  const folder = await mkdtemp(path.join(tmpdir(), 'runner-'));
  const mountsBefore = await mounts();
  const child = spawn(process.execPath, ['scripts/run.mjs', 'scripts/cluster/main.ts', ...args], {
    stdio: ['ignore', 'inherit', 'pipe'],
    env: {...process.env, ...env, TMPDIR: folder},
  });
  const pid = child.pid ?? 0;
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (words += chunk));
  const exit = new Promise<number | string | null>((resolve) => child.on('exit', (code, signal) => resolve(signal ?? code)));
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await exit;
    await rm(folder, {recursive: true, force: true});
  });
  return {
    pid,
    words: () => words,
    exit,
    said: async (wanted) => {
      const said = eventually(() => words.includes(wanted), {what: wanted, timeoutMs: 120_000});
      // Whichever comes first.
      const ended = exit.then((code) => Promise.reject(new Error(`It ended with ${code} and said\n${words}`)));
      await Promise.race([said, ended]);
    },
    traces: async () => {
      const processes = descendants(await allProcesses(), pid);
      return {processes, cgroups: await cgroupsOf(processes)};
    },
    leavesNothing: async ({processes, cgroups}) => {
      await eventually(
        async () => {
          const left = (await allProcesses()).filter((one) =>
            processes.some((was) => was.pid === one.pid && was.args === one.args),
          );
          expect(left).toEqual([]);
          expect(cgroups.filter((cgroup) => existsSync(cgroup))).toEqual([]);
          expect(await readdir(folder)).toEqual([]);
          return true;
        },
        {what: 'everything to be gone'},
      );
      // Those of pods that earlier tests left to be deleted may have gone meanwhile.
      expect((await mounts()).filter((mount) => !mountsBefore.includes(mount))).toEqual([]);
    },
  };
}

async function allProcesses(): Promise<readonly Running[]> {
  const {stdout} = await promisify(execFile)('ps', ['-A', '-ww', '-o', 'pid=,ppid=,args=']);
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, args = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{pid: Number(pid), parent: Number(parent), args}];
  });
}

/** All that a process started, and what those did: containers, too, which belong to the first process of their sandbox. */
function descendants(all: readonly Running[], ancestor: number): readonly Running[] {
  return all.filter(({parent}) => parent === ancestor).flatMap((child) => [child, ...descendants(all, child.pid)]);
}

/** The folders of the cgroup that the inner process was told. */
async function cgroupsOf(processes: readonly Running[]): Promise<readonly string[]> {
  for (const {pid, args} of processes.filter((one) => one.args.includes('-inside'))) {
    if (args.startsWith('unshare')) continue;
    const environment = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0');
    const cgroup = environment.find((entry) => entry.startsWith(`${cgroupVariable}=`))?.slice(cgroupVariable.length + 1);
    if (cgroup !== undefined) return (await cgroupFolders()).map((root) => root + cgroup);
  }
  return [];
}

/** Where something is mounted. */
async function mounts(): Promise<readonly string[]> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).trimEnd().split('\n');
  return lines.map((line) => line.split(' ')[4] ?? '').toSorted();
}
