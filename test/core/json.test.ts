import fc from 'fast-check';
import {expect, test} from 'vitest';
import {withField, withFields, type JsonObject} from '../../src/core/json.ts';

const key = fc.constantFrom('a', 'b', 'name', '1', '0', 'constructor', '__proto__');
/** As JSON.parse makes them: `__proto__` is a field of their own. */
const object = fc
  .uniqueArray(fc.tuple(key, fc.integer()), {selector: ([name]) => name})
  .map((entries): JsonObject => Object.fromEntries(entries));

/** The entries in their order, and that the object is a plain one. */
function seen(value: JsonObject): unknown {
  return [Object.entries(value), Object.getPrototypeOf(value) === Object.prototype];
}

test('a copy with one field set is what a literal with a spread gives, and leaves the object alone', () => {
  fc.assert(
    fc.property(object, key, (before, name) => {
      const untouched = seen(before);
      expect(seen(withField(before, name, 'new'))).toEqual(seen({...before, [name]: 'new'}));
      expect(seen(before)).toEqual(untouched);
    }),
  );
  expect(seen(withField(undefined, '__proto__', {a: 1}))).toEqual([[['__proto__', {a: 1}]], true]);
});

test('a copy with several fields set is what a literal with two spreads gives, and leaves both objects alone', () => {
  fc.assert(
    fc.property(object, object, (before, fields) => {
      const untouched = [seen(before), seen(fields)];
      expect(seen(withFields(before, fields))).toEqual(seen({...before, ...fields}));
      expect([seen(before), seen(fields)]).toEqual(untouched);
    }),
  );
});
