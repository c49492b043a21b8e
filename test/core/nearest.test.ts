import fc from 'fast-check';
import {expect, test} from 'vitest';
import {didYouMean, nearest} from '../../src/core/nearest.ts';
import {propertyRuns} from '../helpers/property-runs.ts';

const keys = ['containers', 'initContainers', 'volumes', 'volumeMounts', 'env', 'envFrom', 'position'];

test.each([
  ['container', 'containers'],
  ['contianers', 'containers'],
  ['initcontainers', 'initContainers'],
  ['volume', 'volumes'],
  ['volumeMount', 'volumeMounts'],
  ['enf', 'env'],
  ['Env', 'env'],
  ['posiiton', 'position'],
])('%s most likely means %s', (wanted, right) => {
  expect(nearest(wanted, keys)).toBe(right);
});

test.each(['', 'x', 'sidecar', 'zzzzzzzzzz', '__proto__', 'x'.repeat(10_000)])('nothing is near %j', (wanted) => {
  expect(nearest(wanted, keys)).toBeUndefined();
});

test('a known name is nearest to itself, whatever else is known', () => {
  fc.assert(
    fc.property(fc.array(fc.string({maxLength: 12})), fc.string({maxLength: 12}), (others, name) => {
      expect(nearest(name, [...others, name])).toBe(name);
    }),
    propertyRuns({numRuns: 100, seed: 20_310}),
  );
});

test('of two names as near the first is taken', () => {
  expect(nearest('cat', ['bat', 'rat'])).toBe('bat');
});

test('a fix is worded, or left out', () => {
  expect(didYouMean('volume', keys)).toEqual({fix: 'did you mean `volumes`'});
  expect(didYouMean('zzz', keys)).toEqual({});
});
