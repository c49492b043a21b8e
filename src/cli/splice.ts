import {isMap, isSeq, type Document} from 'yaml';
import {isList, isObject, type Json} from '../core/json.ts';
import {AnchorWatch} from './anchors.ts';
import type {Edit} from './edit.ts';
import type {Fragments} from './fragments.ts';
import {isBlock, rangeOf, type Layout} from './layout.ts';
import {replaceNode} from './slot.ts';
import {spliceFlow} from './splice-flow.ts';
import {spliceList} from './splice-list.ts';
import {spliceMap} from './splice-map.ts';
import {Splicing, type Change} from './splicing.ts';

/** What turns a document's text into that of another value. */
export interface Splice {
  readonly edits: readonly Edit[];
  /**
   * The edits for a shorter text that tells whether they are right: without the untouched fields and items that no edit stands
   * beside, and with stubs for added lines that were checked on their own.
   */
  readonly reduced: readonly Edit[];
  /** The value of the shorter text. */
  readonly expected: Json;
  /** How deep the deepest node lies that was replaced, added to or taken from; the root is at 0. */
  readonly depth: number;
}

/**
 * The edits that turn the text of a document whose value is `before` into one whose value is `after`: maps and lists are edited
 * in place, and what cannot be, and all below `maxDepth`, is written anew. What is unchanged is found by value, so `after` need
 * not share anything with `before`. Never throws; whoever makes the edits checks the result.
 */
export function spliceYaml(
  text: string,
  doc: Document.Parsed,
  before: Json,
  after: Json,
  layout: Layout,
  fragments: Fragments,
  maxDepth = Number.POSITIVE_INFINITY,
): Splice {
  const watch = new AnchorWatch(text, doc);
  const edit = (splicing: Splicing, change: Change): Json => {
    if (change.depth < maxDepth) {
      watch.enter(change.node);
      const reduced = editInPlace(splicing, change);
      watch.leave(change.node);
      if (reduced !== undefined) return reduced;
    }
    splicing.touch(change.depth);
    watch.lose(change.node);
    splicing.edits.push(...replaceNode(text, change.slot, change.node, change.after, layout));
    return change.after;
  };
  for (;;) {
    const splicing = new Splicing(text, layout, watch, fragments, edit);
    const root: Change = {node: doc.contents, slot: {kind: 'root', column: 0}, before, after, depth: 0, keepEnd: false};
    const expected = splicing.edit(root);
    splicing.dropHead(rangeOf(doc.contents)[0]);
    // An alias of a part that was changed would show the change too: write such out, and see what that changes.
    if (watch.expandDisturbed()) continue;
    const reduced = [
      ...splicing.edits.map((made) => (made.stub === undefined ? made : {...made, text: made.stub})),
      ...splicing.drops,
    ];
    return {edits: splicing.edits, reduced, expected, depth: splicing.depth};
  }
}

function editInPlace(splicing: Splicing, change: Change): Json | undefined {
  const {node, before, after} = change;
  if (isMap(node) && isObject(before) && isObject(after) && size(before) > 0 && size(after) > 0) {
    return isBlock(node) ? spliceMap(splicing, {...change, node, before, after}) : spliceFlow(splicing, {...change, node});
  }
  if (isSeq(node) && isList(before) && isList(after) && before.length > 0 && after.length > 0) {
    return isBlock(node) ? spliceList(splicing, {...change, node, before, after}) : spliceFlow(splicing, {...change, node});
  }
  return undefined;
}

function size(object: object): number {
  return Object.values(object).filter((value) => value !== undefined).length;
}
