import {inject} from 'vitest';
import {askApi, type ApiRequest, type ApiResponse} from '../../../scripts/cluster/api.ts';
import type {ClusterFacts} from '../../../scripts/cluster/cluster-file.ts';

/** The control plane of this run. All test files share it, one after another. */
export interface ControlPlane extends ClusterFacts {
  /** Kills the API server, while etcd and the controller manager go on. */
  stopApiServer(): Promise<void>;
  /** Starts it again on the same port; it is ready when this resolves. Nothing when it runs. */
  startApiServer(): Promise<void>;
  /** Both. Watches break, and resource versions from before are too old (410) for what the new one has in memory. */
  restartApiServer(): Promise<void>;
  /** Freezes it: connections stand, and nothing is answered. */
  pauseApiServer(): Promise<void>;
  resumeApiServer(): Promise<void>;
  /** Forgets all but the newest state in etcd, so that a watch or a list from an older one is answered with 410. */
  compactEtcd(): Promise<void>;
}

/** The control plane that `npm run test:cluster` (or `npm run cluster`) started. */
export function controlPlane(): ControlPlane {
  const facts = inject('cluster');
  const control = async (name: string): Promise<void> => void (await post(`${facts.controlUrl}/${name}`, ''));
  return {
    ...facts,
    stopApiServer: () => control('stop'),
    startApiServer: () => control('start'),
    restartApiServer: async () => {
      await control('stop');
      await control('start');
    },
    pauseApiServer: () => control('pause'),
    resumeApiServer: () => control('resume'),
    compactEtcd: async () => {
      // https://etcd.io/docs/v3.6/dev-guide/api_grpc_gateway/: keys are base64, revisions strings.
      const range = await post(`${facts.etcdUrl}/v3/kv/range`, JSON.stringify({key: btoa('/'), count_only: true}));
      const {revision} = (JSON.parse(range) as {header: {revision: string}}).header;
      await post(`${facts.etcdUrl}/v3/kv/compaction`, JSON.stringify({revision, physical: true}));
    },
  };
}

/** Asks the API server as the administrator, with the JSON as it is on the wire; a status of 400 and more is an answer, too. */
export function api(path: string, request?: ApiRequest): Promise<ApiResponse> {
  return askApi(inject('cluster'), path, request);
}

async function post(url: string, body: string): Promise<string> {
  const response = await fetch(url, {method: 'POST', body});
  const text = await response.text();
  if (!response.ok) throw new Error(`POST ${url}: ${response.status} ${text}`);
  return text;
}
