/** A parsed JSON value. Everything the engine reads and makes is one: fields that it does not know survive. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A parsed JSON object; a key may be anything, `__proto__` included, so look keys up that a user chose with {@link field}. */
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** Tells an object from the other JSON values: neither null nor a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Tells a list from the other JSON values. (`Array.isArray` does not narrow readonly arrays.) */
export function isList(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

/** The value as an object, or undefined. */
export function asObject(value: unknown): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}

/** The value as a list; anything else, null included, is an empty one: Go's JSON decoder treats them alike. */
export function asList(value: unknown): readonly Json[] {
  return isList(value) ? value : emptyList;
}

/** The value as a string, or undefined. */
export function asString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The object's own field of that name: `constructor` of `{}` is undefined. */
export function field(object: JsonObject | undefined, key: string): Json | undefined {
  return object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
}

/** A copy of the object with one field set; a field that exists keeps its place. `__proto__` is set as data, too. */
export function withField(object: JsonObject | undefined, key: string, value: Json): JsonObject {
  // Assigned, it would set the prototype.
  if (key === prototypeKey) return {...object, [key]: value};
  // V8 takes several times as long for a literal with a spread and another field.
  const copy: Record<string, Json | undefined> = {...object};
  copy[key] = value;
  return copy;
}

/** A copy of the object with those fields set, each likewise. */
export function withFields<T extends object>(object: T, fields: T): T {
  return Object.hasOwn(fields, prototypeKey) ? {...object, ...fields} : Object.assign({...object}, fields);
}

const prototypeKey = '__proto__';

/** A copy of the object without one field. */
export function withoutField(object: JsonObject, key: string): JsonObject {
  const {[key]: _, ...rest} = object;
  return rest;
}

/** Deep equality of JSON values: objects whatever the order of their fields, lists in order. Shared parts cost nothing. */
export function deepEqual(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (isList(a)) return isList(b) && a.length === b.length && a.every((item, index) => deepEqual(item, b[index]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && deepEqual(a[key], b[key]));
}

const emptyList: readonly Json[] = Object.freeze([]);
