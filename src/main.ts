import closeWithGrace from 'close-with-grace';
import type {Config} from './config.ts';
import {formatFault} from './core/errors.ts';
import {startText, tryLine} from './server/banner.ts';
import {createLog, type Log} from './server/log.ts';
import {startWebhook, type Webhook} from './server/webhook.ts';

/** What `serve` touches of the process. */
export interface ServeIo {
  /** Log lines: a file descriptor, or a function that takes whole lines. */
  readonly log: number | ((text: string) => void);
  /** Words for the person who started it. */
  readonly error: (text: string) => void;
  /** Whether a person reads the log as it is written. */
  readonly isTerminal: boolean;
  /** Whether that person wants colours. */
  readonly colour: boolean;
  /** Ends the server as SIGTERM does. Without it the signals of the process do, and end the process too. */
  readonly stop?: AbortSignal;
}

/** The streams and signals of this process. */
export function processIo(): ServeIo {
  const isTerminal = process.stdout.isTTY;
  // https://no-color.org
  const colour = isTerminal && (process.env['NO_COLOR'] ?? '') === '';
  return {log: 1, error: (text) => void process.stderr.write(text), isTerminal, colour};
}

/**
 * Runs the webhook until it is told to stop. SIGTERM or SIGINT drains it without losing a request and ends the process with 0, a
 * second one ends it at once; a fault that nothing caught drains it too and ends the process with 1.
 * @returns the exit code: 0 when it was stopped, 2 when it could not start, with one line on `io.error` for each reason. Never
 * rejects.
 */
export async function serve(config: Config, io: ServeIo): Promise<0 | 2> {
  const pretty = config.logFormat === 'pretty' || (config.logFormat === 'auto' && io.isTerminal);
  const log = await createLog({level: config.logLevel, format: pretty ? 'pretty' : 'json', colour: io.colour, to: io.log});
  const webhook = await startWebhook(config, log.logger);
  if ('faults' in webhook) {
    log.flush();
    for (const fault of webhook.faults) io.error(`${formatFault(fault)}\n`);
    return 2;
  }
  // Before anybody hears that it listens: who does may end it at once.
  const stopped = io.stop === undefined ? untilSignal(config, log, webhook) : untilAborted(io.stop);
  const {facts} = webhook;
  const {webhookUrl, healthUrl, certDir, templates, cluster} = facts;
  if (pretty) io.error(startText(facts));
  else
    log.logger.info(
      {
        webhook: webhookUrl,
        health: healthUrl,
        certDir,
        // In a cluster they are listed only now.
        ...(cluster === undefined
          ? {templates: templates.size, try: tryLine(facts)}
          : {apiServer: cluster.server, namespace: cluster.namespace}),
      },
      'listening',
    );
  log.flush();
  await stopped;
  if (io.stop !== undefined) await webhook.stop();
  log.flush();
  return 0;
}

function untilAborted(stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve();
    else stop.addEventListener('abort', () => resolve(), {once: true});
  });
}

// Over what draining may take, for a drain that hangs.
const marginMs = 5000;

/** Resolves when a signal has come and the webhook has stopped; the process ends right after. */
function untilSignal({gracePeriodMs, drainTimeoutMs}: Config, log: Log, webhook: Webhook): Promise<void> {
  return new Promise((resolve) => {
    closeWithGrace(
      {
        delay: gracePeriodMs + drainTimeoutMs + marginMs,
        logger: false,
        onSecondSignal: (signal) => {
          log.logger.warn({signal}, 'stopped at once by a second signal');
          log.flush();
        },
        onSecondError: (err) => {
          log.logger.fatal({err}, 'stopped at once by a second fault');
          log.flush();
        },
        onTimeout: () => {
          log.logger.error('stopping took too long');
          log.flush();
        },
      },
      async ({err, signal}) => {
        if (err === undefined) log.logger.info({signal}, 'told to stop');
        else log.logger.fatal({err}, 'a fault that nothing caught');
        await webhook.stop();
        log.flush();
        resolve();
      },
    );
  });
}
