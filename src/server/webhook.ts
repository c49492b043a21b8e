import type {Server as HttpServer} from 'node:http';
import {handleReview, type HandleContext} from '../admission/handle.ts';
import type {Config} from '../config.ts';
import {formatFault, type Fault} from '../core/errors.ts';
import {watchTemplates, type TemplateWatch} from '../templates/watch.ts';
import {buildApp, type App} from './app.ts';
import type {StartFacts} from './banner.ts';
import type {Certificate} from './certificate.ts';
import {drain} from './drain.ts';
import {createHealthServer, type Check} from './health.ts';
import {listen, urlHost} from './listen.ts';
import type {Logger} from './log.ts';
import {createMetrics} from './metrics.ts';
import {logTemplateChange} from './template-log.ts';
import {openCertificate, watchCertificate, type Certificates} from './tls.ts';

/** The running webhook: both listeners, templates and certificate kept up to date. */
export interface Webhook {
  readonly facts: StartFacts;
  /** Turns readiness off, drains the webhook, then ends the rest. Call it once. Never rejects. */
  stop(): Promise<void>;
}

/**
 * Starts the webhook.
 * @returns it, or every reason why it cannot run, with nothing left behind: `pathMissing` or `pathUnreadable` of a template path, those
 * of openCertificate, and of listen. A broken template is no reason: asking for it is refused. Never rejects.
 */
export async function startWebhook(config: Config, logger: Logger): Promise<Webhook | {readonly faults: readonly Fault[]}> {
  const templates = await watchTemplates(config.templates, {
    onChange: (changes) => {
      for (const change of changes) logTemplateChange(logger, change);
    },
    onFault: (fault) => logger.warn({reason: fault.code, fault: formatFault(fault)}, 'templates are not watched well'),
  });
  const unreadable = templates.state().faults.filter(({code}) => code === 'pathMissing' || code === 'pathUnreadable');
  const source = {folder: config.certDir, now: Date.now, names: urlHost(config.host) === 'localhost' ? [] : [config.host]};
  const certificate = await openCertificate(source);
  if (unreadable.length > 0 || 'code' in certificate) {
    await templates.close();
    return {faults: 'code' in certificate ? [...unreadable, certificate] : unreadable};
  }
  const metrics = createMetrics(
    {templates: () => templates.snapshot(), certificateNotAfterMs: () => certificates.current().notAfterMs},
    true,
  );
  const context: HandleContext = {
    get templates() {
      return templates.snapshot();
    },
    // Namespaces are known from a cluster only.
    namespaceOf: () => undefined,
  };
  const app = await buildApp({review: (body) => handleReview(body, context), certificate, logger, metrics});
  const certificates: Certificates = watchCertificate(certificate, source, {
    onChange: (next) => {
      app.setCertificate(next);
      metrics.certificateChanged();
      logger.info(fieldsOf(next), 'certificate renewed');
    },
    onFault: (fault) =>
      logger.error({reason: fault.code, fault: formatFault(fault)}, 'certificate rejected, the old one is still served'),
  });
  const parts: Parts = {app, templates, certificates, ending: new AbortController()};
  const health = createHealthServer({live: [{name: 'ping', problem: () => undefined}], ready: readyChecks(parts), metrics});
  return await listenBoth(config, logger, parts, health);
}

interface Parts {
  readonly app: App;
  readonly templates: TemplateWatch;
  readonly certificates: Certificates;
  readonly ending: AbortController;
}

async function listenBoth(
  config: Config,
  logger: Logger,
  parts: Parts,
  health: HttpServer,
): Promise<Webhook | {readonly faults: readonly Fault[]}> {
  const {app, templates, certificates} = parts;
  const {host} = config;
  const port = await listen({server: app.server, host, port: config.port, portFlag: '--port'});
  const healthPort = await listen({server: health, host, port: config.healthPort, portFlag: '--health-port'});
  const end = async (): Promise<void> => {
    certificates.close();
    await templates.close();
    health.close();
    health.closeAllConnections();
  };
  if (typeof port !== 'number' || typeof healthPort !== 'number') {
    app.server.close();
    await end();
    return {faults: [port, healthPort].filter((result) => typeof result !== 'number')};
  }
  const {gracePeriodMs, drainTimeoutMs} = config;
  return {
    facts: {
      webhookUrl: `https://${urlHost(host)}:${port}`,
      healthUrl: `http://${urlHost(host)}:${healthPort}`,
      certDir: config.certDir,
      hasAuthority: certificates.current().pair.ca !== undefined,
      templates: templates.snapshot(),
    },
    stop: async () => {
      parts.ending.abort();
      logger.info({gracePeriodMs, drainTimeoutMs}, 'stopping');
      await drain(app.server, {gracePeriodMs, drainTimeoutMs, lastAnswers: () => app.lastAnswers()});
      await end();
      logger.info('stopped');
    },
  };
}

/** What `/readyz` looks at. */
function readyChecks(parts: Parts): Check[] {
  return [
    {
      name: 'templates',
      problem: () => (parts.templates.snapshot().size > 0 ? undefined : 'none is loaded; put one where --templates points'),
    },
    {
      name: 'certificate',
      problem: () => {
        const fault = parts.certificates.fault();
        return fault === undefined ? undefined : formatFault(fault);
      },
    },
    {name: 'shutdown', problem: () => (parts.ending.signal.aborted ? 'the process was told to stop' : undefined)},
  ];
}

function fieldsOf(certificate: Certificate): Readonly<Record<string, unknown>> {
  const {serialNumber, notAfterMs, selfMade} = certificate;
  return {serialNumber, notAfter: new Date(notAfterMs).toISOString(), selfMade};
}
