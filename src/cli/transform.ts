import pc from 'picocolors';
import {formatFault, type Fault} from '../core/errors.ts';
import type {JsonObject} from '../core/json.ts';
import type {Outcome} from '../core/outcome.ts';
import type {DocumentSet, ManifestObject} from './documents.ts';
import type {ExitCode, Io} from './io.ts';
import type {Manifests} from './manifests.ts';
import {oneLine} from './one-line.ts';
import {render, type Format} from './output.ts';
import {linesOf, summaryOf, type Line} from './report.ts';

/** The options of every command that prints manifests. */
export interface PrintOptions {
  readonly format: Format;
  readonly namespace: string;
  readonly quiet: boolean;
  readonly outColour: boolean;
  readonly errColour: boolean;
}

/**
 * Prints the manifests with each object's outcome, and says on stderr what there is to say. Stdout is all or nothing: when
 * one object is refused or unreadable nothing is printed, because a pipe into `kubectl apply` must not apply half.
 */
export async function transform(
  manifests: Manifests,
  outcomeOf: (object: ManifestObject) => Outcome,
  options: PrintOptions,
  io: Io,
): Promise<ExitCode> {
  const {sets, unreadable} = manifests;
  if (unreadable.length > 0) {
    say(unreadable.map(faultLine), options, io);
    return 2;
  }
  const faults = sets.flatMap((set) => set.faults);
  const outcomes = new Map<ManifestObject, Outcome>();
  const lines: Line[] = faults.map(faultLine);
  for (const object of sets.flatMap((set) => set.objects)) {
    const outcome = outcomeOf(object);
    outcomes.set(object, outcome);
    lines.push(...linesOf(object, outcome, options.namespace));
  }
  const failed = faults.length > 0 || [...outcomes.values()].some((outcome) => outcome.verdict.kind === 'refused');
  if (!failed) await io.out(render(sets, (object) => becomes(object, outcomes), options.format, options.outColour));
  lines.push({
    level: 'info',
    text:
      summaryOf([...outcomes.values()], unreadableDocuments(sets)) +
      (failed ? '; nothing was printed' : '') +
      passedThrough(sets),
  });
  say(lines, options, io);
  return failed ? 1 : 0;
}

/** Faults as compilers print theirs, in red on a terminal. */
export function faultLine(fault: Fault): Line {
  return {level: 'error', text: formatFault(fault)};
}

/** Writes lines to stderr; under `quiet` the errors alone. */
export function say(lines: readonly Line[], options: {readonly quiet: boolean; readonly errColour: boolean}, io: Io): void {
  const {red, yellow} = pc.createColors(options.errColour);
  for (const {level, text: words} of lines) {
    if (options.quiet && level !== 'error') continue;
    const text = oneLine(words);
    io.err(`${level === 'error' ? red(text) : level === 'warning' ? yellow(text) : text}\n`);
  }
}

function becomes(object: ManifestObject, outcomes: ReadonlyMap<ManifestObject, Outcome>): JsonObject {
  return outcomes.get(object)?.object ?? object.value;
}

function unreadableDocuments(sets: readonly DocumentSet[]): number {
  return sets.flatMap((set) => set.documents).filter((document) => (document.parsed?.faults.length ?? 0) > 0).length;
}

function passedThrough(sets: readonly DocumentSet[]): string {
  const count = sets
    .flatMap((set) => set.documents)
    .filter((document) => document.parsed === undefined && /^[^#\s-]/m.test(document.text)).length;
  return count === 0 ? '' : ` (and ${count} without any of our keys)`;
}
