import {mkdtemp, mkdir, rm, symlink, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {formatFault} from '../../src/core/errors.ts';
import {loadTemplates} from '../../src/templates/files.ts';
import type {LoadedTemplates} from '../../src/templates/loaded.ts';

const bare = 'pattern: sidecar\ncontainers:\n- {name: a, image: b}\n';
const deployment = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n';
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'pod-injector-files-'));
});

afterEach(async () => {
  await rm(folder, {recursive: true, force: true});
});

function labelled(name: string, template = bare): string {
  const indented = template.replaceAll(/^(?=.)/gm, '    ');
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  labels:\n    pod-injector.dev/template: "true"\ndata:\n  template: |\n${indented}`;
}

async function load(files: Record<string, string | Uint8Array>, named: readonly string[] = ['']): Promise<LoadedTemplates> {
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder, name), content);
  return loadTemplates(named.map((name) => path.join(folder, name)));
}

/** `file:line:column: code` of each fault or warning. */
function places(faults: LoadedTemplates['faults']): string[] {
  return faults.map((fault) =>
    formatFault({...fault, source: path.relative(folder, fault.source ?? '')})
      .split(': ', 2)
      .join(': '),
  );
}

function kinds({snapshot}: LoadedTemplates): Record<string, string> {
  return Object.fromEntries([...snapshot].map(([name, entry]) => [name, entry.kind]));
}

test('a folder holds ConfigMaps and bare templates', async () => {
  const loaded = await loadTemplates(['test/fixtures/templates']);
  expect(loaded.faults).toEqual([]);
  expect(loaded.warnings).toEqual([]);
  expect(kinds(loaded)).toEqual({'logging-agent': 'good', 'old-agent-initializer': 'good', 'web-content': 'good'});
  const entry = loaded.snapshot.get('logging-agent');
  expect(entry?.kind === 'good' && entry.template.source).toBe(path.join('test/fixtures/templates', 'logging-agent.yaml'));
});

test('only the YAML and JSON files directly in a folder are read, in the order of their names', async () => {
  await mkdir(path.join(folder, 'sub.yaml'));
  await writeFile(path.join(folder, 'sub.yaml', 'deep.yaml'), bare);
  const files = {
    'b.yml': bare,
    'a.yaml': bare,
    'c.json': '{"pattern":"sidecar","containers":[{"name":"a","image":"b"}]}',
    'd.txt': bare,
    '.e.yaml': bare,
    README: 'x',
  };
  const loaded = await load(files);
  expect([...loaded.snapshot.keys()]).toEqual(['a', 'b', 'c']);
  expect(loaded.faults).toEqual([]);
});

test('positions inside a block of a ConfigMap are those of the file', async () => {
  const loaded = await load({'a.yaml': labelled('x', `${bare}foo: 1\n`)});
  expect(places(loaded.faults)).toEqual(['a.yaml:12:5: unknownKey']);
});

test('positions are exact behind other documents, CRLF, a byte order mark, a comment and another indentation', async () => {
  const template = `\n\n${bare}app:\n  environment: []\n`;
  const text = `# one\n---\n${deployment}---\n${labelled('x', template)
    .replace('template: |', 'template: | # the text')
    .replaceAll(/^ {4}(?! *pod)/gm, '         ')}`;
  const loaded = await load({'a.yaml': `\uFEFF${text.replaceAll('\n', '\r\n')}`});
  const line = text.split('\n').findIndex((one) => one.includes('environment')) + 1;
  expect(places(loaded.faults)).toEqual([`a.yaml:${line}:12: unknownKey`]);
});

test.each([
  [
    'a block with an indentation indicator',
    'template: |2\n     # deeper\n    pattern: sidecar\n    foo: 1\n',
    'a.yaml:11:5: unknownKey',
  ],
  ['a block that keeps its last lines', 'template: |+\n    pattern: sidecar\n    foo: 1\n\n\n', 'a.yaml:10:5: unknownKey'],
])('positions in %s are exact', async (_, value, expected) => {
  const text = labelled('x').replace(/template: \|[^]*$/, value);
  expect(places((await load({'a.yaml': text})).faults)).toContain(expected);
});

test.each([
  ['folded', 'template: >\n    pattern: sidecar\n\n    foo: 1\n'],
  ['quoted', 'template: "pattern: sidecar\\nfoo: 1\\n"\n'],
  ['single-quoted', "template: 'pattern: sidecar\n\n    foo: 1'\n"],
])('positions in a %s text are its start', async (_, value) => {
  const text = labelled('x').replace(/template: \|[^]*$/, value);
  expect(new Set(places((await load({'a.yaml': text})).faults))).toEqual(
    new Set(['a.yaml:8:13: unknownKey', 'a.yaml:8:13: addsNothing']),
  );
});

test('a tab inside a block is found in the file', async () => {
  const loaded = await load({'a.yaml': labelled('x', 'pattern: sidecar\ncontainers:\n\t- name: a\n')});
  expect(places(loaded.faults)).toEqual(['a.yaml:11:5: yamlSyntax']);
  expect(kinds(loaded)).toEqual({x: 'broken'});
});

test('Lists hold ConfigMaps, as YAML and as JSON', async () => {
  const item = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {name: 'x', labels: {'pod-injector.dev/template': 'true'}},
    data: {template: bare},
  };
  const list = {apiVersion: 'v1', kind: 'List', items: [item, {...item, metadata: {...item.metadata, name: 'y'}}]};
  const {kind: _, apiVersion: __, ...untyped} = item;
  const typed = {apiVersion: 'v1', kind: 'ConfigMapList', items: [{...untyped, metadata: {...item.metadata, name: 'z'}}]};
  const loaded = await load({'a.json': JSON.stringify(list, undefined, '\t'), 'b.yaml': JSON.stringify(typed)});
  expect(kinds(loaded)).toEqual({x: 'good', y: 'good', z: 'good'});
  expect(loaded.faults).toEqual([]);
});

test('a fault in a List has its place in the file', async () => {
  const list = `apiVersion: v1\nkind: List\nitems:\n- ${labelled('x', `${bare}foo: 1\n`).replaceAll('\n', '\n  ')}`;
  expect(places((await load({'a.yaml': list})).faults)).toEqual(['a.yaml:15:7: unknownKey']);
});

test('other kinds are a fault in a file that was named, and ignored in a folder', async () => {
  const text = `${deployment}---\n${labelled('x')}---\n- a list\n---\n`;
  const ignored = await load({'a.yaml': text, 'values.yaml': 'replicas: 2\n', 'list.json': '[]'});
  expect(ignored.faults).toEqual([]);
  expect(kinds(ignored)).toEqual({x: 'good'});
  const strict = await load({}, ['a.yaml']);
  expect(places(strict.faults)).toEqual(['a.yaml:2:7: notATemplate', 'a.yaml:17:1: notATemplate']);
  expect(kinds(strict)).toEqual({x: 'good'});
});

test('a ConfigMap that lacks only the label is pointed out', async () => {
  const text = labelled('x').replace('pod-injector.dev/template: "true"', 'app: x');
  const ignored = await load({'a.yaml': text, 'b.yaml': bare});
  expect(places(ignored.warnings)).toEqual(['a.yaml:3:1: unlabelled']);
  expect(places((await load({}, ['a.yaml'])).faults)).toEqual(['a.yaml:3:1: unlabelled']);
});

test('a labelled ConfigMap without its text is a broken template, with its place', async () => {
  const loaded = await load({'a.yaml': labelled('x').replace('template: |', 'tmplate: |')});
  expect(places(loaded.faults)).toEqual(['a.yaml:8:3: templateKeyMissing']);
  expect(kinds(loaded)).toEqual({x: 'broken'});
});

test('a ConfigMap without a name is a fault of no template', async () => {
  const loaded = await load({'a.yaml': labelled('x').replace('  name: x\n', '')});
  expect(places(loaded.faults)).toEqual(['a.yaml:4:3: missingKey']);
  expect(kinds(loaded)).toEqual({});
});

test('a name that YAML takes for a boolean is asked to be quoted', async () => {
  const loaded = await load({'a.yaml': labelled('y')});
  expect(places(loaded.faults)).toEqual(['a.yaml:4:9: wrongType']);
  expect(loaded.faults[0]?.fix).toContain('quotes');
});

test('a broken template does not stop the others', async () => {
  const loaded = await load({
    'a.yaml': `${labelled('x', 'pattern: sidcar\n')}---\n${labelled('z')}`,
    'b.yaml': 'pattern: [\n',
    'c.yaml': bare,
  });
  expect(kinds(loaded)).toEqual({x: 'broken', z: 'good', b: 'broken', c: 'good'});
  expect(places(loaded.faults)).toContain('a.yaml:9:14: unknownPattern');
});

test('a file that does not parse keeps the name of what it holds, where that can be read', async () => {
  const loaded = await load({
    'a.yaml': `${labelled('x')}\tbad: [\n`,
    'b.yaml': 'apiVersion: v1\nkind: Service\nx: [\n',
    'c.yaml': bare,
  });
  expect(kinds(loaded)).toEqual({x: 'broken', c: 'good'});
  expect(loaded.unreadable.map((one) => path.basename(one.path))).toEqual(['a.yaml', 'b.yaml']);
});

test('two templates of one name are an error that names both places, and neither is usable', async () => {
  const loaded = await load({'a.yaml': labelled('x'), 'x.yaml': `# bare\n${bare}`});
  expect(kinds(loaded)).toEqual({x: 'broken'});
  expect(places(loaded.faults)).toEqual(['x.yaml:2:1: duplicateTemplate']);
  expect(loaded.faults[0]?.message).toContain(`${path.join(folder, 'a.yaml')}:4:9`);
  const entry = loaded.snapshot.get('x');
  expect(entry?.kind === 'broken' && entry.faults).toEqual(loaded.faults);
});

test('a file that is named, in a folder that is named, is one file', async () => {
  const loaded = await load({'a.yaml': bare}, ['', 'a.yaml', './a.yaml']);
  expect(kinds(loaded)).toEqual({a: 'good'});
  expect(loaded.faults).toEqual([]);
});

test('a path that does not exist and an empty folder are faults', async () => {
  await mkdir(path.join(folder, 'empty'));
  const loaded = await load({'a.yaml': bare}, ['missing', 'empty', 'a.yaml', 'nothing.yaml']);
  expect(places(loaded.faults)).toEqual(['missing: pathMissing', 'empty: noTemplates', 'nothing.yaml: pathMissing']);
  expect(kinds(loaded)).toEqual({a: 'good'});
});

test('a file that was named and holds nothing is a fault', async () => {
  expect(places((await load({'a.yaml': '# later\n'}, ['a.yaml'])).faults)).toEqual(['a.yaml:1:1: noTemplates']);
});

test('an empty file is a fault wherever it is, because it may be half written', async () => {
  const loaded = await load({'a.yaml': '', 'b.yaml': bare});
  expect(places(loaded.faults)).toEqual(['a.yaml:1:1: emptyFile']);
  expect(loaded.unreadable.map((one) => path.basename(one.path))).toEqual(['a.yaml']);
});

test('a link that leads nowhere and a file that is not UTF-8 are faults', async () => {
  await symlink(path.join(folder, 'nowhere'), path.join(folder, 'link.yaml'));
  const loaded = await load({'bytes.yaml': Uint8Array.of(0x61, 0xff, 0xfe)});
  expect(places(loaded.faults)).toEqual(['bytes.yaml: notUtf8', 'link.yaml: pathMissing']);
});

test('a file system that fails is a fault, not an exception', async () => {
  const denied = (): Promise<never> => Promise.reject(Object.assign(new Error('EACCES: permission denied'), {code: 'EACCES'}));
  const listed = await loadTemplates(['t'], {isFolder: () => Promise.resolve(true), list: denied, read: denied});
  const read = await loadTemplates(['t.yaml'], {isFolder: () => Promise.resolve(false), list: denied, read: denied});
  for (const loaded of [listed, read]) expect(loaded.faults.map(({code}) => code)).toEqual(['pathUnreadable']);
});
