import {nodeNames, obtainBinaries} from '../binaries.ts';
import {openCluster, type Cluster} from '../cluster.ts';
import type {Nursery} from '../nursery.ts';
import {withProgress, type Say} from '../progress.ts';
import {answerDoor} from './door.ts';
import {openNetwork, startNode} from './node.ts';
import {cgroupVariable} from './sandbox.ts';
import {network} from './settings.ts';

/**
 * A control plane with a node on which pods run; in a sandbox (see runInSandbox) only. Pods reach the API server at its address,
 * and it reaches them at theirs; there is neither kube-proxy nor DNS.
 * @param images archives of the images that pods may use
 */
export async function openNodeCluster(
  env: Readonly<Record<string, string | undefined>>,
  nursery: Nursery,
  say: Say,
  images: readonly string[],
): Promise<Cluster> {
  const cgroup = env[cgroupVariable];
  if (cgroup === undefined) throw new Error('A node runs in a sandbox only');
  await openNetwork();
  const cluster = await openCluster(env, nursery, say, network.gateway);
  const {binaries} = await obtainBinaries(nodeNames, {...env, K8S_VERSION: cluster.facts.version}, nursery, say);
  const {kubeconfig} = cluster.facts;
  await withProgress(say, 'starting a node', () =>
    startNode({binaries, nursery, access: cluster.facts, kubeconfig, cgroup, images}),
  );
  return {...cluster, outside: await answerDoor(env, cluster.facts), hasNode: true};
}
