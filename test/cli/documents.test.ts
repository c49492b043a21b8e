import {describe, expect, test} from 'vitest';
import {toJson, toYaml} from '../../src/cli/convert.ts';
import {printDocuments, readDocuments, type ManifestObject} from '../../src/cli/documents.ts';
import {splitYaml} from '../../src/cli/split.ts';
import {formatFault} from '../../src/core/errors.ts';
import type {JsonObject} from '../../src/core/json.ts';

const marked = ({value}: ManifestObject): JsonObject => ({...value, added: ['x']});
const unchanged = (): undefined => undefined;

describe('a YAML stream', () => {
  const stream =
    '# head\na: 1\n---\n# only a comment\n---\n---\n- no\n- object\n--- # b\nb: |\n  text\n  ---x\n...\n# tail\n%YAML 1.1\n---\nc: 3';

  test('is cut into documents that make up the file again', () => {
    expect(
      splitYaml(stream)
        .map(({text}) => text)
        .join(''),
    ).toBe(stream);
    expect(splitYaml(stream).map(({line}) => line)).toEqual([1, 3, 5, 6, 9, 14]);
  });

  test('gives its objects with their places, and only those', () => {
    const {objects, faults} = readDocuments(stream, 'f.yaml');
    expect(faults).toEqual([]);
    expect(objects.map(({position, value}) => [position.line, value])).toEqual([
      [2, {a: 1}],
      [10, {b: 'text\n---x\n'}],
      [17, {c: 3}],
    ]);
  });

  test('is printed with only the changed objects different', () => {
    const text = printDocuments(readDocuments(stream, 'f.yaml'), (object) =>
      Object.hasOwn(object.value, 'b') ? marked(object) : undefined,
    );
    expect(text).toBe(stream.replace('  ---x\n', '  ---x\nadded:\n- x\n'));
  });

  test('without any change comes back byte for byte', () => {
    const set = readDocuments(stream, 'f.yaml');
    expect(printDocuments(set, unchanged)).toBe(stream);
    expect(printDocuments(set, ({value}) => structuredClone(value))).toBe(stream);
  });

  test('what is not of interest passes through unread, broken or not', () => {
    const text = 'a: [\n---\nmark: 1\n---\n{{ template }}\n';
    const set = readDocuments(text, 'f.yaml', (part) => part.includes('mark'));
    expect(set.faults).toEqual([]);
    expect(printDocuments(set, marked)).toBe('a: [\n---\nmark: 1\nadded:\n- x\n---\n{{ template }}\n');
  });

  test('faults have their place in the file', () => {
    const {faults} = readDocuments('\ufeffa: 1\r\n---\r\nb: 1\r\nb: 2\r\n---\r\nc: [\r\n---\r\n', 'dir/f.yaml');
    expect(faults.map(formatFault)).toEqual([
      'dir/f.yaml:4:1: duplicateKey: the key stands twice in this map; remove one of them',
      'dir/f.yaml:7:1: yamlSyntax: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ]);
  });

  test('a directive belongs to the document below it, behind a byte order mark too', () => {
    const text = '\ufeff%YAML 1.1\n# note\n---\na: 0644\n';
    expect(readDocuments(text, 'f').objects.map(({value}) => value)).toEqual([{a: 420}]);
  });

  test('an empty file holds nothing', () => {
    const set = readDocuments('', 'f');
    expect([set.objects, set.faults, printDocuments(set, marked)]).toEqual([[], [], '']);
  });
});

describe('a list of objects', () => {
  const list =
    'apiVersion: v1\nkind: List\nitems:\n# first\n- kind: A\n  metadata:\n    name: a # its name\n# second\n- kind: PodList\n  items:\n    - kind: P # p\n- null\n';

  test('each item is an object, of lists within too', () => {
    const {objects} = readDocuments(list, 'f');
    expect(objects.map(({path, position}) => [path, position.line])).toEqual([
      ['/items/0', 5],
      ['/items/1/items/0', 11],
    ]);
  });

  test('an item changes and the list around it stays as it is written', () => {
    expect(printDocuments(readDocuments(list, 'f'), marked)).toBe(
      list.replace('# its name\n', '# its name\n  added:\n  - x\n').replace('# p\n', '# p\n      added:\n      - x\n'),
    );
  });

  test('a custom resource whose kind ends in List but has no items is an object', () => {
    expect(readDocuments('kind: AllowList\nspec: {}\n', 'f').objects.map(({path}) => path)).toEqual(['']);
  });

  test('items that repeat one another by alias change each on its own', () => {
    const text = 'kind: List\nitems:\n- &a\n  kind: A\n- *a\n';
    const set = readDocuments(text, 'f');
    const printed = printDocuments(set, (object) => (object.path === '/items/1' ? marked(object) : undefined));
    expect(readDocuments(printed, 'f').objects.map(({value}) => value)).toEqual([{kind: 'A'}, {kind: 'A', added: ['x']}]);
  });
});

describe('JSON', () => {
  test('is printed with its own indentation and its own end', () => {
    for (const [indent, end] of [
      ['  ', '\n'],
      ['\t', ''],
      ['    ', '\r\n'],
    ] as const) {
      const write = (value: unknown): string =>
        JSON.stringify(value, null, indent).replaceAll('\n', end === '\r\n' ? '\r\n' : '\n') + end;
      const set = readDocuments(write({a: {b: [1]}}), 'f');
      expect(set.format).toBe('json');
      expect(printDocuments(set, marked)).toBe(write({a: {b: [1]}, added: ['x']}));
    }
  });

  test('on one line stays on one line, and untouched it keeps its spaces', () => {
    const text = '{"a": 1}\n{"b":  2, "c": 1.0}\n\n';
    const set = readDocuments(text, 'f');
    expect(set.objects.map(({position}) => position.line)).toEqual([1, 2]);
    expect(printDocuments(set, (object) => (Object.hasOwn(object.value, 'a') ? marked(object) : undefined))).toBe(
      '{"a":1,"added":["x"]}\n{"b":  2, "c": 1.0}\n\n',
    );
  });

  test('of a List the items have their places, tabs or not', () => {
    const {objects, format} = readDocuments(
      '{\n\t"kind": "List",\n\t"items": [\n\t\t{"a": "\\u003c\\ud83d\\ude00"}\n\t]\n}\n',
      'f',
    );
    expect([format, objects.map(({path, position, value}) => [path, position, value])]).toEqual([
      'json',
      [['/items/0', {line: 4, column: 3}, {a: '<\u{1f600}'}]],
    ]);
  });

  test('a key that stands twice and an integer that would be rounded are faults', () => {
    const {faults} = readDocuments('{"a": 1,\n "a": 9007199254740993}', 'f');
    expect(faults.map(({code, position}) => [code, position?.line])).toEqual([
      ['duplicateKey', 2],
      ['inexact', 2],
    ]);
  });

  test('what only YAML reads is YAML', () => {
    for (const text of ['{a: 1}', '{"a": 1} # note', '["a",]', 'a: {"b": 1}', '"text"'])
      expect(readDocuments(text, 'f').format).toBe('yaml');
  });
});

describe('another format', () => {
  const yaml = readDocuments('a: yes # c\n---\n---\nkind: List\nitems:\n- b: 0644\n', 'f');

  test('several YAML documents become one JSON List, one stays itself', () => {
    expect(JSON.parse(toJson([yaml], unchanged))).toEqual({apiVersion: 'v1', kind: 'List', items: [{a: true}, {b: 420}]});
    expect(toJson([readDocuments('a: 1\n', 'f')], marked)).toBe('{\n  "a": 1,\n  "added": [\n    "x"\n  ]\n}\n');
    expect(JSON.parse(toJson([readDocuments('kind: PodList\nitems: [{a: 1}]\n', 'f')], unchanged))).toEqual({
      kind: 'PodList',
      items: [{a: 1}],
    });
  });

  test('JSON becomes a YAML document for each value', () => {
    expect(toYaml([readDocuments('{"a":"yes","b":[{"c":1}]}{"d":"x\\ny\\n"}', 'f')], unchanged)).toBe(
      'a: "yes"\nb:\n- c: 1\n---\nd: |\n  x\n  y\n',
    );
  });
});
