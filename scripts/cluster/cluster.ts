import path from 'node:path';
import {controlPlaneNames, obtainBinaries} from './binaries.ts';
import {clusterVariable, writeClusterFile, type ClusterFacts} from './cluster-file.ts';
import {startControlPlane} from './control-plane.ts';
import {serveControls} from './control-server.ts';
import type {Nursery} from './nursery.ts';
import {withProgress, type Say} from './progress.ts';

/** Where the terminals of this machine find an API server. */
export interface Outside {
  readonly url: string;
  /** Of the administrator. */
  readonly kubeconfig: string;
}

/** A control plane as other processes find it. */
export interface Cluster {
  readonly facts: ClusterFacts;
  /** What the facts say, unless the API server is in a network of its own. */
  readonly outside: Outside;
  /** Whether pods run. */
  readonly hasNode: boolean;
  /** The variables that lead them there, and the version that they can expect. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Starts a control plane of the version that the environment asks for; binaries that are missing are built first.
 * @param address where the API server listens
 */
export async function openCluster(
  env: Readonly<Record<string, string | undefined>>,
  nursery: Nursery,
  say: Say,
  address = '127.0.0.1',
): Promise<Cluster> {
  const {version, binaries} = await obtainBinaries(controlPlaneNames, env, nursery, say);
  const making = {binaries, nursery, admission: env['ADMISSION'] ?? '', address, say};
  const plane = await withProgress(say, `starting Kubernetes ${version}`, () => startControlPlane(making));
  if (plane.facts.version !== version) {
    throw new Error(
      `The API server says ${plane.facts.version}, not ${version}: remove ${path.dirname(binaries['kube-apiserver'])}`,
    );
  }
  const facts = {...plane.facts, controlUrl: await serveControls(plane)};
  const file = path.join(nursery.folder, 'cluster.json');
  await writeClusterFile(file, facts);
  const {url, kubeconfig} = facts;
  return {
    facts,
    outside: {url, kubeconfig},
    hasNode: false,
    env: {[clusterVariable]: file, KUBECONFIG: kubeconfig, K8S_VERSION: version},
  };
}
