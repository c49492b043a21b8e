import {once} from 'node:events';
import {connect, type TLSSocket} from 'node:tls';

/** One request and the only right answer to it; both hold the uid {@link uidPlaceholder}, which each sending replaces. */
export interface Exchange {
  readonly requestBody: string;
  readonly answerBody: string;
}

/** Stands in the bodies for a uid; of the same length. */
export const uidPlaceholder = '00000000-0000-4000-8000-000000000000';

export interface Target {
  readonly port: number;
  /** PEM of the authority that the server's certificate must come from. */
  readonly ca: string;
}

/** A run ends after so many requests, or when the time is over. */
export interface LoadSize {
  readonly requests: number;
  readonly maxMs: number;
}

/** What a run of load came to. */
export interface Load {
  readonly requests: number;
  readonly seconds: number;
  /** One of each request, sorted. */
  readonly latenciesMs: Float64Array;
}

/**
 * Sends the exchanges in turn over that many keep-alive connections, one request at a time on each, and compares every answer
 * with the right one byte for byte. Connections stand before the clock starts. Rejects at the first wrong answer.
 */
export async function runLoad(
  target: Target,
  exchanges: readonly Exchange[],
  connections: number,
  size: LoadSize,
): Promise<Load> {
  const sockets = await Promise.all(Array.from({length: connections}, () => open(target)));
  const latenciesMs: number[] = [];
  let serial = 0;
  const stop = stayAwake();
  const startMs = performance.now();
  const endMs = startMs + size.maxMs;
  try {
    await Promise.all(
      sockets.map((socket) =>
        sendInTurn(socket, exchanges.map(prepare), {
          next: () => (serial < size.requests && performance.now() < endMs ? serial++ : undefined),
          answered: (ms) => void latenciesMs.push(ms),
        }),
      ),
    );
    const seconds = (performance.now() - startMs) / 1000;
    return {requests: latenciesMs.length, seconds, latenciesMs: Float64Array.from(latenciesMs).toSorted()};
  } finally {
    stop();
    for (const socket of sockets) socket.destroy();
  }
}

/**
 * Keeps this process from sleeping until the returned function is called. To wake a process is dear, on virtual machines above all,
 * and the one that writes to it pays: a slow server, whose client sleeps, would seem slower than it is beside a fast one.
 */
function stayAwake(): () => void {
  let awake = true;
  const spin = (): void => {
    if (awake) setImmediate(spin);
  };
  spin();
  return () => {
    awake = false;
  };
}

/** Sends one exchange's request and gives the body that came back. Rejects when its status is not 200. */
export async function ask(target: Target, requestBody: string): Promise<string> {
  const socket = await open(target);
  try {
    return await new Promise((resolve, reject) => {
      onAnswers(socket, (body) => resolve(body.toString()), reject);
      socket.write(requestOf(requestBody));
    });
  } finally {
    socket.destroy();
  }
}

interface Turns {
  /** A number that no other request of the run has, or undefined when it is over. */
  next(): number | undefined;
  answered(ms: number): void;
}

function sendInTurn(socket: TLSSocket, exchanges: readonly Prepared[], turns: Turns): Promise<void> {
  return new Promise((resolve, reject) => {
    let current: Prepared | undefined;
    let sentMs = 0;
    const send = (): void => {
      const serial = turns.next();
      current = serial === undefined ? undefined : exchanges[serial % exchanges.length];
      if (serial === undefined || current === undefined) {
        resolve();
        return;
      }
      const uid = `${uidPlaceholder.slice(0, -12)}${String(serial).padStart(12, '0')}`;
      current.request.write(uid, current.requestUidAt, 'latin1');
      current.answer.write(uid, current.answerUidAt, 'latin1');
      sentMs = performance.now();
      socket.write(current.request);
    };
    onAnswers(
      socket,
      (body) => {
        turns.answered(performance.now() - sentMs);
        if (current === undefined || !body.equals(current.answer)) {
          reject(
            new Error(`wrong answer: ${body.toString().slice(0, 500)}\nexpected: ${current?.answer.toString().slice(0, 500)}`),
          );
        } else send();
      },
      reject,
    );
    send();
  });
}

/** The bytes of an exchange, for one connection, which may write into them. */
interface Prepared {
  readonly request: Buffer;
  readonly requestUidAt: number;
  readonly answer: Buffer;
  readonly answerUidAt: number;
}

function prepare({requestBody, answerBody}: Exchange): Prepared {
  const request = requestOf(requestBody);
  const answer = Buffer.from(answerBody);
  const [requestUidAt, answerUidAt] = [request.indexOf(uidPlaceholder), answer.indexOf(uidPlaceholder)];
  if (requestUidAt === -1 || answerUidAt === -1) throw new Error('a body does not hold the uid');
  return {request, requestUidAt, answer, answerUidAt};
}

/** The request as the API server's client writes it. */
function requestOf(body: string): Buffer {
  const head = [
    'POST /mutate?timeout=5s HTTP/1.1',
    'Host: localhost',
    'User-Agent: kube-apiserver-admission',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Accept: application/json, */*',
    'Content-Type: application/json',
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** Calls back with the body of each answer of status 200 that has a length; anything else fails. */
function onAnswers(socket: TLSSocket, answered: (body: Buffer) => void, failed: (error: Error) => void): void {
  let pending: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    const headEnd = pending.indexOf('\r\n\r\n');
    if (headEnd === -1) return;
    const head = pending.toString('latin1', 0, headEnd);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (!head.startsWith('HTTP/1.1 200') || length === undefined) {
      failed(new Error(`unexpected answer: ${pending.toString().slice(0, 500)}`));
      return;
    }
    const end = headEnd + 4 + Number(length);
    if (pending.length < end) return;
    const body = pending.subarray(headEnd + 4, end);
    pending = pending.subarray(end);
    answered(body);
  });
  socket.on('error', failed);
  socket.on('close', () => failed(new Error('the server closed a connection')));
}

async function open({port, ca}: Target): Promise<TLSSocket> {
  const socket = connect({host: '127.0.0.1', servername: 'localhost', port, ca, ALPNProtocols: ['http/1.1']});
  await once(socket, 'secureConnect');
  socket.setNoDelay(true);
  return socket;
}
