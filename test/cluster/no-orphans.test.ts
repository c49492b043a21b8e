import {execFile, spawn} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {existsSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';
import {expect, onTestFinished, test} from 'vitest';
import {controlPlane, eventually} from './harness/index.ts';

interface Running {
  readonly pid: number;
  readonly args: string;
}

/** The processes whose command line holds these words. */
async function running(words: string): Promise<Running[]> {
  const {stdout} = await promisify(execFile)('ps', ['-A', '-ww', '-o', 'pid=,args=']);
  const lines = stdout.split('\n').map((line) => /^\s*(\d+)\s+(.*)$/.exec(line));
  return lines.flatMap((line) => (line?.[2]?.includes(words) === true ? [{pid: Number(line[1]), args: line[2]}] : []));
}

/** Starts a control plane of its own; `outer` started `inner`, which runs it. Resolves when it runs. */
async function start(): Promise<{outer: number; inner: Running; folder: string; exit: Promise<unknown>}> {
  // An argument that it does not read, to know it by.
  const mark = randomUUID();
  const outer = spawn(process.execPath, ['scripts/run.mjs', 'scripts/cluster/main.ts', 'bare', mark], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {...process.env, K8S_VERSION: controlPlane().version},
  });
  let words = '';
  outer.stderr.setEncoding('utf8').on('data', (chunk: string) => (words += chunk));
  const exit = new Promise((resolve) => outer.on('exit', (code, signal) => resolve(signal ?? code)));
  onTestFinished(async () => {
    outer.kill('SIGTERM');
    await exit;
  });
  const kubeconfig = await eventually(() => /KUBECONFIG=(\S+)/.exec(words)?.[1], {
    what: 'a second control plane',
    timeoutMs: 50_000,
  });
  const [inner] = await running(`script.mjs bare ${mark}`);
  if (outer.pid === undefined || inner === undefined) throw new Error(`the runner is not among the processes:\n${words}`);
  return {outer: outer.pid, inner, folder: path.dirname(kubeconfig), exit};
}

async function expectNothingLeft(folder: string): Promise<void> {
  await eventually(async () => expect(await running(folder)).toEqual([]), {what: 'the components to end'});
  await eventually(() => !existsSync(folder), {what: `${folder} to be removed`});
}

test('a runner that is told to stop leaves no process and no file', async () => {
  const {outer, inner, folder, exit} = await start();
  const components = (await running(folder)).map(({args}) => path.basename(args.split(' ')[0] ?? ''));
  expect(components).toEqual(expect.arrayContaining(['etcd', 'kube-apiserver', 'kube-controller-manager']));
  process.kill(outer, 'SIGTERM');
  expect(await exit).toBe(143);
  await expectNothingLeft(folder);
  expect(existsSync(inner.args.split(' ')[1] ?? '')).toBe(false);
});

test('a runner that crashes leaves no process and no file', async () => {
  const {inner, folder, exit} = await start();
  process.kill(inner.pid, 'SIGKILL');
  expect(await exit).not.toBe(0);
  await expectNothingLeft(folder);
});

test('a runner whose starter crashes leaves no process and no file of its own', async () => {
  const {outer, inner, folder, exit} = await start();
  process.kill(outer, 'SIGKILL');
  expect(await exit).toBe('SIGKILL');
  await expectNothingLeft(folder);
  await eventually(async () => (await running(inner.args)).length === 0, {what: 'the runner to end'});
  // The starter had no time to remove its bundle.
  await rm(path.dirname(inner.args.split(' ')[1] ?? ''), {recursive: true, force: true});
});
