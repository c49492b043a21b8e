import fc from 'fast-check';
import {expect, test} from 'vitest';
import {patchText} from '../../src/admission/patch-text.ts';
import type {Json} from '../../src/core/json.ts';
import {propertyRuns} from '../helpers/property-runs.ts';

/** Freezes an object or not, as the next of the choices says, over and over. */
function frozenHereAndThere(value: Json, isNext: () => boolean): Json {
  if (typeof value !== 'object' || value === null) return value;
  for (const item of Object.values(value)) frozenHereAndThere(item ?? null, isNext);
  return isNext() ? Object.freeze(value) : value;
}

function inTurn(choices: readonly boolean[]): () => boolean {
  let index = 0;
  return () => {
    index += 1;
    return choices[index % choices.length] === true;
  };
}

test('it is what JSON.stringify gives, whatever of it is frozen, and the second time too', () => {
  const value = fc.jsonValue().map((json) => JSON.parse(JSON.stringify(json)) as Json);
  const choices = fc.array(fc.boolean(), {minLength: 1, maxLength: 8});
  fc.assert(
    fc.property(value, choices, fc.string(), (json, frozen, path) => {
      const part = frozenHereAndThere(json, inTurn(frozen));
      const operations = [
        {op: 'add', path, value: part},
        {op: 'replace', path: '/a', value: [part, {part, none: undefined}]},
        {op: 'remove', path},
      ] as const;
      expect(patchText(operations)).toBe(JSON.stringify(operations));
      expect(patchText(operations)).toBe(JSON.stringify(operations));
    }),
    propertyRuns({numRuns: 100, seed: 20_331}),
  );
});
