import {readdir, readFile, stat} from 'node:fs/promises';
import {messageOf, type Fault} from '../core/errors.ts';

/** What loading needs of a file system. All reject with the system's error (`ENOENT`, `EACCES` …). */
export interface TemplateFileSystem {
  isFolder(path: string): Promise<boolean>;
  /** The names of what is directly in a folder, in any order. */
  list(folder: string): Promise<readonly string[]>;
  read(file: string): Promise<Uint8Array>;
}

/** The file system of this machine; links are followed. */
export const nodeFileSystem: TemplateFileSystem = {
  isFolder: async (path) => (await stat(path)).isDirectory(),
  list: (folder) => readdir(folder),
  read: (file) => readFile(file),
};

/** Why a file or folder could not be read, from the system's error: `pathMissing`, `pathUnreadable`. */
export function unreadableFault(source: string, error: unknown): Fault {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return {code: 'pathMissing', message: 'there is no such file or folder', fix: 'check the path', source};
  return {code: 'pathUnreadable', message: `it can't be read: ${messageOf(error)}`, fix: 'check its permissions', source};
}

/** Whether a fault is one of those: what was named is not there to work on. */
export function isUnreadable({code}: Fault): boolean {
  return code === 'pathMissing' || code === 'pathUnreadable';
}
