import type {Node} from 'yaml';
import {deepEqual, type Json} from '../core/json.ts';
import type {AnchorWatch} from './anchors.ts';
import type {Edit} from './edit.ts';
import type {Fragments} from './fragments.ts';
import {beginsLine, endOf, lineAfter, lineStart, type Layout} from './layout.ts';
import type {Slot} from './slot.ts';

/** A node that changed and all that its editors need to know of it. */
export interface Change<N extends Node | null = Node | null, V extends Json = Json> {
  readonly node: N;
  readonly slot: Slot;
  readonly before: V;
  readonly after: V;
  /** The root is at 0. */
  readonly depth: number;
  /** An edit stands directly behind the node: its last line belongs to what is parsed again. */
  readonly keepEnd: boolean;
}

/** The edits of one document as they are collected. */
export class Splicing {
  readonly edits: Edit[] = [];
  readonly drops: Edit[] = [];
  /** Of the deepest node that was replaced, added to or taken from. */
  depth = 0;
  readonly text: string;
  readonly layout: Layout;
  readonly watch: AnchorWatch;
  readonly fragments: Fragments;
  /** Edits a node within one that is edited in place; gives its value without what was dropped. */
  readonly edit: (change: Change) => Json;

  constructor(
    text: string,
    layout: Layout,
    watch: AnchorWatch,
    fragments: Fragments,
    edit: (splicing: Splicing, change: Change) => Json,
  ) {
    this.text = text;
    this.layout = layout;
    this.watch = watch;
    this.fragments = fragments;
    this.edit = (change) => edit(this, change);
  }

  /** Whether the node's text can stay. */
  isSame(node: Node | null, before: Json | undefined, after: Json | undefined): boolean {
    return deepEqual(before, after) && !this.watch.forces(node);
  }

  /** Adds lines that read as `value`; true where a stub stands for them in what is parsed again. */
  insert(offset: number, text: string, depth: number, checked?: {readonly stub: string; readonly value: Json}): boolean {
    this.touch(depth);
    const isChecked = checked !== undefined && !this.watch.active && this.fragments.standAlone(text, checked.value);
    this.edits.push({start: offset, end: offset, text, ...(isChecked ? {stub: checked.stub} : {})});
    return isChecked;
  }

  remove(node: Node | null, start: number, end: number, depth: number): void {
    this.touch(depth);
    this.watch.lose(node);
    this.edits.push({start, end, text: ''});
  }

  /**
   * Leaves the lines from `start` to the node's last out of what is parsed again; false where an alias may need them, or where
   * they begin behind a dash.
   */
  drop(start: number, node: Node): boolean {
    if (this.watch.active || !beginsLine(this.text, start)) return false;
    this.drops.push({
      start: lineStart(this.text, start),
      end: Math.max(endOf(this.text, node), lineAfter(this.text, start)),
      text: '',
    });
    return true;
  }

  /** Leaves out the comments before the document, whose root is at `start`. */
  dropHead(start: number): void {
    const end = lineStart(this.text, start);
    if (!this.watch.active && /^(?:---)?[ \t\r\n]*(?:#[^\n]*\n[ \t\r\n]*)*$/.test(this.text.slice(0, end)))
      this.drops.push({start: 0, end, text: ''});
  }

  touch(depth: number): void {
    this.watch.touch();
    this.depth = Math.max(this.depth, depth);
  }
}

/** Sets a field, `__proto__` too. */
export function define(object: Record<string, Json>, key: string, value: Json): void {
  Object.defineProperty(object, key, {value, writable: true, enumerable: true, configurable: true});
}
