import {setTimeout as sleep} from 'node:timers/promises';
import {debianImage} from '../../../scripts/cluster/node/images.ts';
import {api, kubectlOk} from '../../cluster/harness/index.ts';

/** A pod that a controller made, as far as these tests look at it. */
export interface SeenPod {
  readonly name: string;
  readonly containers: readonly string[];
}

/** A Deployment whose pods are deleted again and again, so that its controller goes on making new ones. */
export interface Churn {
  /** Every pod that was seen so far. */
  seen(): readonly SeenPod[];
  /** Ends it. @returns all pods that were seen */
  stop(): Promise<readonly SeenPod[]>;
}

interface PodList {
  readonly items: readonly {
    readonly metadata: {readonly name: string; readonly uid: string};
    readonly spec: {readonly containers: readonly {readonly name: string}[]};
  }[];
}

const intervalMs = 300;
/** Of a run: it ends by itself, whatever becomes of the test. */
const mostRounds = 1000;

/** Starts a Deployment of three pods that ask for these templates. */
export async function churn(namespace: string, templates: string): Promise<Churn> {
  const labels = {app: 'churn'};
  const container = {name: 'app', image: debianImage, command: ['sleep', 'infinity']};
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {name: 'churn', namespace},
    spec: {
      replicas: 3,
      selector: {matchLabels: labels},
      template: {
        metadata: {labels, annotations: {'pod-injector.dev/inject': templates}},
        // They are made, which is when they are injected, and never run: a node would be busy with their ends.
        spec: {schedulerName: 'nobody', containers: [container]},
      },
    },
  };
  await kubectlOk(['apply', '-f', '-'], {input: deployment});
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const seen = new Map<string, SeenPod>();
  let stopping = false;
  const look = async (): Promise<PodList['items']> => {
    const {items} = (await api(`${pods}?labelSelector=app%3Dchurn`)).body as PodList;
    for (const {metadata, spec} of items) {
      seen.set(metadata.uid, {name: metadata.name, containers: spec.containers.map(({name}) => name)});
    }
    return items;
  };
  const run = async (): Promise<void> => {
    for (let round = 0; round < mostRounds && !stopping; round += 1) {
      for (const {metadata} of await look()) {
        await api(`${pods}/${metadata.name}?gracePeriodSeconds=0`, {method: 'DELETE'});
      }
      await sleep(intervalMs);
    }
  };
  const running = run();
  // Who stops it hears of it.
  running.catch(() => undefined);
  return {
    seen: () => [...seen.values()],
    stop: async () => {
      stopping = true;
      await running;
      await look();
      await kubectlOk(['delete', 'deployment/churn', '-n', namespace, '--wait=false']);
      return [...seen.values()];
    },
  };
}
