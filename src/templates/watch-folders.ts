import {watch, type FSWatcher} from 'node:fs';
import {stat} from 'node:fs/promises';
import path from 'node:path';
import {messageOf, type Fault} from '../core/errors.ts';

/** Tells that something in some folders changed, not what: that differs between systems. */
export interface FolderWatch {
  /** Watches anew what was replaced, or came back, since. Never rejects. */
  refresh(): Promise<void>;
  close(): void;
}

interface Watched {
  /** Which folder of that path it was: one that was deleted and made again is another. */
  readonly identity: string;
  readonly watcher: FSWatcher;
}

/**
 * Watches the folders that the paths are, or lie in; where there is none, the nearest that exists above. Call `refresh` once to
 * begin. A watch that can't be had is a fault (`watchUnavailable`), said once; a slow poll must take its place.
 */
export function watchFolders(paths: readonly string[], onEvent: () => void, onFault: (fault: Fault) => void): FolderWatch {
  const watched = new Map<string, Watched>();
  const complained = new Set<string>();
  let closed = false;

  const drop = (folder: string): void => {
    watched.get(folder)?.watcher.close();
    watched.delete(folder);
  };

  const open = (folder: string, identity: string): void => {
    if (closed || watched.get(folder)?.identity === identity) return;
    drop(folder);
    try {
      // Not persistent: what keeps a process alive is its server.
      const watcher = watch(folder, {persistent: false});
      watched.set(folder, {identity, watcher});
      watcher.on('change', (_event, name) => {
        // A folder that is deleted or moved says so with its own name, and nothing ever after.
        if (watched.get(folder)?.watcher === watcher && (name === null || name === path.basename(folder))) drop(folder);
        onEvent();
      });
      watcher.on('error', () => {
        if (watched.get(folder)?.watcher === watcher) drop(folder);
        onEvent();
      });
    } catch (error) {
      complain(folder, error);
    }
  };

  const complain = (folder: string, error: unknown): void => {
    if (complained.has(folder)) return;
    complained.add(folder);
    onFault({
      code: 'watchUnavailable',
      message: `changes are found more slowly, because the folder can't be watched: ${messageOf(error)}`,
      source: folder,
    });
  };

  return {
    async refresh() {
      const targets = new Map(await Promise.all(paths.map((given) => folderOf(path.resolve(given)))));
      for (const folder of watched.keys()) if (!targets.has(folder)) drop(folder);
      for (const [folder, identity] of targets) open(folder, identity);
    },
    close() {
      closed = true;
      for (const folder of watched.keys()) drop(folder);
    },
  };
}

/** The folder to watch for a path, and its identity. */
async function folderOf(given: string): Promise<readonly [folder: string, identity: string]> {
  try {
    const found = await stat(given, {bigint: true});
    if (found.isDirectory()) return [given, `${found.dev}:${found.ino}:${found.birthtimeNs}`];
  } catch {
    // Missing or unreadable: what is above it tells when that changes.
  }
  const parent = path.dirname(given);
  return parent === given ? [given, ''] : folderOf(parent);
}
