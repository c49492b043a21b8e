import {expect, test} from 'vitest';
import {printYaml} from '../../src/cli/print.ts';
import type {Json} from '../../src/core/json.ts';
import {parseYaml} from '../../src/core/yaml.ts';

/** Prints a text with another value. */
function printed(text: string, after: Json): string {
  const [document] = parseYaml(text);
  if (document === undefined) throw new Error('no document');
  return printYaml(text, document, after);
}

const secret = {secretKeyRef: {name: 'redis', key: 'host', optional: true}};
const moved = (from: Json, to: Json): Json => ({
  app: [{name: 'A', ...(from as object)}],
  proxy: {env: [{name: 'B', ...(to as object)}]},
});

test.each<[string, string, string]>([
  [
    'a block with quotes and comments',
    '  valueFrom: # of the team\n    secretKeyRef:\n      # of the vault\n      name: "redis" # old\n\n      key: \'host\'\n      optional: true\n',
    '      valueFrom: # of the team\n        secretKeyRef:\n          # of the vault\n          name: "redis" # old\n\n          key: \'host\'\n          optional: true\n',
  ],
  [
    'brackets',
    '  valueFrom: {secretKeyRef: {"name": redis, key: host, optional: true}} # of the team\n',
    '      valueFrom: {secretKeyRef: {"name": redis, key: host, optional: true}} # of the team\n',
  ],
  [
    'an anchor, which must not stand twice,',
    '  valueFrom: {secretKeyRef: {name: &redis redis, key: host, optional: true}}\n',
    '      valueFrom:\n        secretKeyRef:\n          name: redis\n          key: host\n          optional: true\n',
  ],
])('a reference that moves is written as it was: %s', (what, lines, there) => {
  const text = `app:\n- name: A\n${lines}proxy:\n  env:\n    - name: B\n      value: x\n`;
  const injected = printed(text, moved({value: 'x'}, {valueFrom: secret}));
  expect(injected).toBe(`app:\n- name: A\n  value: x\nproxy:\n  env:\n    - name: B\n${there}`);
  const back = printed(injected, moved({valueFrom: secret}, {value: 'x'}));
  if (!what.includes('anchor')) expect(back).toBe(text);
});

test('a reference on brackets of its own moves without them', () => {
  const text =
    'app:\n- {name: A, valueFrom: {secretKeyRef: {name: "redis", key: host, optional: true}}} # the one\nproxy:\n  env:\n  - name: B\n    value: x\n';
  expect(printed(text, moved({value: 'x'}, {valueFrom: secret}))).toBe(
    'app:\n- {name: A, value: x} # the one\nproxy:\n  env:\n  - name: B\n    valueFrom: {secretKeyRef: {name: "redis", key: host, optional: true}}\n',
  );
});

test('line breaks of Windows stay', () => {
  const text =
    'app:\r\n- name: A\r\n  valueFrom:\r\n    secretKeyRef: {name: "redis", key: host, optional: true}\r\nproxy:\r\n  env:\r\n  - name: B\r\n    value: x\r\n';
  const there = printed(text, moved({value: 'x'}, {valueFrom: secret}));
  expect(there).toContain('\r\n    valueFrom:\r\n      secretKeyRef: {name: "redis", key: host, optional: true}\r\n');
  expect(there).not.toMatch(/[^\r]\n/);
  expect(printed(there, moved({valueFrom: secret}, {value: 'x'}))).toBe(text);
});

test('what takes the place of a field stands where that stood, before the comments behind it', () => {
  const text = 'app:\n- name: A\n  valueFrom:\n    fieldRef: {fieldPath: spec.nodeName}\n  # of the next one\n\n- name: B\n';
  const host = {fieldRef: {fieldPath: 'spec.nodeName'}};
  const there = printed(text, {app: [{name: 'A', value: 'x'}, {name: 'B'}]});
  expect(there).toBe('app:\n- name: A\n  value: x\n  # of the next one\n\n- name: B\n');
  expect(printed(there, {app: [{name: 'A', valueFrom: host}, {name: 'B'}]})).toBe(
    text.replace('{fieldPath: spec.nodeName}', '\n      fieldPath: spec.nodeName').replace(': \n', ':\n'),
  );
});

test.each([
  ['redis', '127.0.0.1'],
  ['redis://user@redis:6380/0', 'redis://user@127.0.0.1:6379/0'],
])('an address in brackets is plain, so that what stood there comes back without quotes: %s', (was, becomes) => {
  const text = `app:\n- {name: A, value: ${was}}\n`;
  const there = printed(text, {app: [{name: 'A', value: becomes}]});
  expect(there).toBe(`app:\n- {name: A, value: ${becomes}}\n`);
  expect(printed(there, {app: [{name: 'A', value: was}]})).toBe(text);
});

test('a field that goes from behind its dash leaves its place to the new one', () => {
  const text =
    'app:\n- valueFrom:\n    secretKeyRef:\n      name: "redis" # old\n      key: host\n      optional: true\n  name: A # the one\nproxy:\n  env:\n  - name: B\n    value: x\n';
  const there = printed(text, moved({value: 'x'}, {valueFrom: secret}));
  expect(there).toMatch(/^app:\n- value: x\n  name: A # the one\nproxy:\n/);
  expect(printed(there, moved({valueFrom: secret}, {value: 'x'}))).toBe(text);
});
