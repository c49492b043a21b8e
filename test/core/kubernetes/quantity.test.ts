import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {compareQuantities, parseQuantity, sameQuantity, sumQuantities} from '../../../src/core/kubernetes/quantity.ts';
import {propertyRuns} from '../../helpers/property-runs.ts';

test.each([
  ['1024Mi', '1Gi'],
  ['0.5', '500m'],
  ['1e3', '1k'],
  ['1E', '1000P'],
  ['0.5Gi', '512Mi'],
  ['+1', '1.'],
  ['.5', '500m'],
  ['100E-2', '1'],
  [2, '2000m'],
  [0.25, '250m'],
  ['0', '-0'],
])('%s is %s', (a, b) => {
  expect(compareQuantities(a, b)).toBe(0);
});

test.each([
  ['1M', '1Mi'],
  ['999m', '1'],
  ['-1', '0'],
  ['9007199254740992', '9007199254740993'],
])('%s is less than %s', (a, b) => {
  expect(compareQuantities(a, b)).toBe(-1);
  expect(compareQuantities(b, a)).toBe(1);
});

test.each(['', 'x', '1x', '1ki', '1 Gi', '.', '-', '1e', '0x10', '1e999999999', '9'.repeat(1000), null, undefined, true, {}, []])(
  '%j is no quantity',
  (value) => {
    expect(parseQuantity(value)).toBeUndefined();
    expect(compareQuantities(value, '1')).toBeUndefined();
  },
);

test('resources are the same when they are so in whole milli units, rounded up', () => {
  expect(sameQuantity('0.0005', '1m')).toBe(true);
  expect(sameQuantity('1100u', '2m')).toBe(true);
  expect(sameQuantity('1m', '2m')).toBe(false);
  expect(sameQuantity('x', 'x')).toBe(true);
  expect(sameQuantity('x', 'y')).toBe(false);
});

test('a sum passes over what is no quantity', () => {
  expect(sumQuantities(['1', '500m', undefined, 'x'])).toBe(parseQuantity('1500m'));
  expect(sumQuantities([])).toBe(0n);
});

test('a binary form is capped at the largest 64-bit integer', () => {
  expect(compareQuantities('16Ei', '8Ei')).toBe(0);
  expect(compareQuantities('7Ei', '8Ei')).toBe(-1);
});

test('any integer is exact in nano units', () => {
  fc.assert(
    fc.property(
      fc.bigInt({min: -(10n ** 30n), max: 10n ** 30n}),
      (value) => parseQuantity(`${value}n`) === value && parseQuantity(String(value)) === value * 10n ** 9n,
    ),
    propertyRuns({numRuns: 100, seed: 20_323}),
  );
});
