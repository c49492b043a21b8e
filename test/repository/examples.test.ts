import {existsSync, readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {describe, expect, test} from 'vitest';
import {parse, parseAllDocuments} from 'yaml';

const examples = path.resolve(import.meta.dirname, '../../examples');
const read = (...names: readonly string[]): string => readFileSync(path.join(examples, ...names), 'utf8');
const folders = readdirSync(examples, {withFileTypes: true})
  .filter((entry) => entry.isDirectory() && entry.name !== 'templates')
  .map(({name}) => name);
const templates = readdirSync(path.join(examples, 'templates'));
const ownTemplates = folders.filter((folder) => existsSync(path.join(examples, folder, 'templates')));

/** The values of an annotation or a field, wherever it stands in the text. */
function valuesOf(key: string, text: string): readonly string[] {
  return [...text.matchAll(new RegExp(`^ *${key}: (.+)$`, 'gm'))].map(([, value = '']) => value);
}

/** The templates that an example asks for, optional ones too. */
function askedIn(folder: string): readonly string[] {
  return valuesOf('pod-injector.dev/inject', read(folder, 'input.yaml'))
    .filter((value) => value !== '"false"')
    .flatMap((value) => value.split(','))
    .map((name) => name.replace(/\?$/, ''));
}

describe.each(folders)('example %s', (folder) => {
  test('says when to use it, and the index leads to it', () => {
    expect(read(folder, 'README.md')).toMatch(/^# .+\n\n/);
    expect(read('README.md')).toContain(`[${folder}](${folder})`);
  });

  test('has inputs that parse, each document with a name', () => {
    const inputs = readdirSync(path.join(examples, folder)).filter((name) => /^input.*\.yaml$/.test(name));
    expect(inputs).toContain('input.yaml');
    for (const input of inputs) {
      for (const document of parseAllDocuments(read(folder, input))) {
        expect(document.errors).toEqual([]);
        expect(document.toJS()).toMatchObject({metadata: {name: expect.stringMatching(/./)}});
      }
    }
  });

  test('asks for templates that are there', () => {
    const there = ownTemplates.includes(folder) ? readdirSync(path.join(examples, folder, 'templates')) : templates;
    const asked = askedIn(folder);
    for (const name of asked) expect(there).toContain(`${name}.yaml`);
    expect(asked.length > 0 || ownTemplates.includes(folder)).toBe(true);
  });

  test('sets parameters only of templates that it asks for', () => {
    const keys = [...read(folder, 'input.yaml').matchAll(/^ *pod-injector\.dev\/([a-z0-9-]+)\.[A-Za-z0-9_-]+: /gm)];
    for (const [, name] of keys) expect(askedIn(folder)).toContain(name);
  });
});

test('each template is shown by an example', () => {
  const shown = new Set(folders.flatMap(askedIn).map((name) => `${name}.yaml`));
  expect(templates.filter((name) => !shown.has(name))).toEqual([]);
});

test('a template in a file of its own names its schema for editors', () => {
  const bare = ownTemplates
    .flatMap((folder) =>
      readdirSync(path.join(examples, folder, 'templates')).map((file) => path.join(folder, 'templates', file)),
    )
    .filter((file) => !read(file).includes('kind: ConfigMap'));
  expect(bare).not.toEqual([]);
  for (const file of bare) {
    const [, schema = ''] = /^# yaml-language-server: \$schema=(.+)\n/.exec(read(file)) ?? [];
    expect(existsSync(path.resolve(examples, path.dirname(file), schema))).toBe(true);
  }
});

test.each(templates)('template %s is a labelled ConfigMap of the name of its file, in the namespace of the injector', (file) => {
  const configMap: unknown = parse(read('templates', file));
  expect(configMap).toMatchObject({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {name: path.parse(file).name, namespace: 'pod-injector', labels: {'pod-injector.dev/template': 'true'}},
  });
});

test('the review is of the size that API servers send, and asks for a template that is there', () => {
  const review = JSON.parse(read('review.json')) as {request: {object: {metadata: {annotations: Record<string, string>}}}};
  const bytes = Buffer.byteLength(JSON.stringify(review));
  expect(bytes).toBeGreaterThan(5000);
  expect(bytes).toBeLessThan(6000);
  expect(templates).toContain(`${review.request.object.metadata.annotations['pod-injector.dev/inject']}.yaml`);
});
