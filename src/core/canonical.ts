import {createHash} from 'node:crypto';
import {isList, isObject, type Json} from './json.ts';

/** The value as JSON text with sorted keys: equal values give equal text whatever the order in which they were written. */
export function canonical(value: Json | undefined): string {
  if (isList(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value ?? null);
  const fields = Object.keys(value).toSorted();
  return `{${fields.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
}

/** The first hexadecimal digits of the text's SHA-256. */
export function digest(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}
