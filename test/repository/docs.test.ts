import {existsSync, readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {expect, test} from 'vitest';
import {cli} from '../helpers/cli.ts';

const read = (file: string): string => readFileSync(file, 'utf8');
const within = (folder: string): string[] =>
  readdirSync(folder, {recursive: true, encoding: 'utf8'}).map((name) => path.join(folder, name));
const pages = [...readdirSync('.'), ...within('docs'), ...within('examples')].filter((name) => name.endsWith('.md')).toSorted();

/** What matches a pattern on a page: the groups of each place. */
function found(page: string, pattern: RegExp): readonly (readonly string[])[] {
  return [...read(page).matchAll(pattern)].map(([, ...groups]) => groups.map((group: string | undefined) => group ?? ''));
}

test('pages lead to files that are there', () => {
  const targets = pages.flatMap((page) =>
    found(page, /\]\((?![a-z]+:)([^)#]+)/g).map(([target = '']) => `${page}: ${path.join(path.dirname(page), target)}`),
  );
  expect(targets.length).toBeGreaterThan(50);
  expect(targets.filter((target) => !existsSync(target.replace(/^.*: /, '')))).toEqual([]);
});

test('pages name scripts that are there', () => {
  const {scripts: there} = JSON.parse(read('package.json')) as {readonly scripts: Readonly<Record<string, string>>};
  const scripts = pages.flatMap((page) => found(page, /\bnpm run ([a-z][a-z:-]*)/g).map(([script = '']) => `${page}: ${script}`));
  expect(scripts.length).toBeGreaterThan(10);
  expect(scripts.filter((script) => !Object.hasOwn(there, script.replace(/^.*: /, '')))).toEqual([]);
});

/** A command of a page with the output that the page shows, and the last block of YAML before it. */
interface Shown {
  readonly page: string;
  readonly command: string;
  readonly output: string;
  readonly yaml: string;
}

const shown = pages.flatMap((page) =>
  found(page, /^```sh\npod-injector (.+)\n```\n\n```(?:diff|text)\n([^]*?)^```$/gm).map(([command = '', output = '']): Shown => {
    const [before = ''] = read(page).split(`pod-injector ${command}\n`);
    const yaml = [...before.matchAll(/^```yaml\n([^]*?)^```$/gm)].at(-1)?.[1] ?? '';
    return {page, command, output, yaml};
  }),
);

test('the README shows the diff of each pattern and of a parameter, and explain, validate and migrate', () => {
  const commands = shown.filter(({page}) => page === 'README.md').map(({command}) => command.replace(/ .*/, ''));
  expect(commands.toSorted()).toEqual(['explain', 'migrate', 'preview', 'preview', 'preview', 'preview', 'preview', 'validate']);
});

test.each(shown.map((one) => [one.page, one.command, one] as const))(
  '%s: pod-injector %s',
  async (_page, command, {output, yaml}) => {
    const [name = '', ...words] = command.split(' ');
    const missing = words.find((word) => word.endsWith('.yaml') && !existsSync(word));
    // A file that is not there is the one that the page has just shown.
    const {out, err} = await cli([name, ...words], missing === undefined ? {} : {files: {[missing]: yaml}});
    let rest = `\n${out}${err}`;
    // `…` stands for lines that are left out.
    for (const part of output.split(/^…\n/m)) {
      expect(rest).toContain(`\n${part}`);
      rest = rest.slice(rest.indexOf(`\n${part}`) + part.length);
    }
  },
);

const others = pages.flatMap((page) =>
  found(page, /^pod-injector (\w+ .*examples\/.*)$/gm).flatMap(([command = '']) =>
    command.includes('--context') || shown.some((one) => one.command === command) ? [] : [[page, command] as const],
  ),
);

test.each(others)('%s: pod-injector %s ends well', async (_page, command) => {
  const {code, out} = await cli(command.split(' '));
  expect({code, isEmpty: out === ''}).toEqual({code: 0, isEmpty: false});
});

/** Templates on pages; the one that `validate` is shown with is meant to be wrong. */
const templates = ['README.md', 'docs/operations.md'].flatMap((page) =>
  found(page, /^```yaml\n([^]*?)^```$/gm).flatMap(([text = '']) => {
    const isShown = shown.some(({yaml, command}) => command.startsWith('validate') && yaml === text);
    return /^ *pattern: /m.test(text) && !isShown ? [[page, text] as const] : [];
  }),
);

test.each(templates)('a template of %s is right as it stands, and leaves nothing to advise', async (_page, template) => {
  const {code, err} = await cli(['validate', 'template.yaml'], {files: {'template.yaml': template}});
  expect(err).not.toMatch(/template\.yaml:\d/);
  expect(code).toBe(0);
});

test('ARCHITECTURE names sources that are there', () => {
  const sources = found('ARCHITECTURE.md', /`([a-z][a-z0-9/.-]*\/[a-z0-9-]+(?:\.generated)?\.ts)`/g).map(
    ([source = '']) => source,
  );
  expect(sources.length).toBeGreaterThan(20);
  expect(sources.filter((source) => !existsSync(source) && !existsSync(path.join('src', source)))).toEqual([]);
});
