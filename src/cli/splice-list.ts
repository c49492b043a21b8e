import type {Node, YAMLSeq} from 'yaml';
import type {Json} from '../core/json.ts';
import {emitItem} from './emit.ts';
import {stubValue} from './fragments.ts';
import {alignItems} from './items.ts';
import {afterComments, beginsLine, columnOf, dashesOf, endOf, lineAfter, lineStart} from './layout.ts';
import type {Slot} from './slot.ts';
import type {Change, Splicing} from './splicing.ts';

/**
 * Edits a block list in place: changed items, removed ones with their lines, new ones where they belong. The comments above an
 * item stay above it, and stay where they are when it goes. Undefined, and nothing edited, where it must be written anew.
 */
export function spliceList(splicing: Splicing, change: Change<YAMLSeq, readonly Json[]>): Json | undefined {
  const {node, slot, before, after, depth, keepEnd} = change;
  const {text} = splicing;
  const dashes = dashesOf(text, node);
  if (dashes === undefined || dashes.length !== before.length) return undefined;
  const steps = alignItems(before, after);
  const items = node.items.map((item, index) => {
    const dash = dashes[index] as number;
    return {node: item as Node, dash};
  });
  const [first] = items as [Item];
  // The first item of a list within a list stands behind another dash.
  if (steps[0]?.kind !== 'keep' && !beginsLine(text, first.dash)) return undefined;
  const column = columnOf(text, first.dash);
  const reduced: Json[] = [];
  let passed = 0;
  for (const [index, step] of steps.entries()) {
    const next = steps[index + 1];
    const editBehind = next === undefined ? keepEnd : next.kind !== 'keep';
    switch (step.kind) {
      case 'remove': {
        const item = items[step.before] as Item;
        splicing.remove(item.node, lineStart(text, item.dash), endOfItem(text, item), depth);
        passed = step.before + 1;
        break;
      }
      case 'insert': {
        const value = after[step.after] as Json;
        const stub = emitItem(stubValue, column, splicing.layout);
        const at = gapBefore(text, items, passed, slot);
        const isStub = splicing.insert(at, emitItem(value, column, splicing.layout), depth, {stub, value: [value]});
        reduced.push(isStub ? stubValue : value);
        break;
      }
      case 'keep': {
        const {node: item, dash} = items[step.before] as Item;
        const was = before[step.before] as Json;
        const becomes = after[step.after] as Json;
        passed = step.before + 1;
        if (!splicing.isSame(item, was, becomes)) {
          const inside = {node: item, slot: {kind: 'item', dash, column}, before: was, after: becomes, depth: depth + 1} as const;
          reduced.push(splicing.edit({...inside, keepEnd: editBehind}));
        } else if (editBehind || !splicing.drop(dash, item)) reduced.push(becomes);
        break;
      }
    }
  }
  return reduced;
}

interface Item {
  readonly node: Node;
  readonly dash: number;
}

/** After its last line; that of an empty item is its dash's. */
function endOfItem(text: string, {node, dash}: Item): number {
  return Math.max(endOf(text, node), lineAfter(text, dash));
}

/** Where an item goes that comes before the item of that index, or after the last: a line's start, or the text's end. */
function gapBefore(text: string, items: readonly Item[], index: number, slot: Slot): number {
  const first = (items[0] as Item).dash;
  if (index === 0) return slot.kind === 'pair' ? lineAfter(text, slot.colon) : lineStart(text, first);
  const column = columnOf(text, first);
  // A comment at the dashes belongs to the next item; after the last to the list, unless the keys around it stand there too.
  const isList = index === items.length && slot.column < column;
  return afterComments(text, endOfItem(text, items[index - 1] as Item), isList ? column : column + 1);
}
