import {field, isList, isObject, type Json, type JsonObject} from '../json.ts';
import {withoutAdmission} from './admission.ts';
import {same, sameToAdmission} from './compare.ts';
import {defaultOf, isDropped, isStated, scopeBelow, type Scope} from './defaults.ts';
import {sameQuantity} from './quantity.ts';
import {fieldOf, fieldsOf, type FieldSchema} from './schema.ts';

/** Whether a field counts as unset, see equality.ts. */
export function isUnset(type: string, owner: JsonObject, key: string, scope: Scope): boolean {
  return remaining(type, owner, key, scope) === undefined;
}

/** The value less what counts as unset at every depth, see equality.ts. */
export function strip(type: string, value: Json, outer: Scope): Json {
  if (isList(value)) return stripList(type, value, outer);
  if (!isObject(value) || fieldsOf(type).size === 0) return value;
  const scope = scopeBelow(type, value, outer);
  return filterFields(value, (key) => remaining(type, value, key, scope));
}

function stripList(type: string, list: readonly Json[], scope: Scope): readonly Json[] {
  const items = list.map((item) => (isObject(item) ? strip(type, item, scope) : item));
  return items.every((item, index) => item === list[index]) ? list : items;
}

/** What of a field does not count as unset; undefined when nothing does not. */
function remaining(type: string, owner: JsonObject, key: string, scope: Scope): Json | undefined {
  const own = field(owner, key);
  if (!isStated(own)) return undefined;
  const schema = fieldOf(type, key);
  if (schema === undefined) return own;
  const value = withoutAdmission(type, owner, key, sameToAdmission);
  if (!isStated(value) || isDropped(type, key, value)) return undefined;
  const fallback = defaultOf(type, owner, key, scope);
  if (schema.mapOf === true && isObject(value)) return isObject(fallback) ? entriesBeside(value, fallback) : value;
  if (isObject(value) && fieldsOf(schema.type).size > 0) return remainingObject(schema, value, fallback, scope);
  if (fallback !== undefined && same({type: schema.type, zero: 'distinct'}, value, fallback, scope)) return undefined;
  return strip(schema.type, value, scope);
}

function remainingObject(schema: FieldSchema, value: JsonObject, fallback: Json | undefined, scope: Scope): Json | undefined {
  const inner = strip(schema.type, value, scope);
  const unset = fallback !== undefined || schema.zero !== 'distinct';
  return unset && Object.keys(inner as JsonObject).length === 0 ? undefined : inner;
}

/** The requests that are not just the limits. */
function entriesBeside(value: JsonObject, fallback: JsonObject): JsonObject | undefined {
  const rest = filterFields(value, (key) => (sameQuantity(field(value, key), field(fallback, key)) ? undefined : value[key]));
  return Object.keys(rest).length === 0 ? undefined : rest;
}

/** The object with each field mapped, less those that come to undefined; the same object where all stay as they are. */
function filterFields(object: JsonObject, map: (key: string) => Json | undefined): JsonObject {
  const entries = Object.keys(object).map((key) => [key, map(key)] as const);
  if (entries.every(([key, value]) => value !== undefined && value === object[key])) return object;
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
