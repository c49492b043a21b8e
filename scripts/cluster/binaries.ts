import {execFile} from 'node:child_process';
import {constants} from 'node:fs';
import {access} from 'node:fs/promises';
import {homedir} from 'node:os';
import path from 'node:path';
import {promisify} from 'node:util';
import {buildBinaries} from './build.ts';
import type {Nursery} from './nursery.ts';
import type {Say} from './progress.ts';

/** What a control plane is made of. Without a scheduler and a node Pods stay Pending. */
export const controlPlaneNames = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl'] as const;
/** What a node needs besides. */
export const nodeNames = ['kubelet', 'kube-scheduler'] as const;

export type ControlPlaneName = (typeof controlPlaneNames)[number];
export type BinaryName = ControlPlaneName | (typeof nodeNames)[number];

/** The path of each binary. */
export type Binaries<Name extends BinaryName = ControlPlaneName> = Readonly<Record<Name, string>>;

/** The version that is tested without another word. */
const defaultVersion = '1.36.3';

/**
 * Binaries of Kubernetes and their version. Each is looked for in the folder KUBEBUILDER_ASSETS, as tests that use envtest
 * have it (https://book.kubebuilder.io/reference/envtest), then in the cache; what is missing is built with Go into the cache.
 * K8S_VERSION asks for a version; a folder of another version is passed over, with a word.
 * Rejects with what to install when they are nowhere and cannot be built, or when K8S_VERSION is none.
 */
export async function obtainBinaries<Name extends BinaryName>(
  names: readonly Name[],
  env: Readonly<Record<string, string | undefined>>,
  nursery: Nursery,
  say: Say,
): Promise<{readonly version: string; readonly binaries: Binaries<Name>}> {
  const asked = askedVersion(env['K8S_VERSION']);
  const assets = env['KUBEBUILDER_ASSETS'];
  const assetsVersion = assets === undefined || assets === '' ? undefined : await versionIn(assets);
  const version = asked ?? assetsVersion ?? defaultVersion;
  if (assetsVersion !== undefined && assetsVersion !== version) {
    say(`KUBEBUILDER_ASSETS holds ${assetsVersion}, but K8S_VERSION asks for ${version}: not used`);
  }
  const cache = path.join(cacheFolder(env), version);
  const folders = assets !== undefined && assetsVersion === version ? [assets, cache] : [cache];
  const found = await Promise.all(names.map(async (name) => [name, await firstWith(folders, name)] as const));
  const missing = found.filter(([, file]) => file === undefined).map(([name]) => name);
  if (missing.length > 0) await buildBinaries({names: missing, version, folder: cache, nursery, say});
  return {
    version,
    binaries: Object.fromEntries(found.map(([name, file]) => [name, file ?? path.join(cache, name)])) as Binaries<Name>,
  };
}

/** Where built binaries are kept, a folder a version below it (https://specifications.freedesktop.org/basedir-spec). */
function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  const base = env['XDG_CACHE_HOME'] ?? '';
  return path.join(base === '' ? path.join(homedir(), '.cache') : base, 'pod-injector', 'kubernetes');
}

function askedVersion(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  const match = /^v?(1\.\d+\.\d+)$/.exec(text);
  if (match === null)
    throw new Error(`K8S_VERSION is ${JSON.stringify(text)}, but must be a full version such as ${defaultVersion}`);
  return match[1];
}

/** The version of the kube-apiserver in the folder, which prints `Kubernetes v1.36.3`; undefined where there is none. */
async function versionIn(folder: string): Promise<string | undefined> {
  const file = path.join(folder, 'kube-apiserver');
  if (!(await isExecutable(file))) return undefined;
  const {stdout} = await promisify(execFile)(file, ['--version']);
  return /v(1\.\d+\.\d+)/.exec(stdout)?.[1];
}

async function firstWith(folders: readonly string[], name: BinaryName): Promise<string | undefined> {
  for (const folder of folders) {
    const file = path.join(folder, name);
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
