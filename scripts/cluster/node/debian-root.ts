import {execFile} from 'node:child_process';
import {chmod, mkdir, readdir, rm, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';

const run = promisify(execFile);

/** What the pods of the tests run, as Debian has it: the programs of examples, or others that do the same work. */
const packages = [
  'bash',
  'busybox-static',
  'coreutils',
  'nginx-light',
  'nutcracker',
  'pgbouncer',
  'postgresql',
  'prometheus',
  'prometheus-nginx-exporter',
  'prometheus-postgres-exporter',
  'prometheus-redis-exporter',
  'redis-server',
  'redis-tools',
  'rsyslog',
] as const;

/** Half of their size: documentation, web pages and a tool of Prometheus, what scripts of packages need. */
const unused = [
  'bin/promtool',
  ...['doc', 'i18n', 'info', 'javascript', 'locale', 'man', 'perl', 'perl5'].map((name) => `share/${name}`),
];

/**
 * Unpacks Debian packages, with all that they depend on, into a folder that can be a container's root. Nothing is installed on this
 * machine and no script of a package runs. Rejects with what apt-get said.
 */
export async function unpackDebian(folder: string): Promise<string> {
  const archives = path.join(folder, 'packages');
  const root = path.join(folder, 'debian');
  await mkdir(path.join(archives, 'partial'), {recursive: true});
  await mkdir(root, {recursive: true});
  const status = path.join(folder, 'nothing-installed');
  await writeFile(status, '');
  const options = [`Dir::Cache::archives=${archives}`, `Dir::State::status=${status}`, 'Debug::NoLocking=1'];
  await run('apt-get', [
    ...options.flatMap((option) => ['-o', option]),
    '--download-only',
    '--yes',
    '--no-install-recommends',
    'install',
    ...packages,
  ]);
  const files = (await readdir(archives)).filter((name) => name.endsWith('.deb'));
  for (const file of files) await run('dpkg-deb', ['--extract', path.join(archives, file), root]);
  for (const name of unused) await rm(path.join(root, 'usr', name), {recursive: true, force: true});
  // 70 is the user of PostgreSQL's own images, and PostgreSQL insists that its user has a name.
  const users = ['root:x:0:0:root:/root:/bin/bash', 'postgres:x:70:70::/:/bin/false', 'nobody:x:65534:65534:nobody:/:/bin/false'];
  await writeFile(path.join(root, 'etc/passwd'), `${users.join('\n')}\n`);
  await writeFile(path.join(root, 'etc/group'), 'root:x:0:\npostgres:x:70:\nnogroup:x:65534:\n');
  for (const name of ['root', 'run', 'tmp', 'usr/local/bin']) await mkdir(path.join(root, name), {recursive: true});
  await chmod(path.join(root, 'tmp'), 0o1777);
  await linkPostgres(root);
  await linkApplets(root);
  return root;
}

/** PostgreSQL's programs themselves, in the place of Debian's Perl scripts that choose among versions; less the compiler for its queries. */
async function linkPostgres(root: string): Promise<void> {
  const versions = path.join(root, 'usr/lib/postgresql');
  const [version = ''] = await readdir(versions);
  const programs = path.join('usr/lib/postgresql', version, 'bin');
  for (const name of await readdir(path.join(root, programs)))
    await symlink(path.join('/', programs, name), path.join(root, 'usr/local/bin', name));
  const libraries = path.join(root, 'usr/lib', `${process.arch === 'x64' ? 'x86_64' : 'aarch64'}-linux-gnu`);
  for (const name of await readdir(libraries)) if (name.startsWith('libLLVM')) await rm(path.join(libraries, name));
}

/** `nc -z`, which Debian's busybox lacks and that of other images has. */
const netcat = `#!/bin/bash
# nc -z [-w SECONDS] HOST PORT
[ "$1" = -z ] || exec busybox nc "$@"
shift; seconds=5
[ "$1" = -w ] && { seconds=$2; shift 2; }
exec timeout "$seconds" bash -c 'exec 3<> "/dev/tcp/$0/$1"' "$1" "$2" 2> /dev/null
`;

/** Small programs such as wget and nc are busybox under their names, where no package has its own. */
async function linkApplets(root: string): Promise<void> {
  const {stdout} = await run(path.join(root, 'bin/busybox'), ['--list']);
  const taken = new Set(
    (await Promise.all(['bin', 'sbin', 'usr/bin', 'usr/sbin'].map((name) => readdir(path.join(root, name))))).flat(),
  );
  for (const applet of stdout.trim().split('\n'))
    if (!taken.has(applet)) await symlink('busybox', path.join(root, 'bin', applet));
  await writeFile(path.join(root, 'usr/local/bin/nc'), netcat, {mode: 0o755});
}
