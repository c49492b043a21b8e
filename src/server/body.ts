import type {IncomingMessage} from 'node:http';
import {requestFault, type RequestFault, type RequestFaultCode} from './request-fault.ts';

/** How much of requests is held in memory. */
export interface BodyLimits {
  /** The longest body that is taken. */
  readonly maxBodyBytes: number;
  /** A body longer than this is large. */
  readonly largeBodyBytes: number;
  /** How many large bodies are read at a time. */
  readonly maxLargeBodies: number;
  /** How many more may wait, unread, for their turn. */
  readonly maxWaitingBodies: number;
}

/**
 * 20 MiB: the API server writes `<`, `>` and `&` as six bytes each, so the review of an UPDATE of objects near etcd's limit
 * of 1.5 MiB has been seen at 12.6 MB. Four at a time are at most 80 MiB of buffers, which parsing makes four or five times
 * as much. The others are not turned away but not read either: what they hold is a socket's buffer, and the API server
 * does not repeat a webhook's call (under `failurePolicy: Ignore` an answer of 429 is a pod without injection). The
 * server's request timeout frees the place of one that has given up.
 */
export const defaultBodyLimits: BodyLimits = {
  maxBodyBytes: 20 * 1024 * 1024,
  largeBodyBytes: 1024 * 1024,
  maxLargeBodies: 4,
  maxWaitingBodies: 100,
};

/** Why a body was not read. Codes: `bodyTooLarge`, `tooManyLargeBodies`, and `clientLeft`, whose answer nobody hears. */
export class BodyError extends Error {
  readonly refusal: RequestFault;

  constructor(code: RequestFaultCode, detail?: string) {
    const refusal = requestFault(code, detail);
    super(refusal.fault.message);
    this.name = 'BodyError';
    this.refusal = refusal;
  }
}

/** Takes the whole text, or the error; called once. What it does before it returns counts as holding the body. */
export type BodyDone = (error: BodyError | null, text?: string) => void;

/** A reader of request bodies as UTF-8 text; all that it reads share the limits. */
export function createBodyReader(limits: BodyLimits): (message: IncomingMessage, done: BodyDone) => void {
  const turns = createTurns(limits.maxLargeBodies, limits.maxWaitingBodies);
  const tooLarge = (): BodyError => new BodyError('bodyTooLarge', `: over ${limits.maxBodyBytes} bytes`);

  return (message, done) => {
    const chunks: Buffer[] = [];
    let received = 0;
    let turn: Turn | undefined;

    const detach = (): void => {
      message.removeListener('data', onData);
      message.removeListener('end', onEnd);
      message.removeListener('error', onAbort);
      message.removeListener('close', onAbort);
      // Later errors of a message that nobody reads any more would be thrown.
      message.on('error', ignore);
    };
    const finish = (error: BodyError | null, text?: string): void => {
      detach();
      done(error, text);
      turn?.end();
    };
    const onEnd = (): void => finish(null, textOf(chunks, received));
    const onAbort = (): void => finish(new BodyError('clientLeft'));
    const refuse = (error: BodyError): void => {
      detach();
      chunks.length = 0;
      turn?.end();
      discard(message, limits.maxBodyBytes, () => done(error));
    };
    const takeTurn = (): void => {
      turn = turns.take(() => message.resume());
      if (turn === undefined) refuse(new BodyError('tooManyLargeBodies'));
      else if (!turn.begun) message.pause();
    };
    const onData = (chunk: Buffer): void => {
      received += chunk.length;
      if (received > limits.maxBodyBytes) {
        refuse(tooLarge());
        return;
      }
      chunks.push(chunk);
      if (received > limits.largeBodyBytes && turn === undefined) takeTurn();
    };

    const declared = Number(message.headers['content-length']);
    if (declared > limits.maxBodyBytes) {
      refuse(tooLarge());
      return;
    }
    message.on('data', onData);
    message.on('end', onEnd);
    message.on('error', onAbort);
    message.on('close', onAbort);
    if (declared > limits.largeBodyBytes) takeTurn();
  };
}

interface Turn {
  /** False: wait until called. */
  readonly begun: boolean;
  end(): void;
}

/** Lets so many go at a time and so many more wait, first come first served; undefined: neither is free. */
function createTurns(maxActive: number, maxWaiting: number): {take(begin: () => void): Turn | undefined} {
  let active = 0;
  const waiting = new Set<() => void>();
  const next = (): void => {
    active -= 1;
    const [first] = waiting;
    first?.();
  };
  return {
    take: (begin) => {
      if (active < maxActive) {
        active += 1;
        return {begun: true, end: next};
      }
      if (waiting.size >= maxWaiting) return undefined;
      const start = (): void => {
        waiting.delete(start);
        active += 1;
        begin();
      };
      waiting.add(start);
      return {
        begun: false,
        end: () => {
          if (!waiting.delete(start)) next();
        },
      };
    },
  };
}

/**
 * Reads on without keeping anything, at most so many bytes, before `done`: an answer to a client that is still sending is
 * lost with the connection's reset (RFC 9112, section 9.6).
 */
function discard(message: IncomingMessage, maxBytes: number, done: () => void): void {
  let left = maxBytes;
  const stop = (): void => {
    message.removeListener('data', onData);
    message.removeListener('end', stop);
    message.removeListener('close', stop);
    done();
  };
  const onData = (chunk: Buffer): void => {
    left -= chunk.length;
    if (left < 0) stop();
  };
  message.on('data', onData);
  message.on('end', stop);
  message.on('close', stop);
  message.resume();
}

function textOf(chunks: readonly Buffer[], length: number): string {
  const [only] = chunks;
  if (only === undefined) return '';
  return (chunks.length === 1 ? only : Buffer.concat(chunks, length)).toString('utf8');
}

function ignore(): void {}
