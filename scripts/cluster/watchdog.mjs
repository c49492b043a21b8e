// Outlives the process that started it, to end what that one left: node watchdog.mjs FOLDER
// Reads `+PID` (a process group was started), `-PID` (it ended) and `~FOLDER` (a cgroup was made) on stdin. At the end of stdin, which
// comes however the starter ends, kill -9 included, it kills the groups that are left, removes the cgroups and then the folder.
import {readdir, rm, rmdir} from 'node:fs/promises';
import process from 'node:process';
import path from 'node:path';
import {createInterface} from 'node:readline';
import {setTimeout as sleep} from 'node:timers/promises';

const [folder] = process.argv.slice(2);
/** @type {Set<number>} */
const groups = new Set();
/** @type {string[]} */
const cgroups = [];
for await (const line of createInterface({input: process.stdin})) {
  if (line.startsWith('+')) groups.add(Number(line.slice(1)));
  else if (line.startsWith('~')) cgroups.push(line.slice(1));
  else groups.delete(Number(line.slice(1)));
}
for (const group of groups) {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // It ended in between.
  }
}
for (const cgroup of cgroups) for (let tries = 0; tries < 50 && !(await removeCgroup(cgroup)); tries += 1) await sleep(200);
// A process that was just killed may write its last file while the folder goes.
if (folder !== undefined) await rm(folder, {recursive: true, force: true, maxRetries: 10, retryDelay: 100});

/**
 * Removes a cgroup's folder with those below it: its files can't be removed, and it goes when no folder and no process is in it.
 * @param {string} cgroup
 * @returns {Promise<boolean>} whether it is gone
 */
async function removeCgroup(cgroup) {
  const entries = await readdir(cgroup, {withFileTypes: true}).catch(() => undefined);
  if (entries === undefined) return true;
  for (const entry of entries) if (entry.isDirectory()) await removeCgroup(path.join(cgroup, entry.name));
  return rmdir(cgroup).then(
    () => true,
    () => false,
  );
}
