import {field, type Json, type JsonObject} from '../json.ts';
import type {Budget} from './budget.ts';
import {stepsPerKey} from './limits.ts';
import {Entries, type Failure, fromJson, Items, type Key, kindOf, type Value} from './value.ts';

/** A CEL list or map: one that was parsed, or one that an expression made. */
export type List = readonly Json[] | Items;
export type Mapping = JsonObject | Entries;

export function isListValue(value: Value): value is List {
  return kindOf(value) === 'list';
}

export function isMapping(value: Value): value is Mapping {
  return kindOf(value) === 'map';
}

export function lengthOf(list: List): number {
  return list instanceof Items ? list.items.length : list.length;
}

/** The element at a position from 0; undefined beyond the end. */
export function itemAt(list: List, index: number): Value | undefined {
  if (list instanceof Items) return list.items[index];
  const item = list[index];
  return item === undefined ? undefined : fromJson(item);
}

/**
 * The value of a key; a parsed map's own fields only, so that `constructor` and `__proto__` are keys like any other. A field that
 * is null counts as absent: the API server drops it, so a webhook never sees it, but a file may hold it.
 */
export function entryOf(map: Mapping, key: Key): Value | undefined {
  if (map instanceof Entries) return map.entries.get(key);
  const value = typeof key === 'string' ? field(map, key) : undefined;
  return value === undefined || value === null ? undefined : fromJson(value);
}

export function keysOf(map: Mapping, budget: Budget): readonly Key[] | Failure {
  const keys = map instanceof Entries ? [...map.entries.keys()] : Object.keys(map);
  return budget.spend(keys.length * stepsPerKey) ?? keys;
}

/** All elements of a list as values. */
export function itemsOf(list: List, budget: Budget): readonly Value[] | Failure {
  return budget.spend(lengthOf(list)) ?? (list instanceof Items ? list.items : list.map(fromJson));
}

/** The key of a map that a value means; a whole double means an int. Undefined for what can't be a key. */
export function asKey(value: Value): Key | undefined {
  switch (kindOf(value)) {
    case 'string':
    case 'int':
    case 'bool':
      return value as Key;
    case 'double':
      return Number.isInteger(value) ? BigInt(value as number) : undefined;
    case 'null_type':
    case 'list':
    case 'map':
    case 'optional':
    case 'type':
    case 'kubernetes.Quantity':
      return undefined;
  }
}
