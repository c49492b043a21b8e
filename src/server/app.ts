import type {Server as HttpsServer} from 'node:https';
import type {Socket} from 'node:net';
import {fastify, type FastifyInstance, type FastifyReply, type FastifyRequest} from 'fastify';
import {badRequest, type Handled} from '../admission/handle.ts';
import {BodyError, createBodyReader, defaultBodyLimits, type BodyLimits} from './body.ts';
import type {Certificate} from './certificate.ts';
import type {Logger} from './log.ts';
import type {Metrics} from './metrics.ts';
import {requestFault, type RequestFault} from './request-fault.ts';
import {secureContext} from './tls.ts';

/** A parsed body in, the answer out, later where something must be looked up; what it throws is answered with 500. */
export type Reviewer = (body: unknown) => Handled | Promise<Handled>;

/** All that the webhook's server needs. */
export interface AppDeps {
  /** Reviews of `POST /mutate`. */
  readonly review: Reviewer;
  /** Reviews of `POST /validate`: of templates that are about to be stored. */
  readonly validate: Reviewer;
  /** Without one no connection comes about until {@link App.setCertificate} brings it. */
  readonly certificate: Certificate | undefined;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'admission' | 'requestRefused' | 'handshakeFailed'>;
  /** Defaults: {@link defaultAppLimits}. */
  readonly limits?: Partial<AppLimits>;
}

/** Sizes and times of the webhook's server. */
export interface AppLimits extends BodyLimits {
  /** From the first byte of a request to its last. */
  readonly requestTimeoutMs: number;
  /** How long an idle connection is kept. */
  readonly keepAliveTimeoutMs: number;
}

/**
 * Idle connections are kept longer than the 90 s after which the API server's client gives them up itself
 * (k8s.io/apimachinery/pkg/util/net/http.go, SetTransportDefaults): a request on a connection that was just closed is lost.
 */
const defaultAppLimits: AppLimits = {...defaultBodyLimits, requestTimeoutMs: 15_000, keepAliveTimeoutMs: 120_000};

/** The webhook's server, not yet listening. */
export interface App {
  readonly fastify: FastifyInstance<HttpsServer>;
  readonly server: HttpsServer;
  /** Serves new connections with the certificate from now on. */
  setCertificate(certificate: Certificate): void;
  /** From now on each answer ends its connection. */
  lastAnswers(): void;
}

const json = 'application/json; charset=utf-8';

/**
 * The webhook over HTTPS with HTTP/1.1, which is all that the API server's webhook client speaks. `POST /mutate` and
 * `POST /validate` take an AdmissionReview as `application/json`; whatever is no review is answered with a Kubernetes Status: 400,
 * 404, 405, 408, 413, 415, 429, and 500 for a fault of this program. Each request writes one log line.
 */
export async function buildApp(deps: AppDeps): Promise<App> {
  const {logger, metrics} = deps;
  const routes: ReadonlyMap<string, Reviewer> = new Map([
    ['/mutate', deps.review],
    ['/validate', deps.validate],
  ]);
  const limits: AppLimits = {...defaultAppLimits, ...deps.limits};
  let closing = false;
  // Sockets that were answered without a request: what becomes of the request afterwards is no second event.
  const answered = new WeakSet<Socket>();

  const app = fastify({
    https: {
      ...secureContext(deps.certificate),
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: 10_000,
      // Node looks for requests over their time only every 30 s by itself.
      connectionsCheckingInterval: Math.min(1000, limits.requestTimeoutMs),
      // Of two limits Node takes the smaller one for the head, whichever it was meant for, so its default of 60 s for the head
      // would become the limit for bodies.
      headersTimeout: limits.requestTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
    },
    // Fastify's own log would make a child logger for each request, and two lines.
    logger: false,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    bodyLimit: limits.maxBodyBytes,
    return503OnClosing: false,
    exposeHeadRoutes: false,
    clientErrorHandler: answerBrokenRequest,
  });

  const readBody = createBodyReader(limits);
  app.removeAllContentTypeParsers();
  // The text, not the parsed body: `__proto__` is data here, as a ConfigMap may have it as a key, and the handler parses within
  // its own time.
  app.addContentTypeParser('application/json', (_request, payload, done) => readBody(payload, done));
  for (const [path, review] of routes) app.post(path, (request, reply) => answerReview(review, request, reply));
  app.setNotFoundHandler((request, reply) => {
    if (!routes.has(request.url.split('?', 1)[0] ?? '')) {
      refuse(reply, requestFault('noPath'));
      return;
    }
    void reply.header('allow', 'POST');
    refuse(reply, requestFault('wrongMethod'));
  });
  app.setErrorHandler((error: unknown, _request, reply) => refuse(reply, refusalOf(error), error));
  await app.ready();
  app.server.on('tlsClientError', handshakeFailed);

  function answerReview(review: Reviewer, request: FastifyRequest, reply: FastifyReply): void {
    const startMs = performance.now();
    let body: unknown;
    try {
      body = JSON.parse((request.body as string | undefined) ?? '');
    } catch (error) {
      refuse(reply, malformed(error));
      return;
    }
    const handled = review(body);
    // No promise where none is needed: most reviews are answered from memory.
    if (!(handled instanceof Promise)) return answer(reply, handled, startMs);
    handled.then(
      (later) => answer(reply, later, startMs),
      (error: unknown) => refuse(reply, requestFault('internal'), error),
    );
  }

  function answer(reply: FastifyReply, handled: Handled, startMs: number): void {
    const elapsedMs = performance.now() - startMs;
    metrics.admission(handled.log, elapsedMs / 1000);
    // Assigned: V8 takes microseconds to add fields to a copy that was made by spreading.
    const times = {status: handled.status, durationMs: Math.round(elapsedMs * 1000) / 1000};
    logger.info(Object.assign({}, handled.log, times), 'review answered');
    send(reply, handled.status, handled.body);
  }

  function refuse(reply: FastifyReply, {status, fault}: RequestFault, error?: unknown): void {
    // The socket is answered and gone already.
    if (answered.has(reply.request.raw.socket)) {
      reply.hijack();
      return;
    }
    metrics.requestRefused(fault.code);
    if (status === 500) logger.error({status, reason: fault.code, err: error}, 'request failed');
    else logger.warn({status, reason: fault.code}, 'request refused');
    if (status === 429) void reply.header('retry-after', '1');
    send(reply, status, badRequest(status, fault).body);
  }

  function send(reply: FastifyReply, status: number, body: string): void {
    if (closing) void reply.header('connection', 'close');
    void reply.code(status).header('content-type', json).send(body);
  }

  /** What Node could not read as a request, or not in time: there is no request and no reply yet, only the socket. */
  function answerBrokenRequest(error: Error & {code?: string}, socket: Socket): void {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
    const {status, fault} = late
      ? requestFault('requestTimeout', `: ${limits.requestTimeoutMs / 1000} s`)
      : requestFault('malformedRequest');
    metrics.requestRefused(fault.code);
    logger.warn({status, reason: fault.code, code: error.code}, 'request refused');
    answered.add(socket);
    const {body} = badRequest(status, fault);
    const head = [
      `HTTP/1.1 ${status} ${late ? 'Request Timeout' : 'Bad Request'}`,
      'connection: close',
      `content-type: ${json}`,
      `content-length: ${Buffer.byteLength(body)}`,
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
  }

  function handshakeFailed(error: Error & {code?: string}): void {
    metrics.handshakeFailed();
    // An alert is the client's word that it does not accept our certificate; the rest is port scans and probes.
    if (error.code?.includes('_ALERT_')) {
      logger.warn({code: error.code}, 'a client refused the certificate; compare its caBundle with ca.crt');
    } else {
      logger.debug({code: error.code}, 'TLS handshake failed');
    }
  }

  return {
    fastify: app,
    server: app.server,
    setCertificate: (certificate) => app.server.setSecureContext(secureContext(certificate)),
    lastAnswers: () => {
      closing = true;
    },
  };
}

function refusalOf(error: unknown): RequestFault {
  if (error instanceof BodyError) return error.refusal;
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  if (status === 415) return requestFault('wrongContentType');
  return requestFault(typeof status === 'number' && status < 500 ? 'malformedRequest' : 'internal');
}

/** The parser's own message quotes the body, which may hold secrets: only the place is taken over. */
function malformed(error: unknown): RequestFault {
  const [, place] = (error instanceof Error && /at position (\d+)/.exec(error.message)) || [];
  return requestFault('malformedJson', place === undefined ? '' : ` from character ${Number(place) + 1}`);
}
