import {isObject, type Json, type JsonObject} from '../json.ts';
import {didYouMean} from '../nearest.ts';
import {fault, spoken, type Finding, type Path} from './finding.ts';
import {checkType} from './kind.ts';

/** Checks a map of our own vocabulary: `wrongType`, `unknownKey`. Gives the map, or undefined for anything else. */
export function* checkMap(value: Json, keys: readonly string[], path: Path): Generator<Finding, JsonObject | undefined> {
  yield* checkType('a map', value, path);
  if (!isObject(value)) return undefined;
  for (const key of Object.keys(value)) {
    const here = [...path, key];
    if (!keys.includes(key))
      yield fault('unknownKey', here, `${spoken(here)} is no key of a template`, {...didYouMean(key, keys), at: 'key'});
  }
  return value;
}

/** Checks a port's number: `missingKey`, `wrongType`, `badPort`. */
export function* checkPort(value: Json, path: Path): Generator<Finding> {
  if (value === null) {
    yield fault('missingKey', path.slice(0, -1), `${spoken(path.slice(0, -1))} has no \`${path.at(-1)}\``, {
      fix: `add \`${path.at(-1)}\`, from 1 to 65535`,
    });
    return;
  }
  yield* checkType('an integer', value, path);
  if (Number.isInteger(value) && (Number(value) < 1 || Number(value) > 65535))
    yield fault('badPort', path, `${spoken(path)} is ${String(value)}, and ports are from 1 to 65535`);
}

/** Checks that a value was not taken before, and takes it. */
export function* checkTwice<T extends string | number>(
  code: string,
  value: T,
  path: Path,
  seen: Map<T, Path>,
): Generator<Finding> {
  const first = seen.get(value);
  if (first === undefined) seen.set(value, path);
  else yield fault(code, path, `${spoken(path)} is ${value}, as ${spoken(first)} is`, {fix: 'change or remove one of them'});
}
