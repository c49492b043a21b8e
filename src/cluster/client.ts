import {request as httpRequest, type ClientRequest, type IncomingMessage} from 'node:http';
import {request as httpsRequest} from 'node:https';
import {messageOf, type Fault} from '../core/errors.ts';
import {asObject, isObject, type Json, type JsonObject} from '../core/json.ts';
import {answerFault} from './api-fault.ts';
import {readLines} from './lines.ts';
import type {Connection} from './kubeconfig.ts';

/** One request to the API server. */
export interface ApiRequest {
  /** Default GET. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From the root, escaped: `/api/v1/namespaces/shop/configmaps`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: Json;
  /** Default `application/json`; a patch has its own: https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-apply */
  readonly contentType?: string;
  /** Default `application/json`; see {@link metadataOnly}. */
  readonly accept?: string;
  /** From the start to the last byte; for a watch to its first. Default 10 000. */
  readonly timeoutMs?: number;
  /** Ends it early, with the code `aborted`. */
  readonly signal?: AbortSignal;
}

/** What became of a request. Objects are plain JSON: unknown fields survive, times are strings. */
export type ApiAnswer =
  | {readonly kind: 'ok'; readonly status: number; readonly body: JsonObject}
  /** `status` is 0 where there was no answer. Codes: those of answerFault, `apiUnreachable`, `apiTimeout`, `apiBadAnswer`, `credentialsFailed`, `aborted`. */
  | {readonly kind: 'failed'; readonly status: number; readonly fault: Fault};

/** How a watch ended: as the API server ends each after its time, or by a failure. */
export type StreamEnd = {readonly kind: 'ended'} | Extract<ApiAnswer, {readonly kind: 'failed'}>;

/** What is told of a watch while it lasts. Must not throw. */
export interface StreamEvents {
  /** The API server has accepted it. */
  readonly onOpen: () => void;
  /** One line of it: `{type, object}`. */
  readonly onEvent: (event: JsonObject) => void;
}

/** The API server. Connections are kept and used again. */
export interface ApiClient {
  /** `https://127.0.0.1:6443`. */
  readonly server: string;
  /** The namespace of the service account, or of the kubeconfig's context. */
  readonly namespace: string | undefined;
  /** Never rejects. */
  request(request: ApiRequest): Promise<ApiAnswer>;
  /** A request whose answer is a line of JSON for each event; resolves when it has ended. Never rejects. */
  stream(request: ApiRequest, events: StreamEvents): Promise<StreamEnd>;
  /** Ends idle connections. */
  close(): void;
}

const defaultTimeoutMs = 10_000;

/** `accept` for objects with nothing but their metadata: https://kubernetes.io/docs/reference/using-api/api-concepts/#alternate-representations-of-resources */
export const metadataOnly = {
  object: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
  list: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
} as const;

/** A client of the API server at the other end of the connection. */
export function createClient(connection: Connection): ApiClient {
  return {
    server: connection.server,
    namespace: connection.namespace,
    async request(request) {
      const reply = await exchange(connection, request, (incoming) => readText(incoming));
      if (reply.kind === 'failed') return reply;
      const {status, value: text} = reply;
      const body = parsed(text);
      if (status < 200 || status > 299) return failed(status, answerFault(request, status, body, body === undefined ? text : ''));
      if (body !== undefined) return {kind: 'ok', status, body};
      return failed(status, {
        code: 'apiBadAnswer',
        message: `${connection.server}${request.path} answered something that is no JSON object`,
        fix: 'check that the address is an API server and no proxy in front of it',
      });
    },
    async stream(request, {onOpen, onEvent}) {
      let bad: string | undefined;
      const reply = await exchange(connection, request, async (incoming, opened) => {
        if (incoming.statusCode !== 200) return readText(incoming);
        opened();
        onOpen();
        await readLines(incoming, (line) => {
          const event = parsed(line);
          if (event === undefined) bad ??= line.slice(0, 80);
          else onEvent(event);
        });
        return '';
      });
      if (reply.kind === 'failed') return reply;
      const {status, value: text} = reply;
      if (status !== 200) return failed(status, answerFault(request, status, parsed(text), text));
      if (bad === undefined) return {kind: 'ended'};
      return failed(status, {code: 'apiBadAnswer', message: `a watch of ${request.path} sent a line that is no JSON object`});
    },
    close: () => connection.close(),
  };
}

type Reply<T> =
  | {readonly kind: 'answered'; readonly status: number; readonly value: T}
  | Extract<ApiAnswer, {readonly kind: 'failed'}>;

/** Sends a request and has its answer read; `opened` ends the time limit. */
async function exchange<T>(
  connection: Connection,
  request: ApiRequest,
  read: (incoming: IncomingMessage, opened: () => void) => Promise<T>,
): Promise<Reply<T>> {
  const {signal, timeoutMs = defaultTimeoutMs} = request;
  let outgoing: ClientRequest | undefined;
  let answered = false;
  let ending: Fault | undefined;
  const end = (fault: Fault): void => {
    ending ??= fault;
    outgoing?.destroy(new Error(fault.message));
  };
  const abort = (): void => end({code: 'aborted', message: 'the request was ended on our side'});
  const timer = setTimeout(
    () => end({code: 'apiTimeout', message: `${connection.server} did not answer within ${timeoutMs / 1000} s`, fix: reachFix}),
    timeoutMs,
  );
  if (signal?.aborted === true) abort();
  signal?.addEventListener('abort', abort, {once: true});
  try {
    const authorized = await credentials(connection);
    if ('code' in authorized) return failed(0, ending ?? authorized);
    // Ended while the credentials were fetched; assigned from a callback, so the compiler can't see it.
    if (isSet(ending)) return failed(0, ending);
    const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
      outgoing = open(connection, request, authorized);
      outgoing.on('response', resolve).on('error', reject);
      outgoing.end(request.body === undefined ? undefined : JSON.stringify(request.body));
    });
    answered = true;
    const value = await read(incoming, () => clearTimeout(timer));
    return {kind: 'answered', status: incoming.statusCode ?? 0, value};
  } catch (error) {
    // The server may close an idle connection at the very moment at which it is used again; nothing was done with the request then.
    const isStale = !answered && outgoing?.reusedSocket === true && isReset(error);
    if (ending === undefined && isStale && (request.method ?? 'GET') === 'GET') return await exchange(connection, request, read);
    return failed(0, ending ?? unreachable(connection, error));
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

type Authorized = Awaited<ReturnType<Connection['authorize']>>;

async function credentials(connection: Connection): Promise<Authorized | Fault> {
  try {
    return await connection.authorize();
  } catch (error) {
    return {
      code: 'credentialsFailed',
      message: `there are no credentials for ${connection.server}: ${messageOf(error)}`,
      fix: 'check the service account token, or the user of the kubeconfig',
    };
  }
}

function open(connection: Connection, request: ApiRequest, authorized: Authorized): ClientRequest {
  const url = new URL(connection.server + request.path);
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const send = url.protocol === 'http:' ? httpRequest : httpsRequest;
  const outgoing = send(url, {
    method: request.method ?? 'GET',
    ...(authorized.agent === undefined ? {} : {agent: authorized.agent}),
    headers: {
      ...(authorized.headers as Record<string, string>),
      accept: request.accept ?? 'application/json',
      'user-agent': 'pod-injector',
      ...(request.body === undefined ? {} : {'content-type': request.contentType ?? 'application/json'}),
    },
  });
  // A peer that vanished without a word is found out by the system; a watch may be silent for a minute.
  outgoing.on('socket', (socket) => socket.setKeepAlive(true, 30_000));
  return outgoing;
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? asObject(value) : undefined;
  } catch {
    return undefined;
  }
}

const reachFix = 'check that the API server runs and that this process can reach it';
const trustFix = 'check the certificate authority of the kubeconfig, and that its server is the API server';

function unreachable(connection: Connection, error: unknown): Fault {
  const fix = isUntrusted(error) ? trustFix : reachFix;
  return {code: 'apiUnreachable', message: `${connection.server} can't be reached: ${messageOf(error)}`, fix};
}

/** Codes of X.509 checks: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
function isUntrusted(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    /CERT|_ISSUER_|_VERIFY_LEAF_|INVALID_CA|HOSTNAME_MISMATCH/.test(String(error.code))
  );
}

function isReset(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

function failed(status: number, fault: Fault): Extract<ApiAnswer, {readonly kind: 'failed'}> {
  return {kind: 'failed', status, fault};
}

function isSet(fault: Fault | undefined): fault is Fault {
  return fault !== undefined;
}
