import {spawn, type ChildProcessByStdio} from 'node:child_process';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {Readable} from 'node:stream';
import {build} from 'esbuild';
import {expect, onTestFinished} from 'vitest';
import {parseLines} from './harness.ts';

/** Bundles the command line as it is published, once; remove the folder afterwards. */
export async function bundleServer(): Promise<{readonly script: string; remove(): Promise<void>}> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pod-injector-'));
  await build({
    entryPoints: {cli: 'src/cli.ts'},
    outdir: folder,
    outExtension: {'.js': '.mjs'},
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    banner: {js: "import {createRequire as __createRequire} from 'node:module';const require=__createRequire(import.meta.url);"},
    logLevel: 'warning',
  });
  return {script: path.join(folder, 'cli.mjs'), remove: () => rm(folder, {recursive: true, force: true})};
}

export interface ServerProcess {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** The log lines so far, parsed. */
  log(): Record<string, unknown>[];
  output(): string;
  errors(): string;
  /** The exit code, or the signal that ended it. */
  readonly exit: Promise<number | string | null>;
}

/** Starts `serve` with these variables; killed after the test if it still runs. */
export function startProcess(script: string, variables: Readonly<Record<string, string>>): ServerProcess {
  const environment = {PATH: process.env['PATH'], POD_INJECTOR_PORT: '0', POD_INJECTOR_HEALTH_PORT: '0', ...variables};
  const child = spawn(process.execPath, [script, 'serve'], {env: environment, stdio: ['ignore', 'pipe', 'pipe']});
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const exit = new Promise<number | string | null>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal));
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return {
    child,
    log: () => parseLines(output.slice(0, output.lastIndexOf('\n') + 1)),
    output: () => output,
    errors: () => errors,
    exit,
  };
}

export interface Addresses {
  readonly port: number;
  readonly healthUrl: string;
  readonly ca: string;
  readonly tryLine: string;
}

/** Waits until the process says where it listens. */
export async function addressesOf(server: ServerProcess, certDir: string): Promise<Addresses> {
  await expect.poll(() => server.log().map((line) => line['msg']), {timeout: 15_000}).toContain('listening');
  const line = server.log().find((one) => one['msg'] === 'listening');
  return {
    port: Number(new URL(String(line?.['webhook'])).port),
    healthUrl: String(line?.['health']),
    ca: await readFile(path.join(certDir, 'ca.crt'), 'utf8'),
    tryLine: String(line?.['try']),
  };
}
