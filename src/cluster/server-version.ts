import type {Fault} from '../core/errors.ts';
import {minorOf} from '../core/kubernetes/version.ts';
import type {ApiClient} from './client.ts';

/** A version of Kubernetes, as far as the API depends on it. */
export interface ServerVersion {
  readonly major: 1;
  readonly minor: number;
}

/** `1.36` */
export function formatVersion({major, minor}: ServerVersion): string {
  return `${major}.${minor}`;
}

/** What `/version` says the API server behaves as, see {@link minorOf}. Codes: those of ApiAnswer, `apiBadAnswer`. Never rejects. */
export async function readServerVersion(client: ApiClient, signal?: AbortSignal): Promise<ServerVersion | Fault> {
  const answer = await client.request({path: '/version', ...(signal === undefined ? {} : {signal})});
  if (answer.kind === 'failed') return answer.fault;
  const minor = minorOf(answer.body);
  if (minor !== undefined) return {major: 1, minor};
  return {code: 'apiBadAnswer', message: `${client.server}/version names no version`};
}

/** The version of the API server, read again from time to time: a cluster is upgraded under its webhooks. */
export interface VersionWatch {
  /** The last one known. */
  current(): ServerVersion | undefined;
  /** Whether the API server was asked once, and answered or failed. */
  hasAsked(): boolean;
  /** Reads it now, as after a connection was lost. Never rejects. */
  refresh(): Promise<void>;
  stop(): void;
}

/**
 * Starts reading the version, at once and then every `everyMs` (default five minutes), as long as it is not known every
 * `retryMs` (default five seconds); `onChange` gets each new one.
 */
export function watchVersion(
  client: ApiClient,
  onChange: (version: ServerVersion) => void,
  {everyMs = 300_000, retryMs = 5000}: {readonly everyMs?: number; readonly retryMs?: number} = {},
): VersionWatch {
  const stopping = new AbortController();
  let current: ServerVersion | undefined;
  let hasAsked = false;
  let timer: NodeJS.Timeout | undefined;
  const refresh = async (): Promise<void> => {
    const read = await readServerVersion(client, stopping.signal);
    if (stopping.signal.aborted) return;
    hasAsked = true;
    // Without an answer the old one is as good as any; the informers tell what is wrong with the API server.
    if ('code' in read || read.minor === current?.minor) return;
    current = read;
    onChange(read);
  };
  const again = async (): Promise<void> => {
    await refresh();
    if (stopping.signal.aborted) return;
    timer = setTimeout(() => void again(), current === undefined ? retryMs : everyMs);
    timer.unref();
  };
  void again();
  return {
    current: () => current,
    hasAsked: () => hasAsked,
    refresh,
    stop: () => {
      clearTimeout(timer);
      stopping.abort();
    },
  };
}
