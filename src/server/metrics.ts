import {Counter, Gauge, Histogram, Registry, collectDefaultMetrics} from 'prom-client';
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
  /** Until when the certificate in use is good, in milliseconds since 1970. */
  certificateNotAfterMs(): number;
}

/** The process in numbers, in Prometheus' text format. */
export interface Metrics {
  readonly contentType: string;
  admission(admission: Admission, seconds: number): void;
  /** A request that got no review, by its fault's code. */
  requestRefused(code: string): void;
  handshakeFailed(): void;
  certificateChanged(): void;
  text(): Promise<string>;
}

/** Codes of what is JSON but no review; see readReview. */
const reviewFaults = ['notAReview', 'unsupportedVersion', 'noRequest', 'noUid'] as const;

/** Label values: a word outside its list is counted as `other`, so that no request can make a new series. */
const known = {
  verdict: new Set(['injected', 'alreadyInjected', 'removed', 'skipped', 'refused', 'badRequest']),
  reason: new Set(['', ...reviewFaults, ...Object.keys(skipReasons), ...Object.keys(refusalReasons)]),
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
  new Gauge({
    name: 'pod_injector_templates',
    help: 'Templates that are known, by state: good ones, and ones whose newest version is broken and that have no good one.',
    labelNames: ['state'],
    registers,
    collect() {
      const entries = [...sources.templates().values()];
      for (const state of ['good', 'broken'] as const) {
        this.set({state}, entries.filter((entry) => entry.kind === state).length);
      }
    },
  });
  new Gauge({
    name: 'pod_injector_certificate_expiration_timestamp_seconds',
    help: 'When the certificate in use expires, in seconds since 1970.',
    registers,
    collect() {
      this.set(sources.certificateNotAfterMs() / 1000);
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
    text: () => registry.metrics(),
  };
}

function word(label: keyof typeof known, value: string): string {
  return known[label].has(value) ? value : 'other';
}
