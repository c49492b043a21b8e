import {createHash} from 'node:crypto';
import {asObject, asString, field, type JsonObject} from '../core/json.ts';
import type {Fault} from '../core/errors.ts';
import type {ApiClient} from './client.ts';

/** What is said about an object, for people who run `kubectl describe`. */
export interface EventWords {
  readonly type: 'Normal' | 'Warning';
  /** One word in upper camel case. */
  readonly reason: string;
  readonly message: string;
}

/** Records Kubernetes Events, as well as it can. */
export interface EventRecorder {
  /** Records an Event on the object (with its `apiVersion` and `kind`); the same words about the same object are recorded once. Never throws. */
  record(object: JsonObject, words: EventWords): void;
}

export interface EventOptions {
  readonly client: ApiClient;
  /** The time in milliseconds since 1970. */
  readonly now: () => number;
  /** When one could not be recorded; the recorder goes on. */
  readonly onFault: (fault: Fault) => void;
  /** How many Events may be recorded at once, and how soon one more may be. Default 25, and one every 12 s. */
  readonly burst?: number;
  readonly everyMs?: number;
}

/**
 * A recorder. The name of an Event is made from the object's version and the words, so that replicas that see the same thing make
 * one Event: the second gets a 409. An Event over the limit is not recorded at all.
 */
export function createEventRecorder({client, now, onFault, burst = 25, everyMs = 12_000}: EventOptions): EventRecorder {
  const recorded = new Set<string>();
  const post = async (path: string, body: JsonObject): Promise<void> => {
    const answer = await client.request({method: 'POST', path, body});
    if (answer.kind === 'failed' && answer.status !== 409) onFault(answer.fault);
  };
  let allowance = burst;
  let countedMs = now();
  return {
    record(object, words) {
      const event = eventOf(object, words, now());
      if (recorded.has(event.name)) return;
      const earned = Math.floor((now() - countedMs) / everyMs);
      allowance = Math.min(burst, allowance + earned);
      countedMs = allowance === burst ? now() : countedMs + earned * everyMs;
      if (allowance === 0) return;
      allowance -= 1;
      if (recorded.size >= maxRecorded) recorded.clear();
      recorded.add(event.name);
      const path = `/api/v1/namespaces/${encodeURIComponent(event.namespace)}/events`;
      void post(path, event.body);
    },
  };
}

/** An Event about an object: https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/ (here its core form). Pure. */
export function eventOf(
  object: JsonObject,
  {type, reason, message}: EventWords,
  nowMs: number,
): {readonly name: string; readonly namespace: string; readonly body: JsonObject} {
  const metadata = asObject(field(object, 'metadata'));
  const text = (key: string): string => asString(field(metadata, key)) ?? '';
  const [namespace, name, uid, resourceVersion] = [
    text('namespace') || 'default',
    text('name'),
    text('uid'),
    text('resourceVersion'),
  ];
  const digest = createHash('sha256')
    .update(JSON.stringify([uid, resourceVersion, type, reason, message]))
    .digest('hex')
    .slice(0, 16);
  // RFC 3339 without fractions, which is what metav1.Time takes.
  const time = `${new Date(nowMs).toISOString().slice(0, 19)}Z`;
  // A name has at most 253 characters.
  const own = `${name.slice(0, 230)}.${digest}`.replaceAll(/[.-]+\./g, '.');
  const body: JsonObject = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {name: own, namespace},
    involvedObject: {
      apiVersion: field(object, 'apiVersion') ?? '',
      kind: field(object, 'kind') ?? '',
      namespace,
      name,
      uid,
      resourceVersion,
    },
    type,
    reason,
    message: message.length <= maxMessage ? message : `${message.slice(0, maxMessage - 1)}…`,
    source: {component: 'pod-injector'},
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
  return {name: own, namespace, body};
}

/** About what events.k8s.io allows for a note: 1 kB. */
const maxMessage = 1000;
const maxRecorded = 1000;
