import {isDeepStrictEqual} from 'node:util';
import {field, isList, isObject, type Json, type JsonObject} from '../../src/core/json.ts';
import {fieldOf, itemKey} from '../../src/core/kubernetes/schema.ts';

/** What an API server put into objects of each field `Type.key`; undefined where it left it absent. */
export interface Observations {
  readonly filled: Map<string, (Json | undefined)[]>;
  /** Items that it added to lists. */
  readonly items: Map<string, Json[]>;
}

/** Notes each difference between what was sent and what came back, as that type. */
export function observe(type: string, sent: JsonObject, stored: JsonObject, into: Observations): void {
  for (const key of new Set(
    [...into.filled.keys()].filter((name) => name.startsWith(`${type}.`)).map((name) => name.slice(type.length + 1)),
  )) {
    if (!Object.hasOwn(sent, key) && !Object.hasOwn(stored, key)) note(into.filled, `${type}.${key}`, undefined);
  }
  for (const [key, value] of Object.entries(stored) as [string, Json][]) {
    const before = field(sent, key);
    const schema = fieldOf(type, key);
    if (schema === undefined)
      throw new Error(`The API server answers with ${type}.${key}, which the types lack; generate them from the same version`);
    if (isList(value) && schema.list !== undefined) {
      const items = isList(before) ? before : [];
      for (const [index, item] of value.entries()) {
        const match =
          schema.list.kind === 'map' ? items.find((other) => itemKey(schema, other) === itemKey(schema, item)) : items[index];
        if (match === undefined) note(into.items, `${type}.${key}`, item);
        else if (isObject(match) && isObject(item)) observe(schema.type, match, item, into);
      }
    } else if (before === undefined) {
      note(into.filled, `${type}.${key}`, value);
    } else if (isObject(before) && isObject(value) && schema.mapOf === undefined) {
      observe(schema.type, before, value, into);
    }
  }
}

/** The one value that the server always fills in; undefined when it varies or is sometimes none. */
export function constantOf(values: readonly (Json | undefined)[]): Json | undefined {
  return values.every((value) => isDeepStrictEqual(value, values[0])) ? values[0] : undefined;
}

function note<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
