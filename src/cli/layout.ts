import {
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Range,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type {References} from './references.ts';

/** How a document is laid out, for what is added to it. */
export interface Layout {
  /** Columns by which a map stands in under its key. */
  readonly step: number;
  /** Columns by which the `-` of a list stands in under its key; kubectl writes 0. */
  readonly listStep: number;
  readonly lineBreak: '\n' | '\r\n';
  /** Whether strings of several lines are written as `|` blocks; else in quotes. */
  readonly literals: boolean;
  /** How the document itself writes what moves within it. */
  readonly references?: References;
}

/** The layout that kubectl prints in. */
export const kubectlLayout: Layout = {step: 2, listStep: 0, lineBreak: '\n', literals: true};

/** The layout of a document: that of the first nested map and list in it; where there is none, kubectl's. */
export function detectLayout(text: string, root: unknown): Layout {
  let step: number | undefined;
  let listStep: number | undefined;
  for (const {isList, columns} of steps(text, root)) {
    if (isList) listStep ??= Math.max(columns, 0);
    else if (columns > 0) step ??= columns;
    if (step !== undefined && listStep !== undefined) break;
  }
  const end = text.indexOf('\n');
  const lineBreak = end > 0 && text[end - 1] === '\r' ? '\r\n' : '\n';
  return {...kubectlLayout, step: step ?? kubectlLayout.step, listStep: listStep ?? kubectlLayout.listStep, lineBreak};
}

/** Tells a map or list of block style: indented lines, not brackets. */
export function isBlock(node: unknown): node is YAMLMap | YAMLSeq {
  return isCollection(node) && node.flow !== true;
}

/** The offset of the first character of the line on which `offset` stands. */
export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** The offset after the line break of the line on which `offset` stands; the text's length on the last line. */
export function lineAfter(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end === -1 ? text.length : end + 1;
}

/** The columns between the line's start and `offset`, from 0. */
export function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

/** Tells whether nothing but spaces stands before `offset` on its line. */
export function beginsLine(text: string, offset: number): boolean {
  return /^ *$/.test(text.slice(lineStart(text, offset), offset));
}

/**
 * The offset after the last line of a node, a comment at the end of that line included. Blank lines after a block scalar count
 * only where its chomping keeps them (YAML 1.2.2, section 8.1.1.2).
 */
export function endOf(text: string, node: unknown): number {
  if (isBlock(node) && node.items.length > 0) {
    const last = node.items.at(-1) as Node | Pair<Node, Node | null>;
    return endOf(text, isPair(last) ? (last.value ?? last.key) : last);
  }
  const [start, end] = rangeOf(node);
  if (!isBlockScalar(node)) return lineAfter(text, end);
  if (/^[|>][1-9]?\+/.test(text.slice(start, start + 3))) return end;
  return lineAfter(text, start + text.slice(start, end).trimEnd().length);
}

/** Tells a scalar written with `|` or `>`. */
export function isBlockScalar(node: unknown): node is Scalar {
  return isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED');
}

/** The start and end of a node's own text; nodes of a parsed document always have them. */
export function rangeOf(node: unknown): readonly [number, number] {
  const range = (node as {range?: Range | null} | null)?.range;
  return range === null || range === undefined ? [0, 0] : [range[0], range[1]];
}

/** `offset`, a line's start, moved past the comment lines that directly follow and stand in by `column` or more. */
export function afterComments(text: string, offset: number, column: number): number {
  let at = offset;
  for (;;) {
    comment.lastIndex = at;
    const found = comment.exec(text);
    if (found === null || (found[1] as string).length < column) return at;
    at = comment.lastIndex;
  }
}

/** The offset after the `:` of an implicit key; undefined for a key that is written with `?`. */
export function colonAfter(text: string, key: unknown): number | undefined {
  colon.lastIndex = rangeOf(key)[1];
  return colon.test(text) ? colon.lastIndex : undefined;
}

/** The offsets of the `-` of each item; undefined where one is not found. */
export function dashesOf(text: string, list: YAMLSeq): number[] | undefined {
  const dashes: number[] = [];
  let at = rangeOf(list)[0];
  for (const item of list.items) {
    blank.lastIndex = at;
    blank.exec(text);
    if (text[blank.lastIndex] !== '-') return undefined;
    dashes.push(blank.lastIndex);
    at = Math.max(rangeOf(item)[1], blank.lastIndex + 1);
  }
  return dashes;
}

const comment = /( *)#[^\n]*(?:\n|$)/y;
const colon = /[ \t]*:/y;
// Space, line breaks and comments.
const blank = /(?:[ \t\r\n]|#[^\n]*)*/y;

/** How far each map and list of block style that begins a line stands in under its key, in the order of the text. */
function* steps(text: string, node: unknown): Generator<{readonly isList: boolean; readonly columns: number}> {
  if (!isBlock(node)) return;
  if (isSeq(node)) for (const item of node.items) yield* steps(text, item);
  for (const {key, value} of (isMap(node) ? node.items : []) as Pair<Node, Node | null>[]) {
    const [start] = rangeOf(value);
    if (isBlock(value) && beginsLine(text, start)) {
      yield {isList: isSeq(value), columns: columnOf(text, start) - columnOf(text, rangeOf(key)[0])};
    }
    yield* steps(text, value);
  }
}
