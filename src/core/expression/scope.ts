import type {Budget} from './budget.ts';
import type {Values} from './expression.ts';
import type {Outcome, Value} from './value.ts';

/** What an expression can see while it is evaluated: the roots, and the elements of the loops that it is in. */
export interface Scope {
  readonly values: Values;
  readonly budget: Budget;
  /** The innermost loop's element; absent outside of loops. */
  readonly item?: Value;
  readonly outer?: Scope;
}

/** A piece of a compiled expression. */
export type Step = (scope: Scope) => Outcome;

/** The scope inside a loop, for one element. */
export function inside(outer: Scope, item: Value): Scope {
  return {values: outer.values, budget: outer.budget, item, outer};
}
