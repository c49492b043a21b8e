import {execFile} from 'node:child_process';
import {access, constants, readdir} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';

const run = promisify(execFile);

/** Programs and files by what they are needed for, and the Debian package that has each. */
const needs = {
  /** Containers, their network, and what the kubelet calls. */
  node: {
    unshare: 'util-linux',
    mount: 'mount',
    ip: 'iproute2',
    containerd: 'containerd',
    ctr: 'containerd',
    runc: 'runc',
    iptables: 'iptables',
    conntrack: 'conntrack',
    '/usr/lib/cni/bridge': 'containernetworking-plugins',
  },
  /** An image of Debian packages, and the one that every pod has. */
  debian: {'apt-get': 'apt', 'dpkg-deb': 'dpkg', tar: 'tar', '/bin/busybox': 'busybox-static'},
  /** The image of the Dockerfile. */
  shipped: {buildah: 'buildah', npm: 'npm', ldd: 'libc-bin', '/bin/busybox': 'busybox-static'},
} as const;

/** What a machine may be asked to do. */
export type Need = keyof typeof needs;

/**
 * What this machine lacks to run a node and to make the images for its pods: a sentence each, with how to get it; empty when it can.
 * A node needs Linux and root, as mounts, cgroups and networks of its own do.
 */
export async function missingFor(...wanted: readonly Need[]): Promise<readonly string[]> {
  if (process.platform !== 'linux')
    return [`a node runs on Linux, and this is ${process.platform}: use a Linux machine or a container of one`];
  const missing: string[] = [];
  if (process.getuid?.() !== 0) missing.push('a node needs root: run it with sudo, or in a privileged container');
  const packages = new Set<string>();
  for (const need of wanted)
    for (const [name, from] of Object.entries(needs[need])) if (!(await isThere(name))) packages.add(from);
  const names = [...packages].join(' ');
  if (packages.has('apt'))
    missing.push('images are made of Debian packages, by apt-get: use a machine or a container of Debian or Ubuntu');
  else if (packages.size > 0)
    missing.push(`${names.replaceAll(' ', ', ')} missing: apt-get install -y --no-install-recommends ${names}`);
  if (missing.length === 0 && wanted.includes('debian') && !(await hasPackageLists()))
    missing.push('apt-get has no lists of packages yet: apt-get update');
  if (missing.length > 0) return missing;
  const unshare = ['--net', '--mount', '--pid', '--fork', 'ip', 'link', 'add', 'probe0', 'type', 'bridge'];
  const unshared = await run('unshare', unshare).catch((error: Error) => error);
  if (unshared instanceof Error)
    missing.push(
      `no namespaces or bridges can be made here (${lastLine(unshared.message)}): allow CAP_SYS_ADMIN and CAP_NET_ADMIN`,
    );
  if ((await cgroupFolders()).length === 0) missing.push('no cgroups can be made under /sys/fs/cgroup: mount it writable');
  return missing;
}

/** Rejects with what {@link missingFor} says. */
export async function requireFor(...wanted: readonly Need[]): Promise<void> {
  const missing = await missingFor(...wanted);
  if (missing.length > 0) throw new Error(`This machine can run no node:\n${missing.map((line) => `- ${line}`).join('\n')}`);
}

/** The root of each cgroup hierarchy that can be written: one for cgroups v2, one a controller for v1. */
export async function cgroupFolders(): Promise<readonly string[]> {
  const base = '/sys/fs/cgroup';
  const roots = (await canAccess(path.join(base, 'cgroup.controllers')))
    ? [base]
    : (await readdir(base).catch(() => [])).map((name) => path.join(base, name));
  const usable = await Promise.all(
    roots.map(async (root) => ((await canAccess(path.join(root, 'cgroup.procs'), constants.W_OK)) ? [root] : [])),
  );
  return usable.flat();
}

/** As `apt-get update` leaves them, compressed or not. */
async function hasPackageLists(): Promise<boolean> {
  const names = await readdir('/var/lib/apt/lists').catch(() => []);
  return names.some((name) => name.includes('_Packages'));
}

/** A file by its path, or a program by its name. */
async function isThere(name: string): Promise<boolean> {
  if (path.isAbsolute(name)) return canAccess(name);
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const found = await Promise.all(folders.map((folder) => canAccess(path.join(folder, name), constants.X_OK)));
  return found.includes(true);
}

function canAccess(file: string, mode?: number): Promise<boolean> {
  return access(file, mode).then(
    () => true,
    () => false,
  );
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}
