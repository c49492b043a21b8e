import {field, isList, isObject, type Json, type JsonObject} from '../json.ts';
import {maxDepth, same, unknownField} from './compare.ts';
import {filled, isDropped, isStated, scopeBelow, type Scope} from './defaults.ts';
import {fieldsOf, itemKey, unionsOf, type FieldSchema} from './schema.ts';
import {strip} from './unset.ts';

/** Whether `actual` has all that `wanted` states, see equality.ts. The scope is that of `actual`. */
export function has(schema: FieldSchema, wanted: Json | undefined, actual: Json | undefined, scope: Scope, depth = 0): boolean {
  if (!isStated(wanted) || wanted === actual) return true;
  if (depth > maxDepth) return false;
  if (isList(wanted)) return (isList(actual) || !isStated(actual)) && hasItems(schema, wanted, actual ?? [], scope, depth);
  if (!isObject(wanted)) return same(schema, wanted, actual, scope, depth);
  if (isObject(actual)) return hasFields(schema.type, wanted, actual, scope, depth);
  return !isStated(actual) && schema.zero !== 'distinct' && hasFields(schema.type, wanted, {}, scope, depth);
}

function hasFields(type: string, wanted: JsonObject, actual: JsonObject, outer: Scope, depth: number): boolean {
  if (unionsOf(type).some((members) => hasOtherMember(type, members, wanted, actual))) return false;
  const scope = scopeBelow(type, actual, outer);
  const fields = fieldsOf(type);
  const entry: FieldSchema = fields.size > 0 ? unknownField : {type, zero: 'distinct'};
  return Object.keys(wanted).every((key) => {
    const value = field(wanted, key);
    if (!isStated(value)) return true;
    const schema = fields.get(key);
    if (schema === undefined) return has(entry, value, field(actual, key), scope, depth + 1);
    const stated = isDropped(type, key, value) ? filled(type, wanted, key, scope) : value;
    return has(schema, stated, filled(type, actual, key, scope), scope, depth + 1);
  });
}

// What an object without any member of its union has: an empty value, an empty directory.
const defaultMembers: ReadonlyMap<string, string> = new Map([
  ['EnvVar', 'value'],
  ['Volume', 'emptyDir'],
]);

function hasOtherMember(type: string, members: readonly string[], wanted: JsonObject, actual: JsonObject): boolean {
  const chosenIn = (object: JsonObject): string[] =>
    members.filter((key) => {
      const value = field(object, key);
      return isStated(value) && !isDropped(type, key, value);
    });
  const [chosen, others] = [chosenIn(wanted), chosenIn(actual)];
  const fallback = defaultMembers.get(type);
  if (chosen.length === 0 && fallback === undefined) return false;
  return others.some((key) => (chosen.length === 0 ? key !== fallback : !chosen.includes(key)));
}

/** Lists that are atomic in the API and united by an injection. */
const united: ReadonlySet<string> = new Set(['Toleration', 'EnvFromSource']);

function hasItems(schema: FieldSchema, wanted: readonly Json[], actual: readonly Json[], scope: Scope, depth: number): boolean {
  if (schema.list === undefined) return same(schema, wanted, actual, scope, depth);
  switch (schema.list.kind) {
    case 'map':
      return hasKeyedItems(schema, wanted, actual, scope, depth);
    case 'set':
      return isSubset(wanted, actual);
    case 'atomic':
      if (!united.has(schema.type)) return wanted.length === 0 || same(schema, wanted, actual, scope, depth);
      return isSubset(canonicalTexts(schema.type, wanted, scope), canonicalTexts(schema.type, actual, scope));
  }
}

function hasKeyedItems(
  schema: FieldSchema,
  wanted: readonly Json[],
  actual: readonly Json[],
  scope: Scope,
  depth: number,
): boolean {
  // The API lets a key occur twice in some lists (env): those are matched in order.
  const items = new Map<string, {next: number; readonly list: Json[]}>();
  for (const item of actual) {
    const key = itemKey(schema, item);
    const group = items.get(key);
    if (group === undefined) items.set(key, {next: 0, list: [item]});
    else group.list.push(item);
  }
  return wanted.every((item) => {
    const group = items.get(itemKey(schema, item));
    if (group === undefined || group.next === group.list.length) return false;
    group.next += 1;
    return has({type: schema.type}, item, group.list[group.next - 1], scope, depth + 1);
  });
}

function isSubset(wanted: readonly Json[], actual: readonly Json[]): boolean {
  const present = new Set(actual);
  return wanted.every((item) => present.has(item));
}

/** Equal texts for items that are the same to the API; what stands deeper than any field of theirs is left out. */
function canonicalTexts(type: string, items: readonly Json[], scope: Scope): string[] {
  return items.map((item) => JSON.stringify(sorted(strip(type, item, scope), 0)));
}

function sorted(value: Json, depth: number): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > maxItemDepth) return null;
  if (isList(value)) return value.map((item) => sorted(item, depth + 1));
  return Object.fromEntries(
    Object.keys(value)
      .toSorted()
      .map((key) => [key, sorted(value[key] ?? null, depth + 1)]),
  );
}

const maxItemDepth = 4;
