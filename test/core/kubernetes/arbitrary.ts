import * as fc from 'fast-check';
import type {Json, JsonObject} from '../../../src/core/json.ts';
import {isList, isObject} from '../../../src/core/json.ts';
import {filled, noScope, scopeBelow, type Scope} from '../../../src/core/kubernetes/defaults.ts';
import {fieldsOf, type FieldSchema} from '../../../src/core/kubernetes/schema.ts';

/** Objects of that type as an author may write them: zeros, nulls, default values and several members of a union among them. */
export function ofType(type: string, depth = 3): fc.Arbitrary<JsonObject> {
  const fields = [...fieldsOf(type)].filter(([, schema]) => depth > 0 || fieldsOf(schema.type).size === 0);
  return fc
    .subarray(fields, {maxLength: Math.min(6, fields.length)})
    .chain((chosen) => fc.tuple(...chosen.map(([key, schema]) => ofField(schema, depth).map((value) => [key, value] as const))))
    .map((entries) => Object.fromEntries(entries));
}

function ofField(schema: FieldSchema, depth: number): fc.Arbitrary<Json> {
  const one = ofScalar(schema.type) ?? fc.constant(null).chain(() => ofType(schema.type, depth - 1));
  const value: fc.Arbitrary<Json> =
    schema.list !== undefined
      ? fc.array(one, {maxLength: 3})
      : schema.mapOf === true
        ? fc.dictionary(fc.constantFrom('a', 'cpu', '__proto__'), one, {maxKeys: 2})
        : one;
  return fc.oneof(
    {weight: 8, arbitrary: value},
    {weight: 1, arbitrary: fc.constant(schema.default ?? null)},
    {weight: 1, arbitrary: fc.constant(null)},
  );
}

function ofScalar(type: string): fc.Arbitrary<Json> | undefined {
  if (fieldsOf(type).size > 0) return undefined;
  switch (type) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return fc.constantFrom(0, 1, 3, 420);
    case 'quantity':
      return fc.constantFrom('0', '1', '1000m', '1Gi', '1024Mi', 2, 'broken');
    case 'intOrString':
      return fc.constantFrom(80, 'http', 0);
    default:
      return fc.constantFrom('', 'a', 'TCP', 'nginx:1.27', '/a/', '__proto__');
  }
}

/** What the API server makes of the object: each absent field at its default, what it drops left out. */
export function defaulted(type: string, value: Json, outer: Scope = noScope): Json {
  if (isList(value)) return value.map((item) => defaulted(type, item, outer));
  const fields = fieldsOf(type);
  if (!isObject(value) || fields.size === 0) return value;
  const scope = scopeBelow(type, value, outer);
  const entries = [...new Set([...Object.keys(value), ...fields.keys()])].map((key) => {
    const full = filled(type, value, key, scope);
    return [
      key,
      full === undefined || full === null ? undefined : defaulted(fields.get(key)?.type ?? 'any', full, scope),
    ] as const;
  });
  return Object.fromEntries(entries.filter(([, part]) => part !== undefined));
}
