import {cp, mkdir, symlink} from 'node:fs/promises';
import path from 'node:path';
import type {Nursery} from '../nursery.ts';
import {withProgress, type Say} from '../progress.ts';
import {writeArchive} from './archive.ts';
import {unpackDebian} from './debian-root.ts';
import {pauseImage} from './settings.ts';
import {buildShippedImage} from './shipped-image.ts';

/** Programs of Debian, for what injected containers and applications run in tests. */
export const debianImage = 'localhost/debian:test';

/** Makes every image that the node's pods use, without a registry. @returns their archives */
export async function makeImages(nursery: Nursery, say: Say): Promise<readonly string[]> {
  const folder = path.join(nursery.folder, 'images');
  await mkdir(folder);
  const debian = async (): Promise<string> => {
    const root = await unpackDebian(folder);
    return writeArchive({root, name: debianImage, command: ['/bin/bash'], folder});
  };
  const [shipped, ...archives] = await withProgress(say, 'building the image of the Dockerfile, and those for its tests', () =>
    Promise.all([buildShippedImage(folder), debian(), makePause(folder)]),
  );
  say(`The image of the Dockerfile is ${Math.round(shipped.bytes / 1e6)} MB, its base included`);
  return [...archives, shipped.archive];
}

async function makePause(folder: string): Promise<string> {
  const root = path.join(folder, 'pause');
  await mkdir(path.join(root, 'bin'), {recursive: true});
  // Debian's package busybox-static: one file that needs no library.
  await cp('/bin/busybox', path.join(root, 'bin/busybox'));
  await symlink('busybox', path.join(root, 'bin/sh'));
  // As a pause container does, it ends when it is told to.
  const command = ['/bin/sh', '-c', 'trap "exit 0" TERM INT; while :; do sleep 86400 & wait; done'];
  return writeArchive({root, name: pauseImage, command, folder});
}
