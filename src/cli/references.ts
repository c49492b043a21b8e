import {isCollection, visit, type Document} from 'yaml';
import {deepEqual, type Json} from '../core/json.ts';
import {keyOf} from '../core/yaml-value.ts';
import {valueOf} from './fragments.ts';
import {colonAfter, columnOf, endOf, isBlock, rangeOf} from './layout.ts';

/** The field that injections move from one container to another, and back. */
export const referenceKey = 'valueFrom';

/**
 * The lines behind the `:` of a {@link referenceKey} with this value as the document writes them, without its indentation:
 * one that moves keeps its quotes, its brackets and its comments. Of several with one value it is the first one's. Undefined where
 * the document has none such. Never throws.
 */
export type References = (value: Json) => readonly string[] | undefined;

/** Reads the references of a document when the first one is asked for: most documents move none. */
export function referencesOf(text: string, doc: Document.Parsed): References {
  let written: ReadonlyMap<string, readonly string[]> | undefined;
  return (value) => {
    written ??= collect(text, doc);
    const lines = written.get(textOf(value));
    return lines !== undefined && deepEqual(valueOf(`${referenceKey}:${lines.join('\n')}\n`), {[referenceKey]: value})
      ? lines
      : undefined;
  };
}

function collect(text: string, doc: Document.Parsed): ReadonlyMap<string, readonly string[]> {
  const written = new Map<string, readonly string[]>();
  visit(doc, {
    Pair(_, {key, value}, path) {
      if (keyOf(key) !== referenceKey || !isCollection(value)) return undefined;
      const colon = colonAfter(text, key);
      const end = isBlock(path.at(-1)) ? endOf(text, value) : rangeOf(value)[1];
      const lines = colon === undefined ? undefined : outdented(text.slice(colon, end), columnOf(text, rangeOf(key)[0]));
      const name = lines === undefined ? '' : textOf(value.toJS(doc));
      if (lines !== undefined && !written.has(name)) written.set(name, lines);
      return visit.SKIP;
    },
  });
  return written;
}

/** The parser leaves all scalars strings. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'boolean' || typeof part === 'number' ? String(part) : part,
  );
}

/** Without so many columns; undefined where a line has fewer, or where something may stand that reads otherwise elsewhere. */
function outdented(text: string, columns: number): readonly string[] | undefined {
  // Anchors, aliases, tags and block scalars.
  if (/[&*!|>]/.test(text)) return undefined;
  const [first = '', ...rest] = text.trimEnd().split(/\r?\n/);
  const indent = ' '.repeat(columns);
  if (!rest.every((line) => line.startsWith(indent) || line.trim() === '')) return undefined;
  return [first, ...rest.map((line) => line.slice(columns))];
}
