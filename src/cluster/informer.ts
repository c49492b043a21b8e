import {setTimeout as sleep} from 'node:timers/promises';
import {messageOf, type Fault} from '../core/errors.ts';
import type {JsonObject} from '../core/json.ts';
import {createBackoff} from './backoff.ts';
import {metadataOnly as metadataFormats, type ApiClient} from './client.ts';
import {listAll} from './list.ts';
import {cacheObjects, keyOf} from './object-cache.ts';
import {watchOnce} from './watch-once.ts';

/** What to hold in memory, and who wants to know. */
export interface InformerOptions {
  readonly client: ApiClient;
  /** A collection in one namespace, or of objects without any: `/api/v1/namespaces/shop/configmaps`. */
  readonly path: string;
  readonly labelSelector?: string;
  /** One object alone: `metadata.name=x`. */
  readonly fieldSelector?: string;
  /** Objects come with nothing but their metadata, which spares memory and the network. */
  readonly metadataOnly?: boolean;
  /** What is kept of an object; `metadata.name`, `namespace`, `uid` and `resourceVersion` must stay. Default: all. */
  readonly keep?: (object: JsonObject) => JsonObject;
  /** After each list and each event that changed something, with the keys of what is new, changed or gone. */
  readonly onChange?: (keys: readonly string[]) => void;
  /** Once when a trouble begins, and again when it becomes another one; meanwhile it is tried again and again. */
  readonly onFault?: (fault: Fault) => void;
  /** When a list or a watch has succeeded after trouble. */
  readonly onRecovered?: () => void;
  /** The time in milliseconds. */
  readonly now: () => number;
  /** A number from 0 up to 1. */
  readonly random: () => number;
  readonly timing?: Partial<InformerTiming>;
}

export interface InformerTiming {
  /** How long one watch lasts. Default 240 000. */
  readonly watchMs: number;
  /** How often everything is listed anew, in case an event was lost on the way. Default 300 000. */
  readonly relistMs: number;
  readonly firstRetryMs: number;
  readonly mostRetryMs: number;
}

/** The objects of a collection, kept up to date. */
export interface Informer {
  /** By name; the last good state while the API server is away. The same map all the time: look things up when you need them. */
  readonly objects: () => ReadonlyMap<string, JsonObject>;
  /** Whether it has been listed once. */
  readonly isSynced: () => boolean;
  /** Resolves when it has been listed once, and when it is stopped before. Never rejects. */
  readonly synced: Promise<void>;
  /** What keeps it from being up to date now. Codes: those of ApiAnswer. */
  readonly fault: () => Fault | undefined;
  /** When the API server last showed that the state is current, by a list, an event or a bookmark; undefined before the first. */
  readonly lastSuccessMs: () => number | undefined;
  /** Resolves when nothing runs any more; no callback is called after it was called. Never rejects. */
  stop(): Promise<void>;
}

const defaultTiming: InformerTiming = {watchMs: 240_000, relistMs: 300_000, firstRetryMs: 250, mostRetryMs: 10_000};

/**
 * Lists and watches a collection for as long as it is not stopped, whatever happens: after an error it tries again with growing
 * pauses, after a 410 it lists anew. Source:
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export function startInformer(options: InformerOptions): Informer {
  const {client, now} = options;
  const timing: InformerTiming = {...defaultTiming, ...options.timing};
  const backoff = createBackoff({firstMs: timing.firstRetryMs, mostMs: timing.mostRetryMs, random: options.random});
  const cache = cacheObjects(options.keep ?? ((object) => object));
  const stopping = new AbortController();
  const {signal} = stopping;
  const query = {labelSelector: options.labelSelector, fieldSelector: options.fieldSelector};
  const collection = {path: options.path, query, signal};
  let resourceVersion: string | undefined;
  let isSynced = false;
  let listedMs = 0;
  let successMs: number | undefined;
  let fault: Fault | undefined;
  let announceSync: () => void = () => undefined;
  const synced = new Promise<void>((resolve) => {
    announceSync = resolve;
  });

  // Rejects when it is stopped meanwhile, which the loop sees by itself.
  const pause = (): Promise<void> => sleep(backoff.next(), undefined, {signal}).catch(() => undefined);
  const succeed = (): void => {
    successMs = now();
    if (fault === undefined) return;
    fault = undefined;
    options.onRecovered?.();
  };
  const fail = async (next: Fault): Promise<void> => {
    if (signal.aborted) return;
    const isNews = fault?.code !== next.code;
    fault = next;
    if (isNews) options.onFault?.(next);
    await pause();
  };
  const changed = (keys: readonly string[]): void => {
    if (keys.length > 0 && !signal.aborted) options.onChange?.(keys);
  };

  const list = async (): Promise<void> => {
    const listed = await listAll(client, {
      ...collection,
      ...(options.metadataOnly === true ? {accept: metadataFormats.list} : {}),
    });
    if (signal.aborted) return;
    if ('fault' in listed) {
      await fail(listed.fault);
      return;
    }
    listedMs = now();
    ({resourceVersion} = listed);
    isSynced = true;
    succeed();
    changed(cache.replace(listed.items));
    announceSync();
  };
  const watch = async (from: string): Promise<void> => {
    const startMs = now();
    let heard = false;
    const end = await watchOnce(
      client,
      {
        ...collection,
        resourceVersion: from,
        // Not beyond the next list.
        forMs: Math.max(1000, Math.min(timing.watchMs, listedMs + timing.relistMs - startMs)),
        ...(options.metadataOnly === true ? {accept: metadataFormats.object} : {}),
      },
      {
        onOpen: succeed,
        onEvent: (event) => {
          heard = true;
          backoff.reset();
          succeed();
          if (event.resourceVersion !== undefined) ({resourceVersion} = event);
          if (event.kind === 'bookmark') return;
          changed(event.kind === 'deleted' ? cache.remove(keyOf(event.object)) : cache.put(event.object));
        },
      },
    );
    if (end.kind === 'gone' || (end.kind === 'failed' && end.isLost)) resourceVersion = undefined;
    if (end.kind === 'failed') await fail(end.fault);
    // A server or a proxy that ends each watch at once must not be asked a thousand times a second.
    else if (end.kind === 'gone' || (!heard && now() - startMs < briefMs)) await pause();
    else backoff.reset();
  };
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        if (resourceVersion === undefined || now() - listedMs >= timing.relistMs) await list();
        else await watch(resourceVersion);
      } catch (error) {
        // A fault of ours in a callback: what it missed comes again with the next list.
        resourceVersion = undefined;
        await fail({code: 'informerFailed', message: `an event of ${options.path} could not be handled: ${messageOf(error)}`});
      }
    }
    announceSync();
  };
  const running = run();

  return {
    objects: () => cache.objects,
    isSynced: () => isSynced,
    synced,
    fault: () => fault,
    lastSuccessMs: () => successMs,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

const briefMs = 1000;
