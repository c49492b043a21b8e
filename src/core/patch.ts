import {field, isList, isObject, type Json, type JsonObject} from './json.ts';

/** One RFC 6902 operation; only these three are ever made. */
export type Operation =
  | {readonly op: 'add' | 'replace'; readonly path: string; readonly value: Json}
  | {readonly op: 'remove'; readonly path: string};

/**
 * The RFC 6902 operations that turn `before` into `after`, in a fixed order: fields in the order of `before`, then new ones
 * in the order of `after`; list items front to back. Parents come before their children. What both share by reference is not
 * looked at, so the cost is that of what changed. List items are matched by their identity in Kubernetes ({@link identity}),
 * so that an item put in front is one operation.
 */
export function diff(before: Json, after: Json): Operation[] {
  const operations: Operation[] = [];
  diffValue(before, after, '', operations);
  return operations;
}

/** How one list becomes another: `keep` an item (perhaps changed), `insert` one, `remove` one; in order. */
export type Step =
  | {readonly kind: 'keep'; readonly before: number; readonly after: number}
  | {readonly kind: 'insert'; readonly after: number}
  | {readonly kind: 'remove'; readonly before: number};

/**
 * Matches the items of two lists in order: an item is kept when it is the same value or has the same {@link identity} as one
 * of the other list that is still to come. Linear in the lengths.
 */
export function align(before: readonly Json[], after: readonly Json[]): Step[] {
  const steps: Step[] = [];
  let index = 0;
  // Injection mostly adds at the end: what both begin with needs no counting.
  while (index < before.length && index < after.length && isSameItem(before[index] as Json, after[index] as Json)) {
    steps.push({kind: 'keep', before: index, after: index});
    index += 1;
  }
  const first = index;
  if (first === before.length) {
    for (let at = first; at < after.length; at += 1) steps.push({kind: 'insert', after: at});
    return steps;
  }
  const coming = new Map<Json, number>();
  for (let at = first; at < before.length; at += 1) count(coming, identity(before[at] as Json), 1);
  const wanted = new Map<Json, number>();
  for (let at = first; at < after.length; at += 1) count(wanted, identity(after[at] as Json), 1);
  const passBefore = (): void => {
    count(coming, identity(before[index] as Json), -1);
    index += 1;
  };
  for (let target = first; target < after.length; target += 1) {
    const id = identity(after[target] as Json);
    // Items of `before` that nothing in the rest of `after` wants are gone.
    while (index < before.length && identity(before[index] as Json) !== id && !wanted.get(identity(before[index] as Json))) {
      steps.push({kind: 'remove', before: index});
      passBefore();
    }
    if (coming.get(id)) {
      while (identity(before[index] as Json) !== id) {
        steps.push({kind: 'remove', before: index});
        passBefore();
      }
      steps.push({kind: 'keep', before: index, after: target});
      passBefore();
    } else {
      steps.push({kind: 'insert', after: target});
    }
    count(wanted, id, -1);
  }
  for (; index < before.length; index += 1) steps.push({kind: 'remove', before: index});
  return steps;
}

/** A field name as a segment of a JSON Pointer (RFC 6901, section 3). */
export function escapeSegment(segment: string): string {
  return segment.includes('/') || segment.includes('~') ? segment.replaceAll('~', '~0').replaceAll('/', '~1') : segment;
}

/**
 * What makes a list item the same one before and after: its name, mount path, port … by the merge keys of the lists that
 * injection changes; without one, its canonical text; a scalar is itself.
 */
function identity(item: Json): Json {
  if (!isObject(item)) return item;
  for (const key of identityKeys) {
    const value = item[key];
    if (typeof value === 'string') return `${key}=${value}`;
  }
  return JSON.stringify(item);
}

function isSameItem(a: Json, b: Json): boolean {
  return a === b || identity(a) === identity(b);
}

// Order matters: a volume mount has a name (the volume's) too, and several mounts may share it.
const identityKeys = ['mountPath', 'devicePath', 'name', 'ip', 'topologyKey'] as const;

function count(counts: Map<Json, number>, id: Json, change: number): void {
  counts.set(id, (counts.get(id) ?? 0) + change);
}

function diffValue(before: Json, after: Json, path: string, operations: Operation[]): void {
  if (before === after) return;
  if (isList(before) && isList(after)) diffList(before, after, path, operations);
  else if (isObject(before) && isObject(after)) diffObject(before, after, path, operations);
  else operations.push({op: 'replace', path, value: after});
}

function diffObject(before: JsonObject, after: JsonObject, path: string, operations: Operation[]): void {
  let known = 0;
  for (const key of Object.keys(before)) {
    const old = before[key];
    if (old === undefined) continue;
    // Most fields are shared: their path is not worth building.
    if (old === after[key]) {
      known += 1;
      continue;
    }
    const here = `${path}/${escapeSegment(key)}`;
    // A key like `constructor` is not one of `after`'s because its prototype has it.
    const value = field(after, key);
    if (value === undefined) {
      operations.push({op: 'remove', path: here});
    } else {
      known += 1;
      diffValue(old, value, here, operations);
    }
  }
  const keys = Object.keys(after);
  if (keys.length === known) return;
  for (const key of keys) {
    const value = after[key];
    if (value === undefined || (Object.hasOwn(before, key) && before[key] !== undefined)) continue;
    operations.push({op: 'add', path: `${path}/${escapeSegment(key)}`, value});
  }
}

function diffList(before: readonly Json[], after: readonly Json[], path: string, operations: Operation[]): void {
  // The index of the list as it stands after the operations so far.
  let at = 0;
  let length = before.length;
  for (const step of align(before, after)) {
    switch (step.kind) {
      case 'keep':
        diffValue(before[step.before] as Json, after[step.after] as Json, `${path}/${at}`, operations);
        at += 1;
        break;
      case 'insert':
        operations.push({op: 'add', path: `${path}/${at === length ? '-' : at}`, value: after[step.after] as Json});
        at += 1;
        length += 1;
        break;
      case 'remove':
        operations.push({op: 'remove', path: `${path}/${at}`});
        length -= 1;
        break;
    }
  }
}
