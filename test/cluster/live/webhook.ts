import {afterAll} from 'vitest';
import {freePorts} from '../../../scripts/cluster/ports.ts';
import {isList, type JsonObject} from '../../../src/core/json.ts';
import {at} from '../../helpers/objects.ts';
import {api, controlPlane, eventually, makeNamespace, startInjector, type Injector} from '../harness/index.ts';

/** The injector as the cluster's webhook, with the ConfigMaps of a namespace of its own. */
export interface LiveWebhook {
  readonly injector: Injector;
  /** The injector's own namespace, which holds the templates. */
  readonly namespace: string;
  /** Makes or replaces a template that adds one container, and waits until the injector has it. */
  publish(name: string, image: string, more?: TemplateOptions): Promise<void>;
  /** Deletes a template, and waits until the injector knows. */
  withdraw(name: string): Promise<void>;
  /** Makes or replaces a ConfigMap in the injector's namespace; `asked` is what a pod says to get it, `shows` tells that it did. */
  put(configMap: JsonObject, asked: string, shows: (pod: JsonObject) => boolean): Promise<void>;
}

export interface TemplateOptions {
  /** `initContainers` for an init template. */
  readonly list?: 'containers' | 'initContainers';
  /** More lines of the template, at its own level. */
  readonly lines?: string;
}

/** Starts it with `--register-url`; after the test file it takes its registration back. */
export async function startWebhook(): Promise<LiveWebhook> {
  const namespace = await makeNamespace();
  const [port] = await freePorts(1);
  const injector = await startInjector({
    args: ['--kubeconfig', controlPlane().kubeconfig, '--namespace', namespace, '--register-url', `https://127.0.0.1:${port}`],
    env: {POD_INJECTOR_PORT: String(port)},
  });
  stopLater.push(injector);
  await injector.ready();
  const put: LiveWebhook['put'] = async (configMap, asked, shows) => {
    const name = String(at(configMap, 'metadata', 'name'));
    const configMaps = `/api/v1/namespaces/${namespace}/configmaps`;
    const body = {...configMap, metadata: {...(configMap['metadata'] as JsonObject), namespace}};
    const made = await api(configMaps, {method: 'POST', body});
    const stored = made.status === 409 ? await api(`${configMaps}/${name}`, {method: 'PUT', body}) : made;
    if (stored.status > 201) throw new Error(`The template ${name} was not stored: ${JSON.stringify(stored.body)}`);
    await eventually(async () => shows(await tryPod(asked)), {what: `the injector to have this version of ${name}`});
  };
  return {
    injector,
    namespace,
    put,
    withdraw: async (name) => {
      await api(`/api/v1/namespaces/${namespace}/configmaps/${name}`, {method: 'DELETE'});
      await eventually(async () => at(await tryPod(name), 'kind') === 'Status', {what: `the injector to miss ${name}`});
    },
    publish: (name, image, {list = 'containers', lines = ''} = {}) =>
      put(
        templateOf(
          name,
          `pattern: ${list === 'containers' ? 'sidecar' : 'init'}\n${list}:\n- name: ${name}\n  image: ${image}\n${lines}`,
        ),
        name,
        (pod) => containersOf(pod, list).includes(`${name} ${image}`),
      ),
  };
}

const stopLater: Injector[] = [];
afterAll(async () => {
  for (const injector of stopLater.splice(0)) await injector.stop();
});

function templateOf(name: string, template: string): JsonObject {
  const metadata = {name, labels: {'pod-injector.dev/template': 'true'}};
  return {apiVersion: 'v1', kind: 'ConfigMap', metadata, data: {template}};
}

/** What becomes of a pod that asks for these templates; it is not stored. */
async function tryPod(asked: string): Promise<JsonObject> {
  const metadata = {generateName: 'try-', annotations: {'pod-injector.dev/inject': asked}};
  const body = {apiVersion: 'v1', kind: 'Pod', metadata, spec: {containers: [{name: 'app', image: 'app:1'}]}};
  const {body: pod} = await api('/api/v1/namespaces/default/pods?dryRun=All', {method: 'POST', body});
  return pod as JsonObject;
}

/** `NAME IMAGE` of the containers of a pod, or of one of its pod template. */
export function containersOf(pod: JsonObject, list = 'containers'): string[] {
  const containers = at(pod, 'spec', list);
  if (!isList(containers)) return [];
  return containers.map((container) => `${String(at(container, 'name'))} ${String(at(container, 'image'))}`);
}
