import {execFile} from 'node:child_process';
import {existsSync} from 'node:fs';
import {chmod, mkdir, mkdtemp, readdir, readlink, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';

const mount = (...args: readonly string[]): Promise<unknown> => promisify(execFile)('mount', args);

/**
 * Mounts an empty folder where a program insists on one. In a mount namespace whose mounts are private only; the machine itself gets
 * no folder there, neither for the time nor afterwards.
 * @param scratch a folder of ours, for what is written there
 */
export async function mountEmpty(folder: string, scratch: string): Promise<void> {
  if (!existsSync(folder)) {
    await coverFolder(path.dirname(folder), scratch);
    await mkdir(folder);
  }
  const empty = await mkdtemp(path.join(scratch, 'empty-'));
  await chmod(empty, 0o755);
  await mount('--bind', empty, folder);
}

/** Puts a folder of the same entries over a folder, so that a new entry is made in memory alone. */
async function coverFolder(folder: string, scratch: string): Promise<void> {
  const covered = await mkdtemp(path.join(scratch, 'covered-'));
  await mount('--rbind', folder, covered);
  await mount('-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', folder);
  for (const entry of await readdir(covered, {withFileTypes: true})) {
    const [from, to] = [path.join(covered, entry.name), path.join(folder, entry.name)];
    if (entry.isSymbolicLink()) {
      await symlink(await readlink(from), to);
      continue;
    }
    await (entry.isDirectory() ? mkdir(to) : writeFile(to, ''));
    await mount('--rbind', from, to);
  }
}
