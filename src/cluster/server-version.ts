import {asString, field} from '../core/json.ts';
import type {Fault} from '../core/errors.ts';
import type {ApiClient} from './client.ts';

/** A version of Kubernetes, as far as the API depends on it. */
export interface ServerVersion {
  readonly major: number;
  readonly minor: number;
}

/** `1.36` */
export function formatVersion({major, minor}: ServerVersion): string {
  return `${major}.${minor}`;
}

/**
 * What `/version` says the API server behaves as: the lower of its own version and the one that it emulates
 * (https://github.com/kubernetes/enhancements/tree/master/keps/sig-architecture/4330-compatibility-versions). A minor
 * version may have a `+`. Codes: those of ApiAnswer, `apiBadAnswer`. Never rejects.
 */
export async function readServerVersion(client: ApiClient, signal?: AbortSignal): Promise<ServerVersion | Fault> {
  const answer = await client.request({path: '/version', ...(signal === undefined ? {} : {signal})});
  if (answer.kind === 'failed') return answer.fault;
  const {body} = answer;
  const own = versionOf(field(body, 'major'), field(body, 'minor'));
  const emulated = versionOf(field(body, 'emulationMajor'), field(body, 'emulationMinor'));
  if (own !== undefined) return emulated !== undefined && isLower(emulated, own) ? emulated : own;
  return {code: 'apiBadAnswer', message: `${client.server}/version names no version`};
}

/** The version of the API server, read again from time to time: a cluster is upgraded under its webhooks. */
export interface VersionWatch {
  /** The last one known. */
  current(): ServerVersion | undefined;
  /** Reads it now, as after a connection was lost. Never rejects. */
  refresh(): Promise<void>;
  stop(): void;
}

/** Starts reading the version, at once and then every `everyMs` (default five minutes); `onChange` gets each new one. */
export function watchVersion(client: ApiClient, onChange: (version: ServerVersion) => void, everyMs = 300_000): VersionWatch {
  const stopping = new AbortController();
  let current: ServerVersion | undefined;
  const refresh = async (): Promise<void> => {
    const read = await readServerVersion(client, stopping.signal);
    // Without an answer the old one is as good as any; the informers tell what is wrong with the API server.
    if ('code' in read || stopping.signal.aborted) return;
    if (read.major === current?.major && read.minor === current.minor) return;
    current = read;
    onChange(read);
  };
  void refresh();
  const timer = setInterval(() => void refresh(), everyMs);
  timer.unref();
  return {
    current: () => current,
    refresh,
    stop: () => {
      clearInterval(timer);
      stopping.abort();
    },
  };
}

function versionOf(major: unknown, minor: unknown): ServerVersion | undefined {
  const [one, other] = [major, minor].map((part) => /^\d+/.exec(asString(part) ?? '')?.[0]);
  return one === undefined || other === undefined ? undefined : {major: Number(one), minor: Number(other)};
}

function isLower(a: ServerVersion, b: ServerVersion): boolean {
  return a.major === b.major ? a.minor < b.minor : a.major < b.major;
}
