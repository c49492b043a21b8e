import {readFile, writeFile} from 'node:fs/promises';
import type {ApiAccess} from './api.ts';

/** What a process must know of a control plane that another one runs. Paths are absolute. */
export interface ClusterFacts extends ApiAccess {
  /** Of Kubernetes, such as `1.36.3`. */
  readonly version: string;
  /** Of the administrator. */
  readonly kubeconfig: string;
  /** The binary. */
  readonly kubectl: string;
  readonly etcdUrl: string;
  /** A JSON object a line for each write of a pod or a workload: audit.k8s.io/v1 Event. */
  readonly auditLog: string;
  /** Data and logs: etcd.log, kube-apiserver.log, kube-controller-manager.log. */
  readonly folder: string;
  /** Takes `POST /stop`, `/start`, `/pause` and `/resume` for the API server. */
  readonly controlUrl: string;
}

/** The variable that names the file. */
export const clusterVariable = 'POD_INJECTOR_CLUSTER';

export async function writeClusterFile(file: string, facts: ClusterFacts): Promise<void> {
  await writeFile(file, `${JSON.stringify(facts, null, 2)}\n`, {mode: 0o600});
}

/** The control plane of this run. Rejects with what to run instead when there is none. */
export async function readClusterFile(env: Readonly<Record<string, string | undefined>>): Promise<ClusterFacts> {
  const file = env[clusterVariable];
  if (file === undefined || file === '') {
    throw new Error(
      'These tests need a control plane: npm run test:cluster starts one (npm run test:cluster -- FILE for one file)',
    );
  }
  return JSON.parse(await readFile(file, 'utf8')) as ClusterFacts;
}
