import {execFile} from 'node:child_process';
import {existsSync} from 'node:fs';
import {mkdir, mkdtemp, readdir, readlink, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {promisify} from 'node:util';
import {expect, onTestFinished, test} from 'vitest';

/** Mounts an empty folder in a mount namespace that ends with it. */
async function mountEmpty(folder: string, scratch: string): Promise<unknown> {
  const script = [process.execPath, 'scripts/run.mjs', 'test/node/rig/mount-empty.ts'];
  return JSON.parse((await promisify(execFile)('unshare', ['--mount', ...script, folder, scratch])).stdout);
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'empty-'));
  onTestFinished(() => rm(folder, {recursive: true, force: true}));
  return folder;
}

test('a folder that the machine lacks is there for the sandbox alone, beside all that is there', async () => {
  const machine = await newFolder();
  await mkdir(path.join(machine, 'folder/below'), {recursive: true});
  await writeFile(path.join(machine, 'file'), 'text');
  await symlink('file', path.join(machine, 'link'));
  const seen = await mountEmpty(path.join(machine, 'new'), await newFolder());
  expect(seen).toEqual({own: [], above: ['file', 'folder', 'link', 'new']});
  expect((await readdir(machine)).toSorted()).toEqual(['file', 'folder', 'link']);
  expect(await readdir(path.join(machine, 'folder'))).toEqual(['below']);
  expect(await readlink(path.join(machine, 'link'))).toBe('file');
});

test('a folder that the machine has looks empty in the sandbox, and stays as it is', async () => {
  const machine = await newFolder();
  await mkdir(path.join(machine, 'taken/below'), {recursive: true});
  expect(await mountEmpty(path.join(machine, 'taken'), await newFolder())).toEqual({own: [], above: ['taken']});
  expect(existsSync(path.join(machine, 'taken/below'))).toBe(true);
});
