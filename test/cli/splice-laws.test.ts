import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {parse} from 'yaml';
import type {Json} from '../../src/core/json.ts';
import {deepEqual} from '../../src/core/json.ts';
import {emitDocument} from '../../src/cli/emit.ts';
import {kubectlLayout} from '../../src/cli/layout.ts';
import {printYaml} from '../../src/cli/print.ts';
import {parseYaml, type YamlDocument} from '../../src/core/yaml.ts';
import {propertyRuns} from '../helpers/property-runs.ts';
import {edited, writtenCase} from './manifests.ts';

const runs = propertyRuns({numRuns: 400, seed: 20_268});

describe('for any block YAML and any edit of its value', () => {
  test('the text with the edit reads as the edited value', () => {
    fc.assert(
      fc.property(writtenCase, ({text, edits}) => {
        const document = read(text);
        const after = edits.reduce(
          (value: Json, edit) => (isContainer(value) ? edited(value, edit, false) : value),
          document.value,
        );
        expect(read(printYaml(text, document, after)).value).toStrictEqual(after);
      }),
      runs,
    );
  });

  test('lines that are not edited stay as they are and in their order', () => {
    fc.assert(
      fc.property(writtenCase, ({text, edits}) => {
        fc.pre(!isSpecial.test(text));
        const document = read(text);
        const after = edits.slice(0, 1).reduce((value: Json, edit) => edited(value, edit, true), document.value);
        const result = printYaml(text, document, after);
        const lines = result.split('\n');
        const missing = text.split('\n').filter((line) => {
          const found = lines.findIndex((candidate) => candidate.trimEnd() === line.trimEnd());
          if (found !== -1) lines.splice(0, found + 1);
          return found === -1;
        });
        expect(missing.length, JSON.stringify([text, result])).toBe(0);
      }),
      runs,
    );
  });

  test('printing the old value over the result gives the original bytes', () => {
    fc.assert(
      fc.property(writtenCase, ({text, edits}) => {
        fc.pre(!isSpecial.test(text));
        const document = read(text);
        const after = edits.reduce((value: Json, edit) => edited(value, edit, true), document.value);
        const result = printYaml(text, document, after);
        expect(printYaml(result, read(result), document.value), JSON.stringify(result)).toBe(text);
      }),
      runs,
    );
  });

  test('a value that shares nothing with the old one gives the same bytes', () => {
    fc.assert(
      fc.property(writtenCase, ({text, edits}) => {
        const document = read(text);
        const after = edits.reduce(
          (value: Json, edit) => (isContainer(value) ? edited(value, edit, false) : value),
          document.value,
        );
        const copy = JSON.parse(JSON.stringify(after)) as Json;
        expect(printYaml(text, document, copy)).toBe(printYaml(text, document, after));
      }),
      runs,
    );
  });
});

test('whatever is written reads the same in YAML 1.1 as Kubernetes has it and in YAML 1.2', () => {
  fc.assert(
    fc.property(writtenCase, ({edits}) => {
      for (const {content} of edits) {
        const text = emitDocument({content}, kubectlLayout);
        expect(read(text).value).toStrictEqual({content});
        expect(deepEqual(parse(text) as Json, {content})).toBe(true);
      }
    }),
    runs,
  );
});

// Brackets and lists within lists share lines with what is added; `|+` takes blank lines that follow it.
const isSpecial = /[[{]|\|\+|- -|^ *-\s*$/m;

function read(text: string): YamlDocument {
  const [document, ...more] = parseYaml(text);
  expect([document?.faults, more.length], text).toEqual([[], 0]);
  return document as YamlDocument;
}

function isContainer(value: Json): boolean {
  return typeof value === 'object' && value !== null;
}
