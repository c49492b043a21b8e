import path from 'node:path';
import {inject} from 'vitest';
import {writeKubeconfig} from '../../../scripts/cluster/kubeconfig.ts';
import {kubectlOk} from './kubectl.ts';

/**
 * A kubeconfig with a token of this ServiceAccount, which must exist: what runs with it may do what its RBAC allows, no more.
 * @returns the file
 */
export async function serviceAccountKubeconfig(namespace: string, name: string): Promise<string> {
  const cluster = inject('cluster');
  const token = (await kubectlOk(['create', 'token', name, `--namespace=${namespace}`])).trim();
  const file = path.join(cluster.folder, `${namespace}-${name}.kubeconfig`);
  await writeKubeconfig(file, {...cluster, token}, name);
  return file;
}
