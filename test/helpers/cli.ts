import {readdir, readFile, stat} from 'node:fs/promises';
import {normalize} from 'node:path';
import type {ExitCode, Io} from '../../src/cli/io.ts';
import {run, type Serve} from '../../src/cli/run.ts';

/** What the CLI finds around it. */
export interface Surroundings {
  /** Files by path, in place of the real ones; `-` is standard input. A folder is what files lie in. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether a person reads stdout and stderr. */
  readonly terminal?: boolean;
  readonly serve?: Serve;
}

export interface Result {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

/** Runs the CLI in this process, with these words. Without `files` it reads the real ones. */
export async function cli(
  argv: readonly string[],
  {files, env = {}, terminal = false, serve}: Surroundings = {},
): Promise<Result> {
  let out = '';
  let err = '';
  const io: Io = {
    ...(files === undefined ? realFiles : fakeFiles(files)),
    out: async (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    env,
    isOutTerminal: terminal,
    isErrTerminal: terminal,
  };
  const code = await run(argv, io, serve ?? (() => Promise.reject(new Error('serve was not expected'))));
  return {code, out, err};
}

const realFiles: Pick<Io, 'read' | 'isFolder' | 'list'> = {
  read: (path) => readFile(path),
  isFolder: async (path) => (await stat(path)).isDirectory(),
  list: (path) => readdir(path),
};

function fakeFiles(files: Readonly<Record<string, string | Uint8Array>>): typeof realFiles {
  const inside = (folder: string): string[] =>
    Object.keys(files).filter((name) => name.startsWith(`${folder.replace(/\/$/, '')}/`));
  return {
    read: async (given) => {
      const path = normalize(given);
      if (!Object.hasOwn(files, path)) throw missing(path);
      const content = files[path] ?? '';
      return typeof content === 'string' ? new TextEncoder().encode(content) : content;
    },
    isFolder: async (given) => {
      const path = normalize(given);
      if (Object.hasOwn(files, path)) return false;
      if (inside(path).length === 0) throw missing(path);
      return true;
    },
    list: async (path) => inside(path).map((name) => name.slice(path.replace(/\/$/, '').length + 1)),
  };
}

function missing(path: string): Error {
  return Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), {code: 'ENOENT'});
}
