import * as fc from 'fast-check';

/** What somebody may write into an annotation to get more than a string: YAML, JSON, expressions, names of prototypes, odd characters. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '100m"\n  - name: x\n    image: evil:1',
      "it's\n- name: x",
      '!!int 5',
      '!!js/function "x"',
      '!<tag:evil> x',
      '&a *a',
      '<<: *a',
      '---\nkind: Pod',
      '...',
      '|',
      '>-\n  x',
      '# x',
      'a: b',
      '{"a": 1}',
      '["a", {"b": 1}]',
      '${params.port}',
      '$${params.port}',
      '${pod.spec}',
      '${1/0}',
      '$(A)',
      '$$(A)',
      '__proto__',
      'constructor',
      'null',
      'true',
      '0o17',
      '1e3',
      '12:30:45',
      '',
      ' ',
      '\n',
      '\t',
      '\r\n',
      '\u0000',
      '\ud800',
      '\udc00\ud800',
      '\ufeff',
      '\u0085\u2028\u2029',
      '\u001b[2J',
      'é\u0301😀',
    ),
  },
  {weight: 2, arbitrary: fc.string({unit: 'binary', maxLength: 40})},
  {weight: 1, arbitrary: fc.string({maxLength: 40})},
);

/** Texts as long as an annotation may be: 256 KiB for all of an object's, see ValidateAnnotationsSize in apimachinery. */
export const longTexts: readonly string[] = ['x', '"', '\n', '${', '\ud800', ','].map((text) =>
  text.repeat(204_800 / text.length),
);
