import {asObject, deepEqual, isList, isObject, withFields, type Json, type JsonObject} from './json.ts';
import {autoImage, injectKey} from './annotations.ts';
import {canonical, digest} from './canonical.ts';
import {equals, isDefault, withoutDefaults} from './kubernetes/equality.ts';
import {fieldOf, itemKey, type FieldSchema} from './kubernetes/schema.ts';
import {escapeSegment} from './patch.ts';
import {isRedirected, readPlace} from './redirected.ts';

/**
 * What an injection added to a pod, as a tree over the pod's fields and its lists' items by their merge keys. `1` is a part
 * that was added whole. In a node the key `~` holds what stood there before: a value that was replaced because it counts as
 * unset (`auto`, an API default), or an empty list or object that gained its first entry. So the tree says how to take out
 * what was put in, and holds no value of the author's but such.
 * @example {spec: {containers: {agent: 1, web: {volumeMounts: {'/var/log': 1}}}, volumes: {varlog: 1}}}
 */
export type Added = 1 | AddedNode;
export interface AddedNode {
  readonly [segment: string]: Added | Json;
}

/** The key under which a node holds what stood there before. */
export const priorKey = '~';

/**
 * The key of a node for a part that was moved: it says where to, and {@link takeOut} leaves such a part alone, because putBack
 * has put the old one there again.
 */
export const movedKey = '<';

/** An item's or a field's name as a key of a node: `~` stays free for {@link priorKey}. */
export function segment(name: string): string {
  return name.startsWith('~') || name.startsWith('<') ? `~${name}` : name;
}

/** What names a list's item in a tree: its merge keys, a scalar itself, else a digest of what it states. */
export function itemName(schema: FieldSchema, item: Json): string {
  if (schema.list?.kind === 'map') return itemKey(schema, item);
  return typeof item === 'string' ? item : `#${digest(canonical(withoutDefaults(schema.type, item)), 8)}`;
}

/** The schema of the root that all trees start from: metadata and spec, of a pod as of a pod template. */
export const podSchema: FieldSchema = {type: 'PodTemplateSpec'};

/** The schema of an object's field; a field that the table does not know is taken as it is. */
export function childSchema(schema: FieldSchema, name: string): FieldSchema {
  if (schema.mapOf === true) return {type: schema.type};
  return fieldOf(schema.type, name) ?? unknownSchema;
}

/** The schema of a list's items. */
export function itemSchema(schema: FieldSchema): FieldSchema {
  return {type: schema.type};
}

/** Whether the value still holds every part that the tree names. */
export function holds(value: Json | undefined, added: Added, schema: FieldSchema): boolean {
  if (value === undefined || value === null) return false;
  const node: AddedNode = added === 1 || !isObject(added) ? {} : added;
  if (isMoved(node)) return schema.type !== 'EnvVar' || isRedirected(value, node[movedKey]);
  // What stands there as it did before was not replaced, or not any more.
  if (isLeaf(node)) return node[priorKey] === undefined || !deepEqual(value, node[priorKey]);
  if (isList(value)) {
    const wanted = Object.keys(node).filter((key) => key !== priorKey);
    const items = new Map(value.map((item) => [segment(itemName(schema, item)), item]));
    return wanted.every((key) => {
      const part = node[key] as Added;
      // A container that was moved is to be found where it went, and not here.
      if (schema.type === 'Container' && isObject(part) && isMoved(part)) return !items.has(key);
      return items.has(key) && holds(items.get(key), part, itemSchema(schema));
    });
  }
  if (!isObject(value)) return false;
  return Object.keys(node).every((key) => {
    if (key === priorKey) return true;
    const name = unsegment(key);
    return Object.hasOwn(value, name) && holds(value[name], node[key] as Added, childSchema(schema, name));
  });
}

/** What {@link takeOut} looks at besides the value and the tree. */
export interface TakeOut {
  /** The value as the injection left it, where it is known: what differs from it was changed by hand since, and stays. */
  readonly left?: Json | undefined;
}

/**
 * The value without the parts that the tree names: the reverse of the injection that made the tree. Parts that are gone
 * already are passed over; an object or list that becomes empty goes too, unless the tree knows that it was there.
 * Undefined: nothing is left.
 */
export function takeOut(value: Json | undefined, added: Added, schema: FieldSchema, options: TakeOut = {}): Json | undefined {
  if (value === undefined || value === null) return value;
  const node: AddedNode = added === 1 || !isObject(added) ? {} : added;
  if (isMoved(node)) return value;
  const prior = node[priorKey];
  if (isLeaf(node)) {
    if (options.left === undefined || (prior !== undefined && deepEqual(value, prior))) return prior;
    return changedSince(value, options.left, schema) ?? prior;
  }
  const result = isList(value)
    ? takeOutOfList(value, node, schema, options)
    : isObject(value)
      ? takeOutOfObject(value, node, schema, options)
      : value;
  const empty = isList(result) ? result.length === 0 : isObject(result) && Object.keys(result).length === 0;
  return empty && result !== value ? prior : result;
}

/**
 * What of the value is not as `left` has it: of an object the fields that are new or changed, of an item of a map list with
 * its merge keys, so that it can be laid over a template again. What `left` has more does not count. Undefined: nothing.
 */
function changedSince(value: Json, left: Json, schema: FieldSchema): Json | undefined {
  if (deepEqual(value, left) || equals(schema.type, value, left)) return undefined;
  if (isList(value) && isList(left) && schema.list?.kind === 'map') {
    const before = new Map(left.map((item) => [itemKey(schema, item), item]));
    const {keys} = schema.list;
    const items = value.flatMap((item) => {
      const old = before.get(itemKey(schema, item));
      const changed = old === undefined ? item : changedSince(item, old, itemSchema(schema));
      if (changed === undefined) return [];
      return [withKeys(changed, item, keys)];
    });
    return items.length === 0 ? undefined : items;
  }
  if (!isObject(value) || !isObject(left)) return value;
  const fields = Object.entries(value).flatMap(([name, part]): [string, Json][] => {
    const old = Object.hasOwn(left, name) ? left[name] : undefined;
    const changed = part === undefined || old === undefined ? part : changedSince(part, old, childSchema(schema, name));
    return changed === undefined ? [] : [[name, changed]];
  });
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}

/** The paths of the parts that were added, in the tree's order: `containers/web/volumeMounts/~1var~1log`, less a leading `spec/`. */
export function addedPaths(added: Added): string[] {
  const paths: string[] = [];
  collectPaths(added, '', paths);
  return paths;
}

function collectPaths(added: Added | Json | undefined, at: string, paths: string[]): void {
  let isWhole = true;
  if (isObject(added)) {
    if (isMoved(added as AddedNode)) {
      // Told by movedPaths; of a variable there is no more to say, a container may have gained something on the way.
      if (readPlace(added[movedKey]) !== undefined) return;
      isWhole = false;
    }
    for (const key of Object.keys(added)) {
      if (key === priorKey || key === movedKey) continue;
      isWhole = false;
      const name = escapeSegment(unsegment(key));
      collectPaths(added[key], at === '' ? (name === 'spec' ? '' : name) : `${at}/${name}`, paths);
    }
  }
  if (isWhole) paths.push(at);
}

/** Both trees in one; where both name a part, the first one's word counts. Undefined stands for an empty tree. */
export function mergeAdded(first: Added | undefined, second: Added | undefined): Added | undefined {
  if (first === undefined) return second;
  if (second === undefined || first === 1 || second === 1) return first;
  const both = Object.entries(second).map(([key, value]): [string, Added | Json] => {
    const existing = Object.hasOwn(first, key) ? first[key] : undefined;
    if (existing === undefined) return [key, value];
    return [key, key === priorKey ? existing : (mergeAdded(existing as Added, value as Added) ?? value)];
  });
  return withFields(first, Object.fromEntries(both));
}

/** A tree with one part at the end of the path. */
export function addedAt(path: readonly string[], part: Added): Added {
  return path.reduceRight<Added>((inner, name) => ({[segment(name)]: inner}), part);
}

/** Whether a parsed JSON value is a tree: no node of it is empty, and it is no deeper than any pod is. */
export function isAdded(value: Json | undefined, depth = 0): value is Added & Json {
  if (value === 1) return true;
  if (!isObject(value) || depth > maxDepth) return false;
  const entries = Object.entries(value);
  return (
    entries.length > 0 &&
    entries.every(([key, part]) =>
      key === priorKey ? isPrior(part, depth) : key === movedKey ? isPlace(part) : isAdded(part, depth + 1),
    )
  );
}

/** What may count as unset: a scalar, a map of such (`requests`), parts that are empty or null. */
function isPrior(value: Json | undefined, depth: number): boolean {
  if (isList(value)) return depth <= maxDepth && value.every((item) => isPrior(item, depth + 1));
  return !isObject(value) || (depth <= maxDepth && Object.values(value).every((item) => isPrior(item, depth + 1)));
}

/** Where a part was moved to: names and indexes. */
function isPlace(value: Json | undefined): boolean {
  return isList(value) && value.length <= maxDepth && value.every((item) => typeof item === 'string' || typeof item === 'number');
}

function isMoved(node: AddedNode): boolean {
  return Object.hasOwn(node, movedKey);
}

const unknownSchema: FieldSchema = {type: 'any'};
const maxDepth = 16;

/** A part that was added, or replaced, as a whole. */
function isLeaf(node: AddedNode): boolean {
  return Object.keys(node).every((key) => key === priorKey);
}

/** The name behind a key of a node. */
export function unsegment(key: string): string {
  return key.startsWith('~') ? key.slice(1) : key;
}

function takeOutOfObject(value: JsonObject, node: AddedNode, schema: FieldSchema, options: TakeOut): JsonObject {
  const result: [string, Json][] = [];
  let changed = false;
  for (const name of Object.keys(value)) {
    const part = value[name] as Json;
    const key = segment(name);
    const old = isObject(options.left) && Object.hasOwn(options.left, name) ? options.left[name] : undefined;
    const named = Object.hasOwn(node, key) ? (node[key] as Added) : undefined;
    const kept =
      named === undefined || !isAdmissible(node, name, value, schema)
        ? part
        : takeOut(part, named, childSchema(schema, name), {left: old});
    if (kept !== part) changed = true;
    if (kept !== undefined) result.push([name, kept]);
  }
  return changed ? Object.fromEntries(result) : value;
}

/**
 * A record is as good as who wrote it, and anybody who may annotate a pod may have. So what it says stood there before is
 * only put back when it counts as unset there: nothing that a record says can set a field.
 */
function isAdmissible(node: AddedNode, name: string, owner: JsonObject, schema: FieldSchema): boolean {
  const prior = asObject(node[segment(name)])?.[priorKey];
  if (prior === undefined || isNothing(prior)) return true;
  if (schema.mapOf === true) return name === injectKey && typeof prior === 'string';
  if (schema.type === 'Container' && name === 'image') return prior === autoImage;
  // With `image: auto` the pull policy was the template's too, whatever stood there.
  const isAuto = asObject(node['image'])?.[priorKey] === autoImage;
  if (schema.type === 'Container' && name === 'imagePullPolicy' && isAuto) return typeof prior === 'string';
  return isDefault(schema.type, {...owner, [name]: prior}, name);
}

/** What the API drops, at every depth. */
function isNothing(value: Json | undefined): boolean {
  if (isList(value)) return value.every(isNothing);
  if (isObject(value)) return Object.values(value).every(isNothing);
  return value === null || value === false || value === 0 || value === '';
}

function takeOutOfList(value: readonly Json[], node: AddedNode, schema: FieldSchema, options: TakeOut): readonly Json[] {
  const before = isList(options.left) ? new Map(options.left.map((item) => [itemName(schema, item), item])) : undefined;
  const keys = schema.list?.kind === 'map' ? schema.list.keys : [];
  const result: Json[] = [];
  const seen = new Set<string>();
  let changed = false;
  for (const item of value) {
    const name = itemName(schema, item);
    const key = segment(name);
    let kept: Json | undefined = item;
    // Of several items of one name the template was merged with the first.
    if (Object.hasOwn(node, key) && !seen.has(key)) {
      seen.add(key);
      // No item is put in the place of another one: a record that says so is none of ours, see isAdmissible.
      if (asObject(node[key])?.[priorKey] !== undefined) {
        result.push(item);
        continue;
      }
      kept = takeOut(item, node[key] as Added, itemSchema(schema), {left: before?.get(name)});
      if (kept !== undefined && kept !== item) kept = withKeys(kept, item, keys);
    }
    if (kept !== item) changed = true;
    if (kept !== undefined) result.push(kept);
  }
  return changed ? result : value;
}

/** What was changed by hand in a list's item, with the item's merge keys, so that it can be laid over a template again. */
function withKeys(changed: Json, item: Json, keys: readonly string[]): Json {
  if (!isObject(changed) || !isObject(item)) return changed;
  const missing = Object.entries(item).filter(([name]) => keys.includes(name) && !Object.hasOwn(changed, name));
  return missing.length === 0 ? changed : {...Object.fromEntries(missing), ...changed};
}
