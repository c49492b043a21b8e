import fc from 'fast-check';
import {expect, test} from 'vitest';
import {limits} from '../../../src/core/expression/limits.ts';
import {compile, values} from './evaluating.ts';
import {propertyRuns} from '../../helpers/property-runs.ts';

// Texts made of CEL's own pieces, most of which are no expressions.
const names = 'pod params workload .spec .metadata .?x [0] [?1] ["app"] .containers .name x c .port .image __proto__ constructor';
const signs = '+ - * / % == != < >= && || ! ? : in ( ) [ ] { } , " \\';
const literals = `1 2.5 true null "a" '}' 9223372036854775807 {"a":1} [1,2] 😀`;
const calls =
  'has( size( string( int( .map(c, .all(x, .exists(c, .filter(x, .orValue( .matches("a") .size() .replace("a", .split( .join( .format( quantity( type( dyn( optional.of(';
const pieces = `${names} ${signs} ${literals} ${calls}`.split(' ').map((piece) => (piece === 'in' ? ' in ' : piece));

test('whatever the text is, compiling and evaluating end with a value or a reason', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), {maxLength: 12}), (parts) => {
      const text = parts.join('');
      const compiled = compile(text);
      if (compiled.kind === 'invalid') {
        expect(compiled.message).not.toMatch(/undefined|\$|[^\\]\.$/);
        expect(compiled.offset).toBeGreaterThanOrEqual(0);
        expect(compiled.offset).toBeLessThanOrEqual(text.length);
        return;
      }
      const before = JSON.stringify(values);
      const first = compiled.expression.evaluate(values);
      expect(compiled.expression.evaluate(values)).toStrictEqual(first);
      expect(first.steps).toBeLessThanOrEqual(limits.steps);
      if (first.kind === 'value') expect(JSON.parse(JSON.stringify(first.value))).toStrictEqual(first.value);
      expect(JSON.stringify(values)).toBe(before);
    }),
    propertyRuns({numRuns: 3000, seed: 20_311}),
  );
});
