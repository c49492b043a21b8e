import {expect, test} from 'vitest';
import {renderTerminal} from '../../scripts/record/svg.ts';

/** The words of each line, as a reader of the picture sees them. */
function linesIn(svg: string): readonly string[] {
  return [...svg.matchAll(/<text [^>]+>(.*)<\/text>/g)].map(([, line = '']) =>
    line
      .replaceAll(/<[^>]+>/g, '')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&'),
  );
}

test('a command stands behind a prompt, and what it printed below it', () => {
  const svg = renderTerminal('Title', [{command: "sed 's/<a>/&lt;/' f && ls", output: 'one\n\n  two\n'}]);
  expect(svg).toContain('<title>Title</title>');
  expect(linesIn(svg)).toEqual(["$ sed 's/<a>/&lt;/' f && ls", 'one', '  two']);
});

test('lines below one another do not overlap, and the picture holds them all', () => {
  const svg = renderTerminal('', [{command: '', output: Array.from({length: 200}, (_, index) => `line ${index}`).join('\n')}]);
  const rows = [...svg.matchAll(/ y="([\d.]+)"/g)].map(([, y]) => Number(y));
  expect(rows).toHaveLength(200);
  for (const [index, y] of rows.entries()) expect(y - (rows[index - 1] ?? 0)).toBeGreaterThan(13);
  expect(Number(/height="(\d+)" viewBox/.exec(svg)?.[1])).toBeGreaterThan(rows.at(-1) ?? Infinity);
});

test('a long line goes on in the next', () => {
  const long = Array.from({length: 100}, (_, index) => String(index)).join(' ');
  const lines = linesIn(renderTerminal('', [{command: '', output: long}]));
  expect(lines.length).toBeGreaterThan(1);
  expect(lines.join('')).toBe(long);
});
