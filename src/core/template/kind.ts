import type {ResultType} from '../expression/expression.ts';
import {isList, isObject, type Json} from '../json.ts';
import {fault, spoken, type Finding, type Path} from './finding.ts';
import {holeOf, type Hole} from './hole.ts';

/** What a value must be, in a fault's words. */
export type Wanted = keyof typeof kinds;

/** Checks one value: `wrongType` unless it is what it must be, or an expression that may give that. */
export function* checkType(wanted: Wanted, value: Json, path: Path): Generator<Finding> {
  const hole = holeOf(value);
  if (hole === undefined) {
    if (!kinds[wanted].holds(value)) yield wrongType(wanted, value, path);
  } else if (![...kinds[wanted].gives, 'dyn', 'null'].includes(hole.type)) {
    const message = `${spoken(path)} must be ${wanted}, and ${shortened(hole.text)} gives ${spokenType[hole.type]}`;
    yield fault('wrongType', path, message, mendOfHole(hole));
  }
}

/** Whether a plain value is what it must be. */
export function isA(wanted: Wanted, value: Json): boolean {
  return holeOf(value) === undefined && kinds[wanted].holds(value);
}

/** The fault of a value that is not what it must be (`a list`, `an integer`), with the likely mend. */
export function wrongType(wanted: string, value: Json, path: Path): Finding {
  const fix = mendOf(wanted, value);
  return fault(
    'wrongType',
    path,
    `${spoken(path)} must be ${wanted}, and is ${described(value)}`,
    fix === undefined ? {} : {fix},
  );
}

/** What a value may be, and of which type an expression must be to come to it. */
interface Kind {
  readonly holds: (value: Json) => boolean;
  readonly gives: readonly ResultType[];
}

const kinds = {
  'a string': {holds: (value) => typeof value === 'string', gives: ['string']},
  'true or false': {holds: (value) => typeof value === 'boolean', gives: ['bool']},
  'an integer': {holds: (value) => Number.isInteger(value), gives: ['int']},
  'a number': {holds: (value) => typeof value === 'number', gives: ['int', 'double']},
  'an integer or a string': {holds: (value) => typeof value === 'string' || Number.isInteger(value), gives: ['int', 'string']},
  'a quantity': {holds: (value) => typeof value === 'string' || typeof value === 'number', gives: ['string', 'int', 'double']},
  'a list': {holds: isList, gives: ['list']},
  'a map': {holds: isObject, gives: ['map']},
} as const satisfies Readonly<Record<string, Kind>>;

const spokenType: Readonly<Record<ResultType, string>> = {
  string: 'a string',
  int: 'an integer',
  double: 'a number',
  bool: 'true or false',
  list: 'a list',
  map: 'a map',
  null: 'nothing',
  dyn: 'anything',
};

function mendOfHole({parts}: Hole): {readonly fix?: string} {
  const [whole] = parts;
  if (parts.length > 1) return {fix: 'write one expression alone, which keeps its type'};
  const parameter = typeof whole === 'object' ? /^params\.(\w+)$/.exec(whole.text)?.[1] : undefined;
  return parameter === undefined ? {} : {fix: `declare the parameter \`${parameter}\` with the type that is wanted here`};
}

function mendOf(wanted: string, value: Json): string | undefined {
  if (wanted === 'a list') return isObject(value) ? 'begin each item with `- `' : undefined;
  if (wanted === 'a string') {
    if (value === null) return 'write "" for an empty one';
    return isList(value) || isObject(value) ? undefined : 'the API server takes no other type here, so put it in quotes';
  }
  if (typeof value !== 'string') return undefined;
  const bare =
    wanted === 'an integer' || wanted === 'a number'
      ? /^-?\d+(\.\d+)?$/.test(value)
      : wanted === 'true or false' && /^(true|false)$/.test(value);
  return bare ? `write ${value} without quotes` : undefined;
}

/** A value in a fault's words, shortened. */
export function described(value: Json): string {
  if (isList(value)) return 'a list';
  if (isObject(value)) return 'a map';
  return shortened(JSON.stringify(value));
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
