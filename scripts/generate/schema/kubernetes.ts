import type {Json, JsonObject} from '../../../src/core/json.ts';
import {fieldsOf, type FieldSchema} from '../../../src/core/kubernetes/schema.ts';
import {labelName, scalars, wholeExpression} from './scalars.ts';

/** Names that other parts of a template hang on, so that they hold no expression. */
const literal: Readonly<Record<string, JsonObject>> = {
  'Container/name': labelName,
  'Volume/name': labelName,
  'VolumeMount/name': {type: 'string'},
  'VolumeDevice/name': {type: 'string'},
};

/** Lists that hold no expression in the place of the list or of an item, for the same reason. */
const plainLists: ReadonlySet<string> = new Set(['VolumeMount', 'VolumeDevice']);

/**
 * The definitions of Kubernetes types that these fields need, by name: the scalars, then the types in alphabetical order. A field
 * that Kubernetes does not know is allowed, because a newer one may.
 */
export function definitions(needed: readonly string[]): JsonObject {
  const types = new Set<string>();
  const visit = (type: string): void => {
    if (types.has(type) || Object.hasOwn(scalars, type)) return;
    types.add(type);
    for (const field of fieldsOf(type).values()) visit(field.type);
  };
  needed.forEach(visit);
  return Object.fromEntries([
    ...Object.entries(scalars),
    ...[...types].toSorted().map((type): [string, JsonObject] => [type, definition(type)]),
  ]);
}

/** A field's schema. One that is required, or an item of a list, is not null. */
function fieldSchema(field: FieldSchema, required = false): JsonObject {
  const {type, list, mapOf} = field;
  if (list === undefined && mapOf !== true) return reference(type, required);
  const nothing = required ? [] : ['null'];
  if (mapOf === true)
    return {type: ['object', 'string', ...nothing], pattern: wholeExpression, additionalProperties: reference(type, true)};
  if (plainLists.has(type)) return {type: ['array', ...nothing], items: {$ref: `#/$defs/${type}`, type: 'object'}};
  return {type: ['array', 'string', ...nothing], pattern: wholeExpression, items: reference(type, true)};
}

/** The schema of some of a type's fields, all of them optional. */
export function someFields(type: string, names: readonly string[]): JsonObject {
  return Object.fromEntries(
    names.map((name): [string, Json] => {
      const field = fieldsOf(type).get(name);
      if (field === undefined) throw new Error(`${type} has no field ${name}`);
      return [name, fieldSchema(field)];
    }),
  );
}

function definition(type: string): JsonObject {
  const fields = [...fieldsOf(type)];
  const required = fields.filter(([, field]) => field.required).map(([name]) => name);
  return {
    type: ['object', 'string', 'null'],
    pattern: wholeExpression,
    properties: Object.fromEntries(
      fields.map(([name, field]): [string, Json] => [
        name,
        literal[`${type}/${name}`] ?? fieldSchema(field, field.required === true),
      ]),
    ),
    ...(required.length === 0 ? {} : {required}),
  };
}

function reference(type: string, stated: boolean): JsonObject {
  const to = {$ref: `#/$defs/${type}`};
  return stated && type !== 'any' ? {...to, not: {type: 'null'}} : to;
}
