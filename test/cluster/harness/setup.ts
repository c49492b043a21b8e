import type {TestProject} from 'vitest/node';
import {readClusterFile, type ClusterFacts} from '../../../scripts/cluster/cluster-file.ts';
import {bundleCli} from '../../../scripts/cluster/bundle.ts';

declare module 'vitest' {
  interface ProvidedContext {
    cluster: ClusterFacts;
    /** The CLI as it is published, bundled from these sources. */
    cli: string;
  }
}

/** Once a run: finds the control plane and bundles the CLI. Without a control plane nothing runs and nothing is skipped: it fails. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await readClusterFile(process.env);
  project.provide('cluster', cluster);
  const bundle = await bundleCli(cluster.folder);
  project.provide('cli', bundle.script);
  return bundle.remove;
}
