import {parseQuantity} from '../../kubernetes/quantity.ts';
import type {Budget} from '../budget.ts';
import {inRange} from '../operators.ts';
import {Failure, type Outcome, Quantity} from '../value.ts';
import {global, method, type Overload} from './overload.ts';

const quantity = 'kubernetes.Quantity';

/** The API server's quantity library. Source: k8s.io/apiserver/pkg/cel/library/quantity.go. */
export const quantities: readonly Overload[] = [
  global('isQuantity', ['string'], 'bool', (budget, text) => parsed(text, budget, (nano) => nano !== undefined)),
  global('quantity', ['string'], quantity, (budget, text) =>
    parsed(text, budget, (nano) => (nano === undefined ? new Failure('a text is no quantity') : new Quantity(nano))),
  ),
  method('compareTo', [quantity, quantity], 'int', (_, a, b) => (a.nano < b.nano ? -1n : a.nano > b.nano ? 1n : 0n)),
  method('isGreaterThan', [quantity, quantity], 'bool', (_, a, b) => a.nano > b.nano),
  method('isLessThan', [quantity, quantity], 'bool', (_, a, b) => a.nano < b.nano),
  method('sign', [quantity], 'int', (_, {nano}) => (nano < 0n ? -1n : nano > 0n ? 1n : 0n)),
  method('add', [quantity, quantity], quantity, (_, a, b) => new Quantity(a.nano + b.nano)),
  method('add', [quantity, 'int'], quantity, (_, a, b) => new Quantity(a.nano + b * nanoPerOne)),
  method('sub', [quantity, quantity], quantity, (_, a, b) => new Quantity(a.nano - b.nano)),
  method('sub', [quantity, 'int'], quantity, (_, a, b) => new Quantity(a.nano - b * nanoPerOne)),
  method('isInteger', [quantity], 'bool', (_, {nano}) => !(integer(nano) instanceof Failure)),
  method('asInteger', [quantity], 'int', (_, {nano}) => integer(nano)),
  method('asApproximateFloat', [quantity], 'double', (_, {nano}) => Number(nano) / Number(nanoPerOne)),
];

const nanoPerOne = 1_000_000_000n;
const stepsToParse = 20;

function parsed(text: string, budget: Budget, result: (nano: bigint | undefined) => Outcome): Outcome {
  return budget.spend(stepsToParse) ?? result(parseQuantity(text));
}

function integer(nano: bigint): bigint | Failure {
  return nano % nanoPerOne === 0n ? inRange(nano / nanoPerOne) : new Failure('a quantity is no whole number');
}
