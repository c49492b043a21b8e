import type {Budget} from '../budget.ts';
import {Failure, kindOf, type Outcome, type Value} from '../value.ts';
import {conversions} from './conversions.ts';
import {formats} from './format.ts';
import {accepts, type Overload} from './overload.ts';
import {pieces} from './pieces.ts';
import {quantities} from './quantities.ts';
import {strings} from './strings.ts';

/** Every function but the forms that decide themselves which of their arguments are evaluated. */
export const overloads: readonly Overload[] = [...conversions, ...strings, ...pieces, ...formats, ...quantities];

/** Calls the form of a function that takes these values, a method's receiver first. */
export function callFunction(name: string, receiver: boolean, args: readonly Value[], budget: Budget): Outcome {
  const form = byKey.get(keyOf(name, receiver, args.length))?.find((candidate) => accepts(candidate, args));
  if (form !== undefined) return budget.spend(1) ?? form.call(budget, args);
  const kinds = args.map(kindOf);
  return new Failure(`there is no \`${receiver ? `${kinds.shift() ?? ''}.` : ''}${name}(${kinds.join(', ')})\``);
}

const byKey = new Map<string, Overload[]>();
for (const form of overloads) {
  const key = keyOf(form.name, form.receiver, form.takes.length);
  byKey.set(key, [...(byKey.get(key) ?? []), form]);
}

function keyOf(name: string, receiver: boolean, count: number): string {
  return `${receiver ? '.' : ''}${name}/${String(count)}`;
}
