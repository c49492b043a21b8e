import type {Budget} from '../budget.ts';
import {lengthOf, keysOf} from '../collection.ts';
import {inRange} from '../operators.ts';
import {Failure, kindOf, type Outcome, TypeValue} from '../value.ts';
import {global, method, type Overload} from './overload.ts';
import {pointsIn} from './positions.ts';

/** Conversions, `type`, `dyn`, `size` and what an optional value has. Source: https://github.com/google/cel-spec/blob/master/doc/langdef.md#standard-definitions */
export const conversions: readonly Overload[] = [
  global('int', ['int'], 'int', (_, value) => value),
  global('int', ['double'], 'int', (_, value) =>
    Number.isFinite(value) ? inRange(BigInt(Math.trunc(value))) : new Failure('a double that is not finite has no int'),
  ),
  global('int', ['string'], 'int', (_, text) =>
    integer.test(text) ? inRange(BigInt(text.replace('+', ''))) : notA('int', text),
  ),
  global('double', ['double'], 'double', (_, value) => value),
  global('double', ['int'], 'double', (_, value) => Number(value)),
  global('double', ['string'], 'double', (_, text) => (decimal.test(text) ? Number(text) : notA('double', text))),
  global('string', ['string'], 'string', (_, value) => value),
  global('string', ['int'], 'string', (_, value) => String(value)),
  global('string', ['double'], 'string', (_, value) => String(value)),
  global('string', ['bool'], 'string', (_, value) => String(value)),
  global('bool', ['bool'], 'bool', (_, value) => value),
  global('bool', ['string'], 'bool', (_, text) => truths.get(text) ?? notA('bool', text)),
  global('dyn', ['dyn'], 'dyn', (_, value) => value),
  global('type', ['dyn'], 'type', (_, value) => new TypeValue(kindOf(value))),
  method('hasValue', ['optional'], 'bool', (_, {value}) => value !== undefined),
  method('value', ['optional'], 'dyn', (_, {value}) => (value === undefined ? new Failure('an optional value has none') : value)),
  global('size', ['string'], 'int', (budget, text) => textSize(text, budget)),
  method('size', ['string'], 'int', (budget, text) => textSize(text, budget)),
  global('size', ['list'], 'int', (_, list) => BigInt(lengthOf(list))),
  method('size', ['list'], 'int', (_, list) => BigInt(lengthOf(list))),
  global('size', ['map'], 'int', (budget, map) => count(keysOf(map, budget))),
  method('size', ['map'], 'int', (budget, map) => count(keysOf(map, budget))),
];

const integer = /^[+-]?\d{1,19}$/;
const decimal = /^[+-]?(\d{1,400}(\.\d{0,400})?|\.\d{1,400})([eE][+-]?\d{1,4})?$/;

// Source: Go's strconv.ParseBool.
const truths: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((text) => [text, true] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((text) => [text, false] as const),
]);

function notA(type: string, text: string): Failure {
  const shown = text.length > shownLength ? `${text.slice(0, shownLength)}…` : text;
  return new Failure(`the text \`${shown}\` is no ${type}`);
}

const shownLength = 40;

function textSize(text: string, budget: Budget): Outcome {
  const points = pointsIn(text, budget);
  return points instanceof Failure ? points : BigInt(points);
}

function count(keys: readonly unknown[] | Failure): Outcome {
  return keys instanceof Failure ? keys : BigInt(keys.length);
}
