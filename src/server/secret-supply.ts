import {randomUUID} from 'node:crypto';
import {hostname} from 'node:os';
import {startCertificates} from '../cluster/certificates.ts';
import type {ApiClient} from '../cluster/client.ts';
import type {ClusterConfig} from '../config.ts';
import type {CertificateSupply} from './certificate-supply.ts';
import {readCertificate, type Certificate} from './certificate.ts';
import {issueCertificates} from './issue.ts';
import type {Logger} from './log.ts';
import type {Metrics} from './metrics.ts';

export interface SecretSupplyOptions {
  readonly client: ApiClient;
  readonly cluster: ClusterConfig;
  /** The injector's own namespace. */
  readonly namespace: string;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'gauge'>;
  readonly onChange: (certificate: Certificate) => void;
}

/** The certificates that the replicas keep in a Secret: see startCertificates. Returns at once; there may be none for a while. */
export function openSecret({client, cluster, namespace, logger, metrics, onChange}: SecretSupplyOptions): CertificateSupply {
  const {serviceName, secretName, leaseName, webhookConfiguration} = cluster;
  const certificates = startCertificates({
    client,
    namespace,
    serviceName,
    secretName,
    leaseName,
    configurationName: webhookConfiguration,
    identity: `${cluster.podName ?? hostname()}_${randomUUID()}`,
    issue: (nowMs, names) => issueCertificates(nowMs, names),
    read: readCertificate,
    log: logger,
    onChange,
    now: Date.now,
    monotonicMs: () => performance.now(),
    random: Math.random,
  });
  metrics.gauge({
    name: 'pod_injector_leader',
    help: 'Whether this replica is the one that renews the certificates: 1 or 0.',
    read: () => ({'': certificates.isLeader() ? 1 : 0}),
  });
  metrics.gauge({
    name: 'pod_injector_queue_depth',
    help: 'Looks at the certificates that are due.',
    read: () => ({'': certificates.queueDepth()}),
  });
  return {current: () => certificates.current(), checks: certificates.checks, close: () => certificates.stop()};
}
