import {isAlias, isScalar, type Scalar} from 'yaml';
import type {Position} from './errors.ts';
import {nodesAt, positionAt, positionOf, type YamlDocument} from './yaml.ts';

/**
 * The place of a character of a string in its document: exact within a `|` block, a plain scalar and a quoted one of one line, else
 * where the string begins. Undefined where there is no such path.
 * @param offset in UTF-16 code units from the string's beginning.
 */
export function placeWithin(document: YamlDocument, path: readonly (string | number)[], offset: number): Position | undefined {
  const found = nodesAt(document, path)?.[1];
  const node = isAlias(found) ? found.resolve(document.doc) : found;
  if (!isScalar(node) || typeof node.value !== 'string' || !node.range) return positionOf(document, path, 'value');
  const within = offsetIn(node.type, document.text.slice(node.range[0], node.range[1]), node.value, offset);
  return positionAt(document.lineCounter, node.range[0] + within);
}

/** Where in the written form of a scalar the character of its value stands; 0 where that can't be told. */
function offsetIn(type: Scalar['type'], raw: string, value: string, offset: number): number {
  switch (type) {
    case 'PLAIN':
      return raw === value ? offset : 0;
    case 'QUOTE_SINGLE':
      return raw === `'${value.replaceAll("'", "''")}'` ? 1 + value.slice(0, offset).replaceAll("'", "''").length : 0;
    case 'QUOTE_DOUBLE':
      return raw.includes('\n') ? 0 : inDoubleQuotes(raw, offset);
    case 'BLOCK_LITERAL':
      return inBlock(raw.split('\n'), value, offset);
    case 'BLOCK_FOLDED':
    case undefined:
      return 0;
  }
}

/** Each escape stands for one character, or for two code units of one beyond the basic plane. Source: YAML 1.2, 5.7. */
function inDoubleQuotes(raw: string, offset: number): number {
  const pieces = raw.slice(1, -1).match(/\\x..|\\u.{4}|\\U.{8}|\\.|[^]/g) ?? [];
  let at = 1;
  let left = offset;
  for (const piece of pieces) {
    if (left <= 0) break;
    at += piece.length;
    left -= piece.startsWith('\\U') && !piece.startsWith('\\U0000') ? 2 : 1;
  }
  return at;
}

/** The lines of a block stand as they are behind their indentation, below its header. */
function inBlock(raw: readonly string[], value: string, offset: number): number {
  const before = value.slice(0, offset).split('\n');
  const index = before.length;
  const line = value.split('\n')[index - 1];
  const written = raw[index]?.replace(/\r$/, '');
  if (line === undefined || written === undefined || !written.endsWith(line)) return 0;
  const above = raw.slice(0, index).reduce((sum, text) => sum + text.length + 1, 0);
  return above + written.length - line.length + (before.at(-1)?.length ?? 0);
}
