// Starts the webhook as the README says (npm start), asks it once as the README says (curl) and stops it: node .ci/start.mjs
// On free ports and in a certificate folder of its own, so that nothing that runs already is in the way.
import {execFile, spawn} from 'node:child_process';
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {promisify} from 'node:util';

const readyTimeoutMs = 60_000;
const stopTimeoutMs = 20_000;

const folder = await mkdtemp(path.join(tmpdir(), 'pod-injector-start-'));
const [port, healthPort] = [await freePort(), await freePort()];
let output = '';
let ended = false;
// A group of its own: npm, its shell and the webhook end together.
const child = spawn('npm', ['start'], {
  detached: true,
  stdio: ['ignore', 'pipe', 'pipe'],
  env: {
    ...process.env,
    POD_INJECTOR_PORT: String(port),
    POD_INJECTOR_HEALTH_PORT: String(healthPort),
    POD_INJECTOR_CERT_DIR: folder,
  },
});
for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
child.on('error', (error) => ((ended = true), (output += error.message)));
child.on('close', () => (ended = true));

const counts = {passed: 0, failed: 0, skipped: 0};
if (await step('npm start becomes ready', becomesReady)) {
  await step('a review is answered with a patch', answersReview);
  await step('SIGTERM ends it', endsOnSignal);
}
signal('SIGKILL');
if (counts.failed > 0) console.log(`--- npm start printed ---\n${output}`);
await rm(folder, {recursive: true, force: true});
await mkdir('reports', {recursive: true});
await writeFile('reports/start.json', `${JSON.stringify(counts)}\n`);
process.exitCode = counts.failed === 0 ? 0 : 1;

async function becomesReady() {
  const untilMs = performance.now() + readyTimeoutMs;
  for (;;) {
    if (ended) throw new Error('it ended before it was ready');
    const response = await fetch(`http://127.0.0.1:${healthPort}/readyz`).catch(() => undefined);
    if (response?.ok === true) return;
    if (performance.now() > untilMs) throw new Error(`not ready after ${readyTimeoutMs} ms`);
    await sleep(100);
  }
}

async function answersReview() {
  const options = ['--silent', '--show-error', '--fail-with-body', '--max-time', '10', '--cacert', path.join(folder, 'ca.crt')];
  const body = ['-H', 'content-type: application/json', '--data-binary', '@examples/review.json'];
  const {stdout} = await promisify(execFile)('curl', [...options, ...body, `https://localhost:${port}/mutate`]);
  const {response} = JSON.parse(stdout);
  if (response.allowed !== true || response.patchType !== 'JSONPatch') throw new Error(`the answer is ${stdout}`);
  const operations = JSON.parse(Buffer.from(response.patch, 'base64').toString());
  if (!operations.some((/** @type {{path: string}} */ operation) => operation.path.startsWith('/spec/containers/'))) {
    throw new Error(`no container is added by ${JSON.stringify(operations)}`);
  }
}

async function endsOnSignal() {
  signal('SIGTERM');
  const untilMs = performance.now() + stopTimeoutMs;
  while (!ended && performance.now() < untilMs) await sleep(50);
  if (!ended) throw new Error(`still running after ${stopTimeoutMs} ms`);
}

/** @param {NodeJS.Signals} name */
function signal(name) {
  if (ended || child.pid === undefined) return;
  try {
    process.kill(-child.pid, name);
  } catch {
    // The group ended in between.
  }
}

/**
 * @param {string} name
 * @param {() => Promise<void>} action
 */
async function step(name, action) {
  try {
    await action();
    counts.passed += 1;
    console.log(`ok      ${name}`);
    return true;
  } catch (error) {
    counts.failed += 1;
    console.log(`failed  ${name}: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
