import type {Server as HttpServer} from 'node:http';
import type {Handled} from '../admission/handle.ts';
import {handleTemplateReview} from '../admission/validate.ts';
import {readRegisterUrl, startRegistration, type Registration} from '../cluster/register.ts';
import type {Config} from '../config.ts';
import {readAdvised} from '../core/advice/read-advised.ts';
import {readConfigMap} from '../templates/configmap.ts';
import type {TemplateWatch} from '../templates/watch.ts';
import {buildApp, type App, type Reviewer} from './app.ts';
import type {StartFacts} from './banner.ts';
import type {CertificateSupply} from './certificate-supply.ts';
import {addClusterMetrics} from './cluster-metrics.ts';
import {startClusterSide, type ClusterSide} from './cluster-side.ts';
import {newestMinor} from '../core/kubernetes/version.ts';
import {autoNativeSince} from '../core/patterns/native.ts';
import {drain} from './drain.ts';
import {createHealthServer, type Check} from './health.ts';
import {listen, urlHost} from './listen.ts';
import type {Logger} from './log.ts';
import {createMetrics} from './metrics.ts';
import {isRefused, openCertificates, openCluster, openFiles, type Cluster, type Refused} from './opening.ts';
import {createReviewer} from './reviewer.ts';

/** The running webhook: both listeners, templates and certificate kept up to date. */
export interface Webhook {
  readonly facts: StartFacts;
  /** Turns readiness off, drains the webhook, then ends the rest. Call it once. Never rejects. */
  stop(): Promise<void>;
}

/**
 * Starts the webhook.
 * @returns it, or every reason why it cannot run, with nothing left behind: `pathMissing` or `pathUnreadable` of a template path, those
 * of connect, openCertificate and listen. A broken template is no reason: asking for it is refused. Nor is an API server that can't be
 * reached or forbids something, or a certificate that is not there yet: the webhook waits, unready, and says for what. Never rejects.
 */
export async function startWebhook(config: Config, logger: Logger): Promise<Webhook | Refused> {
  const [cluster, files] = await Promise.all([openCluster(config.cluster), openFiles(config.templates, logger)]);
  const parts: Parts = {};
  const templates = (): Pick<TemplateWatch, 'snapshot' | 'state'> | undefined =>
    isRefused(files) ? undefined : (files ?? parts.side?.templates);
  const metrics = createMetrics(
    {
      templates: () => templates()?.snapshot() ?? new Map(),
      rejected: () => templates()?.state().rejected ?? new Map(),
      certificateNotAfterMs: () => parts.certificates?.current()?.notAfterMs,
    },
    true,
  );
  let hasServed = false;
  const certificates = await openCertificates(config, cluster, logger, metrics, (next) => {
    parts.app?.setCertificate(next);
    parts.registration?.setAuthority(next.pair.ca);
    if (hasServed) metrics.certificateChanged();
    hasServed = true;
  });
  if (isRefused(cluster) || isRefused(files) || isRefused(certificates)) {
    const opened = [cluster, files, certificates];
    if (!isRefused(cluster)) cluster?.client.close();
    if (!isRefused(files)) await files?.close();
    if (!isRefused(certificates)) await certificates.close();
    return {faults: opened.flatMap((part) => (isRefused(part) ? part.faults : []))};
  }
  parts.certificates = certificates;
  if (cluster !== undefined) {
    parts.side = startClusterSide({...cluster, logger, metrics, withTemplates: files === undefined});
    addClusterMetrics(metrics, parts.side, Date.now);
  }
  const {side} = parts;
  const review = createReviewer({
    templates: () => templates()?.snapshot() ?? new Map(),
    serverMinor: () => config.serverMinor ?? (side === undefined ? newestMinor : (side.version()?.minor ?? cautiousMinor)),
    ...(side === undefined ? {} : {namespaceOf: side.namespaceOf, liveNamespaces: side.liveNamespaces}),
    ...(side?.liveTemplates === undefined ? {} : {liveTemplates: side.liveTemplates}),
  });
  const first = certificates.current();
  hasServed ||= first !== undefined;
  const told = (handled: Handled): Handled => {
    parts.registration?.saw(handled.log);
    return handled;
  };
  const watched: Reviewer = (body) => {
    const handled = review(body);
    return handled instanceof Promise ? handled.then(told) : told(handled);
  };
  const app = await buildApp({
    review: config.cluster?.registerUrl === undefined ? review : watched,
    validate: (body) => handleTemplateReview(body, (configMap) => readConfigMap(configMap, readAdvised)),
    certificate: first,
    logger,
    metrics,
  });
  parts.app = app;
  // One may have come while the server was built.
  const newest = certificates.current();
  if (newest !== undefined && newest !== first) app.setCertificate(newest);
  const running: Running = {app, files, cluster, side, certificates, parts, ending: new AbortController()};
  const live: Check[] = [{name: 'ping', problem: () => undefined}];
  const health = createHealthServer({live, ready: readyChecks(running), metrics});
  return await listenBoth(config, logger, running, health, () => {
    const url = config.cluster?.registerUrl === undefined ? undefined : readRegisterUrl(config.cluster.registerUrl);
    if (cluster === undefined || url === undefined) return;
    const ca = certificates.current()?.pair.ca;
    const clock = {random: Math.random, monotonicMs: () => performance.now()};
    parts.registration = startRegistration({
      client: cluster.client,
      url,
      ca,
      ownNamespace: cluster.namespace,
      log: logger,
      ...clock,
    });
  });
}

/** An API server that did not tell its version may be an old one, and a classic sidecar runs on each. */
const cautiousMinor = autoNativeSince - 1;

/** What the others hang on and what comes later than they do. */
interface Parts {
  side?: ClusterSide;
  certificates?: CertificateSupply;
  app?: App;
  registration?: Registration;
}

interface Running {
  readonly app: App;
  readonly files: TemplateWatch | undefined;
  readonly cluster: Cluster | undefined;
  readonly side: ClusterSide | undefined;
  readonly certificates: CertificateSupply;
  readonly parts: Parts;
  readonly ending: AbortController;
}

async function listenBoth(
  config: Config,
  logger: Logger,
  running: Running,
  health: HttpServer,
  onListening: () => void,
): Promise<Webhook | Refused> {
  const {app, files, cluster, side, certificates} = running;
  const {host, gracePeriodMs, drainTimeoutMs} = config;
  const port = await listen({server: app.server, host, port: config.port, portFlag: '--port'});
  const healthPort = await listen({server: health, host, port: config.healthPort, portFlag: '--health-port'});
  const end = async (): Promise<void> => {
    await Promise.all([certificates.close(), files?.close(), side?.stop()]);
    cluster?.client.close();
    health.close();
    health.closeAllConnections();
  };
  if (typeof port !== 'number' || typeof healthPort !== 'number') {
    app.server.close();
    await end();
    return {faults: [port, healthPort].filter((result) => typeof result !== 'number')};
  }
  onListening();
  return {
    facts: {
      webhookUrl: `https://${urlHost(host)}:${port}`,
      healthUrl: `http://${urlHost(host)}:${healthPort}`,
      certDir: config.certDir,
      hasAuthority: certificates.current()?.pair.ca !== undefined,
      templates: files?.snapshot() ?? new Map(),
      ...(cluster === undefined ? {} : {cluster: {server: cluster.client.server, namespace: cluster.namespace}}),
    },
    stop: async () => {
      running.ending.abort();
      // While everything is still answered: afterwards the API server would call nobody.
      await running.parts.registration?.stop();
      logger.info({gracePeriodMs, drainTimeoutMs}, 'stopping');
      await drain(app.server, {gracePeriodMs, drainTimeoutMs, lastAnswers: () => app.lastAnswers()});
      await end();
      logger.info('stopped');
    },
  };
}

/** What `/readyz` looks at. */
function readyChecks({files, cluster, side, certificates, parts, ending}: Running): Check[] {
  const inFiles = (): string | undefined =>
    files === undefined || files.snapshot().size > 0 ? undefined : 'none is loaded; put one where --templates points';
  return [
    ...(files === undefined ? [] : [{name: 'templates', problem: inFiles}]),
    ...(side?.checks ?? []),
    ...certificates.checks,
    ...(cluster?.config.registerUrl === undefined
      ? []
      : [
          {
            name: 'registration',
            problem: () => (parts.registration === undefined ? 'not begun yet' : parts.registration.check.problem()),
          },
        ]),
    {name: 'shutdown', problem: () => (ending.signal.aborted ? 'the process was told to stop' : undefined)},
  ];
}
