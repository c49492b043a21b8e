import {scan} from '../expression/scan.ts';
import {field, isObject, type Json, type JsonObject} from '../json.ts';

/** What stands where an expression decides for each pod: nothing to judge. */
export const open: unique symbol = Symbol('open');

/** A value of a template as advice sees it; null is absent, as it is to Go's JSON decoder. */
export type Seen = Exclude<Json, null> | undefined | typeof open;

/** The value at the end of these fields, or {@link open} where it or a value on the way is an expression. Never throws. */
export function see(value: Json | undefined, ...keys: readonly string[]): Seen {
  let at = value ?? undefined;
  for (const key of keys) {
    if (isExpression(at)) return open;
    at = isObject(at) ? (field(at, key) ?? undefined) : undefined;
  }
  return isExpression(at) ? open : at;
}

/** The same as a list; of what is no list or not known, an empty one. */
export function seeList(value: Json | undefined, ...keys: readonly string[]): readonly Json[] {
  const seen = see(value, ...keys);
  return Array.isArray(seen) ? (seen as readonly Json[]) : [];
}

/** The objects of a list, each with its index. */
export function seeObjects(value: Json | undefined, ...keys: readonly string[]): readonly (readonly [number, JsonObject])[] {
  return seeList(value, ...keys).flatMap((item, index) => (isObject(item) ? [[index, item] as const] : []));
}

function isExpression(value: Json | undefined): boolean {
  return typeof value === 'string' && scan(value).some(({kind}) => kind !== 'text');
}
