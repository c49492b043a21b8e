import type {Added} from '../../added.ts';
import type {Fault} from '../../errors.ts';
import {asObject, asString, isObject, type JsonObject} from '../../json.ts';
import {equals} from '../../kubernetes/equality.ts';
import {lastVariable} from '../../redirected.ts';
import {dependenciesOf, type Dependencies} from './dependencies.ts';
import {gainedBySource, immovable, movedSource} from './source.ts';
import {envOf, faultAt, type Target} from './target.ts';

/** What a variable of the app holds, ready to stand in another container and to mean the same there. */
export interface Held extends Dependencies {
  /** The fields of the variable but its name: a literal `value`, or the whole of `valueFrom`. */
  readonly source: JsonObject;
  /** What the source gained on the way, for the record. */
  readonly gained?: Added;
}

/** A literal that refers to nothing. */
export function literal(value: string): Held {
  return {source: {value}, dependencies: [], open: []};
}

/** Whether two containers of the application hold the same, to the API. */
export function isSameHeld(a: Held, b: Held): boolean {
  return (
    equals('EnvVar', a.source, b.source) &&
    a.dependencies.length === b.dependencies.length &&
    a.dependencies.every((item, index) => equals('EnvVar', item, b.dependencies[index] ?? null))
  );
}

/** A variable that says something; an empty value says as little as an absent one. */
export interface Stated {
  readonly index: number;
  readonly item: JsonObject;
  /** Undefined: it has a `valueFrom`. */
  readonly text: string | undefined;
}

/**
 * The last variable of that name, because that one counts; undefined where it is absent or empty. Fault: `redirectUnreadable`, for
 * a value that is no string, and for one that is written twice and is empty at last.
 */
export function statedIn(target: Target, name: string): Stated | Fault | undefined {
  const found = lastVariable(envOf(target), name);
  if (found === undefined) return undefined;
  if (isObject(found.item['valueFrom'])) return {text: undefined, ...found};
  const value = found.item['value'] ?? '';
  if (typeof value === 'string' && value !== '') return {text: value, ...found};
  const container = JSON.stringify(target.name);
  if (value !== '')
    return faultAt(target, 'redirectUnreadable', `${name} in the container ${container} is not a string`, 'put it into quotes');
  const isTwice = lastVariable(envOf(target).slice(0, found.index), name) !== undefined;
  if (!isTwice) return undefined;
  return faultAt(
    target,
    'redirectUnreadable',
    `${name} stands in the container ${container} twice, at last empty`,
    'write it once',
  );
}

/**
 * What the variable holds, or of a literal one just the part that is given. Fault: `redirectImmovable`, for what would mean
 * something else in another container.
 */
export function heldBy(target: Target, stated: Stated, part = stated.text): Held | Fault {
  const {item} = stated;
  const reason = immovable(item);
  if (reason !== undefined) return immovableFault(target, asString(item['name']) ?? '', reason);
  const found = dependenciesOf(target, stated, part ?? '');
  if ('reason' in found) return immovableFault(target, found.variable, found.reason);
  const from = asObject(item['valueFrom']);
  if (part !== undefined || from === undefined) return {source: {value: part ?? ''}, ...found};
  const gained = gainedBySource(from);
  return {source: {valueFrom: movedSource(from, target.name)}, ...found, ...(gained === undefined ? {} : {gained})};
}

function immovableFault(target: Target, variable: string, reason: {readonly message: string; readonly fix: string}): Fault {
  const message = `${variable} in the container ${JSON.stringify(target.name)} ${reason.message}, so it cannot move to the ambassador`;
  return faultAt(target, 'redirectImmovable', message, reason.fix);
}
