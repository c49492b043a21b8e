#!/usr/bin/env node
import {readdir, readFile, stat} from 'node:fs/promises';
import type {ExitCode, Io} from './cli/io.ts';
import {run} from './cli/run.ts';

const io: Io = {
  read: async (path) => (path === '-' ? readAll() : readFile(path)),
  isFolder: async (path) => (await stat(path)).isDirectory(),
  list: (path) => readdir(path),
  out: (text) =>
    new Promise((resolve, reject) =>
      process.stdout.write(text, (error) => (error instanceof Error && !isClosed(error) ? reject(error) : resolve())),
    ),
  err: (text) => void process.stderr.write(text),
  env: process.env,
  isOutTerminal: process.stdout.isTTY,
  isErrTerminal: process.stderr.isTTY,
};

// A reader that went away (`| head`) is no fault of ours; without a listener it would end the process with a stack trace.
process.stdout.on('error', ignoreClosed);
process.stderr.on('error', ignoreClosed);

process.exitCode = await run(process.argv.slice(2), io, serve);

/** Lazily: the server, its certificates and its logger are not loaded to preview a file. */
async function serve(flags: Readonly<Record<string, string | readonly string[] | undefined>>): Promise<ExitCode> {
  const [{readServeConfig}, {processIo, serve: start}, {formatFault}] = await Promise.all([
    import('./config.ts'),
    import('./main.ts'),
    import('./core/errors.ts'),
  ]);
  const read = readServeConfig(flags, process.env);
  if ('config' in read) return start(read.config, processIo());
  for (const fault of read.faults) io.err(`${formatFault(fault)}\n`);
  return 2;
}

async function readAll(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

function ignoreClosed(error: Error): void {
  if (!isClosed(error)) throw error;
}

function isClosed(error: Error): boolean {
  return 'code' in error && error.code === 'EPIPE';
}
