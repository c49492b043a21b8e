import {isDeepStrictEqual} from 'node:util';
import * as fc from 'fast-check';
import jsonPatch from 'fast-json-patch';
import {expect, test} from 'vitest';
import type {Json} from '../../src/core/json.ts';
import {diff} from '../../src/core/patch.ts';
import {frozen} from '../helpers/frozen.ts';
import {propertyRuns} from '../helpers/property-runs.ts';

// Few names, so that items are moved, doubled and replaced by others of the same identity.
const {value} = fc.letrec<{value: Json; object: Json; list: Json}>((tie) => ({
  value: fc.oneof(
    {depthSize: 'small', withCrossShrink: true},
    fc.constantFrom<Json>(null, true, 0, 1, '', 'a', 'name=a'),
    tie('list'),
    tie('object'),
  ),
  object: fc.dictionary(fc.constantFrom('name', 'mountPath', 'ip', 'a/b', '~', '~1', '', 'constructor', '0', '-'), tie('value'), {
    maxKeys: 4,
    noNullPrototype: true,
  }),
  list: fc.array(
    fc.oneof(
      tie('value'),
      fc.record({name: fc.constantFrom('a', 'b'), x: tie('value')}, {noNullPrototype: true}) as fc.Arbitrary<Json>,
    ),
    {
      maxLength: 5,
    },
  ),
}));

test('the operations between any two JSON values make the one of the other, and change neither', () => {
  fc.assert(
    fc.property(value, value, (before, after) => {
      const operations = JSON.parse(JSON.stringify(diff(frozen(before), frozen(after)))) as jsonPatch.Operation[];
      const copy = JSON.parse(JSON.stringify(before)) as Json;
      const {newDocument} = jsonPatch.applyPatch(copy, operations, true);
      expect(isDeepStrictEqual(newDocument, after)).toBe(true);
    }),
    propertyRuns({numRuns: 3000, seed: 20_265}),
  );
});

test('an object against a copy of itself gives no operation', () => {
  const flat = value.filter((one) => !JSON.stringify(one).includes('[[') && !JSON.stringify(one).includes(',['));
  fc.assert(
    fc.property(flat, (before) => {
      expect(diff(before, structuredClone(before))).toEqual([]);
    }),
    propertyRuns({numRuns: 500, seed: 20_266}),
  );
});
