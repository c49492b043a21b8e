// Outlives the process that started it, to end what that one left: node watchdog.mjs FOLDER
// Reads `+PID` (a process group was started) and `-PID` (it ended) on stdin. At the end of stdin, which comes however the starter
// ends, kill -9 included, it kills the groups that are left and removes the folder.
import {rm} from 'node:fs/promises';
import process from 'node:process';
import {createInterface} from 'node:readline';

const [folder] = process.argv.slice(2);
/** @type {Set<number>} */
const groups = new Set();
for await (const line of createInterface({input: process.stdin})) {
  if (line.startsWith('+')) groups.add(Number(line.slice(1)));
  else groups.delete(Number(line.slice(1)));
}
for (const group of groups) {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // It ended in between.
  }
}
// A process that was just killed may write its last file while the folder goes.
if (folder !== undefined) await rm(folder, {recursive: true, force: true, maxRetries: 10, retryDelay: 100});
