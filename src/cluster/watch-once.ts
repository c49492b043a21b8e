import type {Fault} from '../core/errors.ts';
import {asObject, asString, field, type JsonObject} from '../core/json.ts';
import {answerFault, statusCodeOf} from './api-fault.ts';
import type {ApiClient, ApiRequest} from './client.ts';

/** One event of a watch; `object` is as it is now, or as it last was. */
export interface WatchEvent {
  readonly kind: 'present' | 'deleted' | 'bookmark';
  readonly object: JsonObject;
  readonly resourceVersion: string | undefined;
}

export type WatchEnd =
  | {readonly kind: 'ended'}
  /** The resource version is too old (410): list anew. */
  | {readonly kind: 'gone'}
  /** `isLost`: the API server has no use for that resource version, for a reason of its own: list anew too. */
  | {readonly kind: 'failed'; readonly isLost: boolean; readonly fault: Fault};

/** Which events, and for how long. */
export interface WatchRequest extends Pick<ApiRequest, 'path' | 'query' | 'accept' | 'signal'> {
  readonly resourceVersion: string;
  readonly forMs: number;
}

/**
 * Watches a collection until the API server ends it. Bookmarks, about one a minute, keep the resource version young. Source:
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#watch-bookmarks. Never rejects unless a callback throws.
 */
export async function watchOnce(
  client: ApiClient,
  {resourceVersion, forMs, ...request}: WatchRequest,
  {onOpen, onEvent}: {readonly onOpen: () => void; readonly onEvent: (event: WatchEvent) => void},
): Promise<WatchEnd> {
  const query = {
    ...request.query,
    watch: true,
    allowWatchBookmarks: true,
    timeoutSeconds: Math.ceil(forMs / 1000),
    resourceVersion,
  };
  // For a connection on which nothing arrives any more and whose end nobody tells of.
  const overdue = new AbortController();
  let isOverdue = false;
  const timer = setTimeout(() => {
    isOverdue = true;
    overdue.abort();
  }, forMs + overdueMs);
  const forward = (): void => overdue.abort();
  request.signal?.addEventListener('abort', forward, {once: true});
  if (request.signal?.aborted === true) forward();
  const seen: {refusal?: {readonly status: number; readonly object: JsonObject}; thrown?: {readonly error: unknown}} = {};
  const asked = {...request, query, signal: overdue.signal};
  const end = await client.stream(asked, {
    onOpen,
    onEvent: (event) => {
      // After an error nothing that comes can be trusted.
      if (seen.refusal !== undefined || seen.thrown !== undefined) return;
      const object = asObject(field(event, 'object')) ?? {};
      const kind = kinds.get(field(event, 'type'));
      if (kind === undefined) {
        seen.refusal = {status: statusCodeOf(object), object};
        overdue.abort();
        return;
      }
      try {
        onEvent({kind, object, resourceVersion: asString(field(asObject(field(object, 'metadata')), 'resourceVersion'))});
      } catch (error) {
        seen.thrown = {error};
        overdue.abort();
      }
    },
  });
  clearTimeout(timer);
  request.signal?.removeEventListener('abort', forward);
  if (seen.thrown !== undefined) throw seen.thrown.error;
  if (seen.refusal !== undefined) {
    const {status, object} = seen.refusal;
    return status === 410 ? {kind: 'gone'} : {kind: 'failed', isLost: true, fault: answerFault(asked, status, object)};
  }
  if (end.kind === 'ended') return end;
  if (end.status === 410) return {kind: 'gone'};
  if (isOverdue) return {kind: 'failed', isLost: true, fault: silent(request.path, forMs)};
  return {kind: 'failed', isLost: end.status >= 400 && end.status < 500 && !isPassing.has(end.status), fault: end.fault};
}

function silent(path: string, forMs: number): Fault {
  return {
    code: 'watchOverdue',
    message: `a watch of ${path} did not end after its ${Math.ceil(forMs / 1000)} s, so its connection is dead`,
  };
}

/** Not allowed, or too busy: the resource version is good, and the next attempt may be as well. */
const isPassing: ReadonlySet<number> = new Set([401, 403, 429]);

const kinds: ReadonlyMap<unknown, WatchEvent['kind']> = new Map<unknown, WatchEvent['kind']>([
  ['ADDED', 'present'],
  ['MODIFIED', 'present'],
  ['DELETED', 'deleted'],
  ['BOOKMARK', 'bookmark'],
]);

const overdueMs = 15_000;
