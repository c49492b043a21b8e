import {field, isObject, type Json} from '../json.ts';
import {serverDefaults} from './defaults.generated.ts';
import {types, unions} from './types.generated.ts';

/** How the API treats the items of a list when it merges two: by key, as a set, or as one value. */
export type ListKind =
  /** `retainKeys`: an item of the patch also takes away the fields that it does not name (a volume's other source). */
  | {readonly kind: 'map'; readonly keys: readonly string[]; readonly retainKeys?: true}
  | {readonly kind: 'set'}
  | {readonly kind: 'atomic'};

/** What the API says of one field. Source: the published OpenAPI, the Go types, and a real API server's defaults. */
export interface FieldSchema {
  /** A scalar (`string`, `integer`, `number`, `boolean`, `quantity`, `intOrString`, `time`, `any`) or a type's short name: of the items, where it is a list or a map. */
  readonly type: string;
  readonly list?: ListKind;
  readonly mapOf?: true;
  /** What an absent field becomes, where that hangs on nothing else; defaults.ts knows the others. */
  readonly default?: Json;
  readonly required?: true;
  /**
   * What an explicit zero (false, 0, "", {} of a union or selector) is. Absent: the API drops it. `kept`: the API keeps it, it
   * means the same as absent. `distinct`: it differs from absent, as in `automountServiceAccountToken: false`.
   */
  readonly zero?: 'kept' | 'distinct';
}

/** The field's schema; undefined for a field or type that the API of this version does not know. Never throws. */
export function fieldOf(type: string, key: string): FieldSchema | undefined {
  return table.get(type)?.get(key);
}

/** All fields of a type, in alphabetical order; empty for a scalar and for an unknown type. */
export function fieldsOf(type: string): ReadonlyMap<string, FieldSchema> {
  return table.get(type) ?? noFields;
}

/** The groups of fields of which an object of that type may have one each: `[['value', 'valueFrom']]` for EnvVar. */
export function unionsOf(type: string): readonly (readonly string[])[] {
  return Object.hasOwn(unions, type) ? (unions[type] ?? []) : [];
}

/**
 * What makes an item of a map list the same item: its merge keys' values, joined by `,` (`80,TCP`). An absent or empty key has its
 * default (a port's protocol), and a mount path loses duplicate and trailing slashes. `` for an item without keys, and for lists
 * that are not map lists. Total: malformed items give some string.
 */
export function itemKey(schema: FieldSchema, item: Json): string {
  if (schema.list?.kind !== 'map') return '';
  const object = isObject(item) ? item : undefined;
  return schema.list.keys.map((key) => keyText(field(object, key) || fieldOf(schema.type, key)?.default, key)).join(',');
}

function keyText(value: Json | undefined, key: string): string {
  if (typeof value === 'string') return key === 'mountPath' ? cleanPath(value) : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** The path without duplicate and trailing slashes; `/` stays. */
export function cleanPath(path: string): string {
  const clean = path.includes('//') ? path.replace(/\/+/g, '/') : path;
  return clean.length > 1 && clean.endsWith('/') ? clean.slice(0, -1) : clean;
}

const noFields: ReadonlyMap<string, FieldSchema> = new Map();

// A Map, so that `constructor` and `__proto__` are no types and no fields.
const table: ReadonlyMap<string, ReadonlyMap<string, FieldSchema>> = new Map(
  Object.entries(types).map(([type, fields]) => [
    type,
    new Map(Object.entries(fields).map(([key, text]) => [key, parse(text, serverDefault(type, key))])),
  ]),
);

function serverDefault(type: string, key: string): Json | undefined {
  const defaults = Object.hasOwn(serverDefaults, type) ? serverDefaults[type] : undefined;
  return defaults !== undefined && Object.hasOwn(defaults, key) ? defaults[key] : undefined;
}

/** Reads the short notation that the header of types.generated.ts explains. */
function parse(text: string, fallback: Json | undefined): FieldSchema {
  const [, type = '', map, list, required, zero, stated] =
    /^(\w+)(\{\})?(?:\[([^\]]*)\])?(!)?([?~])?(?:=(.*))?$/.exec(text) ?? [];
  const value = fallback ?? (stated === undefined ? undefined : (JSON.parse(stated) as Json));
  return {
    type,
    ...(map === undefined ? {} : {mapOf: true as const}),
    ...(list === undefined ? {} : {list: listKind(list)}),
    ...(required === undefined ? {} : {required: true as const}),
    ...(zero === undefined ? {} : {zero: zero === '?' ? ('distinct' as const) : ('kept' as const)}),
    ...(value === undefined ? {} : {default: value}),
  };
}

function listKind(text: string): ListKind {
  if (text === '') return {kind: 'atomic'};
  if (text === '*') return {kind: 'set'};
  const [keys = '', retainKeys] = text.split('|');
  return {kind: 'map', keys: keys.split(','), ...(retainKeys === undefined ? {} : {retainKeys: true as const})};
}
