import {readdir, readFile, stat} from 'node:fs/promises';

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
