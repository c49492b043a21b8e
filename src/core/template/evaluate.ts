import type {Expression, Values} from '../expression/expression.ts';
import {isList, isObject, type Json} from '../json.ts';
import type {Hole} from './hole.ts';

/** What a hole comes to, or which of its expressions failed, and why (one sentence without a full stop). */
export type HoleValue =
  | {readonly kind: 'value'; readonly value: Json}
  | {readonly kind: 'failed'; readonly expression: Expression; readonly message: string};

/** The value of a hole for one pod. Within a string an expression must give a string, a number, true or false. Never throws. */
export function evaluateHole(hole: Hole, values: Values): HoleValue {
  const [whole] = hole.parts;
  if (hole.parts.length === 1 && typeof whole === 'object') {
    const result = whole.evaluate(values);
    if (result.kind === 'failed') return {kind: 'failed', expression: whole, message: result.message};
    return {kind: 'value', value: hole.asText && isScalar(result.value) ? String(result.value) : result.value};
  }
  let text = '';
  for (const part of hole.parts) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    const result = part.evaluate(values);
    if (result.kind === 'failed') return {kind: 'failed', expression: part, message: result.message};
    if (!isScalar(result.value)) {
      const what = result.value === null ? 'nothing' : isList(result.value) ? 'a list' : 'a map';
      return {kind: 'failed', expression: part, message: `it gives ${what}, which can't stand within a string`};
    }
    text += String(result.value);
  }
  return {kind: 'value', value: text};
}

function isScalar(value: Json): value is string | number | boolean {
  return value !== null && !isList(value) && !isObject(value);
}
