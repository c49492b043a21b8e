import type {Fault} from '../core/errors.ts';
import {asObject, asString, field, type JsonObject} from '../core/json.ts';
import type {ApiAnswer, ApiClient} from './client.ts';
import {microTime, readLease, withRecord, type LeaseRecord} from './lease-record.ts';
import {pause} from './pause.ts';

/** Which Lease, who asks for it, and what to tell. */
export interface ElectionOptions {
  readonly client: Pick<ApiClient, 'request'>;
  readonly namespace: string;
  readonly name: string;
  /** Of this process alone, also among restarts of one pod. */
  readonly identity: string;
  /** The time in milliseconds since 1970: it is only written down. */
  readonly now: () => number;
  /** The time in milliseconds by a clock that is never set: it decides. */
  readonly monotonicMs: () => number;
  /** A number from 0 up to 1. */
  readonly random: () => number;
  /** Called when this process becomes the leader, and when it is not any more. */
  readonly onLeading: (leads: boolean) => void;
  /** Called when another holder than before is seen; '' is nobody. */
  readonly onHolder?: (identity: string) => void;
  /** Once when a trouble begins, and again when it becomes another one. */
  readonly onFault: (fault: Fault) => void;
  readonly timing?: Partial<ElectionTiming>;
}

/** Times of an election, by default those of Kubernetes' own components (k8s.io/component-base/config/v1alpha1, defaults.go). */
export interface ElectionTiming {
  /** For how long a holder who is not heard of counts. Default 15 000. */
  readonly leaseDurationMs: number;
  /** How long a leader tries to renew before it steps down. Default 10 000. */
  readonly renewDeadlineMs: number;
  /** From one try to the next. Default 2000. */
  readonly retryPeriodMs: number;
}

/** Taking part in an election. */
export interface Election {
  /** Whether this process leads now, by its own clock: false also when it slept through its time and nothing told it yet. */
  isLeader(): boolean;
  /** Who leads, as far as is known; '' is nobody. */
  holder(): string;
  /** What keeps it from taking part. */
  fault(): Fault | undefined;
  /** Leads no more, and gives the Lease back so that another can have it at once. Never rejects. */
  stop(): Promise<void>;
}

const defaultTiming: ElectionTiming = {leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2000};
const jitterFactor = 1.2;

/**
 * Takes part in the election of a leader by a Lease, with the meaning of client-go's
 * (https://pkg.go.dev/k8s.io/client-go/tools/leaderelection): a record counts for its duration from when *this* process saw it
 * change, never by the times written in it, so clocks that differ do no harm, only rates that differ would. Writes carry the
 * resourceVersion that was read, so of two that try at once one gets it.
 */
export function joinElection(options: ElectionOptions): Election {
  const {client, namespace, name, identity, now, monotonicMs} = options;
  const timing: ElectionTiming = {...defaultTiming, ...options.timing};
  const collection = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  const path = `${collection}/${name}`;
  const stopping = new AbortController();
  const {signal} = stopping;
  let lease: JsonObject | undefined;
  let observedMs = 0;
  let holder: string | undefined;
  let fault: Fault | undefined;
  let leads = false;
  /** When the last request that renewed was sent; before that no other can have counted from. */
  let renewedMs = 0;

  const isFresh = (): boolean => monotonicMs() - renewedMs < timing.renewDeadlineMs;
  const observe = (seen: JsonObject): LeaseRecord => {
    const record = readLease(seen);
    if (lease === undefined || JSON.stringify(readLease(lease)) !== JSON.stringify(record)) observedMs = monotonicMs();
    lease = seen;
    if (holder !== record.holder) {
      holder = record.holder;
      options.onHolder?.(holder);
    }
    return record;
  };
  const report = (next: Fault | undefined): void => {
    if (next !== undefined && next.code !== 'aborted' && next.code !== fault?.code) options.onFault(next);
    fault = next;
  };
  const lead = (next: boolean): void => {
    if (leads === next) return;
    leads = next;
    options.onLeading(next);
  };
  const leftMs = (): number => Math.max(1, renewedMs + timing.renewDeadlineMs - monotonicMs());
  // Within the deadline a second try must fit; and beyond it a leader has nothing to wait for.
  const timeoutMs = (): number => Math.min(timing.renewDeadlineMs / 2, leads ? leftMs() : Number.POSITIVE_INFINITY);
  const write = async (method: 'POST' | 'PUT', body: JsonObject): Promise<ApiAnswer> => {
    const sentMs = monotonicMs();
    const target = method === 'POST' ? collection : path;
    const answer = await client.request({method, path: target, body, timeoutMs: timeoutMs(), signal});
    if (answer.kind === 'ok') {
      observe(answer.body);
      renewedMs = sentMs;
    }
    return answer;
  };
  const record = (before: LeaseRecord): LeaseRecord => {
    const time = microTime(now());
    const mine = before.holder === identity;
    return {
      holder: identity,
      durationMs: timing.leaseDurationMs,
      acquireTime: mine ? (before.acquireTime ?? time) : time,
      renewTime: time,
      transitions: mine ? before.transitions : before.transitions + 1,
    };
  };
  /** Whether the Lease is ours after this. */
  const acquireOrRenew = async (): Promise<boolean> => {
    // Who holds it need not read it first: if somebody wrote it since, the write is refused.
    if (leads && lease !== undefined) {
      const renewed = await write('PUT', withRecord(lease, record(readLease(lease))));
      if (renewed.kind === 'ok') return settled(renewed);
      if (renewed.status !== 409 && renewed.status !== 404) return settled(renewed);
    }
    const read = await client.request({path, timeoutMs: timeoutMs(), signal});
    if (read.kind === 'failed') {
      if (read.status !== 404) return settled(read);
      lease = undefined;
      const time = microTime(now());
      const first = {holder: identity, durationMs: timing.leaseDurationMs, acquireTime: time, renewTime: time, transitions: 0};
      const empty = {apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: {name, namespace}};
      return settled(await write('POST', withRecord(empty, first)));
    }
    const seen = observe(read.body);
    const durationMs = seen.durationMs === 0 ? timing.leaseDurationMs : seen.durationMs;
    if (seen.holder !== '' && seen.holder !== identity && monotonicMs() - observedMs < durationMs) {
      report(undefined);
      return false;
    }
    return settled(await write('PUT', withRecord(read.body, record(seen))));
  };
  const settled = (answer: ApiAnswer): boolean => {
    // Another one was faster: that is what the resourceVersion is for.
    if (answer.kind === 'failed' && answer.status !== 409) report(answer.fault);
    else report(undefined);
    return answer.kind === 'ok' && asString(field(asObject(field(answer.body, 'spec')), 'holderIdentity')) === identity;
  };
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      // Not after one more try that has no time left.
      if (!isFresh()) lead(false);
      const ours = await acquireOrRenew();
      if (signal.aborted) break;
      // One who could not renew leads until the deadline; one who saw another in it does not.
      if (ours || !leads) lead(ours);
      else if (!isFresh() || (holder !== undefined && holder !== identity)) lead(false);
      const {retryPeriodMs} = timing;
      await pause(leads ? Math.min(retryPeriodMs, leftMs() + 1) : retryPeriodMs * (1 + options.random() * jitterFactor), signal);
    }
  };
  const running = run();
  const release = async (): Promise<void> => {
    // What was under way when it was stopped may have been done: what stands there now decides.
    const read = await client.request({path, timeoutMs: releaseTimeoutMs});
    if (read.kind === 'failed') return;
    const before = readLease(read.body);
    if (before.holder !== identity) return;
    const time = microTime(now());
    // As client-go's ReleaseOnCancel: nobody's, and for a second only.
    const released = {...before, holder: '', durationMs: 1000, acquireTime: time, renewTime: time};
    await client.request({method: 'PUT', path, body: withRecord(read.body, released), timeoutMs: releaseTimeoutMs});
  };

  return {
    isLeader: () => leads && isFresh() && !signal.aborted,
    holder: () => holder ?? '',
    fault: () => fault,
    async stop() {
      stopping.abort();
      lead(false);
      await running;
      await release();
    },
  };
}

const releaseTimeoutMs = 2000;
