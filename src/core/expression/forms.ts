import {asKey} from './collection.ts';
import {asTruth} from './loop.ts';
import {compilePattern} from './pattern.ts';
import type {Step} from './scope.ts';
import {Entries, Failure, Items, type Key, kindOf, Optional, type Value} from './value.ts';

/** `condition ? yes : no` */
export function branch(condition: Step, yes: Step, no: Step): Step {
  return (scope) => {
    const truth = asTruth(condition(scope));
    if (truth instanceof Failure) return truth;
    return truth ? yes(scope) : no(scope);
  };
}

/** `||` (decisive: true) and `&&` (false): a decisive side wins whatever became of the other. */
export function logical(left: Step, right: Step, decisive: boolean): Step {
  return (scope) => {
    const first = asTruth(left(scope));
    if (first === decisive || (first instanceof Failure && first.final)) return first;
    const second = asTruth(right(scope));
    if (second === decisive || (second instanceof Failure && second.final)) return second;
    return first instanceof Failure ? first : second;
  };
}

/** `a.orValue(b)` and `a.or(b)`: b is evaluated only where a is none. */
export function orElse(name: 'orValue' | 'or', optional: Step, otherwise: Step): Step {
  return (scope) => {
    const first = optional(scope);
    if (first instanceof Failure) return first;
    if (!(first instanceof Optional)) return new Failure(`\`${name}\` follows an optional value, not a ${kindOf(first)}`);
    if (first.value === undefined) return otherwise(scope);
    return name === 'or' ? first : first.value;
  };
}

/** `[a, b]` */
export function listOf(steps: readonly Step[]): Step {
  return (scope) => {
    const items: Value[] = [];
    for (const step of steps) {
      const item = step(scope);
      if (item instanceof Failure) return item;
      items.push(item);
    }
    return new Items(items);
  };
}

/** `{a: b}` */
export function mapOf(steps: readonly (readonly [Step, Step])[]): Step {
  return (scope) => {
    const entries = new Map<Key, Value>();
    for (const [keyStep, valueStep] of steps) {
      const written = keyStep(scope);
      if (written instanceof Failure) return written;
      const key = asKey(written);
      if (key === undefined) return new Failure(`a ${kindOf(written)} can't be a key of a map`);
      if (entries.has(key)) return new Failure('a map has the same key twice');
      const value = valueStep(scope);
      if (value instanceof Failure) return value;
      entries.set(key, value);
    }
    return new Entries(entries);
  };
}

/** `text.matches("pattern")` */
export function matching(text: Step, pattern: string): Step {
  const compiled = compilePattern(pattern);
  return (scope) => {
    const value = text(scope);
    if (value instanceof Failure) return value;
    if (typeof value !== 'string') return new Failure(`\`matches\` looks at a string, not at a ${kindOf(value)}`);
    if (compiled.kind === 'invalid') return new Failure(compiled.message);
    return scope.budget.spend(compiled.steps(value)) ?? compiled.test(value);
  };
}
