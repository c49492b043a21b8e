import {deepEqual, type Json} from '../core/json.ts';

/**
 * The text of a JSON value with another one in its place: as it is when nothing changed, else written anew with the text's
 * indentation and line breaks and what stands around the value.
 */
export function printJson(text: string, before: Json, after: Json): string {
  if (deepEqual(before, after)) return text;
  const [, head, value, tail] = /^(\ufeff?\s*)([^]*?)(\s*)$/.exec(text) as unknown as [string, string, string, string];
  const indent = /^[{[]\r?\n([ \t]+)/.exec(value)?.[1] ?? '';
  const written = JSON.stringify(after, null, indent);
  return `${head}${value.includes('\r\n') ? written.replaceAll('\n', '\r\n') : written}${tail}`;
}
