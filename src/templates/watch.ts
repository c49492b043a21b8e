import {messageOf, type Fault} from '../core/errors.ts';
import type {TemplateSnapshot} from '../core/template.ts';
import {loadTemplates} from './files.ts';
import {emptyState, nextState, type TemplateChange, type TemplateState} from './store.ts';
import {watchFolders} from './watch-folders.ts';

/** Templates in files, kept up to date. */
export interface TemplateWatch {
  /** The templates to answer a request with; the same reference until something changes. */
  snapshot(): TemplateSnapshot;
  /** The same, and what is wrong with what was loaded last. */
  state(): TemplateState;
  /** Ends the watching; resolves when a load under way has ended. `onChange` is not called any more. */
  close(): Promise<void>;
}

export interface TemplateWatchOptions {
  /** After each load that changed something, the first one included. */
  readonly onChange: (changes: readonly TemplateChange[], state: TemplateState) => void;
  /** Troubles of the watching itself, which goes on: `watchUnavailable`, `watchFailed`. */
  readonly onFault: (fault: Fault) => void;
  /** How long the files must be quiet before they are read, so that they are not read half written. Default 100. */
  readonly debounceMs?: number;
  /** How often they are read whether or not the system told of a change (network file systems don't). Default 30 000. */
  readonly pollMs?: number;
}

/**
 * Loads the templates of files and folders, resolves, and loads them again whenever something changes there. Folders are watched,
 * not files: editors replace files, and mounted ConfigMaps swap the link `..data`. A path may vanish and come back; meanwhile its
 * last good templates stay. Never rejects.
 */
export async function watchTemplates(paths: readonly string[], options: TemplateWatchOptions): Promise<TemplateWatch> {
  const {onChange, onFault, debounceMs = 100, pollMs = 30_000} = options;
  let state = emptyState;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let delays = 0;
  let running: Promise<void> | undefined;
  let again = false;

  const load = async (): Promise<void> => {
    do {
      again = false;
      // Watched before they are read, so that no change falls between.
      await folders.refresh();
      const loaded = await loadTemplates(paths);
      if (closed) return;
      const next = nextState(state, loaded);
      state = next.state;
      if (next.changes.length > 0) onChange(next.changes, state);
    } while (again && !closed);
  };
  const reload = (): Promise<void> => {
    if (running !== undefined) {
      again = true;
      return running;
    }
    const failed = (error: unknown): void =>
      onFault({code: 'watchFailed', message: `loading the templates failed: ${messageOf(error)}`});
    running = load()
      .catch(failed)
      .finally(() => {
        running = undefined;
      });
    return running;
  };
  const schedule = (): void => {
    if (closed) return;
    // A file that is written to all the time must not put off the others for ever.
    if (timer !== undefined && delays >= maxDelays) return;
    delays = timer === undefined ? 0 : delays + 1;
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = undefined;
      void reload();
    }, debounceMs);
    timer.unref();
  };
  const folders = watchFolders(paths, schedule, onFault);
  await reload();
  const poll = setInterval(() => void reload(), pollMs);
  poll.unref();

  return {
    snapshot: () => state.snapshot,
    state: () => state,
    async close() {
      closed = true;
      clearInterval(poll);
      clearTimeout(timer);
      folders.close();
      await running;
    },
  };
}

/** How often in a row a further change puts off the reading. */
const maxDelays = 20;
