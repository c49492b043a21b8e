import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {describe, expect, test} from 'vitest';
import {templateFaults, templateWarnings} from '../../src/core/template/codes.ts';
import {fileFaults} from '../../src/templates/codes.ts';
import {yamlFaults} from '../../src/core/yaml-value.ts';

/** The text of a folder's sources but its table of codes. */
function sourcesOf(folder: string): string {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && name !== 'codes.ts')
    .map((name) => readFileSync(path.join(folder, name), 'utf8'))
    .join('\n');
}

/** The codes that a text gives its findings: the first word in quotes of those calls, or what stands behind `code:`. */
function codesIn(text: string): readonly string[] {
  const calls = /\b(?:fault|warning|atStart|checkNames|checkTwice)\(\s*(?:origin,\s*|'an? [a-z ]+',\s*)?'([a-z]\w+)'/g;
  const fields = /\bcode: '([a-z]\w+)'/g;
  const choices = /\bcode = [^;]*\? '(\w+)' : '(\w+)';/g;
  const found = [calls, fields, choices].flatMap((pattern) => [...text.matchAll(pattern)]);
  return found.flatMap(([, ...codes]) => codes);
}

const templates = sourcesOf('src/core/template');
const files = sourcesOf('src/templates');

describe('each code has its sentence and what to do, for the reference', () => {
  test.each([...new Set(codesIn(templates))].toSorted())('%s of a template', (code) => {
    expect({...templateFaults, ...templateWarnings, ...yamlFaults}).toHaveProperty(code);
  });

  // A watch that fails is the log's matter: nobody's template is wrong.
  const ofWatch = ['watchFailed', 'watchUnavailable'];
  test.each([...new Set(codesIn(files))].filter((code) => !ofWatch.includes(code)).toSorted())('%s of a file', (code) => {
    expect({...fileFaults, ...templateFaults, ...templateWarnings, ...yamlFaults}).toHaveProperty(code);
  });
});

describe('no code stands in the tables that nothing gives', () => {
  test.each([...Object.keys(templateFaults), ...Object.keys(templateWarnings)])('%s', (code) => {
    expect(templates).toContain(`'${code}'`);
  });

  test.each(Object.keys(fileFaults))('%s', (code) => {
    expect(files).toContain(`'${code}'`);
  });
});
