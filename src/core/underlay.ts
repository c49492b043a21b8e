import {childSchema, itemName, itemSchema, priorKey, segment, type Added, type AddedNode} from './added.ts';
import {isList, isObject, withField, type Json, type JsonObject} from './json.ts';
import {equals, isDefault} from './kubernetes/equality.ts';
import {itemKey, unionsOf, type FieldSchema} from './kubernetes/schema.ts';

/** A merge's result, what the base gave to it, and the paths where the author's value stood against the base's. */
export interface Underlay<T extends Json> {
  readonly value: T;
  readonly added: Added | undefined;
  readonly kept: readonly string[];
}

/**
 * Lays a template's object (the base) under the author's, field by field: a strategic merge of which the author's object is
 * the patch. What the author states wins; a value that equals the API's default counts as unset. Lists merge by the API's
 * keys: the author's items keep their order, and the base's stand where the base has them relative to the ones in common.
 * Differences from `kubectl patch --type=strategic`, each shown on a real API server: null and an empty list or map of the
 * author's count as unset, like a default; `tolerations` and `envFrom`, which the API replaces whole, are united; the author's
 * member of a union stands alone, where the API keeps both and refuses them; the keys of ports and of topology spread constraints
 * are those of server-side apply; and the base's items stand before the author's new ones, where nothing in common orders them.
 */
export function underlay(base: JsonObject, own: JsonObject, type: string, path = ''): Underlay<JsonObject> {
  let value = own;
  const node: [string, Added][] = [];
  const kept: string[] = [];
  for (const name of Object.keys(base)) {
    const wanted = base[name];
    if (wanted === undefined || wanted === null) continue;
    const here = path === '' ? name : `${path}/${name}`;
    const present = Object.hasOwn(own, name) ? own[name] : undefined;
    if (otherMember(own, type, name) || otherKind(base, own, type)) {
      kept.push(here);
    } else if (present === undefined) {
      value = withField(value, name, wanted);
      node.push([segment(name), whole(wanted, childSchema({type}, name))]);
    } else {
      const schema = childSchema({type}, name);
      // What in-tree admission put into a list (the token's mount, tolerations) stays in it; any other default makes room.
      const takesMore = united.has(schema.type) || schema.list?.kind === 'map';
      const replaced = isDefault(type, own, name) && !(takesMore && isList(present) && present.length > 0);
      if (replaced && equals(schema.type, present, wanted)) continue;
      const merged = replaced
        ? {value: wanted, added: replacing(present, wanted, schema), kept: []}
        : underlayField(wanted, present, schema, here);
      kept.push(...merged.kept);
      if (merged.added === undefined) continue;
      value = withField(value, name, merged.value);
      node.push([segment(name), merged.added]);
    }
  }
  return {value, added: recordOf(node), kept};
}

function recordOf(node: readonly [string, Added][]): Added | undefined {
  return node.length === 0 ? undefined : Object.fromEntries(node);
}

/** The record of a part that the base brought: by its fields or items where others may come to stand beside them. */
function whole(wanted: Json, schema: FieldSchema): Added {
  const names = isObject(wanted)
    ? Object.keys(wanted)
    : isList(wanted) && schema.list?.kind === 'map'
      ? wanted.map((item) => itemName(schema, item))
      : [];
  return names.length === 0 ? 1 : Object.fromEntries(names.map((name): [string, Added] => [segment(name), 1]));
}

/** The record of a part that stands where something was that counts as unset. */
function replacing(present: Json, wanted: Json, schema: FieldSchema): Added {
  const added = isEmpty(present) ? whole(wanted, schema) : 1;
  return added === 1 ? {[priorKey]: present} : {[priorKey]: present, ...added};
}

/** Nothing stands in it, so that all that does later is by its name ours or another's. */
function isEmpty(value: Json): boolean {
  if (value === null) return true;
  return isList(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

/** Lists that are atomic in the API and united here, because one pod needs what each of its parts needs. */
const united: ReadonlySet<string> = new Set(['Toleration', 'EnvFromSource']);

function underlayField(base: Json, own: Json, schema: FieldSchema, path: string): Underlay<Json> {
  if (isList(base) && isList(own)) {
    if (schema.list?.kind === 'map') return underlayList(base, own, schema, path);
    if (schema.list?.kind === 'set' || united.has(schema.type)) return unite(base, own, schema);
  } else if (isObject(base) && isObject(own)) {
    return schema.mapOf === true ? underlayMap(base, own, schema, path) : underlay(base, own, schema.type, path);
  }
  return {value: own, added: undefined, kept: equals(schema.type, base, own) ? [] : [path]};
}

function underlayMap(base: JsonObject, own: JsonObject, schema: FieldSchema, path: string): Underlay<JsonObject> {
  let value = own;
  const node: [string, Added][] = [];
  const kept: string[] = [];
  for (const name of Object.keys(base)) {
    const wanted = base[name] as Json;
    if (!Object.hasOwn(own, name)) {
      value = withField(value, name, wanted);
      node.push([segment(name), 1]);
    } else if (!equals(schema.type, own[name], wanted)) {
      kept.push(`${path}/${name}`);
    }
  }
  return {value, added: recordOf(node), kept};
}

/** Items in the base's order among the author's: `$(VAR)` in a variable sees only those before it. */
function underlayList(base: readonly Json[], own: readonly Json[], schema: FieldSchema, path: string): Underlay<readonly Json[]> {
  const indexOf = new Map<string, number>();
  for (const [index, item] of own.entries()) {
    const key = itemKey(schema, item);
    if (!indexOf.has(key)) indexOf.set(key, index);
  }
  const result: Json[] = [];
  const kept: string[] = [];
  const node: [string, Added][] = [];
  const merged = new Map<number, Json>();
  let next = 0;
  const passUntil = (end: number): void => {
    for (; next < end; next += 1) result.push(merged.get(next) ?? (own[next] as Json));
  };
  // Merge first: an item of the author's may be passed before the base's item of the same key is reached.
  for (const item of base) {
    const key = itemKey(schema, item);
    const index = indexOf.get(key);
    const mine = index === undefined ? undefined : own[index];
    if (index === undefined || !isObject(item) || !isObject(mine)) continue;
    const both = underlay(item, mine, schema.type, `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
    kept.push(...both.kept);
    if (both.added === undefined) continue;
    merged.set(index, both.value);
    node.push([segment(key), both.added]);
  }
  for (const item of base) {
    const key = itemKey(schema, item);
    const index = indexOf.get(key);
    if (index === undefined) {
      result.push(item);
      node.push([segment(key), 1]);
    } else {
      passUntil(index + 1);
    }
  }
  passUntil(own.length);
  return {value: result, added: recordOf(node), kept};
}

/** The author's items, then the base's that are not among them. */
export function unite(base: readonly Json[], own: readonly Json[], schema: FieldSchema): Underlay<readonly Json[]> {
  const missing = base.filter((item) => !own.some((mine) => equals(itemSchema(schema).type, mine, item)));
  if (missing.length === 0) return {value: own, added: undefined, kept: []};
  const node: AddedNode = Object.fromEntries(missing.map((item) => [segment(itemName(schema, item)), 1]));
  return {value: [...own, ...missing], added: node, kept: []};
}

/** Whether the author chose another member of the union that the field belongs to: `value` where the base has `valueFrom`. */
function otherMember(own: JsonObject, type: string, name: string): boolean {
  for (const union of unionsOf(type)) {
    if (
      union.includes(name) &&
      union.some((member) => member !== name && Object.hasOwn(own, member) && !isDefault(type, own, member))
    )
      return true;
  }
  return false;
}

/** Types whose `type` says what the other fields may be: unions with a discriminator in the API reference. */
const discriminated: ReadonlySet<string> = new Set(['AppArmorProfile', 'SeccompProfile']);

/** Whether the author chose another kind of it: `RuntimeDefault` where the base has a `localhostProfile`. */
function otherKind(base: JsonObject, own: JsonObject, type: string): boolean {
  return discriminated.has(type) && own['type'] !== undefined && own['type'] !== base['type'];
}
