import {Counter, Gauge, Histogram, Registry, collectDefaultMetrics} from 'prom-client';
import {checkReasons, checkVerdicts} from '../admission/validate.ts';
import {refusalReasons, skipReasons} from '../core/reasons.ts';
import type {TemplateSnapshot} from '../core/template.ts';

/** What is counted of one review. */
export interface Admission {
  readonly verdict: string;
  readonly reason: string;
  readonly kind: string;
}

/** What the metrics show of the process at the moment they are read. */
export interface MetricSources {
  templates(): TemplateSnapshot;
  /** Names of the templates whose newest version is not served. */
  rejected?(): Pick<ReadonlySet<string>, 'has'>;
  /** Until when the certificate in use is good, in milliseconds since 1970; undefined while there is none. */
  certificateNotAfterMs(): number | undefined;
}

/** A number by the values of one label, or without any. */
export interface GaugeSource {
  readonly name: string;
  readonly help: string;
  readonly label?: string;
  /** The number of each value of the label; of '' where there is none. */
  readonly read: () => Readonly<Record<string, number>>;
}

/** The process in numbers, in Prometheus' text format. */
export interface Metrics {
  readonly contentType: string;
  admission(admission: Admission, seconds: number): void;
  /** A request that got no review, by its fault's code. */
  requestRefused(code: string): void;
  handshakeFailed(): void;
  certificateChanged(): void;
  /** A read of one object that memory lacked, by its resource and what it gave: `found`, `absent`, `failed`, or `tooMany` for one that was not made. */
  liveRead(resource: string, result: string): void;
  /** Adds a number that is read whenever the metrics are; undefined shows nothing. */
  gauge(gauge: GaugeSource): void;
  text(): Promise<string>;
}

/** Codes of what is JSON but no review; see readReview. */
const reviewFaults = ['notAReview', 'unsupportedVersion', 'noRequest', 'noUid'] as const;

/** Label values: a word outside its list is counted as `other`, so that no request can make a new series. */
const known = {
  verdict: new Set(['injected', 'alreadyInjected', 'removed', 'skipped', 'refused', 'badRequest', ...checkVerdicts]),
  reason: new Set([
    '',
    ...reviewFaults,
    ...Object.keys(skipReasons),
    ...Object.keys(refusalReasons),
    ...Object.keys(checkReasons),
  ]),
  kind: new Set([
    '',
    'Pod',
    'Deployment',
    'StatefulSet',
    'DaemonSet',
    'ReplicaSet',
    'ReplicationController',
    'Job',
    'CronJob',
    'ConfigMap',
    'Namespace',
  ]),
} as const;

/**
 * The metrics of one process, in a registry of their own; names and units after
 * https://prometheus.io/docs/practices/naming/.
 * @param withProcess also CPU, memory, event loop and garbage collection, which start timers that only the process' end stops
 */
export function createMetrics(sources: MetricSources, withProcess: boolean): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (withProcess) collectDefaultMetrics({register: registry});
  const admissions = new Counter({
    name: 'pod_injector_admissions_total',
    help: 'Admission reviews answered, by verdict, reason code and kind of object.',
    labelNames: ['verdict', 'reason', 'kind'],
    registers,
  });
  const durations = new Histogram({
    name: 'pod_injector_admission_duration_seconds',
    help: 'Time from the last byte of a review to its answer, without the network.',
    buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5],
    registers,
  });
  const refused = new Counter({
    name: 'pod_injector_refused_requests_total',
    help: 'Requests to the webhook that were no review and got an error, by reason code.',
    labelNames: ['reason'],
    registers,
  });
  const handshakes = new Counter({
    name: 'pod_injector_tls_handshake_failures_total',
    help: 'Connections that ended before TLS stood; a client that does not trust the certificate is one cause.',
    registers,
  });
  const changes = new Counter({
    name: 'pod_injector_certificate_changes_total',
    help: 'Certificates that were put in the place of another while running.',
    registers,
  });
  const liveReads = new Counter({
    name: 'pod_injector_live_reads_total',
    help: 'Reads of one object that a review needed and memory lacked, by resource and result.',
    labelNames: ['resource', 'result'],
    registers,
  });
  new Gauge({
    name: 'pod_injector_templates',
    help: 'Templates that are known, by state: good ones, outdated ones whose newest version is broken and whose last good one is served, and broken ones.',
    labelNames: ['state'],
    registers,
    collect() {
      const counts = {good: 0, outdated: 0, broken: 0};
      for (const [name, {kind}] of sources.templates()) {
        counts[kind === 'good' && sources.rejected?.().has(name) === true ? 'outdated' : kind] += 1;
      }
      for (const [state, count] of Object.entries(counts)) this.set({state}, count);
    },
  });
  new Gauge({
    name: 'pod_injector_certificate_expiration_timestamp_seconds',
    help: 'When the certificate in use expires, in seconds since 1970.',
    registers,
    collect() {
      const notAfterMs = sources.certificateNotAfterMs();
      if (notAfterMs === undefined) this.remove();
      else this.set(notAfterMs / 1000);
    },
  });
  return {
    contentType: registry.contentType,
    admission: ({verdict, reason, kind}, seconds) => {
      admissions.inc({verdict: word('verdict', verdict), reason: word('reason', reason), kind: word('kind', kind)});
      durations.observe(seconds);
    },
    requestRefused: (code) => refused.inc({reason: code}),
    handshakeFailed: () => handshakes.inc(),
    certificateChanged: () => changes.inc(),
    liveRead: (resource, result) => liveReads.inc({resource, result}),
    gauge: ({name, help, label, read}) => {
      new Gauge({
        name,
        help,
        labelNames: label === undefined ? [] : [label],
        registers,
        collect() {
          // A reset would show 0 for a number without a label.
          if (label === undefined) this.remove();
          else this.reset();
          for (const [value, number] of Object.entries(read())) this.set(label === undefined ? {} : {[label]: value}, number);
        },
      });
    },
    text: () => registry.metrics(),
  };
}

function word(label: keyof typeof known, value: string): string {
  return known[label].has(value) ? value : 'other';
}
