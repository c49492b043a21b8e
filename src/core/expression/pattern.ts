import {RE2JS, RE2Set} from 're2js';
import {Memo} from '../memo.ts';
import {limits, patternWorkPerStep, stepsPerMatch} from './limits.ts';

/** A regular expression that takes time linear in the value, or why the text is none. */
export type Pattern =
  | {
      readonly kind: 'compiled';
      /** Whether it matches anywhere in the value. False for a value that is longer than `longest`. */
      test(value: string): boolean;
      /** The steps that a value takes. */
      steps(value: string): number;
      /** The most UTF-16 code units of a value that are looked at. */
      readonly longest: number;
    }
  /** One sentence without a full stop. */
  | {readonly kind: 'invalid'; readonly message: string};

/**
 * Compiles a regular expression in RE2's syntax (https://github.com/google/re2/wiki/Syntax), as Kubernetes has it: no
 * backreferences, no lookaround. It matches anywhere in the value, as JSON Schema's `pattern` does. Never throws.
 */
export function compilePattern(text: string): Pattern {
  return patterns.get(text, () => compile(text));
}

/** One pattern is asked for when it is checked and when it is used, and by each version of a template. */
const patterns = new Memo<Pattern>();

function compile(text: string): Pattern {
  if (text.length > limits.patternText) return invalid(`it is longer than ${String(limits.patternText)} characters`);
  try {
    const size = RE2JS.compile(text).programSize();
    if (size > limits.patternSize)
      return invalid(`its repetitions are too many: its size is ${String(size)}, the most is ${String(limits.patternSize)}`);
    // A set of one: only a set's memory can be bounded, and without a bound each hostile pattern may keep 8 MiB.
    const set = new RE2Set(RE2Set.UNANCHORED, 0, limits.patternMemoryBytes);
    set.add(text);
    set.compile();
    const longest = Math.floor(limits.patternWork / size);
    return {
      kind: 'compiled',
      test: (value) => value.length <= longest && set.match(value).length > 0,
      steps: (value) => stepsPerMatch + Math.ceil((value.length * size) / patternWorkPerStep),
      longest,
    };
  } catch (error) {
    return invalid(error instanceof Error ? error.message : String(error));
  }
}

function invalid(message: string): Pattern {
  return {kind: 'invalid', message};
}
