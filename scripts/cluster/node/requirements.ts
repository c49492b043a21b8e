import {execFile} from 'node:child_process';
import {access, constants, readdir} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';

const run = promisify(execFile);

/** Programs of a node, and the Debian package that has each. */
const programs = {
  unshare: 'util-linux',
  ip: 'iproute2',
  containerd: 'containerd',
  ctr: 'containerd',
  runc: 'runc',
  iptables: 'iptables',
  conntrack: 'conntrack',
} as const;

const cniFolder = '/usr/lib/cni';

/**
 * What this machine lacks to run a node: a sentence each, with how to get it; empty when it can. A node needs Linux and root, as
 * mounts, cgroups and networks of its own do.
 */
export async function missingForNode(): Promise<readonly string[]> {
  if (process.platform !== 'linux')
    return [`a node runs on Linux, and this is ${process.platform}: use a Linux machine or a container of one`];
  const missing: string[] = [];
  if (process.getuid?.() !== 0) missing.push('a node needs root: run it with sudo, or in a privileged container');
  const packages = new Set<string>();
  for (const [name, from] of Object.entries(programs)) if (!(await onPath(name))) packages.add(from);
  if (!(await exists(path.join(cniFolder, 'bridge')))) packages.add('containernetworking-plugins');
  if (packages.size > 0)
    missing.push(`${[...packages].join(', ')} missing: apt-get install -y --no-install-recommends ${[...packages].join(' ')}`);
  if (missing.length > 0) return missing;
  const unshared = await run('unshare', [
    '--net',
    '--mount',
    '--pid',
    '--fork',
    'ip',
    'link',
    'add',
    'probe0',
    'type',
    'bridge',
  ]).catch((error: Error) => error);
  if (unshared instanceof Error)
    missing.push(
      `no namespaces or bridges can be made here (${lastLine(unshared.message)}): allow CAP_SYS_ADMIN and CAP_NET_ADMIN`,
    );
  if ((await cgroupFolders()).length === 0) missing.push('no cgroups can be made under /sys/fs/cgroup: mount it writable');
  return missing;
}

/** The root of each cgroup hierarchy that can be written: one for cgroups v2, one a controller for v1. */
export async function cgroupFolders(): Promise<readonly string[]> {
  const base = '/sys/fs/cgroup';
  const roots = (await exists(path.join(base, 'cgroup.controllers')))
    ? [base]
    : (await readdir(base).catch(() => [])).map((name) => path.join(base, name));
  const usable = await Promise.all(
    roots.map((root) =>
      access(path.join(root, 'cgroup.procs'), constants.W_OK).then(
        () => root,
        () => undefined,
      ),
    ),
  );
  return usable.filter((root) => root !== undefined);
}

async function onPath(name: string): Promise<boolean> {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const found = await Promise.all(folders.map((folder) => exists(path.join(folder, name))));
  return found.includes(true);
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}
