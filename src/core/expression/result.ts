import {field, isList, isObject, type Json} from '../json.ts';
import {type Budget, resultRoom} from './budget.ts';
import {keysOf} from './collection.ts';
import {tooDeep} from './equality.ts';
import {limits, resultCharactersPerStep} from './limits.ts';
import {Entries, Failure, Items, kindOf, Made, Optional, type Outcome} from './value.ts';

/** A result as JSON, wrapped, because null is a result too. What was parsed is the same value again, only measured. */
export interface Result {
  readonly json: Json;
}

/** An outcome as JSON. A failure for what JSON can't hold, and for what is too big. */
export function resultOf(outcome: Outcome, budget: Budget): Result | Failure {
  const room = resultRoom();
  const json = convert(outcome, {budget, room}, 0);
  return json instanceof Failure ? json : {json};
}

interface Allowance {
  readonly budget: Budget;
  readonly room: Budget;
}

function convert(outcome: Outcome, allowance: Allowance, level: number): Json | Failure {
  if (outcome instanceof Failure) return outcome;
  if (typeof outcome === 'bigint') return integer(outcome);
  if (typeof outcome === 'number' && !Number.isFinite(outcome))
    return new Failure(`its result is ${String(outcome)}, which is no number in JSON`);
  if (!(outcome instanceof Made)) return measure(outcome, allowance, level) ?? outcome;
  if (level > limits.levels) return tooDeep;
  if (outcome instanceof Items) return list(outcome, allowance, level + 1);
  if (outcome instanceof Entries) return map(outcome, allowance, level + 1);
  if (outcome instanceof Optional) {
    return outcome.value === undefined
      ? new Failure('its result is an optional value that is none: end it with `.orValue(…)`')
      : convert(outcome.value, allowance, level + 1);
  }
  return new Failure(`its result is a ${kindOf(outcome)}, which no field can hold`);
}

function integer(value: bigint): Json | Failure {
  const number = Number(value);
  return Number.isSafeInteger(number)
    ? number
    : new Failure(`its result ${String(value)} is beyond 2^53, where JSON numbers are no longer exact`);
}

function list({items}: Items, allowance: Allowance, level: number): Json | Failure {
  const converted: Json[] = [];
  for (const item of items) {
    const json = count(0, allowance) ?? convert(item, allowance, level);
    if (json instanceof Failure) return json;
    converted.push(json);
  }
  return converted;
}

function map({entries}: Entries, allowance: Allowance, level: number): Json | Failure {
  const converted: [string, Json][] = [];
  for (const [key, value] of entries) {
    if (typeof key !== 'string') return new Failure(`its result has the key ${String(key)}, and JSON's keys are strings`);
    const json = count(key.length, allowance) ?? convert(value, allowance, level);
    if (json instanceof Failure) return json;
    converted.push([key, json]);
  }
  return Object.fromEntries(converted);
}

/** Counts a value that was parsed, with all that is in it. */
function measure(json: Json, allowance: Allowance, level: number): Failure | undefined {
  if (level > limits.levels) return tooDeep;
  const over = count(typeof json === 'string' ? json.length : 0, allowance);
  if (over !== undefined) return over;
  if (isList(json)) return first(json, (item) => measure(item, allowance, level + 1));
  if (!isObject(json)) return undefined;
  const keys = keysOf(json, allowance.budget);
  if (keys instanceof Failure) return keys;
  return first(
    keys,
    (key) => count(String(key).length, allowance) ?? measure(field(json, String(key)) ?? null, allowance, level + 1),
  );
}

function first<T>(items: readonly T[], failureOf: (item: T) => Failure | undefined): Failure | undefined {
  for (const item of items) {
    const failure = failureOf(item);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

function count(characters: number, {budget, room}: Allowance): Failure | undefined {
  return room.spend(1 + characters) ?? budget.spend(1 + Math.floor(characters / resultCharactersPerStep));
}
