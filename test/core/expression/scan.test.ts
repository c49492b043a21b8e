import fc from 'fast-check';
import {expect, test} from 'vitest';
import {roots} from '../../../src/core/expression/expression.ts';
import {scan, type Segment, suspects} from '../../../src/core/expression/scan.ts';
import {propertyRuns} from '../../helpers/property-runs.ts';

const text = (value: string): Segment => ({kind: 'text', text: value});
const expression = (value: string, offset: number): Segment => ({kind: 'expression', text: value, offset});
const unended = (value: string, offset: number): Segment => ({kind: 'unended', text: value, offset});

test.each<[string, readonly Segment[]]>([
  ['', []],
  ['plain', [text('plain')]],
  ['${params.port}', [expression('params.port', 2)]],
  ['a ${params.port} b', [text('a '), expression('params.port', 4), text(' b')]],
  ['${pod.a}${pod["b"]}', [expression('pod.a', 2), expression('pod["b"]', 10)]],
  ['${pod[?"b"]}', [expression('pod[?"b"]', 2)]],
  ['${params.}', [expression('params.', 2)]],
])('%j has expressions where a root follows', (value, segments) => {
  expect(scan(value)).toStrictEqual(segments);
});

test.each(['${HOME}', '${pod}', '$(VAR)', '${ params.x }', '${paramsx.y}', '${has(pod.x)}', '$', '${', '}', '${}'])(
  '%j is text',
  (value) => {
    expect(scan(value)).toStrictEqual([text(value)]);
  },
);

test.each([
  ['$${params.port}', '${params.port}'],
  ['$${HOME}', '${HOME}'],
  ['$$${params.port}', '$${params.port}'],
  ['a$${', 'a${'],
])('%j is the text %j', (value, plain) => {
  expect(scan(value)).toStrictEqual([text(plain)]);
});

test('braces in maps, strings and comments do not end it', () => {
  const inner = [
    '{"a": {"b": 1}}',
    '"}"',
    "'}'",
    String.raw`"\"}"`,
    '"""}"}"""',
    "'''}'}\n'''",
    String.raw`r"\d{2}"`,
    String.raw`"\\"`,
    '1 // }\n',
    '"//"',
  ];
  for (const part of inner) {
    const whole = `params.x + ${part}`;
    expect(scan(`a\${${whole}}b`)).toStrictEqual([text('a'), expression(whole, 3), text('b')]);
  }
});

test.each(['params.x', 'params.x + "}', 'params.x + {"a": 1', "params.x + '''}'", 'params.x // }', String.raw`params.x + "\"}`])(
  'one without an end is told: ${%s',
  (value) => {
    expect(scan(`a \${${value}`)).toStrictEqual([text('a '), unended(value, 4)]);
  },
);

test('what is escaped comes back, and offsets point into the string', () => {
  const piece = fc.oneof(
    fc
      .string({unit: fc.constantFrom('$', '{', '}', 'a', '"', ' '), maxLength: 6})
      .map((value) => ({kind: 'text' as const, value})),
    fc.tuple(fc.constantFrom(...roots), fc.constantFrom('.x', '["}"]', '.y + {1: "}"}')).map(([root, rest]) => ({
      kind: 'expression' as const,
      value: root + rest,
    })),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      // A dollar at the end of a text would join what follows it.
      const safe = pieces.map(({kind, value}) => ({kind, value: kind === 'text' ? value.replaceAll('$', '') : value}));
      const whole = safe.map(({kind, value}) => (kind === 'text' ? value : `\${${value}}`)).join('');
      const found = scan(whole);
      const expressions = found.filter((segment) => segment.kind === 'expression');
      expect(expressions.map((segment) => segment.text)).toStrictEqual(
        safe.filter(({kind}) => kind === 'expression').map(({value}) => value),
      );
      for (const segment of expressions) expect(whole.slice(segment.offset).startsWith(segment.text)).toBe(true);
      expect(scan(whole.replaceAll('${', () => '$${'))).toStrictEqual(whole === '' ? [] : [text(whole)]);
    }),
    propertyRuns({numRuns: 100, seed: 20_316}),
  );
});

test.each([
  ['${has(pod.x) ? 1 : 2}', [{text: '${has(pod.x) ? 1 : 2}', offset: 0}]],
  [
    'a ${ params.x } b ${1 + params.y}',
    [
      {text: '${ params.x }', offset: 2},
      {text: '${1 + params.y}', offset: 18},
    ],
  ],
])('%j is meant as an expression, it seems', (value, found) => {
  expect(suspects(value)).toStrictEqual(found);
});

test.each(['${HOME}', '${params.x}', '$${has(pod.x)}', '${pod}', 'has(pod.x)', '${mypod.x}'])(
  'nothing in %j is suspect',
  (value) => {
    expect(suspects(value)).toStrictEqual([]);
  },
);
