import fc from 'fast-check';
import {expect, test} from 'vitest';
import {limits} from '../../../src/core/expression/limits.ts';
import {compilePattern} from '../../../src/core/expression/pattern.ts';
import {propertyRuns} from '../../helpers/property-runs.ts';

function compiled(text: string): Extract<ReturnType<typeof compilePattern>, {kind: 'compiled'}> {
  const pattern = compilePattern(text);
  if (pattern.kind === 'invalid') throw new Error(pattern.message);
  return pattern;
}

test.each([
  ['^[a-z0-9-]+$', 'web-1', true],
  ['^[a-z0-9-]+$', 'Web', false],
  ['b', 'abc', true],
  ['^$', '', true],
  ['\\d+(\\.\\d+)?Mi$', '1.5Mi', true],
  ['(?i)^debug|info$', 'DEBUG', true],
  ['^\\p{L}+$', 'é中', true],
  ['^.$', '😀', true],
])('%s on %j is %s', (text, value, matches) => {
  expect(compiled(text).test(value)).toBe(matches);
});

test.each([
  ['(', 'error parsing regexp: missing closing ): `(`'],
  ['(?=a)', 'error parsing regexp: invalid or unsupported Perl syntax: `(?=`'],
  ['(a)\\1', 'error parsing regexp: invalid escape sequence: `\\1`'],
  ['a{1000}', 'its repetitions are too many: its size is 1002, the most is 500'],
  ['a'.repeat(501), 'it is longer than 500 characters'],
])('%s is none: %s', (text, message) => {
  expect(compilePattern(text)).toStrictEqual({kind: 'invalid', message});
});

test('it agrees with JavaScript on what both know', () => {
  const letter = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d', '^', '$', '\\b');
  const times = fc.constantFrom('', '*', '+', '?', '{2}', '{0,2}');
  const atom = fc.tuple(letter, times).map(([what, many]) => (/^(\^|\$|\\b)$/.test(what) ? what : what + many));
  const sequence = fc.array(atom, {maxLength: 4}).map((atoms) => atoms.join(''));
  const pattern = fc.tuple(sequence, sequence, times).map(([left, right, many]) => `(${left}|${right})${many}`);
  fc.assert(
    fc.property(pattern, fc.string({unit: fc.constantFrom('a', 'b', '1', ' '), maxLength: 8}), (text, value) => {
      expect(compiled(text).test(value)).toBe(new RegExp(text, 'u').test(value));
    }),
    propertyRuns({numRuns: 300, seed: 20_312}),
  );
});

test('a value is only looked at as far as the work is bounded', () => {
  const pattern = compiled('^(a+)+$');
  expect(pattern.test('a'.repeat(pattern.longest))).toBe(true);
  expect(pattern.test('a'.repeat(pattern.longest + 1))).toBe(false);
  expect(pattern.longest).toBeGreaterThan(1000);
  expect(pattern.steps('a'.repeat(pattern.longest))).toBeGreaterThan(limits.steps * 0.9);
});
