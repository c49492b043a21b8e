import type {Json, JsonObject} from '../../src/core/json.ts';

/** A copy of the object with the value at a path of field names and list indexes; `undefined` takes the field away. */
export function set(object: JsonObject, path: readonly (string | number)[], value: Json | undefined): JsonObject {
  const copy = structuredClone(object) as Record<string | number, unknown>;
  let inner = copy;
  for (const key of path.slice(0, -1)) inner = inner[key] as Record<string | number, unknown>;
  const last = path.at(-1) ?? '';
  if (value === undefined) Reflect.deleteProperty(inner, last);
  else inner[last] = value;
  return copy as JsonObject;
}
