import {mkdir} from 'node:fs/promises';
import type {Nursery} from '../nursery.ts';
import {cgroupFolders, missingForNode} from './requirements.ts';

/** The variable that tells the inner process the node's cgroup. */
export const cgroupVariable = 'POD_INJECTOR_NODE_CGROUP';

/** Whether this process is one that {@link runInSandbox} started. */
export function isInSandbox(): boolean {
  return process.env[cgroupVariable] !== undefined;
}

/**
 * Runs this very script again with other arguments, in mount, network and PID namespaces of its own: whatever it starts there, pods
 * included, ends with its first process, and its mounts and networks with that. Only cgroups outlive it; they are taken away at
 * the end of the nursery.
 * @returns its exit code. Rejects with what is missing where this machine can run no node.
 */
export async function runInSandbox(
  nursery: Nursery,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const missing = await missingForNode();
  if (missing.length > 0) throw new Error(`This machine can run no node:\n${missing.map((line) => `- ${line}`).join('\n')}`);
  const cgroup = `/pod-injector-${process.pid}`;
  const folders = (await cgroupFolders()).map((root) => root + cgroup);
  await Promise.all(folders.map((folder) => mkdir(folder)));
  for (const folder of folders) nursery.removeCgroup(folder);
  // The shell is the first process: it reaps what containers leave behind, as Node would not.
  const inner = ['bash', '-c', 'ip link set lo up && "$@" & wait $!', '-', process.execPath, process.argv[1] ?? '', ...args];
  const flags = ['--mount', '--net', '--pid', '--fork', '--kill-child=KILL', '--mount-proc'];
  // Its temporary files are in this nursery's folder, because what would remove them ends with the sandbox.
  const inside = {...env, [cgroupVariable]: cgroup, TMPDIR: nursery.folder};
  return nursery.start('unshare', [...flags, ...inner], {env: inside}).exit;
}
