import {roots} from './expression.ts';

/** A piece of a string. `offset` counts UTF-16 code units from the string's beginning: of an expression's text, that is after its `${`. */
export type Segment =
  | {readonly kind: 'text'; readonly text: string}
  | {readonly kind: 'expression'; readonly text: string; readonly offset: number}
  /** An expression whose `}` is missing: all that follows its `${`. Always the last segment. */
  | {readonly kind: 'unended'; readonly text: string; readonly offset: number};

const root = `(?:${roots.join('|')})`;
/** What begins an expression, or `$${`, which is plain text and gives `${`. */
const beginning = new RegExp(`\\$\\$\\{|\\$\\{(?=${root}[.[])`, 'g');

/**
 * Splits a string into plain text and expressions: `${` begins one where a root and then `.` or `[` follow. Everything else (`${HOME}`,
 * `$(VAR)`) is text. Neighbouring texts are one, and an empty string has no segments. Never throws.
 */
export function scan(text: string): readonly Segment[] {
  const segments: Segment[] = [];
  let plain = '';
  let done = 0;
  for (const {0: found, index} of text.matchAll(beginning)) {
    // Inside of the expression before.
    if (index < done) continue;
    plain += text.slice(done, index);
    const offset = index + found.length;
    done = offset;
    if (found === '$${') {
      plain += '${';
      continue;
    }
    if (plain !== '') segments.push({kind: 'text', text: plain});
    plain = '';
    const end = endOf(text, offset);
    if (end === undefined) return [...segments, {kind: 'unended', text: text.slice(offset), offset}];
    segments.push({kind: 'expression', text: text.slice(offset, end), offset});
    done = end + 1;
  }
  plain += text.slice(done);
  return plain === '' ? segments : [...segments, {kind: 'text', text: plain}];
}

/** What ends, opens or hides a brace: braces, the beginnings of strings, comments. */
const token = /[{}]|"""|'''|["']|\/\//g;
/** Where a string ends that began so; what a backslash precedes is a part of it. */
const stringEnds: ReadonlyMap<string, RegExp> = new Map(
  ['"""', "'''", '"', "'"].map((quote) => [quote, new RegExp(`\\\\[^]|${quote}`, 'g')]),
);

/** The position of the `}` that ends the expression that begins at `start`; undefined when there is none. */
function endOf(text: string, start: number): number | undefined {
  let open = 0;
  let at = start;
  for (;;) {
    const found = next(text, token, at);
    if (found === undefined) return undefined;
    const [{0: what}, after] = found;
    at = after;
    if (what === '{') {
      open += 1;
    } else if (what === '}') {
      if (open === 0) return after - 1;
      open -= 1;
    } else {
      const end = what === '//' ? text.indexOf('\n', after) : endOfString(text, what, after);
      if (end === undefined || end < 0) return undefined;
      at = end;
    }
  }
}

/** The position after the quote that ends a string. */
function endOfString(text: string, quote: string, start: number): number | undefined {
  const ends = stringEnds.get(quote);
  let found = ends && next(text, ends, start);
  while (found !== undefined && found[0][0] !== quote) found = ends && next(text, ends, found[1]);
  return found?.[1];
}

/** The next match from a position on, and the position after it. */
function next(text: string, pattern: RegExp, from: number): readonly [RegExpExecArray, number] | undefined {
  const sticky = new RegExp(pattern);
  sticky.lastIndex = from;
  const match = sticky.exec(text);
  return match === null ? undefined : [match, sticky.lastIndex];
}

/** A `${…}` that is plain text by the rule, though it names a root; `offset` is that of its `${`. */
export interface Suspect {
  readonly text: string;
  readonly offset: number;
}

const plainBraces = /\$?\$\{([^${}\n]{1,500})\}/g;
const namesRoot = new RegExp(`\\b${root}[.[]`);
const beginsWithRoot = new RegExp(`^${root}[.[]`);

/**
 * What in a string looks like an expression but does not begin with a root, as in `${has(pod.spec.x) ? 1 : 2}`: it passes through as
 * text, which its author hardly meant. Never throws.
 */
export function suspects(text: string): readonly Suspect[] {
  return [...text.matchAll(plainBraces)].flatMap(({0: whole, 1: inner = '', index}) =>
    !whole.startsWith('$$') && namesRoot.test(inner) && !beginsWithRoot.test(inner) ? [{text: whole, offset: index}] : [],
  );
}
