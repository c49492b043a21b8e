import * as fc from 'fast-check';
import {isList, isObject, type Json, type JsonObject} from '../../src/core/json.ts';

/** Something else at one place of an object. */
export const junk = fc.constantFrom<Json>(
  null,
  {},
  [],
  [null],
  '',
  'x',
  7,
  -1,
  1e300,
  true,
  [[]],
  {name: null},
  [{}],
  [{name: 'web'}, {name: 'web'}],
  '127.0.0.1',
  '\u0000\ud800',
  JSON.parse('{"__proto__": {"x": 1}}') as Json,
);

/** The paths of all values in a value, its own first. */
export function places(value: Json, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (isList(value)) return [path, ...value.flatMap((item, index) => places(item, [...path, index]))];
  if (isObject(value)) return [path, ...Object.entries(value).flatMap(([key, part]) => places(part as Json, [...path, key]))];
  return [path];
}

/** The value with another at that path. */
export function replacedAt(value: Json, [first, ...rest]: readonly (string | number)[], by: Json): Json {
  if (first === undefined) return by;
  if (isList(value)) return value.map((item, index) => (index === first ? replacedAt(item, rest, by) : item));
  if (!isObject(value)) return by;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, key === first ? replacedAt(part as Json, rest, by) : part]),
  );
}

/** Changes at some places: numbers that choose one, and what is put there. */
export const mutations = fc.array(fc.tuple(fc.nat(), junk), {minLength: 1, maxLength: 3});

/** The object with the changes, one after the other; it remains one of its kind. */
export function mutated(object: JsonObject, changes: readonly (readonly [number, Json])[]): JsonObject {
  return changes.reduce<JsonObject>((value, [at, by]) => {
    const all = places(value).filter((path) => path.length > 1 && path[0] !== 'kind' && path[0] !== 'apiVersion');
    return replacedAt(value, all[at % all.length] ?? [], by) as JsonObject;
  }, object);
}

/** Texts that mean something somewhere in a template. */
const texts = ['', 'x', 'web', 'agent', '$(A)', '$${x}', '/var/log', '127.0.0.1', '6379', '*', 'always', 'true', '__proto__'];
const expressions = [
  '${params.port}',
  '${params.level}x',
  '${pod.spec.containers[0].name}',
  '${pod.spec}',
  '${1/0}',
  '${template.name}',
];

/** The object with values of the same kind at some places, or without what stands there: mostly what a loader takes. */
export function retuned(object: JsonObject, changes: readonly (readonly [number, number])[]): JsonObject {
  return changes.reduce<JsonObject>((value, [at, choice]) => {
    const all = places(value).filter((path) => path.length > 1 && path[0] !== 'pattern');
    const path = all[at % all.length] ?? [];
    const old = path.reduce<Json | undefined>((inner, key) => (inner as Record<string, Json> | undefined)?.[key], value);
    return path.length === 0 ? value : (replacedAt(value, path, alike(old, choice)) as JsonObject);
  }, object);
}

function alike(value: Json | undefined, choice: number): Json {
  if (typeof value === 'string') return [...texts, ...expressions][choice % (texts.length + expressions.length)] ?? '';
  if (typeof value === 'number') return [0, 1, 8080, 9113, 65_535, -1, 1.5][choice % 7] ?? 0;
  if (typeof value === 'boolean') return !value;
  if (isList(value)) return choice % 2 === 0 ? [] : value.slice(1);
  return choice % 3 === 0 || !isObject(value) ? {} : Object.fromEntries(Object.entries(value).slice(1));
}
