import {api} from '../harness/index.ts';

/** What tests look at in a pod. */
export interface Pod {
  readonly metadata: {readonly name: string; readonly annotations?: Readonly<Record<string, string>>};
  readonly spec: {
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
  };
}

interface Container {
  readonly name: string;
  readonly image: string;
  readonly volumeMounts?: readonly {readonly mountPath: string}[];
  readonly resources?: {readonly requests?: object; readonly limits?: object};
}

/** What came of the creation of a pod: the pod, or a Kubernetes Status. */
export interface Creation {
  readonly status: number;
  readonly pod: Pod;
  /** Of a Status. */
  readonly message: string;
  readonly warnings: readonly string[];
}

const inject = 'pod-injector.dev/inject';

/** A pod of one container that asks for these templates: `a,b`. */
export function podManifest(name: string, templates: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name, annotations: {[inject]: templates}},
    spec: {containers: [{name: 'app', image: 'app:1'}]},
  };
}

/** Creates a pod that asks for these templates. */
export async function createPod(namespace: string, name: string, templates: string): Promise<Creation> {
  return post(`/api/v1/namespaces/${namespace}/pods`, podManifest(name, templates));
}

/** Creates an object of a namespace. */
export async function post(path: string, body: object): Promise<Creation> {
  const answer = await api(path, {method: 'POST', body});
  const {message = ''} = answer.body as {message?: string};
  return {status: answer.status, pod: answer.body as Pod, message, warnings: answer.warnings};
}

/** The pods of a namespace. */
export async function podsOf(namespace: string): Promise<readonly Pod[]> {
  return ((await api(`/api/v1/namespaces/${namespace}/pods`)).body as {items: readonly Pod[]}).items;
}

/** The names of its containers. */
export function containersOf(pod: Pod): string[] {
  return pod.spec.containers.map(({name}) => name);
}

/** A Deployment whose pods ask for these templates. */
export function deploymentManifest(name: string, templates: string | undefined, replicas = 1): object {
  const labels = {app: name};
  const annotations = templates === undefined ? {} : {[inject]: templates};
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {name},
    spec: {
      replicas,
      selector: {matchLabels: labels},
      template: {metadata: {labels, annotations}, spec: {containers: [{name: 'app', image: 'app:1'}]}},
    },
  };
}

/** The text of a template with one sidecar. */
export function sidecar(name: string, image: string): string {
  return `pattern: sidecar\ncontainers:\n- name: ${name}\n  image: ${image}\n`;
}
