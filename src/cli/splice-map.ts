import type {Node, Pair, YAMLMap} from 'yaml';
import {deepEqual, field, type Json, type JsonObject} from '../core/json.ts';
import {isMergeKey, keyOf} from '../core/yaml-value.ts';
import {emitPairs} from './emit.ts';
import {stubValue} from './fragments.ts';
import {afterComments, beginsLine, colonAfter, columnOf, endOf, lineStart, rangeOf} from './layout.ts';
import {define, type Change, type Splicing} from './splicing.ts';

/**
 * Edits a block map in place: changed values, removed fields with their lines, new fields in the place of the last one that was
 * removed, or else after the last one and the comments that stand at its column below. Undefined, and nothing edited, where it must
 * be written anew.
 */
export function spliceMap(splicing: Splicing, change: Change<YAMLMap, JsonObject>): Json | undefined {
  const {node, slot, before, after, depth, keepEnd} = change;
  const {text} = splicing;
  const added = Object.entries(after).filter(([key, value]) => value !== undefined && field(before, key) === undefined);
  const fields = fieldsOf(splicing, node, before, after);
  if (fields === undefined) return undefined;
  const column = columnOf(text, (fields[0] as Field).start);
  const removed = fields.filter(({state}) => state === 'removed');
  // The first field behind a dash cannot go without another one taking its place.
  const behindDash = removed.find(({start}) => !beginsLine(text, start));
  if (behindDash !== undefined && added.length === 0) return undefined;
  const reduced: Record<string, Json> = {};
  for (const [index, {key, value, state, start, colon}] of fields.entries()) {
    const next = fields[index + 1];
    const editBehind = next === undefined ? added.length > 0 || keepEnd : next.state === 'removed';
    const was = field(before, key) ?? null;
    const becomes = field(after, key) ?? null;
    switch (state) {
      case 'removed':
        splicing.remove(value, start === behindDash?.start ? start : lineStart(text, start), endOf(text, value), depth);
        break;
      case 'changed': {
        const inside = {node: value, slot: {kind: 'pair', colon, column}, before: was, after: becomes, depth: depth + 1} as const;
        define(reduced, key, splicing.edit({...inside, keepEnd: editBehind}));
        break;
      }
      case 'same':
        if (editBehind || !splicing.drop(start, value)) define(reduced, key, becomes);
        break;
      case 'merge':
        // Its fields are the same before and after; see fieldsOf.
        for (const merged of Object.keys(before)) {
          if (!fields.some((own) => own.key === merged)) define(reduced, merged, before[merged] ?? null);
        }
        break;
    }
  }
  if (added.length > 0) {
    const gone = behindDash ?? removed.at(-1);
    const at =
      gone === undefined ? afterComments(text, endOf(text, node), Math.max(column, slot.column + 1)) : endOf(text, gone.value);
    const written = (object: JsonObject): string => {
      const lines = emitPairs(object, column, splicing.layout);
      return behindDash === undefined ? lines : lines.trimStart();
    };
    const fresh = Object.fromEntries(added);
    const stubs = Object.fromEntries(added.map(([key]) => [key, stubValue]));
    const isStub = splicing.insert(at, written(fresh), depth, {stub: written(stubs), value: fresh});
    for (const [key, value] of Object.entries(isStub ? stubs : fresh)) define(reduced, key, value ?? null);
  }
  return reduced;
}

interface Field {
  readonly key: string;
  readonly value: Node;
  readonly state: 'same' | 'changed' | 'removed' | 'merge';
  readonly start: number;
  readonly colon: number;
}

function fieldsOf(splicing: Splicing, node: YAMLMap, before: JsonObject, after: JsonObject): Field[] | undefined {
  const {text} = splicing;
  const fields: Field[] = [];
  let column: number | undefined;
  for (const {key: keyNode, value} of node.items as Pair<Node, Node | null>[]) {
    const [start] = rangeOf(keyNode);
    const colon = colonAfter(text, keyNode);
    column ??= columnOf(text, start);
    // A key that is written with `?`, an anchor or a tag.
    if (colon === undefined || value === null || columnOf(text, start) !== column) return undefined;
    const place = {value, start, colon};
    if (isMergeKey(keyNode)) {
      if (splicing.watch.forces(value)) return undefined;
      fields.push({...place, key: '<<', state: 'merge'});
      continue;
    }
    const key = keyOf(keyNode);
    if (key === undefined) return undefined;
    const becomes = field(after, key);
    const same = splicing.isSame(value, field(before, key), becomes);
    const state = becomes === undefined ? 'removed' : same ? 'same' : 'changed';
    fields.push({...place, key, state});
  }
  if (!fields.some(({state}) => state === 'merge')) return fields;
  const own = new Set(fields.map(({key}) => key));
  return Object.keys(before).every((key) => own.has(key) || deepEqual(before[key], field(after, key))) ? fields : undefined;
}
