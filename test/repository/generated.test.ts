import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {expect, test} from 'vitest';
import {generatedFiles} from '../../scripts/generate/documents.ts';
import {formatFault} from '../../src/core/errors.ts';
import {readTemplate} from '../../src/core/template/read.ts';

test.each(generatedFiles().map(({file, text}) => [file, text]))(
  '%s is what its sources give; `npm run generate` writes it',
  (file, text) => {
    expect(readFileSync(file, 'utf8')).toBe(text);
  },
);

const page = readFileSync('docs/templates.md', 'utf8');
const blocks = [...page.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, text = '']) => text);
const templates = blocks.filter((text) => /^pattern: /m.test(text));

test('the reference shows a template of each pattern', () => {
  const patterns = templates.map((text) => /^pattern: (\w+)$/m.exec(text)?.[1]);
  expect(new Set(patterns)).toEqual(new Set(['sidecar', 'ambassador', 'adapter', 'init']));
});

test.each(templates)('a template of the reference is right as it stands: %s', (text) => {
  const {entry, warnings} = readTemplate(text, {name: 'agent', format: 'template', source: 'docs/templates.md'});
  expect(entry.kind === 'broken' ? entry.faults.map(formatFault) : []).toEqual([]);
  expect(warnings.map(formatFault)).toEqual([]);
});

test('the reference leads to files that are there', () => {
  const targets = [...page.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target = '']) => path.join('docs', target));
  expect(targets.length).toBeGreaterThan(2);
  expect(targets.filter((target) => !existsSync(target))).toEqual([]);
});
