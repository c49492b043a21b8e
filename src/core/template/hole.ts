import type {Expression, ResultType} from '../expression/expression.ts';
import {isList, isObject, type Json, type JsonObject} from '../json.ts';
import type {Path} from './finding.ts';

/** A string with expressions in it: what stands in its place while their values are not known. */
export interface Hole {
  /** Where it stands in the template. */
  readonly path: Path;
  /** As it was written. */
  readonly text: string;
  /** Plain text and expressions in turn. One expression alone keeps the type of its value; all else makes a string. */
  readonly parts: readonly (string | Expression)[];
  /** What is known of the value before it is computed. */
  readonly type: ResultType;
  /** The API takes nothing but a string there, so that a number, true and false become text. */
  readonly asText: boolean;
}

// A symbol is no key of any JSON text, and the checks that walk a map's keys do not see it.
const holeKey: unique symbol = Symbol('hole');

/** The hole in the form of a JSON value, so that a document can hold it in a string's place. */
export function asJson(hole: Hole): Json {
  return Object.freeze({[holeKey]: hole});
}

/** The hole that stands in a value's place; undefined for a plain value. */
export function holeOf(value: unknown): Hole | undefined {
  return isObject(value) && holeKey in value ? (value as unknown as {readonly [holeKey]: Hole})[holeKey] : undefined;
}

/**
 * The document with each hole filled. Where the filling is undefined the field, or the item of a list, is left out. Parts without a
 * hole are shared.
 */
export function filled(value: Json, fill: (hole: Hole) => Json | undefined): Json | undefined {
  const hole = holeOf(value);
  if (hole !== undefined) return fill(hole);
  if (isList(value)) {
    const items = value.map((item) => filled(item, fill));
    return items.every((item, index) => item === value[index]) ? value : items.filter((item) => item !== undefined);
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, filled(item ?? null, fill)] as const);
  if (entries.every(([key, item]) => item === value[key])) return value;
  // fromEntries defines fields, so `__proto__` stays data.
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
}

/** The document with each hole as the text that was written there. */
export function written(document: JsonObject): JsonObject {
  return filled(document, (hole) => hole.text) as JsonObject;
}
