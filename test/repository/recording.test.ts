import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {commandsOnNode} from '../../scripts/cluster/playground.ts';

const svg = readFileSync('docs/playground.svg', 'utf8');
const words = svg.replaceAll(/<[^>]+>/g, '').replaceAll('&amp;', '&');

test('the recording of the playground shows the commands that it prints today', () => {
  for (const command of ['npm run cluster', ...commandsOnNode]) expect(words).toContain(`\n$ ${command}\n`);
});

test('the recording is small, and shows nobody’s home folder', () => {
  expect(svg.length).toBeLessThan(60_000);
  expect(words).not.toMatch(/\/(home|root|Users)\//);
});
