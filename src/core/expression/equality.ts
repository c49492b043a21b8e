import type {Budget} from './budget.ts';
import {entryOf, isListValue, isMapping, itemAt, keysOf, lengthOf, type List, type Mapping} from './collection.ts';
import {limits} from './limits.ts';
import {Failure, Optional, Quantity, TypeValue, type Value} from './value.ts';

/**
 * CEL's `==`: numbers by value whatever their type, lists in order, maps whatever the order of their keys; values of different
 * kinds are unequal. A failure only where it costs too much.
 */
export function equal(a: Value, b: Value, budget: Budget, level = 0): boolean | Failure {
  if (typeof a === 'string' && typeof b === 'string') return equalTexts(a, b, budget);
  if (a === b) return true;
  // CEL compares an int and a double by value, which is what == does with a bigint and a number.
  // oxlint-disable-next-line eqeqeq
  if (isNumber(a) && isNumber(b)) return a == b;
  if (level > limits.levels) return tooDeep;
  if (isListValue(a)) return isListValue(b) && equalLists(a, b, budget, level + 1);
  if (isMapping(a)) return isMapping(b) && equalMaps(a, b, budget, level + 1);
  if (a instanceof Quantity) return b instanceof Quantity && a.nano === b.nano;
  if (a instanceof TypeValue) return b instanceof TypeValue && a.name === b.name;
  if (a instanceof Optional && b instanceof Optional) {
    if (a.value === undefined || b.value === undefined) return a.value === b.value;
    return equal(a.value, b.value, budget, level + 1);
  }
  return false;
}

export const tooDeep = new Failure(`a value is nested more than ${String(limits.levels)} levels deep`, true);

function equalTexts(a: string, b: string, budget: Budget): boolean | Failure {
  if (a.length !== b.length) return false;
  return budget.read(a.length) ?? a === b;
}

function equalLists(a: List, b: List, budget: Budget, level: number): boolean | Failure {
  const length = lengthOf(a);
  if (length !== lengthOf(b)) return false;
  for (let index = 0; index < length; index += 1) {
    const same = budget.spend(1) ?? equal(itemAt(a, index) ?? null, itemAt(b, index) ?? null, budget, level);
    if (same !== true) return same;
  }
  return true;
}

function equalMaps(a: Mapping, b: Mapping, budget: Budget, level: number): boolean | Failure {
  const keys = keysOf(a, budget);
  if (keys instanceof Failure) return keys;
  const others = keysOf(b, budget);
  if (others instanceof Failure) return others;
  if (keys.length !== others.length) return false;
  for (const key of keys) {
    const [mine, other] = [entryOf(a, key), entryOf(b, key)];
    if (mine !== undefined && other === undefined) return false;
    const same = equal(mine ?? null, other ?? null, budget, level);
    if (same !== true) return same;
  }
  return true;
}

function isNumber(value: Value): value is bigint | number {
  return typeof value === 'bigint' || typeof value === 'number';
}
