import fc from 'fast-check';
import {isObject, type Json, type JsonObject} from '../../src/core/json.ts';

/** A YAML text as people write it, and an edit of its value. */
export interface WrittenCase {
  readonly text: string;
  readonly edits: readonly EditSeed[];
}

/** Numbers that choose where an edit happens and which. */
export interface EditSeed {
  readonly place: number;
  readonly kind: number;
  readonly content: Json;
}

const word = fc.constantFrom('app', 'name', 'image', 'env', 'web', 'volumes', 'a.b/c', 'x-1', '1', 'on it', '#no', '__proto__');
const scalarText = fc.constantFrom(
  'plain',
  '"double # quoted"',
  "'single: quoted'",
  '0644',
  'true',
  'null',
  '~',
  '',
  'x # y',
  'multi\n  words here',
  '3.50',
  '[]',
  '{}',
  '[a, "b", {c: d}]',
  '{e: f, g: [1, 2]}',
  '|\n  lines\n  of text',
  '>-\n  folded\n  text',
  '|+\n  kept\n',
  '|-\n  stripped\n\n  more',
  'http://x:80/#y',
);

interface Block {
  readonly lines: string[];
  readonly isList: boolean;
}

/** Lines of block YAML: maps, lists in both indentations, every kind of scalar, comments and blank lines at odd places. */
const block: (depth: number) => fc.Arbitrary<Block> = (depth) => {
  const noise = fc.constantFrom([], [], [], [], ['# comment'], [''], ['  # deep comment'], ['', '# after a blank line', '']);
  const leaf = fc.tuple(scalarText, fc.boolean()).map(([text, note]): {head: string; lines: string[]} => {
    const [head = '', ...lines] = text.split('\n');
    return {head: note && lines.length === 0 ? `${head}  # note`.replace('x # y  # note', 'x # y') : head, lines};
  });
  const child: fc.Arbitrary<{head: string; lines: string[]; isList?: boolean}> =
    depth === 0
      ? leaf
      : fc.oneof({weight: 2, arbitrary: leaf}, {weight: 2, arbitrary: block(depth - 1).map((inner) => ({head: '', ...inner}))});
  const fields = fc
    .uniqueArray(fc.tuple(word, child, noise, fc.boolean()), {minLength: 1, maxLength: 4, selector: ([key]) => key})
    .map((entries) => ({
      isList: false,
      lines: entries.flatMap(([key, {head, lines, isList}, before, indentList]) => {
        const written = /^[a-z][\w./-]*$/.test(key) ? key : JSON.stringify(key);
        const inner = isList === true && !indentList ? lines : lines.map((line) => (line === '' ? '' : `  ${line}`));
        return [...before, `${written}:${head === '' ? '' : ` ${head}`}`, ...inner];
      }),
    }));
  const items = fc.array(fc.tuple(child, noise), {minLength: 1, maxLength: 4}).map((entries) => ({
    isList: true,
    lines: entries.flatMap(([{head, lines}, before]) => {
      const inner = lines.map((line) => (line === '' ? '' : `  ${line}`));
      // A block behind the dash, where its first line is no comment.
      const compact = head === '' && /^  ["a-z-]/.test(inner[0] ?? '');
      return [...before, compact ? `- ${(inner.shift() ?? '').trimStart()}` : `-${head === '' ? '' : ` ${head}`}`, ...inner];
    }),
  }));
  return fc.oneof({weight: 3, arbitrary: fields}, {weight: depth === 3 ? 0 : 2, arbitrary: items});
};

const content: fc.Arbitrary<Json> = fc.letrec<{value: Json}>((tie) => ({
  value: fc.oneof(
    {maxDepth: 3, depthSize: 'small'},
    fc.constantFrom<Json>(
      'text',
      'yes',
      '0644',
      '',
      ' pad ',
      'a: b',
      'two\nlines\n',
      'ends\n\n',
      '- x',
      '#',
      '1e3',
      '12:30:45',
      '200Mi',
      'it\'s "q"',
      '\u00e9\u2028\ud83d\ude00',
      7,
      -0.5,
      true,
      null,
      [],
      {},
    ),
    fc.array(tie('value'), {maxLength: 3}),
    fc.dictionary(word, tie('value'), {maxKeys: 3, noNullPrototype: true}),
  ),
})).value;

/** Documents and edits for property tests. */
export const writtenCase: fc.Arbitrary<WrittenCase> = fc.record({
  text: fc
    .tuple(block(3), fc.constantFrom('\n', '\r\n'), fc.constantFrom('', '---\n', '# head\n\n'), fc.boolean(), fc.boolean())
    .map(([{lines}, lineBreak, head, openEnd, mark]) => {
      const text = `${head}${lines.join('\n')}\n`.replaceAll('\n', lineBreak);
      return `${mark ? '\ufeff' : ''}${openEnd ? text.replace(/[\r\n]+$/, '') : text}`;
    }),
  edits: fc.array(fc.record({place: fc.nat(), kind: fc.nat(), content}), {minLength: 1, maxLength: 4}),
});

/** Applies an edit somewhere in a value: adds a field or item, and unless `onlyAdd` also changes or removes one. */
export function edited(value: Json, {place, kind, content: fresh}: EditSeed, onlyAdd: boolean): Json {
  const places = containers(value);
  const path = places[place % places.length] as readonly (string | number)[];
  return at(value, path, (container) => {
    if (Array.isArray(container)) {
      const list = container as readonly Json[];
      const index = kind % (list.length + 1);
      // A name of its own, so that the item is known again.
      const item = isObject(fresh) ? {...fresh, name: `new-${kind}`} : `new ${kind}`;
      if (onlyAdd || kind % 3 === 0) return list.toSpliced(index, 0, item);
      return kind % 3 === 1 ? list.toSpliced(index, 1) : list.map((old, at_) => (at_ === index ? item : old));
    }
    const object = container as JsonObject;
    const keys = Object.keys(object);
    const key = keys[kind % keys.length] ?? 'first';
    if (onlyAdd || kind % 3 === 0) return {...object, [`new-${kind}`]: fresh};
    if (kind % 3 === 1) return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
    return Object.fromEntries([...Object.entries(object), [key, fresh]]);
  });
}

function containers(value: Json, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Array.isArray(value)
    ? (value as readonly Json[]).flatMap((item, index) => containers(item, [...path, index]))
    : Object.entries(value).flatMap(([key, item]) => containers(item as Json, [...path, key]));
  return [path, ...inner];
}

function at(value: Json, path: readonly (string | number)[], change: (container: Json) => Json): Json {
  const [first, ...rest] = path;
  if (first === undefined) return change(value);
  if (Array.isArray(value))
    return (value as readonly Json[]).map((item, index) => (index === first ? at(item, rest, change) : item));
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([key, item]) => [key, key === first ? at(item as Json, rest, change) : item]),
  );
}
