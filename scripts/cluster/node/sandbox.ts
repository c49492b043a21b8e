import {randomBytes} from 'node:crypto';
import {mkdir} from 'node:fs/promises';
import type {Nursery} from '../nursery.ts';
import {openDoor} from './door.ts';
import {cgroupFolders} from './requirements.ts';

/** Variables for the inner process. */
type Variables = Readonly<Record<string, string>>;

/** The variable that tells the inner process that it is one. */
const sandboxVariable = 'POD_INJECTOR_SANDBOX';
/** The variable that tells it the node's cgroup. */
export const cgroupVariable = 'POD_INJECTOR_NODE_CGROUP';

/** Whether this process is one that {@link runInSandbox} or {@link runApart} started. */
export function isInSandbox(): boolean {
  return process.env[sandboxVariable] !== undefined;
}

/**
 * Runs this very script again with other arguments, in mount, network and PID namespaces of its own: whatever it starts there, pods
 * included, ends with its first process, and its mounts and networks with that. Only cgroups outlive it; they are taken away at
 * the end of the nursery. See missingFor for what it needs.
 * @returns its exit code
 */
export async function runInSandbox(nursery: Nursery, args: readonly string[], env: Variables): Promise<number> {
  // A number of this process would not do: it may be in a sandbox itself, where numbers begin anew.
  const cgroup = `/pod-injector-${randomBytes(4).toString('hex')}`;
  const folders = (await cgroupFolders()).map((root) => root + cgroup);
  for (const folder of folders) nursery.removeCgroup(folder);
  await Promise.all(folders.map((folder) => mkdir(folder)));
  const inside = {...env, ...(await openDoor(nursery.folder)), [cgroupVariable]: cgroup};
  return runUnshared(nursery, {flags: ['--net'], first: 'ip link set lo up && '}, args, inside);
}

/**
 * The same in this machine's network, for work whose programs start others and mount folders: none of it outlives the nursery.
 * @returns its exit code
 */
export function runApart(nursery: Nursery, args: readonly string[]): Promise<number> {
  return runUnshared(nursery, {flags: [], first: ''}, args, {});
}

interface Unsharing {
  readonly flags: readonly string[];
  /** Words of the shell. */
  readonly first: string;
}

function runUnshared(nursery: Nursery, unsharing: Unsharing, args: readonly string[], env: Variables): Promise<number> {
  const flags = ['--mount', '--pid', '--fork', '--kill-child=KILL', '--mount-proc', ...unsharing.flags];
  // The shell is the first process: it reaps what containers leave behind, as Node would not.
  const shell = ['bash', '-c', `${unsharing.first}"$@" & wait $!`, '-'];
  // Its temporary files are in this nursery's folder, because what would remove them ends with the sandbox.
  const inside = {...env, [sandboxVariable]: 'yes', TMPDIR: nursery.folder};
  return nursery.start('unshare', [...flags, ...shell, process.execPath, process.argv[1] ?? '', ...args], {env: inside}).exit;
}
