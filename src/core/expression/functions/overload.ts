import type {Budget} from '../budget.ts';
import type {List, Mapping} from '../collection.ts';
import {kindOf, type Optional, type Outcome, type Quantity, type Value} from '../value.ts';

/** What a function takes, by the name that CEL has for it. */
interface Taken {
  string: string;
  int: bigint;
  double: number;
  bool: boolean;
  list: List;
  map: Mapping;
  dyn: Value;
  optional: Optional;
  'kubernetes.Quantity': Quantity;
}
type Takes = keyof Taken;

/** One form of a function: `size(list)`, or with a receiver, its first argument, `list.size()`. */
export interface Overload {
  readonly name: string;
  readonly receiver: boolean;
  readonly takes: readonly Takes[];
  /** As CEL writes it: `list<string>`. */
  readonly returns: string;
  call(budget: Budget, args: readonly Value[]): Outcome;
}

type Implementation<A extends readonly Takes[]> = (budget: Budget, ...args: {[I in keyof A]: Taken[A[I]]}) => Outcome;

/** `name(a, b)` */
export function global<const A extends readonly Takes[]>(
  name: string,
  takes: A,
  returns: string,
  call: Implementation<A>,
): Overload {
  return overload(name, false, takes, returns, call);
}

/** `a.name(b)` */
export function method<const A extends readonly Takes[]>(
  name: string,
  takes: A,
  returns: string,
  call: Implementation<A>,
): Overload {
  return overload(name, true, takes, returns, call);
}

/** Whether values are what a form takes. */
export function accepts(form: Overload, args: readonly Value[]): boolean {
  return form.takes.every((wanted, index) => {
    const arg = args[index];
    return arg !== undefined && (wanted === 'dyn' || wanted === kindOf(arg));
  });
}

function overload<A extends readonly Takes[]>(
  name: string,
  receiver: boolean,
  takes: A,
  returns: string,
  call: Implementation<A>,
): Overload {
  // `accepts` has looked at each of them.
  return {name, receiver, takes, returns, call: (budget, args) => call(budget, ...(args as {[I in keyof A]: Taken[A[I]]}))};
}
