import {isListValue, isMapping, itemAt, keysOf, lengthOf} from './collection.ts';
import type {Budget} from './budget.ts';
import {inside, type Scope, type Step} from './scope.ts';
import {Failure, Items, kindOf, type Outcome, type Value} from './value.ts';

/** A loop's compiled parts. */
export interface LoopSteps {
  readonly range: Step;
  readonly body: Step;
  /** Of `map(x, condition, body)`. */
  readonly condition?: Step;
  /** The steps that one round takes. */
  readonly weight: number;
}

/** `all` and `exists`: `decisive` ends the loop, failures count only when nothing is decisive. */
export function quantifier(loop: LoopSteps, decisive: boolean): Step {
  return rounds(loop, (scope, items) => {
    let failed: Failure | undefined;
    for (let index = 0; index < items.length; index += 1) {
      const item = items.at(index);
      const over = scope.budget.spend(loop.weight);
      if (over !== undefined) return over;
      const truth = asTruth(loop.body(inside(scope, item)));
      if (truth === decisive) return truth;
      if (!(truth instanceof Failure)) continue;
      if (truth.final) return truth;
      failed ??= truth;
    }
    return failed ?? !decisive;
  });
}

/** `exists_one` */
export function single(loop: LoopSteps): Step {
  return rounds(loop, (scope, items) => {
    let count = 0;
    for (let index = 0; index < items.length; index += 1) {
      const item = items.at(index);
      const truth = scope.budget.spend(loop.weight) ?? asTruth(loop.body(inside(scope, item)));
      if (truth instanceof Failure) return truth;
      if (truth) count += 1;
    }
    return count === 1;
  });
}

/** `filter` */
export function filter(loop: LoopSteps): Step {
  return map({...loop, condition: loop.body, body: ({item}) => item ?? null});
}

/** `map`, with or without a condition. */
export function map(loop: LoopSteps): Step {
  return rounds(loop, (scope, items) => {
    const results: Value[] = [];
    for (let index = 0; index < items.length; index += 1) {
      const item = items.at(index);
      const over = scope.budget.spend(loop.weight);
      if (over !== undefined) return over;
      const inner = inside(scope, item);
      const wanted = loop.condition === undefined ? true : asTruth(loop.condition(inner));
      if (wanted instanceof Failure) return wanted;
      if (!wanted) continue;
      const result = loop.body(inner);
      if (result instanceof Failure) return result;
      results.push(result);
    }
    return new Items(results);
  });
}

/** What a loop goes over. A list's elements are converted one by one, so that only those that are looked at are. */
interface Elements {
  readonly length: number;
  at(index: number): Value;
}

function rounds(loop: LoopSteps, run: (scope: Scope, items: Elements) => Outcome): Step {
  return (scope) => {
    const range = loop.range(scope);
    if (range instanceof Failure) return range;
    const items = elements(range, scope.budget);
    return items instanceof Failure ? items : run(scope, items);
  };
}

function elements(range: Value, budget: Budget): Elements | Failure {
  if (isListValue(range)) return {length: lengthOf(range), at: (index) => itemAt(range, index) ?? null};
  if (!isMapping(range)) return new Failure(`a loop goes over a list or a map, not over a ${kindOf(range)}`);
  const keys = keysOf(range, budget);
  return keys instanceof Failure ? keys : {length: keys.length, at: (index) => keys[index] ?? null};
}

/** A condition's outcome. */
export function asTruth(outcome: Outcome): boolean | Failure {
  if (typeof outcome === 'boolean' || outcome instanceof Failure) return outcome;
  return new Failure(`a condition is a ${kindOf(outcome)}, not a bool`);
}
