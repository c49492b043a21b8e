import {expect, test} from 'vitest';
import {formatFault} from '../../src/core/errors.ts';
import type {JsonObject} from '../../src/core/json.ts';
import {contentOf, readConfigMap} from '../../src/templates/configmap.ts';

const text = 'pattern: sidecar\ncontainers:\n- {name: a, image: b}\n';

function configMap(name: string, label: unknown, more: JsonObject): JsonObject {
  const labels = label === undefined ? {} : {labels: {'pod-injector.dev/template': label as string}};
  return {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name, namespace: 'pod-injector', ...labels}, ...more};
}

function faultsOf(object: JsonObject): string[] {
  const entry = readConfigMap(object)?.entry;
  return entry?.kind === 'broken' ? entry.faults.map(formatFault) : [];
}

test('a labelled ConfigMap is the template of its name', () => {
  const entry = readConfigMap(configMap('agent', 'true', {data: {template: text, 'README.md': 'x'}}))?.entry;
  expect(entry).toMatchObject({
    kind: 'good',
    template: {name: 'agent', source: 'configmap/pod-injector/agent[template]', containers: [{name: 'a', image: 'b'}]},
  });
});

test('a labelled ConfigMap may hold the old format', () => {
  const entry = readConfigMap(configMap('agent', 'true', {data: {config: 'containers:\n- {name: a, image: b}\n'}}))?.entry;
  expect(entry).toMatchObject({kind: 'good', template: {pattern: 'sidecar', source: 'configmap/pod-injector/agent[config]'}});
});

test('an Initializer ConfigMap is a template without a label', () => {
  const entry = readConfigMap(
    configMap('agent-initializer', undefined, {data: {config: 'containers:\n- {name: a, image: b}\n'}}),
  )?.entry;
  expect(entry).toMatchObject({kind: 'good', template: {name: 'agent-initializer'}});
});

test.each<[string, JsonObject]>([
  ['without label and suffix', configMap('agent', undefined, {data: {template: text, config: text}})],
  ['with the suffix and no config', configMap('agent-initializer', undefined, {data: {template: text}})],
  ['with the suffix and the label "false"', configMap('agent-initializer', 'false', {data: {config: text}})],
  ['without metadata', {apiVersion: 'v1', kind: 'ConfigMap', data: {config: text}}],
  ['whose keys are parts of JavaScript', configMap('constructor', undefined, {data: {constructor: text}})],
])('a ConfigMap %s is none', (_, object) => {
  expect(contentOf(object)).toEqual({kind: 'other'});
  expect(readConfigMap(object)).toBeUndefined();
});

test.each<[string, JsonObject, RegExp]>([
  [
    'no data',
    configMap('a', 'true', {}),
    /^configmap\/pod-injector\/a: templateKeyMissing: .*; put the template's text under `data.template`$/,
  ],
  ['a misspelt key', configMap('a', 'true', {data: {templat: text}}), /templateKeyMissing: .*; rename `data.templat`$/],
  ['both keys', configMap('a', 'true', {data: {template: text, config: text}}), /templateKeyTwice: .*; remove one of them$/],
  [
    'binary data',
    configMap('a', 'true', {data: {template: text}, binaryData: {x: 'AA=='}}),
    /binaryData: .*; put the text under `data.template`/,
  ],
  ['a label that is no string', configMap('a', true, {data: {template: text}}), /templateLabel: .*; put it in quotes: "true"$/],
  ['another label', configMap('a', 'yes', {data: {template: text}}), /templateLabel: .* "yes".*; write "true"/],
  [
    'a map where the text belongs',
    configMap('a', 'true', {data: {template: {pattern: 'sidecar'}}}),
    /wrongType: `\/data\/template` must be a string .*; write `template: \|`/,
  ],
  ['no name', configMap('', 'true', {data: {template: text}}), /missingKey: .*; add `metadata.name`$/],
])('a labelled ConfigMap with %s is a fault that says what to do', (_, object, expected) => {
  expect(faultsOf(object)).toEqual([expect.stringMatching(expected)]);
});

test('positions are those of the text in its key', () => {
  expect(faultsOf(configMap('a', 'true', {data: {template: `${text}foo: 1\n`}}))).toEqual([
    'configmap/pod-injector/a[template]:4:1: unknownKey: `foo` is no key of a template',
  ]);
});

test('a name that no annotation could name is a fault', () => {
  expect(faultsOf(configMap('a'.repeat(62), 'true', {data: {template: text}}))[0]).toMatch(/: templateName: /);
});
