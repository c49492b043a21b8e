import {createHash} from 'node:crypto';
import {isList, isObject, type Json} from './json.ts';

/**
 * The value as JSON text with sorted keys: equal values give equal text whatever the order in which they were written. What is
 * nested deeper than anything in the API is told apart no more.
 */
export function canonical(value: Json | undefined, depth = 0): string {
  if (depth > maxDepth) return 'null';
  if (isList(value)) return `[${value.map((item) => canonical(item, depth + 1)).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value ?? null);
  const fields = Object.keys(value).toSorted();
  return `{${fields.map((name) => `${JSON.stringify(name)}:${canonical(value[name], depth + 1)}`).join(',')}}`;
}

const maxDepth = 100;

/** The first hexadecimal digits of the text's SHA-256. */
export function digest(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}
