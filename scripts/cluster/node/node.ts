import {execFile} from 'node:child_process';
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';
import {askApi, type ApiAccess} from '../api.ts';
import type {Binaries} from '../binaries.ts';
import {eventually} from '../eventually.ts';
import type {Member, Nursery} from '../nursery.ts';
import {freePorts} from '../ports.ts';
import {mountEmpty} from './empty-folder.ts';
import {cniConfig, containerdConfig, containerdSocket, kubeletConfig, network, nodeName, type NodeLayout} from './settings.ts';

const run = promisify(execFile);

/** What a node is made of. */
export interface NodeMaking {
  readonly binaries: Binaries<'kubelet' | 'kube-scheduler'>;
  readonly nursery: Nursery;
  readonly access: ApiAccess;
  readonly kubeconfig: string;
  /** Of this node, made already. */
  readonly cgroup: string;
  /** Archives of images (docker-archive or OCI), imported before pods start. */
  readonly images: readonly string[];
}

/** The bridge of the pods; first, because the API server listens on its address. */
export async function openNetwork(): Promise<void> {
  await run('ip', ['link', 'add', network.bridge, 'type', 'bridge']);
  await run('ip', ['addr', 'add', `${network.gateway}/${network.prefix}`, 'dev', network.bridge]);
  await run('ip', ['link', 'set', network.bridge, 'up']);
}

/** Starts containerd, the kubelet and the scheduler, and waits until the node is Ready. In a sandbox only: it mounts over the machine's folders. */
export async function startNode(making: NodeMaking): Promise<void> {
  const {binaries, nursery, access, kubeconfig, cgroup, images} = making;
  const [port = 0, healthPort = 0, schedulerPort = 0] = await freePorts(3);
  const layout: NodeLayout = {folder: path.join(nursery.folder, 'node'), cgroup, kubelet: {port, healthPort}};
  const file = (name: string): string => path.join(layout.folder, name);
  await mkdir(file('cni'), {recursive: true});
  await mountFolders(layout.folder);
  await hideSettings(layout.folder);
  await writeFile(file('containerd.toml'), containerdConfig(layout));
  await writeFile(file('kubelet.json'), kubeletConfig(layout));
  await writeFile(file('cni/10-pods.conflist'), cniConfig(layout));

  const containerd = nursery.start('containerd', ['--config', file('containerd.toml')], {log: 'containerd'});
  const ctr = (args: readonly string[]): Promise<unknown> => run('ctr', ['--address', containerdSocket, ...args]);
  await started(containerd, () => ctr(['version']).then(() => true));
  for (const image of images) await ctr(['--namespace', 'k8s.io', 'images', 'import', image]);
  const kubelet = nursery.start(
    binaries.kubelet,
    [
      `--config=${file('kubelet.json')}`,
      `--kubeconfig=${kubeconfig}`,
      `--cert-dir=${file('kubelet-certificates')}`,
      `--hostname-override=${nodeName}`,
      `--node-ip=${network.gateway}`,
    ],
    {log: 'kubelet'},
  );
  const scheduler = nursery.start(
    binaries['kube-scheduler'],
    [
      `--kubeconfig=${kubeconfig}`,
      `--secure-port=${schedulerPort}`,
      '--bind-address=127.0.0.1',
      `--cert-dir=${file('scheduler-certificates')}`,
      '--leader-elect=false',
      '--authorization-always-allow-paths=*',
    ],
    {log: 'kube-scheduler'},
  );
  await started(scheduler, () => true);
  await started(kubelet, async () => isReady((await askApi(access, `/api/v1/nodes/${nodeName}`)).body));
}

/** Folders that programs of a node insist on are empty ones of the sandbox. */
async function mountFolders(scratch: string): Promise<void> {
  for (const folder of [
    '/run/containerd',
    '/run/netns',
    '/var/lib/cni',
    '/var/lib/kubelet',
    '/var/log/containers',
    '/var/log/pods',
  ])
    await mountEmpty(folder, scratch);
  // What the kubelet mounts in one pod's folder must be seen in its containers.
  await run('mount', ['--make-rshared', '/']);
}

/** The kubelet sets these of the whole machine's; here it sets copies. */
async function hideSettings(folder: string): Promise<void> {
  for (const name of ['vm/overcommit_memory', 'kernel/panic', 'kernel/panic_on_oops']) {
    const setting = `/proc/sys/${name}`;
    const copy = path.join(folder, path.basename(name));
    await writeFile(copy, await readFile(setting));
    await run('mount', ['--bind', copy, setting]);
  }
}

async function started(member: Member, attempt: () => boolean | Promise<boolean>): Promise<void> {
  await eventually(async () => !member.running() || attempt(), {what: `${member.name} to be ready`, timeoutMs: 60_000});
  if (!member.running()) throw new Error(`${member.name} ended by itself; its log ends with\n${await member.logTail()}`);
}

function isReady(node: unknown): boolean {
  const {conditions = []} = (node as {status?: {conditions?: readonly {type: string; status: string}[]}}).status ?? {};
  return conditions.some(({type, status}) => type === 'Ready' && status === 'True');
}
