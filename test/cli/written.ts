import * as fc from 'fast-check';
import {emitKey, emitLine} from '../../src/cli/emit.ts';
import {isList, isObject, type Json, type JsonObject} from '../../src/core/json.ts';

/** Numbers that choose how a manifest is written: quoting, indentation, comments, blank lines. */
export const hands: fc.Arbitrary<readonly number[]> = fc.array(fc.nat(63), {minLength: 5, maxLength: 40});

/**
 * An object as block YAML that a person wrote. What may move is written as it will be written anew: without comments, and plain
 * where that is right.
 */
export function written(object: JsonObject, hand: readonly number[], isQuiet: (path: readonly string[]) => boolean): string {
  let turn = 0;
  const choose = (): number => hand[(turn += 1) % hand.length] ?? 0;
  const isIndented = choose() % 2 === 0;

  const noise = (column: number, path: readonly string[]): string[] => {
    const choice = choose();
    if (choice > 9 || isQuiet(path)) return [];
    const comment = `${' '.repeat(column)}# ${['note', 'key: value', '- item', "it's"][choice % 4]}`;
    return choice < 2 ? [''] : choice < 4 ? ['', comment] : [comment];
  };
  const scalar = (value: Json, path: readonly string[]): string => {
    const choice = choose();
    const remark = choice % 8 === 0 && !isQuiet(path) ? ' # remark' : '';
    // Which of the ways to write null is not known any more once something stood there.
    if (value === null) return remark;
    if (typeof value !== 'string') return ` ${JSON.stringify(value)}${remark}`;
    if (isQuiet(path)) return ` ${emitLine(value)}`;
    const isPlain = emitLine(value) === value;
    if (isPlain && choice % 3 > 0) return ` ${value}${remark}`;
    if (choice % 3 === 1 && /^[ -~]*$/.test(value)) return ` '${value.replaceAll("'", "''")}'${remark}`;
    return ` ${JSON.stringify(value)}${remark}`;
  };
  const behind = (value: Json | undefined, column: number, path: readonly string[]): string[] => {
    if (isList(value) && value.length > 0) {
      return [scalarless(path), ...list(value, isIndented ? column + 2 : column, path)];
    }
    if (isObject(value) && Object.keys(value).length > 0) return [scalarless(path), ...map(value, column + 2, path)];
    return [scalar(value ?? null, path)];
  };
  const scalarless = (path: readonly string[]): string => (choose() % 16 === 0 && !isQuiet(path) ? ' # part' : '');
  const map = (value: JsonObject, column: number, path: readonly string[]): string[] =>
    Object.entries(value).flatMap(([key, part]) => {
      const here = [...path, key];
      const [first = '', ...rest] = behind(part, column, here);
      return [...noise(column, here), `${' '.repeat(column)}${emitKey(key)}:${first}`, ...rest];
    });
  const list = (items: readonly Json[], column: number, path: readonly string[]): string[] =>
    items.flatMap((item, index) => {
      const name = isObject(item) ? String(item['name']) : String(index);
      const here = [...path, name];
      const before = noise(column, here);
      if (!isObject(item) || Object.keys(item).length === 0) return [...before, `${' '.repeat(column)}-${scalarOf(item, here)}`];
      const [first = '', ...rest] = map(item, column + 2, here);
      // A comment before the first field stands before the dash.
      const lines = /^\s*(#|$)/.test(first) ? undefined : [`${' '.repeat(column)}- ${first.trimStart()}`, ...rest];
      return [...before, ...(lines ?? bare(item, column, here))];
    });
  const bare = (item: JsonObject, column: number, path: readonly string[]): string[] => {
    const lines = map(item, column + 2, path).filter((line) => !/^\s*(#.*)?$/.test(line));
    return [`${' '.repeat(column)}- ${(lines[0] ?? '').trimStart()}`, ...lines.slice(1)];
  };
  const scalarOf = (item: Json, path: readonly string[]): string =>
    isList(item) || isObject(item) ? ` ${JSON.stringify(item)}` : scalar(item, path);
  return `${map(object, 0, []).join('\n')}\n`;
}
