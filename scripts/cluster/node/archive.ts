import {execFile} from 'node:child_process';
import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {mkdtemp, rename, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {pipeline} from 'node:stream/promises';
import {promisify} from 'node:util';

const run = promisify(execFile);

/** An image of one layer. */
export interface ImageSource {
  /** The folder that becomes its root. */
  readonly root: string;
  /** `localhost/busybox:1` */
  readonly name: string;
  readonly command: readonly string[];
  /** Where the archive is written. */
  readonly folder: string;
}

/**
 * Writes a folder as an image's archive, in the form of `docker save`
 * (https://github.com/moby/docker-image-spec/blob/main/spec.md#combined-image-json--filesystem-changeset-format).
 * @returns the archive's path
 */
export async function writeArchive({root, name, command, folder}: ImageSource): Promise<string> {
  const work = await mkdtemp(path.join(folder, 'archive-'));
  const owned = ['--owner=0', '--group=0', '--numeric-owner', '--mtime=@0', '--sort=name'];
  await run('tar', ['-C', root, ...owned, '-cf', path.join(work, 'layer.tar'), '.']);
  const layer = await sha256(path.join(work, 'layer.tar'));
  const config = JSON.stringify({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: {Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], Cmd: command},
    rootfs: {type: 'layers', diff_ids: [`sha256:${layer}`]},
  });
  const configFile = `${createHash('sha256').update(config).digest('hex')}.json`;
  await writeFile(path.join(work, configFile), config);
  await writeFile(
    path.join(work, 'manifest.json'),
    JSON.stringify([{Config: configFile, RepoTags: [name], Layers: ['layer.tar']}]),
  );
  const archive = path.join(folder, `${name.replaceAll(/[^a-z0-9.]+/g, '-')}.tar`);
  await run('tar', ['-C', work, '-cf', `${archive}.part`, configFile, 'layer.tar', 'manifest.json']);
  await rename(`${archive}.part`, archive);
  return archive;
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
