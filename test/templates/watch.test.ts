import {mkdir, mkdtemp, rename, rm, symlink, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import type {Fault} from '../../src/core/errors.ts';
import type {TemplateChange} from '../../src/templates/store.ts';
import {watchTemplates, type TemplateWatch} from '../../src/templates/watch.ts';

let folder = '';
let watching: TemplateWatch | undefined;
let said: string[] = [];
let faults: Fault[] = [];
let wake: () => void = () => undefined;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'pod-injector-watch-'));
  said = [];
  faults = [];
});

afterEach(async () => {
  await watching?.close();
  watching = undefined;
  await rm(folder, {recursive: true, force: true});
});

function bare(image: string): string {
  return `pattern: sidecar\ncontainers:\n- {name: a, image: "${image}"}\n`;
}

/** Whole at once, as editors do it: what is read half written is another test's matter. */
async function write(name: string, text: string): Promise<void> {
  await writeFile(path.join(folder, `.${name}`), text);
  await rename(path.join(folder, `.${name}`), path.join(folder, name));
}

/** Without the poll unless a test is about it. */
async function start(paths: readonly string[], pollMs = 3_600_000): Promise<TemplateWatch> {
  watching = await watchTemplates(paths, {
    debounceMs: 20,
    pollMs,
    onChange(changes: readonly TemplateChange[]) {
      said.push(
        ...changes.map((change) =>
          change.kind === 'failed' ? `failed ${change.faults.map(({code}) => code).join()}` : `${change.kind} ${change.name}`,
        ),
      );
      wake();
    },
    onFault: (fault) => faults.push(fault),
  });
  return watching;
}

/** Waits for that change; the test's own time limit is the only clock. */
async function heard(line: string): Promise<void> {
  while (!said.includes(line)) {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  said = said.slice(said.indexOf(line) + 1);
}

function imageOf(templates: TemplateWatch, name: string): unknown {
  const entry = templates.snapshot().get(name);
  return entry?.kind === 'good' ? entry.template.containers[0]?.['image'] : entry?.kind;
}

test('files that come, change, break, are mended and go are followed', async () => {
  const file = path.join(folder, 'x.yaml');
  await write('x.yaml', bare('a:1'));
  const templates = await start([folder]);
  expect(said).toEqual(['loaded x']);
  expect(imageOf(templates, 'x')).toBe('a:1');

  await write('x.yaml', bare('a:2'));
  await heard('changed x');
  expect(imageOf(templates, 'x')).toBe('a:2');

  await write('x.yaml', `${bare('a:3')}foo: 1\n`);
  await heard('rejected x');
  expect(imageOf(templates, 'x')).toBe('a:2');
  expect(templates.state().faults).toMatchObject([{code: 'unknownKey', source: file, position: {line: 4, column: 1}}]);

  await write('x.yaml', bare('a:3'));
  await heard('changed x');
  expect(imageOf(templates, 'x')).toBe('a:3');
  expect(templates.state().faults).toEqual([]);

  await write('z.yaml', bare('z:1'));
  await heard('loaded z');
  await rm(file);
  await heard('removed x');
  expect([...templates.snapshot().keys()]).toEqual(['z']);
  expect(faults).toEqual([]);
});

test('a mounted ConfigMap swaps its link', async () => {
  // As kubelet's atomic writer does: ..DATE folders, the link ..data to one of them, and links through it.
  const version = async (name: string, image: string): Promise<void> => {
    await mkdir(path.join(folder, name));
    await writeFile(path.join(folder, name, 'x.yaml'), bare(image));
    await symlink(name, path.join(folder, '..data_tmp'));
    await rename(path.join(folder, '..data_tmp'), path.join(folder, '..data'));
  };
  await version('..2026_01', 'a:1');
  await symlink(path.join('..data', 'x.yaml'), path.join(folder, 'x.yaml'));
  const templates = await start([folder]);
  expect(said).toEqual(['loaded x']);

  await version('..2026_02', 'a:2');
  await heard('changed x');
  expect(imageOf(templates, 'x')).toBe('a:2');
});

test('a file that was named is followed when it is replaced', async () => {
  const file = path.join(folder, 'x.yaml');
  await write('x.yaml', bare('a:1'));
  const templates = await start([file]);
  await write('x.yaml', bare('a:2'));
  await heard('changed x');
  expect(imageOf(templates, 'x')).toBe('a:2');
});

test('a folder that vanishes and comes back is followed again, and its templates stay meanwhile', async () => {
  const inner = path.join(folder, 'templates');
  await mkdir(inner);
  await writeFile(path.join(inner, 'x.yaml'), bare('a:1'));
  const templates = await start([inner]);

  await rename(inner, path.join(folder, 'away'));
  await heard('rejected x');
  expect(imageOf(templates, 'x')).toBe('a:1');
  expect(templates.state().faults.map(({code}) => code)).toEqual(['pathMissing']);

  await rename(path.join(folder, 'away'), inner);
  await heard('changed x');
  await writeFile(path.join(inner, 'x.yaml'), bare('a:2'));
  await heard('changed x');
  expect(imageOf(templates, 'x')).toBe('a:2');
});

test('a folder that is there only later is found', async () => {
  const inner = path.join(folder, 'later', 'templates');
  const templates = await start([inner]);
  expect(said).toEqual(['failed pathMissing']);
  await mkdir(inner, {recursive: true});
  await writeFile(path.join(inner, 'x.yaml'), bare('a:1'));
  await heard('loaded x');
  expect(imageOf(templates, 'x')).toBe('a:1');
});

test('what the system does not tell of is found by the poll', async () => {
  const elsewhere = await mkdtemp(path.join(os.tmpdir(), 'pod-injector-elsewhere-'));
  try {
    await writeFile(path.join(elsewhere, 'x'), bare('a:1'));
    await symlink(path.join(elsewhere, 'x'), path.join(folder, 'x.yaml'));
    const templates = await start([folder], 20);
    await writeFile(path.join(elsewhere, 'x'), bare('a:2'));
    await heard('changed x');
    expect(imageOf(templates, 'x')).toBe('a:2');
  } finally {
    await rm(elsewhere, {recursive: true, force: true});
  }
});

test('nothing is told after closing', async () => {
  await write('x.yaml', bare('a:1'));
  const templates = await start([folder], 5);
  said = [];
  await write('x.yaml', bare('a:2'));
  await templates.close();
  const before = [...said];
  // A second watch of the same folder has surely seen the change when it has loaded.
  const second = await watchTemplates([folder], {onChange: () => undefined, onFault: () => undefined});
  await second.close();
  expect(said).toEqual(before);
});

test('a listener that throws is a fault, and the watching goes on', async () => {
  await write('x.yaml', bare('a:1'));
  watching = await watchTemplates([folder], {
    debounceMs: 20,
    onChange(changes) {
      said.push(...changes.map(({kind}) => kind));
      wake();
      if (said.length === 1) throw new Error('listener');
    },
    onFault: (fault) => faults.push(fault),
  });
  expect(faults).toMatchObject([{code: 'watchFailed', message: 'loading the templates failed: listener'}]);
  await write('x.yaml', bare('a:2'));
  await heard('changed');
  expect(imageOf(watching, 'x')).toBe('a:2');
});
