import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';

test('every example is applied to a real node by some test', async () => {
  const folder = 'test/node';
  const files = (await readdir(folder)).filter((name) => name.endsWith('.test.ts'));
  // The playground's test runs the commands that it prints.
  const sources = [...files.map((name) => path.join(folder, name)), 'scripts/cluster/playground.ts'];
  const tests = (await Promise.all(sources.map((file) => readFile(file, 'utf8')))).join('\n');
  const entries = await readdir('examples', {withFileTypes: true});
  const examples = entries.filter((entry) => entry.isDirectory() && entry.name !== 'templates').map(({name}) => name);
  expect(examples.length).toBeGreaterThan(15);
  expect(examples.filter((name) => !tests.includes(`applyExample('${name}'`) && !tests.includes(`examples/${name}/`))).toEqual(
    [],
  );
});
