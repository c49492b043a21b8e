import type {ExitCode, Io} from '../io.ts';
import {say} from '../transform.ts';

/** What a command's definition has around it. */
export interface Surroundings {
  readonly io: Io;
  /** Tells the exit code; the last one counts. */
  readonly finish: (code: ExitCode) => void;
}

/** Colours on stdout and on stderr: on a terminal, unless the flag or `NO_COLOR` is against it (https://no-color.org). */
export function coloursOf(
  {color}: {readonly color: boolean},
  io: Io,
): {readonly outColour: boolean; readonly errColour: boolean} {
  const wanted = color && (io.env['NO_COLOR'] ?? '') === '';
  return {outColour: wanted && io.isOutTerminal, errColour: wanted && io.isErrTerminal};
}

/** Ends with 2: a word or flag is missing or makes no sense. */
export function cannotRun(what: string, flags: {readonly color: boolean}, {io, finish}: Surroundings): void {
  say([{level: 'error', text: `error: ${what}`}], {quiet: false, ...coloursOf(flags, io)}, io);
  finish(2);
}
