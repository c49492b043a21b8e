import type {Budget} from '../budget.ts';
import {Failure, type Outcome} from '../value.ts';
import {method, type Overload} from './overload.ts';
import {pointOf, unitOf} from './positions.ts';

/**
 * The functions on strings of CEL and of the API server's strings library that give a position, a part or a truth.
 * Source: https://kubernetes.io/docs/reference/using-api/cel/ and cel-go's ext/strings.go.
 */
export const strings: readonly Overload[] = [
  method(
    'contains',
    ['string', 'string'],
    'bool',
    (budget, text, part) => budget.search(text.length, part.length) ?? text.includes(part),
  ),
  method('startsWith', ['string', 'string'], 'bool', (budget, text, part) => budget.read(part.length) ?? text.startsWith(part)),
  method('endsWith', ['string', 'string'], 'bool', (budget, text, part) => budget.read(part.length) ?? text.endsWith(part)),
  method('indexOf', ['string', 'string'], 'int', (budget, text, part) => firstFrom(text, part, 0n, budget)),
  method('indexOf', ['string', 'string', 'int'], 'int', (budget, text, part, from) => firstFrom(text, part, from, budget)),
  method('lastIndexOf', ['string', 'string'], 'int', (budget, text, part) => lastFrom(text, part, text.length, budget)),
  method('lastIndexOf', ['string', 'string', 'int'], 'int', (budget, text, part, from) => {
    const unit = unitOf(text, from, budget);
    return unit instanceof Failure ? unit : lastFrom(text, part, unit, budget);
  }),
  method('charAt', ['string', 'int'], 'string', (budget, text, at) => {
    const unit = unitOf(text, at, budget);
    if (unit instanceof Failure) return unit;
    const point = text.codePointAt(unit);
    return point === undefined ? '' : String.fromCodePoint(point);
  }),
  method('substring', ['string', 'int'], 'string', (budget, text, from) => slice(text, from, undefined, budget)),
  method('substring', ['string', 'int', 'int'], 'string', (budget, text, from, to) => slice(text, from, to, budget)),
  method('lowerAscii', ['string'], 'string', (budget, text) => eachAscii(text, /[A-Z]+/g, (run) => run.toLowerCase(), budget)),
  method('upperAscii', ['string'], 'string', (budget, text) => eachAscii(text, /[a-z]+/g, (run) => run.toUpperCase(), budget)),
  method('trim', ['string'], 'string', (budget, text) => budget.read(text.length) ?? text.trim()),
];

function firstFrom(text: string, part: string, from: bigint, budget: Budget): Outcome {
  const start = unitOf(text, from, budget);
  if (start instanceof Failure) return start;
  const unit = budget.search(text.length, part.length) ?? text.indexOf(part, start);
  return unit instanceof Failure ? unit : position(text, unit, budget);
}

function lastFrom(text: string, part: string, from: number, budget: Budget): Outcome {
  const unit = budget.search(text.length, part.length) ?? text.lastIndexOf(part, from);
  return unit instanceof Failure ? unit : position(text, unit, budget);
}

function position(text: string, unit: number, budget: Budget): Outcome {
  const point = unit < 0 ? unit : pointOf(text, unit, budget);
  return point instanceof Failure ? point : BigInt(point);
}

function slice(text: string, from: bigint, to: bigint | undefined, budget: Budget): Outcome {
  const start = unitOf(text, from, budget);
  if (start instanceof Failure) return start;
  const end = to === undefined ? text.length : unitOf(text, to, budget);
  if (end instanceof Failure) return end;
  return end < start ? new Failure('a part of a text ends before it begins') : text.slice(start, end);
}

// eslint-disable-next-line no-control-regex
const ascii = /^[\x00-\x7f]*$/;

function eachAscii(text: string, letters: RegExp, change: (run: string) => string, budget: Budget): Outcome {
  const over = budget.read(text.length);
  if (over !== undefined) return over;
  // In a text of ASCII alone the built-in conversion is the same, and far quicker.
  return ascii.test(text) ? change(text) : (budget.spend(text.length) ?? text.replaceAll(letters, change));
}
