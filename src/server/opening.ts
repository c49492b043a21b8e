import {createClient, type ApiClient} from '../cluster/client.ts';
import {connect} from '../cluster/kubeconfig.ts';
import {readRegisterUrl} from '../cluster/register.ts';
import {systemNamespace, type ClusterConfig, type Config} from '../config.ts';
import {formatFault, type Fault} from '../core/errors.ts';
import {watchTemplates, type TemplateWatch} from '../templates/watch.ts';
import {awaitFolder, openFolder, type CertificateSupply} from './certificate-supply.ts';
import type {Certificate} from './certificate.ts';
import {urlHost} from './listen.ts';
import type {Logger} from './log.ts';
import type {Metrics} from './metrics.ts';
import {openSecret} from './secret-supply.ts';
import {logTemplateChange} from './template-log.ts';
import {isUnreadable} from '../templates/file-system.ts';

/** Why a part of the webhook can't be opened. */
export interface Refused {
  readonly faults: readonly Fault[];
}

/** Tells it from a part, and from one that is not there. */
export function isRefused(part: object | undefined): part is Refused {
  return part !== undefined && 'faults' in part;
}

/** The cluster to work with. */
export interface Cluster {
  readonly client: ApiClient;
  /** The injector's own namespace. */
  readonly namespace: string;
  readonly config: ClusterConfig;
}

/** The cluster that the configuration names; talks to nobody yet. Faults: those of connect. */
export async function openCluster(config: ClusterConfig | undefined): Promise<Cluster | Refused | undefined> {
  if (config === undefined) return undefined;
  const connection = await connect(config.choice);
  if ('code' in connection) return {faults: [connection]};
  // The namespace of a kubeconfig's context is the one that a person works in.
  const own = config.choice.kind === 'inCluster' ? connection.namespace : undefined;
  return {client: createClient(connection), namespace: config.namespace ?? own ?? systemNamespace, config};
}

/** Loads and watches the files and folders of templates. Faults: `pathMissing`, `pathUnreadable`. */
export async function openFiles(paths: readonly string[], logger: Logger): Promise<TemplateWatch | Refused | undefined> {
  if (paths.length === 0) return undefined;
  const files = await watchTemplates(paths, {
    onChange: (changes) => changes.forEach((change) => logTemplateChange(logger, change)),
    onFault: (fault) => logger.warn({reason: fault.code, fault: formatFault(fault)}, 'templates are not watched well'),
  });
  const faults = files.state().faults.filter(isUnreadable);
  if (faults.length === 0) return files;
  await files.close();
  return {faults};
}

/** The certificates of the folder, or of the Secret where no folder is named. Faults: those of openCertificate. */
export async function openCertificates(
  {certDir, host, cluster: clusterConfig}: Config,
  cluster: Cluster | Refused | undefined,
  logger: Logger,
  metrics: Metrics,
  onChange: (certificate: Certificate) => void,
): Promise<CertificateSupply | Refused> {
  if (certDir === undefined && cluster !== undefined) {
    if (isRefused(cluster)) return {faults: []};
    const {client, namespace, config} = cluster;
    return openSecret({client, cluster: config, namespace, logger, metrics, onChange});
  }
  let supply: CertificateSupply | undefined;
  const events = {
    onChange: (next: Certificate) => {
      logger.info(fieldsOf(next), supply?.current() === undefined ? 'certificate in use' : 'certificate renewed');
      onChange(next);
    },
    onFault: (fault: Fault) => {
      const fields = {reason: fault.code, fault: formatFault(fault)};
      const rest = supply?.current() === undefined ? 'none can be served' : 'the old one is still served';
      logger.error(fields, `certificate rejected, ${rest}`);
    },
  };
  const registered = clusterConfig?.registerUrl === undefined ? undefined : readRegisterUrl(clusterConfig.registerUrl)?.hostname;
  const names = [...new Set([host, registered ?? host])].filter((name) => urlHost(name) !== 'localhost');
  const source = {folder: certDir ?? 'certs', now: Date.now, names};
  // In a cluster a certificate that nobody trusts would only hide that the right one is missing.
  if (clusterConfig?.choice.kind === 'inCluster') {
    supply = awaitFolder(source, events);
    return supply;
  }
  const opened = await openFolder(source, events);
  if ('code' in opened) return {faults: [opened]};
  supply = opened;
  return opened;
}

function fieldsOf(certificate: Certificate): Readonly<Record<string, unknown>> {
  const {serialNumber, notAfterMs, selfMade} = certificate;
  return {serialNumber, notAfter: new Date(notAfterMs).toISOString(), selfMade};
}
