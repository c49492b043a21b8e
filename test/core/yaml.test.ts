import {describe, expect, test} from 'vitest';
import {formatFault} from '../../src/core/errors.ts';
import {parseYaml, positionOf, yamlLimits} from '../../src/core/yaml.ts';

describe('scalars are read as sigs.k8s.io/yaml 1.6 reads them', () => {
  test.each([
    // [text, value]; each was read by sigs.k8s.io/yaml itself.
    ['0644', 420],
    ['0o17', 15],
    ['0O17', 15],
    ['08', 8],
    ['1_000', 1000],
    ['1__0', 10],
    ['0x1_F', 31],
    ['0X1f', 31],
    ['-0b11', -3],
    ['+0b1', 1],
    ['0B1', 1],
    ['+1', 1],
    ['0_7', 7],
    ['-0', 0],
    ['.5', 0.5],
    ['1.', 1],
    ['1e3', 1000],
    ['1_e3', 1000],
    ['1_0.5', 10.5],
    ['yes', true],
    ['y', true],
    ['on', true],
    ['True', true],
    ['no', false],
    ['n', false],
    ['OFF', false],
    ['~', null],
    ['Null', null],
    ['', null],
    ['._5', '._5'],
    ['_1', '_1'],
    ['0x', '0x'],
    ['.', '.'],
    ['=', '='],
    ['12:30:45', '12:30:45'],
    ['1e400', '1e400'],
    ['nUll', 'nUll'],
    ['2001-01-01', '2001-01-01'],
    ['2001-12-14T21:59:43.10-05:00', '2001-12-14T21:59:43.10-05:00'],
    ['!!str 12', '12'],
    ['!!float 3', 3],
    ["!!int '7'", 7],
    ['!!timestamp 2001-01-01', '2001-01-01'],
    ["'yes'", 'yes'],
    ['"0644"', '0644'],
    ['9007199254740991', 9_007_199_254_740_991],
    ['[a, 0o644, {b: on}]', ['a', 420, {b: true}]],
  ])('%s', (text, value) => {
    expect(valueOf(`key: ${text}\n`)).toStrictEqual({key: value});
  });

  test('keys become strings by their value', () => {
    expect(valueOf('1.5: a\n0644: b\nyes: c\n2001-01-01: d\n"on": e\n')).toEqual({
      '1.5': 'a',
      420: 'b',
      true: 'c',
      '2001-01-01': 'd',
      on: 'e',
    });
  });

  test('a %YAML 1.2 directive changes nothing', () => {
    expect(valueOf('%YAML 1.2\n---\na: 0644\n')).toEqual({a: 420});
  });
});

describe('merge keys', () => {
  test('what a later line says wins, as in Kubernetes', () => {
    expect(valueOf('x: &a {p: 1, q: 2}\nafter: {<<: *a, p: 5}\nbefore: {p: 5, <<: *a}\n')).toEqual({
      x: {p: 1, q: 2},
      after: {p: 5, q: 2},
      before: {p: 1, q: 2},
    });
  });

  test('of a list of sources the first wins, of two merges the last', () => {
    expect(valueOf('<<: [{a: 1}, {a: 2, b: 2}]\n')).toEqual({a: 1, b: 2});
    expect(valueOf('<<: {a: 1}\n<<: {a: 3, b: 2}\n')).toEqual({a: 3, b: 2});
  });

  test('a quoted one is a key like any other', () => {
    expect(valueOf('"<<": {a: 1}\n')).toEqual({'<<': {a: 1}});
  });
});

test('__proto__ and constructor are keys like any other, through a merge too', () => {
  const value = valueOf('__proto__: {x: 1}\nconstructor: 2\nm:\n  <<: {__proto__: 3}\n') as Record<string, object>;
  expect(Object.entries(value).slice(0, 2)).toEqual([
    ['__proto__', {x: 1}],
    ['constructor', 2],
  ]);
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  expect(Object.entries(value['m'] as object)).toEqual([['__proto__', 3]]);
});

test('comments alone and nothing at all are null', () => {
  expect(parseYaml('# only\n').map(({value}) => value)).toEqual([null]);
  expect(parseYaml('').map(({value}) => value)).toEqual([null]);
  expect(parseYaml('a: 1\n---\n# nothing\n---\n- b\n').map(({value}) => value)).toEqual([{a: 1}, null, ['b']]);
});

describe('what is wrong is a fault with its line and column', () => {
  test.each([
    [
      'an alias bomb',
      'a: &a [x, x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: *c\n',
      '3:32: aliasBomb',
    ],
    ['an unknown alias', 'a: *b\n', '1:4: aliasUnknown'],
    ['an alias of what it stands in', 'a: &x [1, *x]\n', '1:11: aliasWithinItself'],
    ['a merge of no map', 'a: 1\n<<: 1\n', '2:5: mergeNotMap'],
    ['an unknown tag', 'a: !secret x\n', '1:12: tagUnknown'],
    ['binary data', 'a: !!binary aGk=\n', '1:13: tagUnknown'],
    ['a tag that does not fit', 'a: !!int x\n', '1:10: tagMismatch'],
    ['a key that stands twice', 'a: 1\nb:\n  c: 1\n  c: 2\n', '4:3: duplicateKey'],
    ['two keys that become the same', 'true: 1\nyes: 2\n', '2:1: duplicateKey'],
    ['a key that stands on both sides of a merge', 'a: 1\n<<: {a: 2, b: 2}\na: 3\nb: 3\n', '3:1: duplicateKey'],
    ['a null key', '~: 1\n', '1:1: keyNotScalar'],
    ['a list as a key', '? [a]\n: 1\n', '1:3: keyNotScalar'],
    ['infinity', 'a: .inf\n', '1:4: notFinite'],
    ['no number', 'a: .NaN\n', '1:4: notFinite'],
    ['an integer that would be rounded', 'a: 9007199254740993\n', '1:4: inexact'],
    ['a tab as indentation', 'a:\n\tb: 1\n', '2:1: yamlSyntax'],
    ['an open quote', "a: 'x\n", '2:1: yamlSyntax'],
    ['an open bracket', 'a: [1,\n', '2:1: yamlSyntax'],
    ['nesting beyond 100', `a: ${'['.repeat(101)}${']'.repeat(101)}\n`, '1:103: tooDeep'],
    ['nesting that would exhaust the stack', '['.repeat(100_000), '1:101: tooDeep'],
    ['nesting of lists in blocks', '- '.repeat(20_000), '1:201: tooDeep'],
  ])('%s', (_, text, place) => {
    const faults = parseYaml(text, 'f.yaml').flatMap((document) => document.faults.map(formatFault));
    expect(faults[0]).toMatch(new RegExp(`^f\\.yaml:${place}: `));
  });

  test('all of them in one run, in the order of the text', () => {
    const [document] = parseYaml('a: 1\na: 2\nb: !x y\nc:\n\td: 1\ne: .inf\n', 'f');
    expect(document?.faults.map(({code, position}) => [code, position?.line])).toEqual([
      ['duplicateKey', 2],
      ['tagUnknown', 3],
      ['yamlSyntax', 5],
      ['notFinite', 6],
    ]);
  });

  test('a fault of one document leaves the others good', () => {
    expect(parseYaml('a: 1\n---\na: 1\na: 2\n---\nb: 2\n').map(({faults}) => faults.length)).toEqual([0, 1, 0]);
  });

  test('a text beyond the limit is one fault', () => {
    const [document] = parseYaml(`# ${'x'.repeat(yamlLimits.maxBytes)}`, 'f');
    expect(document?.faults.map(({code}) => code)).toEqual(['yamlTooLarge']);
  });

  test('depth through aliases counts', () => {
    const half = (inner: string): string => `${'['.repeat(60)}${inner}${']'.repeat(60)}`;
    const [document] = parseYaml(`a: &a ${half('x')}\nb: ${half('*a')}\n`);
    expect(document?.faults.map(({code, position}) => [code, position?.line])).toEqual([['tooDeep', 2]]);
  });
});

test('100 aliases are right and share what they repeat', () => {
  const [document] = parseYaml(`a: &a {x: [1]}\nb: [${'*a, '.repeat(100)}]\n`);
  const value = document?.value as {a: object; b: object[]};
  expect(document?.faults).toEqual([]);
  expect(value.b).toHaveLength(100);
  expect(value.b.every((item) => item === value.a)).toBe(true);
});

describe('positions', () => {
  const text = '# head\na:\n  - name: x\n    "on": {k: 1}\n  -\nm: &m {deep: 1}\nm2:\n  <<: *m\nempty:\n';
  test.each([
    [['a', 0, 'name'], 'key', 3, 5],
    [['a', 0, 'name'], 'value', 3, 11],
    [['a', 0, 'on', 'k'], 'value', 4, 15],
    [['a', 1], 'value', 5, 4],
    [['m2', 'deep'], 'value', 6, 14],
    [['empty'], 'key', 9, 1],
    [['empty'], 'value', 9, 7],
    [[], 'value', 2, 1],
  ] as const)('of %j, its %s', (path, at, line, column) => {
    const [document] = parseYaml(text);
    expect(document && positionOf(document, path, at)).toEqual({line, column});
  });

  test('there is none where there is no such path', () => {
    const [document] = parseYaml(text);
    expect(document && positionOf(document, ['a', 7, 'x'], 'key')).toBeUndefined();
  });

  test('a byte order mark, CRLF and a text that begins further down are counted right', () => {
    const [document] = parseYaml('\ufeffa: 1\r\nb: [1,\r\n 2]\r\n', 'f', 40);
    expect(document?.value).toEqual({a: 1, b: [1, 2]});
    expect(document && positionOf(document, ['a'], 'key')).toEqual({line: 40, column: 1});
    expect(document && positionOf(document, ['b', 1], 'value')).toEqual({line: 42, column: 2});
  });
});

function valueOf(text: string): unknown {
  const [document] = parseYaml(text);
  expect(document?.faults).toEqual([]);
  return document?.value;
}

describe('what Helm would fill in', () => {
  test.each([['a: {{ .Values.a }}\n'], ['a: 1\n{{- if .Values.b }}\nb: 2\n{{- end }}\n'], ['a: [{{ .Values.a }}]\n']])(
    'is a fault that says so: %j',
    (text) => {
      const [fault] = parseYaml(text)[0]?.faults ?? [];
      expect(fault?.fix).toContain('helm template');
    },
  );

  test.each([['a: "{{ .Values.a }}"\n{b\n'], ['a: {b: {c: 1}\n'], ['a: x{{b}}\n\tc: 1\n']])(
    'is not meant by other faults: %j',
    (text) => {
      const faults = parseYaml(text).flatMap((document) => document.faults);
      expect(faults.length).toBeGreaterThan(0);
      expect(faults.filter(({fix}) => fix?.includes('helm'))).toEqual([]);
    },
  );
});
