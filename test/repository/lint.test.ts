import {execFile} from 'node:child_process';
import {copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';

// Each rule is broken once in a small tree that has the repository's own configuration, so that a rule that stops working is
// noticed. One run of the linter finds them all.

const repository = path.resolve(import.meta.dirname, '../..');
const folders = ['core', 'admission', 'migrate', 'cluster', 'templates', 'server', 'cli'] as const;
type Folder = (typeof folders)[number];

/** Which folders of src a folder may import besides itself: STYLE's one direction. */
const mayImport: Readonly<Record<Folder, readonly Folder[]>> = {
  core: [],
  admission: ['core'],
  migrate: ['core'],
  cluster: ['core', 'admission'],
  templates: ['core', 'admission', 'cluster'],
  server: ['core', 'admission', 'cluster', 'templates'],
  cli: ['core', 'admission', 'migrate', 'cluster', 'templates'],
};

/** A rule, a file that breaks it, and what the message must tell the author. */
interface Violation {
  readonly rule: string;
  readonly file: string;
  readonly text: string;
  readonly says?: RegExp;
}

const kinds = "export type Kind = 'a' | 'b';\n";
const violations: Readonly<Record<string, Violation>> = {
  'a switch that misses a case': {
    rule: 'typescript(switch-exhaustiveness-check)',
    file: 'src/core/misses.ts',
    text: `${kinds}export function f(kind: Kind): void {\n  switch (kind) {\n    case 'a':\n      return;\n  }\n}\n`,
    says: /Cases not matched: "b"/,
  },
  'a switch whose default hides a missing case': {
    rule: 'typescript(switch-exhaustiveness-check)',
    file: 'src/core/hides.ts',
    text: `${kinds}export function f(kind: Kind): number {\n  switch (kind) {\n    case 'a':\n      return 1;\n    default:\n      return 2;\n  }\n}\n`,
    says: /Cases not matched: "b"/,
  },
  'a complete switch with a default': {
    rule: 'typescript(switch-exhaustiveness-check)',
    file: 'src/core/complete.ts',
    text: `${kinds}export function f(kind: Kind): number {\n  switch (kind) {\n    case 'a':\n      return 1;\n    case 'b':\n      return 2;\n    default:\n      return 3;\n  }\n}\n`,
  },
  'a promise that nobody waits for': {
    rule: 'typescript(no-floating-promises)',
    file: 'src/server/floating.ts',
    text: 'async function f(): Promise<void> {\n  await Promise.resolve();\n}\nf();\n',
  },
  'an explicit any': {
    rule: 'typescript(no-explicit-any)',
    file: 'src/core/any.ts',
    text: 'export const x: any = 1;\n',
  },
  'a value of type any that spreads': {
    rule: 'typescript(no-unsafe-assignment)',
    file: 'src/core/unsafe.ts',
    text: "export const x = {y: JSON.parse('1')};\n",
  },
  'an unused variable': {
    rule: 'eslint(no-unused-vars)',
    file: 'src/core/unused.ts',
    text: 'const x = 1;\nexport const y = 2;\n',
  },
  'an unused parameter': {
    rule: 'eslint(no-unused-vars)',
    file: 'src/core/parameter.ts',
    text: 'export function f(x: number): number {\n  return 1;\n}\n',
  },
  'a default export': {
    rule: 'import(no-default-export)',
    file: 'src/core/default.ts',
    text: 'export default 1;\n',
  },
  'an argument that is changed': {
    rule: 'eslint(no-param-reassign)',
    file: 'src/core/mutates.ts',
    text: 'export function f(pod: {name: string}): void {\n  pod.name = "x";\n}\n',
  },
  'a file of 301 lines': {
    rule: 'eslint(max-lines)',
    file: 'src/core/long.ts',
    text: '// A line.\n'.repeat(301),
  },
  'a circle of imports': {
    rule: 'import(no-cycle)',
    file: 'src/core/circle.ts',
    text: "import {b} from './circle-too.ts';\nexport const a = (): number => b();\n",
  },
  'a console in src': {
    rule: 'eslint(no-console)',
    file: 'src/server/console.ts',
    text: "console.log('x');\n",
  },
  'a focused test': {
    rule: 'vitest(no-focused-tests)',
    file: 'test/focused.test.ts',
    text: "import {expect, test} from 'vitest';\ntest.only('x', () => {\n  expect(1).toBe(1);\n});\n",
  },
  'a test that expects nothing': {
    rule: 'vitest(expect-expect)',
    file: 'test/nothing.test.ts',
    text: "import {test} from 'vitest';\ntest('x', () => {});\n",
  },
  'a package in the core': {
    rule: 'eslint(no-restricted-imports)',
    file: 'src/core/package.ts',
    text: "import {readFileSync} from 'node:fs';\nexport const x = readFileSync;\n",
    says: /takes no package but yaml and node:crypto/,
  },
  'a package in admission': {
    rule: 'eslint(no-restricted-imports)',
    file: 'src/admission/package.ts',
    text: "import {fastify} from 'fastify';\nexport const x = fastify;\n",
    says: /takes no package but yaml and node:crypto/,
  },
  'a package that is imported only when needed': {
    rule: 'eslint(no-restricted-imports)',
    file: 'src/core/lazy.ts',
    text: "export const x = async (): Promise<unknown> => import('node:fs');\n",
    says: /takes no package but yaml and node:crypto/,
  },
  'a type of a package in the core': {
    rule: 'eslint(no-restricted-imports)',
    file: 'src/core/typed.ts',
    text: "import type {FastifyInstance} from 'fastify';\nexport type X = FastifyInstance;\n",
    says: /takes no package but yaml and node:crypto/,
  },
  'the entry point in the core, from a folder deeper': {
    rule: 'eslint(no-restricted-imports)',
    file: 'src/core/patterns/entry.ts',
    text: "import {x} from '../../main.ts';\nexport const y = x;\n",
    says: /takes settings as arguments/,
  },
  'the settings in the cluster': {
    rule: 'eslint(no-restricted-imports)',
    file: 'src/cluster/settings.ts',
    text: "import {x} from '../config.ts';\nexport const y = x;\n",
    says: /takes settings as arguments/,
  },
  'the server in the settings': {
    rule: 'eslint(no-restricted-imports)',
    file: 'src/config.ts',
    text: "import {x} from './server/index.ts';\nexport const y = x;\n",
    says: /imports src\/core only/,
  },
  'a test in src': {
    rule: 'eslint(no-restricted-imports)',
    file: 'src/server/tested.ts',
    text: "import {x} from '../../test/helper.ts';\nexport const y = x;\n",
    says: /never imports what is not shipped/,
  },
};

/** What pure code may not name, the use of it, and what its message must tell the author. */
const impure: Readonly<Record<string, readonly [rule: string, use: string, says: RegExp]>> = {
  process: ['eslint(no-restricted-globals)', "process.env['X']", /setting arrives as an argument/],
  Date: ['eslint(no-restricted-globals)', 'Date.now()', /clock arrives as an argument/],
  performance: ['eslint(no-restricted-globals)', 'performance.now()', /clock arrives as an argument/],
  console: ['eslint(no-restricted-globals)', 'console', /outcome is a value/],
  fetch: ['eslint(no-restricted-globals)', 'fetch', /arrives as an argument/],
  setTimeout: ['eslint(no-restricted-globals)', 'setTimeout', /must not hang on time/],
  crypto: ['eslint(no-restricted-globals)', 'crypto.randomUUID()', /createHash from node:crypto/],
  Intl: ['eslint(no-restricted-globals)', 'Intl', /locale of the machine/],
  globalThis: ['eslint(no-restricted-globals)', 'globalThis', /side door/],
  'Math.random': ['eslint(no-restricted-properties)', 'Math.random()', /randomness makes two runs differ/],
  localeCompare: ['eslint(no-restricted-properties)', "'a'.localeCompare('b')", /locale of the machine/],
};
const pureFolders = ['core', 'admission', 'migrate'] as const;

interface Diagnostic {
  readonly code: string;
  readonly message: string;
  readonly help?: string;
  readonly filename: string;
}

let root = '';
let diagnostics: readonly Diagnostic[] = [];

async function put(file: string, text: string): Promise<void> {
  const target = path.join(root, file);
  await mkdir(path.dirname(target), {recursive: true});
  await writeFile(target, text);
}

async function lint(): Promise<readonly Diagnostic[]> {
  const stdout = await new Promise<string>((resolve) => {
    const bin = path.join(repository, 'node_modules/oxlint/bin/oxlint');
    execFile(process.execPath, [bin, '-f', 'json', 'src', 'test'], {cwd: root, maxBuffer: 1 << 24}, (_error, out) =>
      resolve(out),
    );
  });
  const report = JSON.parse(stdout) as {readonly diagnostics: readonly Diagnostic[]};
  return report.diagnostics;
}

function found(file: string, rule: string): readonly string[] {
  return diagnostics
    .filter((diagnostic) => diagnostic.filename === file && diagnostic.code === rule)
    .map((diagnostic) => `${diagnostic.message} ${diagnostic.help ?? ''}`);
}

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'pod-injector-lint-'));
  for (const file of ['.oxlintrc.json', 'tsconfig.json', 'package.json']) {
    await copyFile(path.join(repository, file), path.join(root, file));
  }
  await symlink(path.join(repository, 'node_modules'), path.join(root, 'node_modules'));
  for (const violation of Object.values(violations)) await put(violation.file, violation.text);
  await put('src/core/circle-too.ts', "import {a} from './circle.ts';\nexport const b = (): number => a();\n");
  await put('src/core/exact.ts', '// A line.\n'.repeat(300));
  await put('src/main.ts', 'export const x = 1;\n');
  await put('test/helper.ts', 'export const x = 1;\n');
  for (const from of folders) {
    await put(`src/${from}/index.ts`, 'export const x = 1;\n');
    for (const to of folders) {
      await put(`src/${from}/static-${to}.ts`, `export {x} from '../${to}/index.ts';\n`);
      await put(`src/${from}/lazy-${to}.ts`, `export const y = async (): Promise<unknown> => import('../${to}/index.ts');\n`);
      await put(`src/${from}/deep/deep-${to}.ts`, `import {x} from '../../${to}/index.ts';\nexport const y = x;\n`);
    }
  }
  for (const folder of pureFolders) {
    for (const [name, [, use]] of Object.entries(impure))
      await put(`src/${folder}/impure-${name}.ts`, `export const x: unknown = ${use};\n`);
  }
  await put(
    'src/core/pure.ts',
    "import {createHash} from 'node:crypto';\nimport {parse} from 'yaml';\nexport const x = (text: string): unknown => [createHash('sha256'), parse(text)];\n",
  );
  diagnostics = await lint();
}, 60_000);

afterAll(async () => {
  await rm(root, {recursive: true, force: true});
});

describe('the linter refuses', () => {
  test.each(Object.entries(violations))('%s', (_name, {rule, file, says}) => {
    const messages = found(file, rule);
    expect(messages).not.toEqual([]);
    if (says !== undefined) expect(messages.join('\n')).toMatch(says);
  });
});

describe('pure code', () => {
  const cases = pureFolders.flatMap((folder) => Object.entries(impure).map(([name, rest]) => [folder, name, ...rest] as const));
  test.each(cases)('in src/%s must not name %s', (folder, name, rule, _use, says) => {
    expect(found(`src/${folder}/impure-${name}.ts`, rule).join('\n')).toMatch(says);
  });

  test('takes yaml and the hashes of node:crypto', () => {
    expect(diagnostics.filter((diagnostic) => diagnostic.filename === 'src/core/pure.ts')).toEqual([]);
  });
});

describe('imports run one way', () => {
  const files = (from: Folder, to: Folder): readonly string[] => [
    `src/${from}/static-${to}.ts`,
    `src/${from}/lazy-${to}.ts`,
    `src/${from}/deep/deep-${to}.ts`,
  ];

  test.each(folders)('src/%s imports what it may and nothing else', (from) => {
    for (const to of folders) {
      const allowed = to === from || mayImport[from].includes(to);
      for (const file of files(from, to)) {
        const messages = found(file, 'eslint(no-restricted-imports)');
        expect([file, messages.length === 0]).toEqual([file, allowed]);
        // The message names the place where the code belongs.
        if (!allowed) expect(messages.join('\n')).toMatch(/src\/(admission|migrate|templates|cluster|server|cli|main\.ts)/);
      }
    }
  });

  test('each folder of src has rules of its own', async () => {
    const entries = await readdir(path.join(repository, 'src'), {withFileTypes: true});
    const config = JSON.parse(await readFile(path.join(repository, '.oxlintrc.json'), 'utf8')) as {
      readonly overrides: readonly {readonly files: readonly string[]; readonly rules: Readonly<Record<string, unknown>>}[];
    };
    const ruled = config.overrides
      .filter(({rules}) => Object.hasOwn(rules, 'no-restricted-imports'))
      .flatMap(({files: globs}) => globs);
    const present = entries.filter((entry) => entry.isDirectory()).map(({name}) => `src/${name}/**`);
    expect(present).not.toEqual([]);
    expect(present.filter((folder) => !ruled.includes(folder))).toEqual([]);
  });
});

test('a file of 300 lines passes', () => {
  expect(found('src/core/exact.ts', 'eslint(max-lines)')).toEqual([]);
});
