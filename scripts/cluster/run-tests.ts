import type {Cluster} from './cluster.ts';
import type {Nursery} from './nursery.ts';

/**
 * Runs the tests that need a control plane, with these arguments of vitest's besides. The report is reports/KIND-VERSION.json.
 * @param kind those of a control plane alone, or those of a node
 * @returns the runner's exit code
 */
export async function runTests(
  kind: 'cluster' | 'node',
  cluster: Cluster,
  nursery: Nursery,
  args: readonly string[],
): Promise<number> {
  const report = `reports/${kind}-${cluster.facts.version}.json`;
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const config = ['--config', `vitest.${kind}.config.ts`];
  const runner = nursery.start(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...config, ...reporters, ...args], {
    env: cluster.env,
  });
  return runner.exit;
}
