import {pino, type DestinationStream, type Logger} from 'pino';
import type {LogLevel} from '../config.ts';

export type {Logger} from 'pino';

/** A log and the way to make sure that all of it has been written. */
export interface Log {
  readonly logger: Logger;
  readonly flush: () => void;
}

/** Where the lines go and in which form. */
export interface LogOptions {
  readonly level: LogLevel;
  /** `pretty` is for people at a terminal. */
  readonly format: 'json' | 'pretty';
  /** Only `pretty` has any. */
  readonly colour: boolean;
  /** A file descriptor, or a function that takes whole lines. */
  readonly to: number | ((text: string) => void);
}

/**
 * A log of one JSON object a line: `level` as a word, `time` in ISO 8601, `msg` a constant sentence, the rest fields.
 * Lines to a descriptor are written in blocks of 4 KiB, after a fifth of a second at the latest, because a system call for each
 * costs more than the line itself; `flush` before the process ends.
 */
export async function createLog({level, format, colour, to}: LogOptions): Promise<Log> {
  const {stream, flush} = format === 'pretty' ? await prettyStream(to, colour) : jsonStream(to);
  const logger = pino(
    {
      level,
      // Process id and host name say nothing that Kubernetes does not add itself.
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {level: (label) => ({level: label})},
    },
    stream,
  );
  return {logger, flush};
}

interface Destination {
  readonly stream: DestinationStream;
  readonly flush: () => void;
}

function jsonStream(to: LogOptions['to']): Destination {
  if (typeof to === 'function') return {stream: {write: to}, flush: () => undefined};
  const stream = pino.destination({dest: to, sync: true, minLength: 4096, periodicFlush: 200});
  return {stream, flush: () => stream.flushSync()};
}

async function prettyStream(to: LogOptions['to'], colour: boolean): Promise<Destination> {
  // Its default: a bundled CommonJS package that is loaded lazily has no named exports.
  const {
    default: {prettyFactory},
  } = await import('pino-pretty');
  const pretty = prettyFactory({colorize: colour, translateTime: 'SYS:HH:MM:ss', singleLine: true});
  const {stream, flush} =
    typeof to === 'function' ? jsonStream(to) : {stream: pino.destination({dest: to, sync: true}), flush: () => undefined};
  return {stream: {write: (line) => stream.write(pretty(line))}, flush};
}
