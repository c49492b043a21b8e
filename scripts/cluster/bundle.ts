import {execFile} from 'node:child_process';
import {mkdtemp, rm, symlink} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';

/**
 * Builds what is published, by the script that builds it, in a new folder below `parent`: `dist` may be in use or be built meanwhile.
 * Rejects with what the build said.
 */
export async function bundleCli(parent: string): Promise<{readonly script: string; readonly remove: () => Promise<void>}> {
  const folder = await mkdtemp(path.join(parent, 'bundle-'));
  // The script builds into ./dist from ./src.
  for (const name of ['src', 'package.json']) await symlink(path.resolve(name), path.join(folder, name));
  await promisify(execFile)(process.execPath, [path.resolve('scripts/build.mjs')], {cwd: folder});
  return {script: path.join(folder, 'dist/cli.js'), remove: () => rm(folder, {recursive: true, force: true})};
}
