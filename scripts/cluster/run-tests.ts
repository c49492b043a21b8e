import type {Cluster} from './cluster.ts';
import type {Nursery} from './nursery.ts';

/**
 * Runs the tests that need a control plane, with these arguments of vitest's besides. The report is reports/cluster-VERSION.json.
 * @returns the runner's exit code
 */
export async function runTests(cluster: Cluster, nursery: Nursery, args: readonly string[]): Promise<number> {
  const report = `reports/cluster-${cluster.facts.version}.json`;
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const config = ['--config', 'vitest.cluster.config.ts'];
  const runner = nursery.start(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...config, ...reporters, ...args], {
    env: cluster.env,
  });
  return runner.exit;
}
