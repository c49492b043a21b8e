import {field, isList, isObject, type Json, type JsonObject} from '../json.ts';
import {fieldOf, fieldsOf, unionsOf, type FieldSchema} from '../kubernetes/schema.ts';
import {kubernetesVersion} from '../kubernetes/types.generated.ts';
import {didYouMean} from '../nearest.ts';
import {fault, spoken, warning, type Finding, type Path} from './finding.ts';

/**
 * Compares a value with what the published OpenAPI says of its field. Faults, because the API server would refuse every pod:
 * `wrongType`, `missingKey` (a required field), `severalOfOne` (two members of a union), `badQuantity`. Warnings: `unknownField`,
 * because a newer Kubernetes may know it. A null field is an absent one, as it is to Go's JSON decoder.
 */
export function* checkShape(schema: FieldSchema, value: Json, path: Path): Generator<Finding> {
  if (schema.list !== undefined) {
    if (!isList(value)) yield wrongType('a list', value, path);
    else for (const [index, item] of value.entries()) yield* checkOne(schema.type, item, [...path, index]);
  } else if (schema.mapOf) {
    if (!isObject(value)) yield wrongType('a map', value, path);
    else for (const [key, item] of Object.entries(value)) yield* checkOne(schema.type, item ?? null, [...path, key]);
  } else {
    yield* checkOne(schema.type, value, path);
  }
}

/** The same for the fields of one object; `partial` where it holds a part of its kind only, so that nothing is required of it. */
export function* checkFields(type: string, object: JsonObject, path: Path, partial = false): Generator<Finding> {
  for (const [key, value] of Object.entries(object)) {
    const schema = fieldOf(type, key);
    if (schema === undefined) {
      const known = `Kubernetes ${kubernetesVersion} knows no field \`${key}\` ${path.length === 0 ? 'here' : `in ${spoken(path)}`}`;
      yield warning('unknownField', [...path, key], known, didYouMean(key, fieldsOf(type).keys()));
    } else if (value !== null && value !== undefined) {
      yield* checkShape(schema, value, [...path, key]);
    }
  }
  if (!partial) yield* checkRequired(type, object, path);
  for (const union of unionsOf(type)) {
    // An empty `value` beside `valueFrom` is what the API server itself takes for absent.
    const [first, second] = union.filter((key) => ![null, undefined, ''].includes(field(object, key) as null));
    if (second === undefined) continue;
    yield fault('severalOfOne', [...path, second], `${spoken(path)} has both \`${first}\` and \`${second}\``, {
      fix: 'keep one of them',
      at: 'key',
    });
  }
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

function* checkRequired(type: string, object: JsonObject, path: Path): Generator<Finding> {
  for (const [key, schema] of fieldsOf(type)) {
    if (schema.required && (field(object, key) ?? null) === null)
      yield fault('missingKey', path, `${spoken(path)} has no \`${key}\``, {fix: `add \`${key}\``});
  }
}

function* checkOne(type: string, value: Json, path: Path): Generator<Finding> {
  const scalar = scalars.get(type);
  if (scalar !== undefined) {
    if (!scalar.holds(value)) yield wrongType(scalar.wanted, value, path);
    else if (type === 'quantity' && !quantity.test(typeof value === 'string' ? value : JSON.stringify(value))) {
      yield fault('badQuantity', path, `${spoken(path)} is ${described(value)}, which is no quantity`, {
        fix: 'write one like 100m, 0.5, 64Mi or 1Gi',
      });
    }
  } else if (type !== 'any') {
    if (isObject(value)) yield* checkFields(type, value, path);
    else yield wrongType('a map', value, path);
  }
}

const scalars: ReadonlyMap<string, {readonly wanted: string; readonly holds: (value: Json) => boolean}> = new Map([
  ['string', {wanted: 'a string', holds: (value) => typeof value === 'string'}],
  ['time', {wanted: 'a string', holds: (value) => typeof value === 'string'}],
  ['boolean', {wanted: 'true or false', holds: (value) => typeof value === 'boolean'}],
  ['integer', {wanted: 'an integer', holds: (value) => Number.isInteger(value)}],
  ['number', {wanted: 'a number', holds: (value) => typeof value === 'number'}],
  ['intOrString', {wanted: 'an integer or a string', holds: (value) => typeof value === 'string' || Number.isInteger(value)}],
  ['quantity', {wanted: 'a quantity', holds: (value) => typeof value === 'string' || typeof value === 'number'}],
]);

/** Source: apimachinery, api/resource/quantity.go, the grammar in Quantity's documentation. */
const quantity = /^[+-]?(\d+\.?\d*|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/;

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

function described(value: Json): string {
  if (isList(value)) return 'a list';
  if (isObject(value)) return 'a map';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
