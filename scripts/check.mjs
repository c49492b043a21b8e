// All checks, each to its end: node scripts/check.mjs [STEP...]
// Prints a line a step, then what the failed ones said; exit 1 if any failed, 2 for a step that does not exist.
import {spawn} from 'node:child_process';
import {mkdir, writeFile} from 'node:fs/promises';

/** Name of a step → the npm script that does it, in the order they run. The package check reads what the build wrote. */
const steps = new Map([
  ['format', 'format:check'],
  ['lint', 'lint'],
  ['types', 'types'],
  ['dead-code', 'dead-code'],
  ['tests', 'test'],
  ['build', 'build'],
  ['package', 'package'],
]);

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !steps.has(name));
if (unknown.length > 0) {
  console.error(`check: no step is called ${unknown.join(', ')}; the steps are ${[...steps.keys()].join(', ')}`);
  process.exit(2);
}

/** @type {{name: string, output: string}[]} */
const failures = [];
let passed = 0;
for (const [name, script] of steps) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const startMs = performance.now();
  const {ok, output} = await run(script);
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  console.log(`${ok ? 'ok    ' : 'failed'}  ${name.padEnd(9)}  ${seconds.padStart(6)} s`);
  if (ok) passed += 1;
  else failures.push({name, output});
}

for (const {name, output} of failures) console.log(`\n--- ${name} ---\n${output.trim()}`);
if (process.env['CI'] !== undefined) {
  await mkdir('reports', {recursive: true});
  await writeFile('reports/check.json', `${JSON.stringify({passed, failed: failures.length, skipped: 0})}\n`);
}
process.exitCode = failures.length === 0 ? 0 : 1;

/**
 * Runs an npm script and keeps what it prints. A script that cannot be started has failed.
 * @param {string} script
 * @returns {Promise<{ok: boolean, output: string}>}
 */
function run(script) {
  return new Promise((resolve) => {
    const child = spawn('npm', ['run', '--silent', script], {stdio: ['ignore', 'pipe', 'pipe']});
    /** @type {Buffer[]} */
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => resolve({ok: false, output: `npm did not start: ${error.message}`}));
    child.on('close', (code) => resolve({ok: code === 0, output: Buffer.concat(chunks).toString()}));
  });
}
