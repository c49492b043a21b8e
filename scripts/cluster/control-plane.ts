import {generateKeyPair} from 'node:crypto';
import {writeFile} from 'node:fs/promises';
import {promisify} from 'node:util';
import {askApi, type ApiAccess} from './api.ts';
import type {Binaries} from './binaries.ts';
import type {ClusterFacts} from './cluster-file.ts';
import {
  apiServerFlags,
  auditPolicy,
  controllerManagerFlags,
  etcdFlags,
  inFolder,
  serverCertificate,
  type Layout,
} from './components.ts';
import {eventually} from './eventually.ts';
import {writeKubeconfig} from './kubeconfig.ts';
import type {Member, Nursery} from './nursery.ts';
import {freePorts} from './ports.ts';
import type {Say} from './progress.ts';

/** A running etcd, kube-apiserver and kube-controller-manager. */
export interface ControlPlane {
  readonly facts: Omit<ClusterFacts, 'controlUrl'>;
  /** Kills the API server; etcd and the controller manager go on. */
  stopApiServer(): Promise<void>;
  /** Starts it again on the same port, and waits until it is ready. */
  startApiServer(): Promise<void>;
  /** Stops its clock (SIGSTOP): connections stand and are not answered. */
  pauseApiServer(): void;
  resumeApiServer(): void;
}

export interface Making {
  readonly binaries: Binaries;
  readonly nursery: Nursery;
  /** See {@link Layout.admission}. */
  readonly admission: string;
  /** See {@link Layout.address}. */
  readonly address: string;
  readonly say: Say;
}

const adminToken = 'admin-token';
const readyTimeoutMs = 120_000;

/**
 * Starts a control plane and waits until pods can be made in the namespace `default`: 4 to 8 seconds on 2 cores.
 * Rejects with the end of its log when a component ends before that, and when it takes two minutes.
 */
export async function startControlPlane(making: Making): Promise<ControlPlane> {
  const {binaries, nursery} = making;
  const layout = await layOut(making);
  const {ports} = layout;
  const access: ApiAccess = {
    url: `https://${layout.address}:${ports.apiServer}`,
    caFile: serverCertificate(layout),
    token: adminToken,
  };
  const kubeconfig = inFolder(layout, 'kubeconfig');
  const run = (name: 'etcd' | 'kube-apiserver' | 'kube-controller-manager', flags: readonly string[]): Member =>
    nursery.start(binaries[name], flags, {log: name});

  const etcd = run('etcd', etcdFlags(layout));
  let apiServer = run('kube-apiserver', apiServerFlags(layout));
  await untilReady(access, '/readyz', [etcd, apiServer]);
  await writeKubeconfig(kubeconfig, access, 'admin');
  const controllerManager = run('kube-controller-manager', controllerManagerFlags(layout, kubeconfig));
  const components = [etcd, apiServer, controllerManager];
  await untilReady(access, '/api/v1/namespaces/default/serviceaccounts/default', components);
  await untilReady(access, '/api/v1/namespaces/default/configmaps/kube-root-ca.crt', components);
  for (const component of components) void reportEnd(component, making.say);
  const served = await askApi(access, '/version');

  return {
    facts: {
      ...access,
      version: (served.body as {gitVersion: string}).gitVersion.replace(/^v/, ''),
      kubeconfig,
      kubectl: binaries.kubectl,
      etcdUrl: `http://127.0.0.1:${ports.etcd}`,
      auditLog: inFolder(layout, 'audit.log'),
      folder: layout.folder,
    },
    stopApiServer: () => apiServer.kill(),
    startApiServer: async () => {
      if (apiServer.running()) return;
      apiServer = run('kube-apiserver', apiServerFlags(layout));
      await untilReady(access, '/readyz', [etcd, apiServer]);
      void reportEnd(apiServer, making.say);
    },
    pauseApiServer: () => apiServer.signal('SIGSTOP'),
    resumeApiServer: () => apiServer.signal('SIGCONT'),
  };
}

/** Chooses ports and writes the files that the components read. */
async function layOut({nursery: {folder}, admission, address}: Making): Promise<Layout> {
  const [etcd = 0, peer = 0, apiServer = 0, controllerManager = 0] = await freePorts(4);
  const layout = {folder, ports: {etcd, peer, apiServer, controllerManager}, address, admission};
  const pair = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: {type: 'spki', format: 'pem'},
    privateKeyEncoding: {type: 'pkcs8', format: 'pem'},
  });
  await writeFile(inFolder(layout, 'service-account.key'), pair.privateKey, {mode: 0o600});
  await writeFile(inFolder(layout, 'service-account.pub'), pair.publicKey);
  // https://kubernetes.io/docs/reference/access-authn-authz/authentication/#static-token-file
  await writeFile(inFolder(layout, 'tokens.csv'), `${adminToken},admin,admin,system:masters\n`, {mode: 0o600});
  await writeFile(inFolder(layout, 'audit-policy.json'), JSON.stringify(auditPolicy));
  return layout;
}

async function untilReady(access: ApiAccess, path: string, members: readonly Member[]): Promise<void> {
  let ended: Member | undefined;
  await eventually(
    async () => {
      ended = members.find((member) => !member.running());
      return ended !== undefined || (await askApi(access, path)).status === 200;
    },
    {what: `the API server to answer ${path}`, timeoutMs: readyTimeoutMs},
  );
  if (ended !== undefined) throw new Error(`${ended.name} ended by itself; its log ends with\n${await ended.logTail()}`);
}

/** A component that dies under the tests makes them fail in ways of their own: say which one it was. */
async function reportEnd(member: Member, say: Say): Promise<void> {
  const code = await member.exit;
  if (!member.killed()) say(`${member.name} ended by itself with ${code}; its log ends with\n${await member.logTail()}`);
}
