// Runs a TypeScript script on every supported Node (20 has no type stripping): node scripts/run.mjs FILE [ARGUMENT...]
import {spawn} from 'node:child_process';
import {mkdtemp, rm} from 'node:fs/promises';
import path from 'node:path';
import {build} from 'esbuild';

const [file, ...rest] = process.argv.slice(2);
if (file === undefined) {
  console.error('usage: node scripts/run.mjs FILE [ARGUMENT...]');
  process.exit(2);
}
// Beside node_modules, so that the packages that stay outside the bundle are found.
const folder = await mkdtemp(path.resolve('node_modules', '.run-'));
try {
  const outfile = path.join(folder, 'script.mjs');
  await build({
    entryPoints: [file],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  });
  const child = spawn(process.execPath, [outfile, ...rest], {stdio: 'inherit'});
  for (const signal of /** @type {const} */ (['SIGHUP', 'SIGINT', 'SIGTERM'])) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise((resolve) =>
    child.on('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 130))),
  );
} finally {
  await rm(folder, {recursive: true, force: true});
}
