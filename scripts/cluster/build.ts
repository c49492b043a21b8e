import {mkdir, readFile, rename, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {BinaryName} from './binaries.ts';
import {etcdModule, etcdPackage, kubernetesModule, kubernetesTools, linkerFlags} from './build-modules.ts';
import type {Nursery} from './nursery.ts';
import {withProgress, type Say} from './progress.ts';

/** What to build, and where it goes. */
export interface Build {
  readonly names: readonly BinaryName[];
  /** Of Kubernetes, such as `1.36.3`. */
  readonly version: string;
  readonly folder: string;
  readonly nursery: Nursery;
  readonly say: Say;
}

/**
 * Builds binaries out of the Go module proxy into the folder. Each appears there whole or not at all: an interrupted build leaves
 * those that were done, and the next one goes on from there, with what Go has cached.
 *
 * Measured on 2 cores with Go 1.26: etcd 1 min, kube-apiserver 5 min 20 s, kube-controller-manager and kubectl 2 min 40 s after it:
 * 9 minutes and 3 GB of Go's caches in all, cold. Warm, with Go's caches but without the binaries, half a minute.
 * Rejects with what Go said, or with what to install when there is no Go.
 */
export async function buildBinaries({names, version, folder, nursery, say}: Build): Promise<void> {
  const sources = path.join(nursery.folder, 'go');
  const go = goIn(nursery);
  if ((await go(nursery.folder, ['version'])).code !== 0) throw new Error(noGo(names, version, folder));
  const isEtcd = (name: BinaryName): boolean => name === 'etcd';
  say(`Kubernetes ${version}: building ${names.join(', ')} into ${folder}; this takes minutes, once`);
  const components = names.filter((name) => !isEtcd(name));
  // First: where there is no such version, nothing is left behind.
  const published = components.length === 0 ? '' : await publishedModule(go, nursery.folder, version);
  await mkdir(folder, {recursive: true});
  if (names.some(isEtcd)) {
    const source = path.join(sources, 'etcd');
    await prepare(go, source, {'go.mod': etcdModule}, say, 'etcd');
    await buildOne({go, source, package: etcdPackage, flags: '-s -w', name: 'etcd', folder, say});
  }
  if (components.length === 0) return;
  const source = path.join(sources, 'kubernetes');
  await prepare(
    go,
    source,
    {'go.mod': kubernetesModule(published, version), 'tools.go': kubernetesTools},
    say,
    `Kubernetes ${version}`,
  );
  for (const name of components) {
    await buildOne({go, source, package: `k8s.io/kubernetes/cmd/${name}`, flags: linkerFlags(version), name, folder, say});
  }
}

type Go = (cwd: string, args: readonly string[]) => Promise<{readonly code: number; readonly output: string}>;

function goIn(nursery: Nursery): Go {
  let count = 0;
  return async (cwd, args) => {
    const log = `go-${++count}`;
    // Settings of this machine's Go that would change what is built stay out.
    const env = {CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false', GOWORK: 'off'};
    const member = nursery.start('go', args, {log, cwd, env});
    const code = await member.exit;
    return {code, output: code === 127 ? '' : await readFile(path.join(nursery.folder, `${log}.log`), 'utf8')};
  };
}

/** The go.mod of the published module, which names its Go version and its staging modules. */
async function publishedModule(go: Go, cwd: string, version: string): Promise<string> {
  const {code, output} = await go(cwd, ['mod', 'download', '-json', `k8s.io/kubernetes@v${version}`]);
  const file = /"GoMod": "(.*)"/.exec(output)?.[1];
  if (code !== 0 || file === undefined) {
    throw new Error(
      `Kubernetes ${version} cannot be downloaded; is there such a version, and is the Go module proxy reachable?\n${output}`,
    );
  }
  return readFile(file, 'utf8');
}

async function prepare(go: Go, source: string, files: Readonly<Record<string, string>>, say: Say, what: string): Promise<void> {
  await mkdir(source, {recursive: true});
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(source, name), text);
  const {code, output} = await withProgress(say, `downloading ${what}`, () => go(source, ['mod', 'tidy']));
  if (code !== 0) throw new Error(`The modules of ${what} cannot be downloaded:\n${tail(output)}`);
}

interface One {
  readonly go: Go;
  readonly source: string;
  readonly package: string;
  readonly flags: string;
  readonly name: BinaryName;
  readonly folder: string;
  readonly say: Say;
}

async function buildOne(one: One): Promise<void> {
  const fresh = path.join(one.folder, `.${one.name}-${process.pid}`);
  try {
    await withProgress(one.say, `building ${one.name}`, async () => {
      const args = ['build', '-trimpath', '-ldflags', one.flags, '-o', fresh, one.package];
      const {code, output} = await one.go(one.source, args);
      if (code !== 0) throw new Error(`${one.name} does not build:\n${tail(output)}`);
    });
    await rename(fresh, path.join(one.folder, one.name));
  } finally {
    await rm(fresh, {force: true});
  }
}

function tail(output: string): string {
  return output.trimEnd().split('\n').slice(-20).join('\n');
}

function noGo(names: readonly BinaryName[], version: string, folder: string): string {
  return [
    `${names.join(', ')} of Kubernetes ${version} are missing, and there is no Go to build them. Either`,
    '- install Go from https://go.dev/dl/ and run this again: it builds them once, in about 9 minutes, or',
    `- put the binaries into ${folder}, or into a folder that KUBEBUILDER_ASSETS names`,
    '  (setup-envtest use -p path downloads all but kube-controller-manager, which https://dl.k8s.io has)',
  ].join('\n');
}
