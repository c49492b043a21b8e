import type {Node} from 'yaml';
import type {Json} from '../core/json.ts';
import type {Edit} from './edit.ts';
import {emitAfterColon, emitDocument, emitFlow, emitItem, emitKey, emitLine} from './emit.ts';
import {beginsLine, endOf, isBlock, isBlockScalar, lineAfter, lineStart, rangeOf, type Layout} from './layout.ts';

/** Where a node stands in its parent; `column` is that of the parent's keys or dashes. */
export type Slot =
  | {readonly kind: 'root'; readonly column: 0}
  /** The value of a block map's field; `colon` is the offset behind its `:`. */
  | {readonly kind: 'pair'; readonly colon: number; readonly column: number}
  | {readonly kind: 'item'; readonly dash: number; readonly column: number}
  /** Inside brackets. */
  | {readonly kind: 'flow'; readonly column: 0};

/**
 * The edits that put another value in a node's place. A value on its key's line keeps the spaces and the comment beside it, a
 * quoted string its quotes and a plain one none where it needs none, brackets stay brackets; an anchor or tag of the old value goes.
 */
export function replaceNode(text: string, slot: Slot, node: Node | null, value: Json, layout: Layout): Edit[] {
  const [start, end] = rangeOf(node);
  const inline = inlineText(text, node, value, slot.kind === 'flow' ? emitKey : emitLine);
  switch (slot.kind) {
    case 'flow':
      return [{start, end, text: inline ?? emitFlow(value, '')}];
    case 'item': {
      if (inline !== undefined && /^-[ \t]*$/.test(text.slice(slot.dash, start))) return [{start, end, text: inline}];
      const stop = Math.max(endOf(text, node), lineAfter(text, slot.dash));
      return [{start: slot.dash, end: stop, text: emitItem(value, slot.column, layout).trimStart()}];
    }
    case 'pair':
      return [replaceField(text, slot.colon, slot.column, node, value, inline, layout)];
    case 'root': {
      if (inline !== undefined) return [{start, end, text: inline}];
      const begin = beginsLine(text, start) ? lineStart(text, start) : start;
      return [
        {
          start: begin,
          end: endOf(text, node),
          text: `${begin === start && begin > 0 && text[begin - 1] !== '\n' ? '\n' : ''}${emitDocument(value, layout)}`,
        },
      ];
    }
  }
}

function replaceField(
  text: string,
  colon: number,
  column: number,
  node: Node | null,
  value: Json,
  inline: string | undefined,
  layout: Layout,
): Edit {
  const [start, end] = rangeOf(node);
  const hadText = end > start;
  if (inline !== undefined && hadText && /^[ \t]+$/.test(text.slice(colon, start))) return {start, end, text: inline};
  // An empty value: `volumes:` or `volumes: # none yet`.
  const lineEnd = trimBreak(text, lineAfter(text, colon));
  const written = value === null && (isBlock(node) || !hadText) ? '' : emitAfterColon(value, column, layout);
  const [head, ...lines] = written.split('\n') as [string, ...string[]];
  const beside =
    hadText && !isBlock(node) && !isBlockScalar(node)
      ? text.slice(end, trimBreak(text, lineAfter(text, end)))
      : text.slice(colon, lineEnd).replace(/^[ \t]*[^# \t].*$/, '');
  const comment = /^[ \t]+#/.test(beside) ? beside : '';
  return {start: colon, end: trimBreak(text, endOf(text, node)), text: [`${head}${comment}`, ...lines].join('\n')};
}

/** The new value where it can stand in the place of the old one's own text; undefined where lines must be written. */
function inlineText(text: string, node: Node | null, value: Json, emit: (text: string) => string): string | undefined {
  if (node === null || isBlock(node) || isBlockScalar(node)) return undefined;
  const [start, end] = rangeOf(node);
  const old = text.slice(start, end);
  if (/^[[{]/.test(old)) {
    const isEmpty = /^.\s*.$/.test(old);
    if (typeof value !== 'object' || value === null || isEmpty) return undefined;
    return emitFlow(value, /^.[ \t]/.test(old) ? ' ' : '');
  }
  if (old === '' || old.startsWith('*') || typeof value === 'object') return undefined;
  if (typeof value !== 'string') return String(value);
  if (value.includes('\n')) return undefined;
  if (old.startsWith("'") && /^[ -~]*$/.test(value)) return `'${value.replaceAll("'", "''")}'`;
  return old.startsWith('"') ? JSON.stringify(value) : emit(value);
}

/** The end of a line's text, whose line break ends at `offset`. */
function trimBreak(text: string, offset: number): number {
  if (text[offset - 1] !== '\n') return offset;
  return text[offset - 2] === '\r' ? offset - 2 : offset - 1;
}
