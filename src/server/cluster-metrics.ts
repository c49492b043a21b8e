import {formatVersion} from '../cluster/server-version.ts';
import type {ClusterSide} from './cluster-side.ts';
import type {Metrics} from './metrics.ts';

/** Adds what the metrics show of the cluster: how old the watches are, and the API server's version. */
export function addClusterMetrics(
  metrics: Pick<Metrics, 'gauge'>,
  side: Pick<ClusterSide, 'watches' | 'version'>,
  now: () => number,
): void {
  const startMs = now();
  metrics.gauge({
    name: 'pod_injector_watch_staleness_seconds',
    help: 'Time since the API server last showed that the watched state is current, by resource; about a minute at most when all is well.',
    label: 'resource',
    read: () =>
      Object.fromEntries(
        side.watches.map(({resource, lastSuccessMs}) => [resource, (now() - (lastSuccessMs() ?? startMs)) / 1000]),
      ),
  });
  metrics.gauge({
    name: 'pod_injector_kubernetes_info',
    help: 'Always 1; the version that the API server behaves as.',
    label: 'version',
    read: () => {
      const version = side.version();
      return version === undefined ? {} : {[formatVersion(version)]: 1};
    },
  });
}
