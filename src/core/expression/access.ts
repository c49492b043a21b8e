import {asKey, entryOf, isListValue, isMapping, itemAt} from './collection.ts';
import {Failure, kindOf, none, Optional, type Outcome, type Value} from './value.ts';

/** What an access does where there is nothing: `a.b` fails, `a.?b` gives none. */
export type Access = 'plain' | 'optional';

/**
 * The field or element of a value: `a.b`, `a["b"]`, `a[0]`. Of an optional value it is an optional again. `absent` is
 * the outcome of a plain access where there is nothing.
 */
export function accessed(value: Value, key: Value, access: Access, absent: Failure): Outcome {
  if (value instanceof Optional) return value.value === undefined ? none : optionally(value.value, key);
  if (access === 'optional') return optionally(value, key);
  return lookUp(value, key) ?? absent;
}

/** Whether a value has a field: CEL's `has`. */
export function hasField(value: Value, name: string): boolean | Failure {
  if (value instanceof Optional) return value.value !== undefined && hasField(value.value, name);
  if (!isMapping(value)) return new Failure(`\`has\` asks a ${kindOf(value)} for the field \`${name}\``);
  return entryOf(value, name) !== undefined;
}

function optionally(value: Value, key: Value): Outcome {
  const found = lookUp(value, key);
  return found === undefined ? none : found instanceof Failure ? found : new Optional(found);
}

function lookUp(value: Value, key: Value): Outcome | undefined {
  if (isMapping(value)) {
    const known = asKey(key);
    return known === undefined ? undefined : entryOf(value, known);
  }
  if (!isListValue(value)) return new Failure(`a ${kindOf(value)} has no fields`);
  const index = asKey(key);
  if (typeof index !== 'bigint') return new Failure(`a list has no element \`${String(key)}\``);
  return index < 0n ? undefined : itemAt(value, Number(index));
}
