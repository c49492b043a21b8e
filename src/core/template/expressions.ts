import {compileExpression} from '../expression/compile.ts';
import {roots, type Expression, type ResultType} from '../expression/expression.ts';
import {limits} from '../expression/limits.ts';
import {scan, suspects, type Segment} from '../expression/scan.ts';
import {isList, isObject, type Json, type JsonObject} from '../json.ts';
import {fault, spoken, warning, type Finding, type Path} from './finding.ts';
import {asJson, type Hole} from './hole.ts';
import {plainKeys} from './keys.ts';
import type {Declarations} from './parameters.ts';
import {isLiteralPlace, isStringPlace} from './place.ts';

/** A document whose strings were read. */
export interface Prepared {
  /** With a hole for each string that holds expressions, and `$${` as `${` in all others. */
  readonly document: JsonObject;
  readonly holes: readonly Hole[];
  readonly findings: readonly Finding[];
}

/**
 * Reads the strings of a template's document: each expression is compiled once, here. Faults: `badExpression`, `unendedExpression`,
 * `expressionInName`. Warning: `plainExpression`, for `${…}` that looks like an expression and is none.
 */
export function prepare(document: JsonObject, declarations: Declarations): Prepared {
  const holes: Hole[] = [];
  const findings: Finding[] = [];
  let count = 0;
  const read = (value: Json, path: Path): Json => {
    if (typeof value === 'string') {
      // Most strings hold none.
      if (!value.includes('${') || count > limits.expressions) return value;
      count += scan(value).filter(({kind}) => kind !== 'text').length;
      if (count > limits.expressions) {
        findings.push(tooMany(path));
        return value;
      }
      const result = readString(value, path, declarations, findings);
      if (typeof result === 'string') return result;
      holes.push(result);
      return asJson(result);
    }
    if (isList(value)) return value.map((item, index) => read(item, [...path, index]));
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        const here = [...path, key];
        if (key.includes('${')) findings.push(...checkKey(key, here));
        return [key, read(item ?? null, here)];
      }),
    );
  };
  const entries = Object.entries(document).map(([key, value]): [string, Json] => [
    key,
    plainKeys.has(key) ? (value ?? null) : read(value ?? null, [key]),
  ]);
  return {document: Object.fromEntries(entries), holes, findings};
}

/** All expressions in the strings of a value, as they are written. */
export function* expressionsIn(value: Json, path: Path): Generator<{readonly text: string; readonly path: Path}> {
  if (typeof value === 'string') {
    for (const segment of scan(value)) if (segment.kind !== 'text') yield {text: segment.text, path};
  } else if (isList(value)) {
    for (const [index, item] of value.entries()) yield* expressionsIn(item, [...path, index]);
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) yield* expressionsIn(item ?? null, [...path, key]);
  }
}

/** An expression of this text, or why it is none. An error that follows from a wrong declaration is not one more. */
export function compileAt(
  text: string,
  offset: number,
  path: Path,
  declarations: Declarations,
): Expression | Finding | undefined {
  const compiled = compileExpression(text, declarations.parameters);
  if (compiled.kind === 'compiled') return compiled.expression;
  if ([...declarations.wrong].some((name) => text.includes(name))) return undefined;
  const {message, fix} = compiled;
  return fault('badExpression', path, message, {offset: offset + compiled.offset, ...(fix === undefined ? {} : {fix})});
}

function readString(text: string, path: Path, declarations: Declarations, findings: Finding[]): string | Hole {
  findings.push(...suspects(text).map((suspect) => plainExpression(suspect.text, suspect.offset, path)));
  const segments = scan(text);
  if (segments.every(({kind}) => kind === 'text')) return segments.map((segment) => segment.text).join('');
  if (isLiteralPlace(path)) {
    findings.push(inName(spoken(path), path, 'value'));
    return {path, text, parts: [], type: 'dyn', asText: false};
  }
  const parts: (string | Expression)[] = [];
  const isMixed = segments.length > 1;
  for (const segment of segments) {
    const part = readSegment(segment, path, declarations);
    if (part === undefined) continue;
    if (typeof part === 'object' && 'level' in part) findings.push(part);
    else if (isMixed && typeof part === 'object' && structures.has(part.type)) findings.push(inText(part, path));
    else parts.push(part);
  }
  if (isMixed) return {path, text, parts, type: 'string', asText: true};
  const [whole] = parts;
  const type = typeof whole === 'object' ? whole.type : 'dyn';
  const asText = isStringPlace(path);
  return {path, text, parts, type: asText && scalars.has(type) ? 'string' : type, asText};
}

function readSegment(segment: Segment, path: Path, declarations: Declarations): string | Expression | Finding | undefined {
  switch (segment.kind) {
    case 'text':
      return segment.text;
    case 'expression':
      return compileAt(segment.text, segment.offset, path, declarations);
    case 'unended':
      return fault('unendedExpression', path, 'the expression that begins here has no `}`', {
        fix: 'close it; for the text as it stands write `$${`',
        offset: segment.offset - '${'.length,
      });
  }
}

function tooMany(path: Path): Finding {
  const message = `with this one the template has more than ${limits.expressions} expressions`;
  return fault('badExpression', path, message, {fix: 'make several templates of it'});
}

function* checkKey(key: string, path: Path): Generator<Finding> {
  if (scan(key).some(({kind}) => kind !== 'text')) yield inName(`the key "${key}"`, path, 'key');
}

function inName(what: string, path: Path, at: 'key' | 'value'): Finding {
  return fault('expressionInName', path, `${what} holds an expression, and stands for what others refer to`, {
    fix: 'write it out; for the text as it stands write `$${`',
    at,
  });
}

function inText({text, type}: Expression, path: Path): Finding {
  const what = type === 'null' ? 'nothing' : `a ${type}`;
  return fault('badExpression', path, `\`${text}\` gives ${what}, which can't stand within a string`);
}

function plainExpression(text: string, offset: number, path: Path): Finding {
  const begins = roots.map((root) => `\`${root}.\``).join(', ');
  return warning('plainExpression', path, `\`${text}\` stays as it is, because it begins with none of ${begins}`, {
    at: 'value',
    fix: 'write the expression so that it begins with one of them, or put the condition into `when`; for a variable of a shell this is right',
    offset,
  });
}

const structures: ReadonlySet<ResultType> = new Set(['list', 'map', 'null']);
const scalars: ReadonlySet<ResultType> = new Set(['string', 'int', 'double', 'bool']);
