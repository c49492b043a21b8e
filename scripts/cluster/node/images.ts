import {cp, mkdir, symlink} from 'node:fs/promises';
import path from 'node:path';
import type {Nursery} from '../nursery.ts';
import {withProgress, type Say} from '../progress.ts';
import {writeArchive} from './archive.ts';
import {pauseImage} from './settings.ts';

/** Debian's package busybox-static: one file that needs no library. */
const busybox = '/bin/busybox';

/** Makes every image that the node's pods may use, without a registry. @returns their archives */
export function makeImages(nursery: Nursery, say: Say): Promise<readonly string[]> {
  return withProgress(say, 'making images', async () => {
    const folder = path.join(nursery.folder, 'images');
    const root = path.join(folder, 'busybox');
    await mkdir(path.join(root, 'bin'), {recursive: true});
    await mkdir(path.join(root, 'tmp'), {mode: 0o1777});
    await cp(busybox, path.join(root, 'bin/busybox'));
    for (const name of ['sh', 'sleep', 'wget', 'cat', 'ls', 'nc', 'date', 'env'])
      await symlink('busybox', path.join(root, 'bin', name));
    // As a pause container does: it ends when it is told to.
    const pause = ['/bin/sh', '-c', 'trap "exit 0" TERM INT; sleep 2147483647 & wait'];
    return [
      await writeArchive({root, name: pauseImage, command: pause, folder}),
      await writeArchive({root, name: 'localhost/busybox:1', command: ['/bin/sh'], folder}),
    ];
  });
}
