import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {Json} from '../../../src/core/json.ts';
import {evaluate, result} from './evaluating.ts';
import {propertyRuns} from '../../helpers/property-runs.ts';

test.each<[string, Json]>([
  ['params.image.replace("registry/", "mirror/")', 'mirror/app:1'],
  ['"banana".replace("a", "o", 2)', 'bonona'],
  ['"abc".replace("", "-")', '-a-b-c-'],
  ['"abc".replace("", "-", 2)', '-a-bc'],
  ['"abc".replace("", "-", 4) + "abc".replace("", "-", 0)', '-a-b-c-abc'],
  ['"abc".replace("b", "")', 'ac'],
  ['params.image.split(":")', ['registry/app', '1']],
  ['"a,b,c".split(",", 2)', ['a', 'b,c']],
  ['"a,b,c".split(",", 0)', []],
  ['"a,b,c".split(",", -1)', ['a', 'b', 'c']],
  ['"aé😀".split("")', ['a', 'é', '😀']],
  ['["a", "b"].join("-") + ["c"].join()', 'a-bc'],
  ['"AbÉ".lowerAscii() + "abé".upperAscii()', 'abÉABé'],
  ['"ABC".lowerAscii()', 'abc'],
  ['"aé😀z".substring(1, 3)', 'é😀'],
  ['"aé😀z".substring(3)', 'z'],
  ['"aé😀z".charAt(2) + "abc".charAt(3)', '😀'],
  ['"aé😀z".indexOf("z")', 3],
  ['"banana".indexOf("an", 2)', 3],
  ['"banana".indexOf("x")', -1],
  ['"banana".lastIndexOf("an")', 3],
  ['"banana".lastIndexOf("an", 2)', 1],
  ['" a b ".trim()', 'a b'],
  ['"banana".startsWith("ba") && "banana".endsWith("na") && "banana".contains("nan")', true],
  ['"aé😀z".size() + size("ab")', 6],
  ['size(params.list) + [1].size() + size(params.object) + {"a": 1}.size()', 6],
  ['params.image.matches("^[a-z]+/app(:[0-9]+)?$")', true],
  ['"xaay".matches("a+")', true],
  ['"ab".matches("^a$")', false],
  ['"%s:%d %.2f %s %%".format([params.image, params.port, params.ratio, true])', 'registry/app:1:8081 5.00 true %'],
  ['double("1.5") + double(1)', 2.5],
  ['string(1.5) + string(true) + string("x")', '1.5truex'],
  ['bool("true") && !bool("F")', true],
  ['type("a") == string && type(1.0) == double && type(type(1)) == type', true],
  ['isQuantity("1Gi") && !isQuantity("abc")', true],
  ['quantity("1Gi") == quantity("1024Mi") && quantity("1") != quantity("2")', true],
  ['quantity(pod.spec.containers[0].resources.requests.memory).isGreaterThan(quantity("512Mi"))', true],
  ['quantity("100m").isLessThan(quantity("1")) && quantity("2").compareTo(quantity("1500m")) == 1', true],
  ['quantity("1Gi").add(quantity("1Gi")).sub(1).asInteger()', 2147483647],
  ['quantity("500m").isInteger() || quantity("-1").sign() == -1', true],
  ['quantity("500m").asApproximateFloat()', 0.5],
])('%s is %j', (text, value) => {
  expect(result(text)).toStrictEqual(value);
});

test.each([
  ['"abc".substring(4)', 'there is no position 4 in a text of 3 characters'],
  ['"😀".substring(2)', 'there is no position 2 in a text of 2 characters'],
  ['"abc".substring(2, 1)', 'a part of a text ends before it begins'],
  ['"abc".charAt(-1)', 'there is no position -1 in a text of 3 characters'],
  ['params.list.join(",")', '`join` takes a list of strings only'],
  ['dyn(params.port).size()', 'there is no `int.size()`'],
  ['pod.spec.containers.matches("a")', '`matches` looks at a string, not at a list'],
  ['quantity("x")  == quantity("1")', 'a text is no quantity'],
  ['quantity("500m").asInteger()', 'a quantity is no whole number'],
  ['bool("yes")', 'the text `yes` is no bool'],
  ['"%s".format([])', '`format` has fewer values than the text has places'],
  ['"%s".format([1, 2])', '`format` has more values than the text has places'],
  ['"%d".format(["a"])', '`format` has no `%d` for a string'],
  ['dyn(pod.?x).orValue(type(1))', 'its result is a type, which no field can hold'],
  ['dyn(quantity("1"))', 'its result is a kubernetes.Quantity, which no field can hold'],
])('%s fails: %s', (text, message) => {
  expect(evaluate(text)).toMatchObject({kind: 'failed', message});
});

const text = fc.string({unit: fc.constantFrom('a', 'b', 'é', '😀', ','), maxLength: 12});

/** A text as a literal of CEL, whose escapes are those of JSON. */
function literal(value: string): string {
  return JSON.stringify(value);
}

test('positions count code points, as in Go', () => {
  fc.assert(
    fc.property(text, text, (whole, part) => {
      const points = Array.from(whole);
      const unit = whole.indexOf(part);
      expect(result(`${literal(whole)}.size()`)).toBe(points.length);
      expect(result(`${literal(whole)}.indexOf(${literal(part)})`)).toBe(unit < 0 ? -1 : Array.from(whole.slice(0, unit)).length);
      for (const [index, point] of points.entries()) expect(result(`${literal(whole)}.charAt(${String(index)})`)).toBe(point);
      const half = Math.floor(points.length / 2);
      expect(result(`${literal(whole)}.substring(${String(half)})`)).toBe(points.slice(half).join(''));
    }),
    propertyRuns({numRuns: 50, seed: 20_317}),
  );
});

test('splitting and joining by the same text changes nothing, and replaces like it', () => {
  fc.assert(
    fc.property(text, text, text, fc.integer({min: 1, max: 4}), (whole, by, to, most) => {
      const [w, b] = [literal(whole), literal(by)];
      expect(result(`${w}.split(${b}).join(${b})`)).toBe(whole);
      expect(result(`${w}.split(${b}, ${String(most)}).join(${b})`)).toBe(whole);
      if (by !== '') expect(result(`${w}.replace(${b}, ${literal(to)})`)).toBe(whole.replaceAll(by, () => to));
    }),
    propertyRuns({numRuns: 50, seed: 20_318}),
  );
});
