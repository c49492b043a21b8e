import {openSync} from 'node:fs';
import {createServer, type Server} from 'node:https';
import path from 'node:path';
import {fastify} from 'fastify';
import {listen} from '../../src/server/listen.ts';
import {createLog} from '../../src/server/log.ts';
import {openCertificate, secureContext} from '../../src/server/tls.ts';
import {startWebhook} from '../../src/server/webhook.ts';
import {templatePaths} from './reviews.ts';

/** The servers that are compared; each runs in a process of its own. */
export const contenderNames = ['bare', 'fastify', 'injector'] as const;
export type ContenderName = (typeof contenderNames)[number];

/** What a contender's process needs to know. */
export interface ContenderOptions {
  readonly name: ContenderName;
  /** Folder of the certificate, which all share; it exists already. */
  readonly certDir: string;
  /** Where the injector writes its log. */
  readonly logFile: string;
  /** The text before and after the uid with which the servers of no use answer everything. */
  readonly fixedAnswer: readonly [string, string];
}

/** What a contender's process tells: its port, and what it has used of the CPU so far whenever it is asked with any message. */
export type ContenderMessage =
  | {readonly kind: 'listening'; readonly port: number}
  | {readonly kind: 'usage'; readonly cpuMicroseconds: number; readonly rssBytes: number};

/** The life of a contender's process: it serves until the parent is gone, by whatever way. */
export async function runContender(options: ContenderOptions): Promise<void> {
  // Ctrl-C reaches the whole process group; the parent decides when it is over.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit(0));
  const tell = (message: ContenderMessage): void => void process.send?.(message);
  process.on('message', () => {
    const {user, system} = process.cpuUsage();
    tell({kind: 'usage', cpuMicroseconds: user + system, rssBytes: process.memoryUsage.rss()});
  });
  tell({kind: 'listening', port: await start(options)});
}

function start(options: ContenderOptions): Promise<number> {
  switch (options.name) {
    case 'bare':
      return startBare(options);
    case 'fastify':
      return startFastify(options);
    case 'injector':
      return startInjector(options);
  }
}

const json = 'application/json; charset=utf-8';

/** node:https, JSON.parse and an answer of the same size: what any webhook in JavaScript costs at least. */
async function startBare(options: ContenderOptions): Promise<number> {
  const server = createServer({...(await tlsOptions(options)), ALPNProtocols: ['http/1.1']}, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = fixedAnswer(JSON.parse(Buffer.concat(chunks).toString()), options);
      response.writeHead(200, {'content-type': json, 'content-length': Buffer.byteLength(text)});
      response.end(text);
    });
  });
  return await portOf(server);
}

/** The same with fastify's own parser and reply. */
async function startFastify(options: ContenderOptions): Promise<number> {
  const app = fastify({https: {...(await tlsOptions(options)), ALPNProtocols: ['http/1.1']}, logger: false});
  app.post('/mutate', (request, reply) => {
    void reply.header('content-type', json).send(fixedAnswer(request.body, options));
  });
  await app.ready();
  return await portOf(app.server);
}

/** What `serve` starts: templates and certificate watched, metrics on, a log line for each review. */
async function startInjector({certDir, logFile}: ContenderOptions): Promise<number> {
  const {logger} = await createLog({level: 'info', format: 'json', colour: false, to: openSync(logFile, 'a')});
  const webhook = await startWebhook(
    {
      templates: templatePaths,
      host: '127.0.0.1',
      port: 0,
      healthPort: 0,
      certDir,
      logLevel: 'info',
      logFormat: 'json',
      gracePeriodMs: 0,
      drainTimeoutMs: 1000,
    },
    logger,
  );
  if ('faults' in webhook) throw new Error(JSON.stringify(webhook.faults));
  return Number(new URL(webhook.facts.webhookUrl).port);
}

function fixedAnswer(review: unknown, {fixedAnswer: [before, after]}: ContenderOptions): string {
  return `${before}${(review as {request: {uid: string}}).request.uid}${after}`;
}

async function tlsOptions({certDir}: ContenderOptions): Promise<ReturnType<typeof secureContext>> {
  const certificate = await openCertificate({folder: path.resolve(certDir), now: Date.now});
  if ('code' in certificate) throw new Error(certificate.message);
  return secureContext(certificate);
}

async function portOf(server: Server): Promise<number> {
  const port = await listen({server, host: '127.0.0.1', port: 0, portFlag: ''});
  if (typeof port !== 'number') throw new Error(port.message);
  return port;
}
