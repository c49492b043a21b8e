import {cp, mkdir, readdir, rm, symlink} from 'node:fs/promises';
import path from 'node:path';
import type {Nursery} from '../nursery.ts';
import {withProgress, type Say} from '../progress.ts';
import {writeArchive} from './archive.ts';
import {unpackDebian} from './debian-root.ts';
import {mountEmpty} from './empty-folder.ts';
import {runApart} from './sandbox.ts';
import {pauseImage} from './settings.ts';
import {buildShippedImage} from './shipped-image.ts';

/** Programs of Debian, for what injected containers and applications run in tests and in the playground. */
export const debianImage = 'localhost/debian:test';

/** The command of main.ts that calls {@link writeImages}. */
export const imagesCommand = 'images-inside';

/** The variable that names archives of images, where they are made already. */
const imagesVariable = 'POD_INJECTOR_IMAGES';

/** The archives that another process made, for {@link archivesIn}. */
export function archivesVariable(archives: readonly string[]): Readonly<Record<string, string>> {
  return {[imagesVariable]: archives.join(path.delimiter)};
}

/** The archives that the environment names; undefined where it names none. */
export function archivesIn(env: Readonly<Record<string, string | undefined>>): readonly string[] | undefined {
  const names = env[imagesVariable] ?? '';
  return names === '' ? undefined : names.split(path.delimiter);
}

/**
 * Makes the images that the node's pods use, without a registry: always the one that each pod has. It ends with the nursery, and
 * leaves archives in the nursery's folder and nothing elsewhere.
 * @param which more to make: programs of Debian, the image of the Dockerfile
 * @returns their archives
 */
export async function makeImages(
  nursery: Nursery,
  say: Say,
  which: readonly ('debian' | 'shipped')[],
): Promise<readonly string[]> {
  const folder = path.join(nursery.folder, 'images');
  await mkdir(folder);
  const what = which.includes('shipped') ? 'the image of the Dockerfile, and those for its tests' : 'an image of Debian programs';
  await withProgress(say, `making ${what}`, async () => {
    const code = await runApart(nursery, [imagesCommand, folder, ...which]);
    // What failed was said there.
    if (code !== 0) throw new Error('There are no images for pods');
  });
  const names = await readdir(folder);
  const isArchive = (name: string): boolean => name.endsWith('.tar');
  // What they were made from is several times as large.
  for (const name of names) if (!isArchive(name)) await rm(path.join(folder, name), {recursive: true});
  return names.filter(isArchive).map((name) => path.join(folder, name));
}

/** What {@link makeImages} has done in a process of its own, apart from this machine's mounts. */
export async function writeImages(folder: string, which: readonly string[], say: Say): Promise<void> {
  // Builders keep notes there.
  for (const name of ['/run/containers', '/var/lib/containers']) await mountEmpty(name, folder);
  await Promise.all([
    makePause(folder),
    which.includes('debian') ? makeDebian(folder) : undefined,
    which.includes('shipped') ? makeShipped(folder, say) : undefined,
  ]);
}

async function makeDebian(folder: string): Promise<void> {
  await writeArchive({root: await unpackDebian(folder), name: debianImage, command: ['/bin/bash'], folder});
}

async function makeShipped(folder: string, say: Say): Promise<void> {
  const {bytes} = await buildShippedImage(folder);
  say(`The image of the Dockerfile is ${Math.round(bytes / 1e6)} MB, its base included`);
}

async function makePause(folder: string): Promise<void> {
  const root = path.join(folder, 'pause');
  await mkdir(path.join(root, 'bin'), {recursive: true});
  // Debian's package busybox-static: one file that needs no library.
  await cp('/bin/busybox', path.join(root, 'bin/busybox'));
  await symlink('busybox', path.join(root, 'bin/sh'));
  // As a pause container does, it ends when it is told to.
  const command = ['/bin/sh', '-c', 'trap "exit 0" TERM INT; while :; do sleep 86400 & wait; done'];
  await writeArchive({root, name: pauseImage, command, folder});
}
