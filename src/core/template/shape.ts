import {field, isList, isObject, type Json, type JsonObject} from '../json.ts';
import {fieldOf, fieldsOf, unionsOf, type FieldSchema} from '../kubernetes/schema.ts';
import {kubernetesVersion} from '../kubernetes/types.generated.ts';
import {didYouMean} from '../nearest.ts';
import {fault, spoken, warning, type Finding, type Path} from './finding.ts';
import {holeOf} from './hole.ts';
import {checkType, described, isA, type Wanted} from './kind.ts';

/**
 * Compares a value with what the published OpenAPI says of its field. Faults, because the API server would refuse every pod:
 * `wrongType`, `missingKey` (a required field), `severalOfOne` (two members of a union), `badQuantity`. Warnings: `unknownField`,
 * because a newer Kubernetes may know it. A null field is an absent one, as it is to Go's JSON decoder. An expression is checked by
 * the type that is known of it.
 */
export function* checkShape(schema: FieldSchema, value: Json, path: Path): Generator<Finding> {
  const wanted = schema.list !== undefined ? 'a list' : schema.mapOf ? 'a map' : undefined;
  if (wanted === undefined) {
    yield* checkOne(schema.type, value, path);
    return;
  }
  yield* checkType(wanted, value, path);
  if (holeOf(value) !== undefined) return;
  if (wanted === 'a list' && isList(value)) {
    for (const [index, item] of value.entries()) yield* checkOne(schema.type, item, [...path, index]);
  } else if (wanted === 'a map' && isObject(value)) {
    for (const [key, item] of Object.entries(value)) yield* checkOne(schema.type, item ?? null, [...path, key]);
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
    // An empty `value` beside `valueFrom` is what the API server itself takes for absent; an expression may come to nothing.
    const [first, second] = union.filter((key) => isStated(field(object, key)));
    if (second === undefined) continue;
    yield fault('severalOfOne', [...path, second], `${spoken(path)} has both \`${first}\` and \`${second}\``, {
      fix: 'keep one of them',
      at: 'key',
    });
  }
}

function* checkRequired(type: string, object: JsonObject, path: Path): Generator<Finding> {
  for (const [key, schema] of fieldsOf(type)) {
    if (schema.required && (field(object, key) ?? null) === null)
      yield fault('missingKey', path, `${spoken(path)} has no \`${key}\``, {fix: `add \`${key}\``});
  }
}

function* checkOne(type: string, value: Json, path: Path): Generator<Finding> {
  const wanted = scalars.get(type);
  if (wanted === undefined) {
    if (type === 'any') return;
    yield* checkType('a map', value, path);
    if (isObject(value) && holeOf(value) === undefined) yield* checkFields(type, value, path);
    return;
  }
  yield* checkType(wanted, value, path);
  if (type === 'quantity' && isA('a quantity', value) && !isQuantity(value)) {
    yield fault('badQuantity', path, `${spoken(path)} is ${described(value)}, which is no quantity`, {
      fix: 'write one like 100m, 0.5, 64Mi or 1Gi',
    });
  }
}

const scalars: ReadonlyMap<string, Wanted> = new Map([
  ['string', 'a string'],
  ['time', 'a string'],
  ['boolean', 'true or false'],
  ['integer', 'an integer'],
  ['number', 'a number'],
  ['intOrString', 'an integer or a string'],
  ['quantity', 'a quantity'],
]);

function isStated(value: Json | undefined): boolean {
  return value !== undefined && value !== null && value !== '' && holeOf(value) === undefined;
}

function isQuantity(value: Json): boolean {
  return quantity.test(typeof value === 'string' ? value : JSON.stringify(value));
}

/** Source: apimachinery, api/resource/quantity.go, the grammar in Quantity's documentation. */
const quantity = /^[+-]?(\d+\.?\d*|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/;
