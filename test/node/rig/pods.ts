import {onTestFinished} from 'vitest';
import {eventually, kubectl, kubectlGet, kubectlOk, makeNamespace} from '../../cluster/harness/index.ts';

type Namespace = Parameters<typeof makeNamespace>[0];

/** What these tests read of a pod (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/). */
export interface Pod {
  readonly metadata: {readonly name: string; readonly annotations?: Readonly<Record<string, string>>};
  readonly spec: {readonly containers: readonly Container[]; readonly initContainers?: readonly Container[]};
  readonly status: {
    readonly phase: string;
    readonly podIP?: string;
    readonly conditions?: readonly {readonly type: string; readonly status: string}[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

/** What these tests read of a container. */
export interface Container {
  readonly name: string;
  readonly volumeMounts?: readonly object[];
  readonly resources?: {readonly limits?: Readonly<Record<string, string>>};
}

/** What became of a container. */
export interface ContainerStatus {
  readonly name: string;
  readonly restartCount: number;
  readonly state: {
    readonly running?: {readonly startedAt: string};
    readonly terminated?: {readonly exitCode: number; readonly finishedAt: string};
  };
}

/** A namespace for one test, deleted after it without waiting. */
export async function ownNamespace(metadata?: Namespace): Promise<string> {
  const namespace = await makeNamespace(metadata);
  onTestFinished(() => kubectlOk(['delete', 'namespace', namespace, '--wait=false']).then(() => undefined));
  return namespace;
}

/** The pods of a namespace whose names begin so. */
export async function podsOf(namespace: string, prefix = ''): Promise<readonly Pod[]> {
  const {items} = await kubectlGet<{items: readonly Pod[]}>('pods', '-n', namespace);
  return items.filter(({metadata}) => metadata.name.startsWith(prefix));
}

/** Waits until so many pods whose names begin so are Ready. Rejects with what they are in its place, and what they said. */
export async function readyPods(namespace: string, prefix: string, count = 1): Promise<readonly [Pod, ...Pod[]]> {
  const look = async (): Promise<readonly [Pod, ...Pod[]]> => {
    const pods = await podsOf(namespace, prefix);
    const [first, ...others] = pods;
    if (first !== undefined && pods.length === count && pods.every(isReady)) return [first, ...others];
    throw new Error(pods.map(summary).join('\n') || `there is no pod ${prefix}*`);
  };
  return eventually(look, {what: `${count} ready pods ${prefix}*`, intervalMs: 300}).catch(async (error: Error) => {
    throw new Error(`${error.message}\n${await lastWords(namespace, prefix)}`, {cause: error});
  });
}

async function lastWords(namespace: string, prefix: string): Promise<string> {
  const pods = await podsOf(namespace, prefix);
  const logs = pods.flatMap(({metadata, spec}) =>
    names([...(spec.initContainers ?? []), ...spec.containers]).map(async (name) => {
      const {stdout, stderr} = await kubectl(['logs', metadata.name, '-c', name, '-n', namespace, '--tail=10']);
      return `${metadata.name} ${name}: ${stdout}${stderr}`;
    }),
  );
  return (await Promise.all(logs)).join('\n');
}

/** Waits until a container has printed this. @returns all that it printed */
export async function printed(namespace: string, pod: string, container: string, words: string): Promise<string> {
  return eventually(
    async () => {
      const {stdout, stderr} = await kubectl(['logs', pod, '-c', container, '-n', namespace]);
      if (!stdout.includes(words)) throw new Error(stdout.slice(-1000) + stderr);
      return stdout;
    },
    {what: `“${words}” in the log of ${container}`, intervalMs: 300},
  );
}

/** Waits until a URL answers with 200: a container without a readinessProbe may be Ready before it listens. @returns the body */
export async function fetched(url: string): Promise<string> {
  const attempt = async (): Promise<string> => {
    const response = await fetch(url);
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status} ${text}`);
    return text;
  };
  return eventually(attempt, {what: url, intervalMs: 300});
}

/** The label of a namespace by which the API server lets no pod in that asks for more than most applications need. */
export const restricted = {'pod-security.kubernetes.io/enforce': 'restricted'};

/** Runs a program in a container. @returns what it printed. Rejects when it failed */
export async function execIn(namespace: string, pod: string, container: string, ...command: readonly string[]): Promise<string> {
  return (await kubectlOk(['exec', pod, '-c', container, '-n', namespace, '--', ...command])).trimEnd();
}

/** The names of a pod's containers, injected or not. */
export function names(containers: readonly Container[] | undefined): readonly string[] {
  return (containers ?? []).map(({name}) => name);
}

/** What became of one container of a pod. */
export function statusOf({status}: Pod, name: string): ContainerStatus | undefined {
  return [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].find((one) => one.name === name);
}

function isReady({status}: Pod): boolean {
  return status.conditions?.some(({type, status: is}) => type === 'Ready' && is === 'True') ?? false;
}

function summary({metadata, status}: Pod): string {
  const states = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  return `${metadata.name} ${status.phase}: ${states.map(({name, state}) => `${name} ${JSON.stringify(state)}`).join(', ')}`;
}
