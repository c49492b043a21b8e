import {afterAll} from 'vitest';
import {webhookNames} from '../../src/cluster/registration.ts';
import {kubectl, kubectlOk, serviceAccountKubeconfig, startInjector, type Injector} from './harness/index.ts';

export const system = 'pod-injector';
export const secret = 'pod-injector-certs';

/** What the manifests make for the whole cluster, which other test files must not meet. */
const clusterWide = [
  'mutatingwebhookconfiguration/pod-injector',
  'validatingwebhookconfiguration/pod-injector',
  'clusterrole/pod-injector',
  'clusterrole/pod-injector-certificates',
  'clusterrolebinding/pod-injector',
  'clusterrolebinding/pod-injector-certificates',
];

/**
 * Applies the manifests as they are, but for what needs nodes: the Service is one that leads the API server to this machine, and the
 * Deployment has no pods. Taken away after the test file.
 * @returns what kubectl said
 */
export async function install(folder = 'manifests'): Promise<{readonly stdout: string; readonly stderr: string}> {
  afterAll(uninstall);
  // Of a test file before.
  await kubectl(['delete', '--ignore-not-found', 'service', 'pod-injector-webhook', '-n', system]);
  const applied = await kubectl(['apply', '-k', folder]);
  if (applied.code !== 0) throw new Error(applied.stderr);
  await kubectlOk(['scale', 'deployment/pod-injector', '--replicas=0', '-n', system]);
  const service = {apiVersion: 'v1', kind: 'Service', metadata: {name: 'pod-injector-webhook', namespace: system}};
  await kubectlOk(['delete', 'service', 'pod-injector-webhook', '-n', system]);
  await kubectlOk(['create', '--save-config', '-f', '-'], {
    input: {...service, spec: {type: 'ExternalName', externalName: 'localhost'}},
  });
  return applied;
}

async function uninstall(): Promise<void> {
  await kubectl(['delete', '--ignore-not-found', ...clusterWide]);
  await kubectl([
    'delete',
    '--ignore-not-found',
    '-n',
    system,
    'deployment/pod-injector',
    'lease/pod-injector',
    `secret/${secret}`,
  ]);
}

/** A replica with the rights of the manifests' ServiceAccount and no other ones. */
export async function startReplica(name: string): Promise<Injector> {
  const kubeconfig = await serviceAccountKubeconfig(system, 'pod-injector');
  return startInjector({
    // A folder of files is what is used outside of a cluster, unless the Secret is named.
    args: ['--kubeconfig', kubeconfig, '--secret-name', secret],
    env: {POD_NAME: name, POD_NAMESPACE: system},
  });
}

/** Has the API server call this replica: there is no kube-proxy that would translate the Service's port. */
export async function callReplica({port}: Pick<Injector, 'port'>): Promise<void> {
  const entries = {mutating: Object.values(webhookNames).length, validating: 1};
  for (const [kind, count] of Object.entries(entries)) {
    const operations = Array.from({length: count}, (_, index) => ({
      op: 'replace',
      path: `/webhooks/${index}/clientConfig/service/port`,
      value: port,
    }));
    const patch = JSON.stringify(operations);
    await kubectlOk(['patch', `${kind}webhookconfiguration`, 'pod-injector', '--type=json', '-p', patch]);
  }
}
