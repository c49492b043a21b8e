import type {Budget} from './budget.ts';
import {asKey, entryOf, isListValue, isMapping, itemAt, itemsOf, lengthOf, type List} from './collection.ts';
import {equal} from './equality.ts';
import {Failure, Items, kindOf, type Outcome, type Value} from './value.ts';

/** CEL's operators of two values (https://github.com/google/cel-spec/blob/master/doc/langdef.md#standard-definitions). */
export type Binary = '==' | '!=' | 'in' | '+' | '-' | '*' | '/' | '%' | '<' | '<=' | '>' | '>=';

export function applyBinary(operator: Binary, a: Value, b: Value, budget: Budget): Outcome {
  switch (operator) {
    case '==':
      return equal(a, b, budget);
    case '!=': {
      const same = equal(a, b, budget);
      return same instanceof Failure ? same : !same;
    }
    case 'in':
      return isIn(a, b, budget);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compare(operator, a, b, budget);
    case '+':
      if (typeof a === 'string' && typeof b === 'string') return budget.read(a.length + b.length) ?? a + b;
      if (isListValue(a) && isListValue(b)) return concatenate(a, b, budget);
      return calculate(operator, a, b);
    case '-':
    case '*':
    case '/':
    case '%':
      return calculate(operator, a, b);
  }
}

/** `-` before a number. */
export function negate(value: Value): Outcome {
  if (typeof value === 'bigint') return inRange(-value);
  return typeof value === 'number' ? -value : new Failure(`there is no \`-\` before a ${kindOf(value)}`);
}

/** An int of CEL is one of 64 bits. */
export function inRange(value: bigint): bigint | Failure {
  return BigInt.asIntN(64, value) === value ? value : new Failure('an integer is beyond 64 bits');
}

type Arithmetic = '+' | '-' | '*' | '/' | '%';

function calculate(operator: Arithmetic, a: Value, b: Value): Outcome {
  if (typeof a === 'bigint' && typeof b === 'bigint') return integer(operator, a, b);
  if (typeof a === 'number' && typeof b === 'number' && operator !== '%') return double(operator, a, b);
  return noOverload(operator, a, b);
}

function integer(operator: Arithmetic, a: bigint, b: bigint): Outcome {
  switch (operator) {
    case '+':
      return inRange(a + b);
    case '-':
      return inRange(a - b);
    case '*':
      return inRange(a * b);
    case '/':
      return b === 0n ? new Failure('an integer is divided by zero') : inRange(a / b);
    case '%':
      return b === 0n ? new Failure('an integer is divided by zero') : a % b;
  }
}

function double(operator: Exclude<Arithmetic, '%'>, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
  }
}

function compare(operator: '<' | '<=' | '>' | '>=', a: Value, b: Value, budget: Budget): Outcome {
  if (typeof a === 'string' && typeof b === 'string') return budget.read(Math.min(a.length, b.length)) ?? ordered(operator, a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return ordered(operator, Number(a), Number(b));
  if (isNumber(a) && isNumber(b)) return ordered(operator, a, b);
  return noOverload(operator, a, b);
}

function ordered<T extends string | bigint | number>(operator: '<' | '<=' | '>' | '>=', a: T, b: T): boolean {
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
  }
}

function isIn(value: Value, among: Value, budget: Budget): Outcome {
  if (isMapping(among)) {
    const key = asKey(value);
    return key !== undefined && entryOf(among, key) !== undefined;
  }
  if (!isListValue(among)) return noOverload('in', value, among);
  for (let index = 0; index < lengthOf(among); index += 1) {
    const same = budget.spend(1) ?? equal(value, itemAt(among, index) ?? null, budget);
    if (same !== false) return same;
  }
  return false;
}

function concatenate(a: List, b: List, budget: Budget): Outcome {
  const left = itemsOf(a, budget);
  if (left instanceof Failure) return left;
  const right = itemsOf(b, budget);
  return right instanceof Failure ? right : new Items([...left, ...right]);
}

function noOverload(operator: Binary, a: Value, b: Value): Failure {
  return new Failure(`there is no \`${kindOf(a)} ${operator} ${kindOf(b)}\``);
}

function isNumber(value: Value): value is bigint | number {
  return typeof value === 'bigint' || typeof value === 'number';
}
