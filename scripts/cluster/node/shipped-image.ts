import {execFile} from 'node:child_process';
import {chmod, cp, mkdir, realpath, stat, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';

const run = promisify(execFile);

/** The image that the Dockerfile of this checkout makes. */
export const shippedImage = 'localhost/pod-injector:test';

/**
 * Builds the Dockerfile, without a daemon (https://buildah.io), on a base of this machine's own Node: there may be no registry.
 * @param folder for all that this writes
 * @returns the image's archive and its size in bytes, uncompressed. Rejects with what the build said, or with what to install
 */
export async function buildShippedImage(folder: string): Promise<{readonly archive: string; readonly bytes: number}> {
  const storage = ['--root', path.join(folder, 'storage'), '--runroot', path.join(folder, 'run')];
  // Without a daemon, a registry and user namespaces of its own.
  const env = {...process.env, BUILDAH_ISOLATION: 'chroot', STORAGE_DRIVER: 'vfs'};
  const buildah = async (args: readonly string[]): Promise<string> =>
    (await run('buildah', [...storage, ...args], {env, maxBuffer: 64 * 1024 * 1024})).stdout;
  const base = 'localhost/node:machine';
  await makeNodeRoot(path.join(folder, 'node'));
  const dockerfile = path.join(folder, 'Base.Dockerfile');
  await writeFile(dockerfile, 'FROM scratch\nADD node /\nENV PATH=/usr/local/bin:/usr/bin:/bin\n');
  await buildah(['bud', '--quiet', '--tag', base, '--file', dockerfile, folder]);
  const settings = await npmSettings(folder);
  await buildah(['bud', '--quiet', '--pull-never', '--build-arg', `NODE_IMAGE=${base}`, ...settings, '--tag', shippedImage, '.']);
  const archive = path.join(folder, 'pod-injector.tar');
  await buildah(['push', '--quiet', shippedImage, `docker-archive:${archive}:${shippedImage}`]);
  return {archive, bytes: (await stat(archive)).size};
}

/** A root with Node and npm of this machine, the libraries that they load, and a shell for the build stage. */
async function makeNodeRoot(root: string): Promise<void> {
  const at = (name: string): string => path.join(root, name);
  for (const name of ['bin', 'etc', 'root', 'usr/bin', 'usr/local/bin', 'usr/local/lib'])
    await mkdir(at(name), {recursive: true});
  await mkdir(at('tmp'), {mode: 0o1777});
  await chmod(at('tmp'), 0o1777);
  await cp(process.execPath, at('usr/local/bin/node'));
  const {stdout: libraries} = await run('ldd', [process.execPath]);
  for (const [file] of libraries.matchAll(/\/\S+/g)) {
    await mkdir(path.dirname(at(file)), {recursive: true});
    await cp(await realpath(file), at(file));
  }
  const npm = path.dirname(path.dirname(await realpath((await run('sh', ['-c', 'command -v npm'])).stdout.trim())));
  await cp(npm, at('usr/local/lib/npm'), {recursive: true});
  await writeFile(at('usr/local/bin/npm'), '#!/bin/sh\nexec node /usr/local/lib/npm/bin/npm-cli.js "$@"\n', {mode: 0o755});
  await cp('/bin/busybox', at('bin/busybox'));
  await symlink('busybox', at('bin/sh'));
  await symlink('../../bin/busybox', at('usr/bin/env'));
  await writeFile(at('etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n');
  await writeFile(at('etc/group'), 'root:x:0:\nnogroup:x:65534:\n');
}

/** Where this machine's npm finds packages and whom it trusts there: mounted for the build, and no part of the image. */
async function npmSettings(folder: string): Promise<readonly string[]> {
  const setting = async (name: string): Promise<string> => {
    const value = (await run('npm', ['config', 'get', name])).stdout.trim();
    return value === 'null' || value === 'undefined' ? '' : value;
  };
  const file = path.join(folder, 'npmrc');
  const authority = await setting('cafile');
  const inside = '/run/npm-authority.pem';
  await writeFile(file, `registry=${await setting('registry')}\n${authority === '' ? '' : `cafile=${inside}\n`}`);
  const trusted = authority === '' ? [] : ['--volume', `${authority}:${inside}:ro`];
  return ['--volume', `${file}:/root/.npmrc:ro`, ...trusted];
}
