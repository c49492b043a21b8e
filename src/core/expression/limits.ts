/**
 * What an expression may cost. CEL has no endless loops, but loops in loops and texts that double can take minutes, and the
 * libraries for JavaScript bound neither. One step is about what one operator costs: some 30 ns, ten times that before V8 has
 * compiled it. Where work depends on data, more steps are counted. All together stay below 10 ms for a pod of 3 MiB.
 */
export const limits = {
  /** UTF-16 code units of an expression's text. */
  text: 4096,
  /** Expressions of one template: each takes some 50 µs to compile when the template is loaded. */
  expressions: 1000,
  /** Operators, names and literals. */
  nodes: 500,
  /** Calls, indices and parentheses in one another. */
  depth: 40,
  /** `all`, `exists`, `map` … in one another: as deep as a pod's own lists, `volumes[].projected.sources[].configMap.items[]`. */
  nesting: 3,
  /** Steps of one evaluation, and of checking one parameter's value. */
  steps: 25_000,
  /** Steps of all expressions and parameters for one pod, whatever templates it asks for: some 20 ms at worst. */
  podSteps: 100_000,
  /** Values and characters of a result: as long as all of an object's annotations together may be (256 KiB). */
  result: 262_144,
  /** Values inside one another, as far as they are compared or given out. */
  levels: 100,
  /** UTF-16 code units of a regular expression. */
  patternText: 500,
  /** RE2's measure of a compiled regular expression. */
  patternSize: 500,
  /** The most of a value's length times a pattern's size. */
  patternWork: 50_000,
  /** Bytes that a regular expression may keep to be quicker the next time. */
  patternMemoryBytes: 32_768,
} as const;

/** Characters that are looked at or copied in one step. */
export const charactersPerStep = 64;

/** Characters of a result in one step: it is compared, checked, merged and written. So a pod's results fit into what etcd stores. */
export const resultCharactersPerStep = 16;

/** A regular expression's size times the characters that it looks at in one step. */
export const patternWorkPerStep = 2;

/** V8 lists all keys of a big object before it gives the first one, at some 200 ns each. */
export const stepsPerKey = 2;

/** What it costs a pod to evaluate an expression at all, and to put its result in its place. */
export const stepsPerEvaluation = 10;

/** What it costs to ask a regular expression at all. */
export const stepsPerMatch = 20;
