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
  'prometheus',
  'prometheus-nginx-exporter',
  'prometheus-postgres-exporter',
  'prometheus-redis-exporter',
  'redis-server',
  'redis-tools',
  'rsyslog',
] as const;

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
  for (const name of ['doc', 'info', 'locale', 'man', 'perl', 'perl5'])
    await rm(path.join(root, 'usr/share', name), {recursive: true, force: true});
  await writeFile(path.join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/:/bin/false\n');
  await writeFile(path.join(root, 'etc/group'), 'root:x:0:\nnogroup:x:65534:\n');
  for (const name of ['root', 'run', 'tmp']) await mkdir(path.join(root, name), {recursive: true});
  await chmod(path.join(root, 'tmp'), 0o1777);
  await linkApplets(root);
  return root;
}

/** Small programs such as wget and nc are busybox under their names, where no package has its own. */
async function linkApplets(root: string): Promise<void> {
  const {stdout} = await run(path.join(root, 'bin/busybox'), ['--list']);
  const taken = new Set(
    (await Promise.all(['bin', 'sbin', 'usr/bin', 'usr/sbin'].map((name) => readdir(path.join(root, name))))).flat(),
  );
  for (const applet of stdout.trim().split('\n'))
    if (!taken.has(applet)) await symlink('busybox', path.join(root, 'bin', applet));
}
