import {isMap, type Node, type Pair, type YAMLMap, type YAMLSeq} from 'yaml';
import {field, isList, isObject, type Json} from '../core/json.ts';
import {keyOf} from '../core/yaml-value.ts';
import {emitFlow, emitKey} from './emit.ts';
import {alignItems} from './items.ts';
import {beginsLine, columnOf, rangeOf} from './layout.ts';
import type {Change, Splicing} from './splicing.ts';

/**
 * Edits a map or list in brackets in place, whose items stand on one line or a line each. Undefined, and nothing edited, where
 * it must be written anew.
 */
export function spliceFlow(splicing: Splicing, change: Change<YAMLMap | YAMLSeq>): Json | undefined {
  const {node, before, after, depth} = change;
  const entries = entriesOf(node);
  const steps = stepsOf(node, before, after);
  // Something must stay to put the commas at.
  if (
    entries === undefined ||
    !steps?.some(({kind}) => kind === 'keep') ||
    entries.length !== steps.filter(({kind}) => kind !== 'insert').length
  ) {
    return undefined;
  }
  const kept = steps.flatMap((step) => (step.kind === 'keep' ? [entries[step.before] as Entry] : []));
  const firstKept = entries.indexOf(kept[0] as Entry);
  let passed = 0;
  for (const step of steps) {
    switch (step.kind) {
      case 'remove': {
        const entry = entries[step.before] as Entry;
        const isLeading = step.before < firstKept;
        const start = isLeading ? entry.start : (entries[step.before - 1] as Entry).end;
        splicing.remove(entry.node, start, isLeading ? (entries[step.before + 1] as Entry).start : entry.end, depth);
        passed = step.before + 1;
        break;
      }
      case 'insert': {
        const near = entries[Math.max(passed - 1, 0)] as Entry;
        const comma = beginsLine(splicing.text, near.start) ? `,\n${' '.repeat(columnOf(splicing.text, near.start))}` : ', ';
        const isLeading = passed <= firstKept;
        const at = isLeading ? (entries[firstKept] as Entry).start : near.end;
        splicing.insert(at, isLeading ? `${step.text}${comma}` : `${comma}${step.text}`, depth);
        break;
      }
      case 'keep': {
        const {node: value} = entries[step.before] as Entry;
        if (!splicing.isSame(value, step.was, step.becomes)) {
          const inside = {node: value, slot: {kind: 'flow', column: 0}, before: step.was, after: step.becomes} as const;
          splicing.edit({...inside, depth: depth + 1, keepEnd: false});
        }
        passed = step.before + 1;
        break;
      }
    }
  }
  return after;
}

interface Entry {
  readonly node: Node | null;
  readonly start: number;
  readonly end: number;
}

type FlowStep =
  | {readonly kind: 'keep'; readonly before: number; readonly was: Json; readonly becomes: Json}
  | {readonly kind: 'remove'; readonly before: number}
  | {readonly kind: 'insert'; readonly text: string};

function entriesOf(node: YAMLMap | YAMLSeq): Entry[] | undefined {
  if (!isMap(node)) return node.items.map((item) => ({node: item as Node, start: rangeOf(item)[0], end: rangeOf(item)[1]}));
  const pairs = node.items as Pair<Node, Node | null>[];
  if (pairs.some(({key, value}) => value === null || keyOf(key) === undefined)) return undefined;
  return pairs.map(({key, value}) => ({node: value, start: rangeOf(key)[0], end: rangeOf(value)[1]}));
}

function stepsOf(node: YAMLMap | YAMLSeq, before: Json, after: Json): FlowStep[] | undefined {
  if (isList(before) && isList(after)) {
    return alignItems(before, after).map((step) => {
      switch (step.kind) {
        case 'keep':
          return {...step, was: before[step.before] as Json, becomes: after[step.after] as Json};
        case 'remove':
          return step;
        case 'insert':
          return {kind: 'insert', text: emitFlow(after[step.after] as Json, '')};
      }
    });
  }
  if (!isObject(before) || !isObject(after) || !isMap(node)) return undefined;
  const own = node.items.map((pair, index): FlowStep => {
    const key = keyOf(pair.key) ?? '';
    const becomes = field(after, key);
    return becomes === undefined
      ? {kind: 'remove', before: index}
      : {kind: 'keep', before: index, was: field(before, key) ?? null, becomes};
  });
  const added = Object.entries(after).filter(([key, value]) => value !== undefined && field(before, key) === undefined);
  return [
    ...own,
    ...added.map(([key, value]): FlowStep => ({kind: 'insert', text: `${emitKey(key)}: ${emitFlow(value ?? null, '')}`})),
  ];
}
