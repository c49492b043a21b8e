import {randomBytes} from 'node:crypto';
import {parseAllDocuments} from 'yaml';
import {api, eventually, kubectlOk, serviceAccountKubeconfig, startInjector, type Injector} from '../harness/index.ts';
import {startBalancer, type Balancer} from './balancer.ts';

/** The shipped manifests under names of their own, with processes of this machine for the Deployment's pods. */
export interface Installation {
  readonly namespace: string;
  /** The two webhook configurations, and of the ClusterRoles and their bindings the name that these begin with. */
  readonly configuration: string;
  /** Stands for the Service. */
  readonly balancer: Balancer;
  /** With a token of the shipped ServiceAccount, and nothing more. */
  readonly kubeconfig: string;
  /** Starts a process; not yet behind the Service, and not yet ready. */
  start(args?: readonly string[]): Promise<Injector>;
  /** Puts these behind the Service, and no others. */
  serve(...injectors: readonly Injector[]): void;
  /** Starts one, and waits until it is ready and pods are injected. */
  startReady(): Promise<Injector>;
  /** Creates or replaces the ConfigMap of a template. */
  putTemplate(name: string, text: string): Promise<void>;
  deleteTemplate(name: string): Promise<void>;
  /** Applies the manifests again, as an upgrade or a GitOps tool does. */
  apply(): Promise<void>;
  /** Takes everything away but the processes. */
  remove(): Promise<void>;
}

interface Manifest {
  readonly kind: string;
  readonly metadata: {readonly name: string};
}

const configurationKinds = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

/** Installs an overlay of the shipped manifests, or the base. */
export async function install(overlay: 'base' | 'overlays/strict' = 'base'): Promise<Installation> {
  const namespace = `injector-${randomBytes(4).toString('hex')}`;
  const balancer = await startBalancer();
  const manifests = parseAllDocuments(await kubectlOk(['kustomize', `manifests/${overlay}`])).map(
    (document) => document.toJS() as Manifest,
  );
  const renamed = manifests
    .filter(({kind}) => kind !== 'Deployment')
    .map((manifest) => rename(manifest, namespace, balancer.port));
  const list = {apiVersion: 'v1', kind: 'List', items: renamed};
  const apply = async (): Promise<void> => void (await kubectlOk(['apply', '-f', '-'], {input: list}));
  await apply();
  const kubeconfig = await serviceAccountKubeconfig(namespace, 'pod-injector');
  const templates = `/api/v1/namespaces/${namespace}/configmaps`;

  const identity = [
    `--kubeconfig=${kubeconfig}`,
    '--secret-name=pod-injector-certs',
    `--namespace=${namespace}`,
    `--webhook-configuration=${namespace}`,
  ];
  const start: Installation['start'] = (args = []) => startInjector({args: [...identity, ...args]});
  const serve: Installation['serve'] = (...injectors) => balancer.setBackends(injectors.map(({port}) => port));
  return {
    namespace,
    configuration: namespace,
    balancer,
    kubeconfig,
    start,
    serve,
    apply,
    async startReady() {
      const injector = await start();
      serve(injector);
      await injector.ready();
      await eventually(() => isCalled(injector), {what: 'the API server to call the injector', timeoutMs: 30_000});
      return injector;
    },
    async putTemplate(name, text) {
      const metadata = {name, namespace, labels: {'pod-injector.dev/template': 'true'}};
      const body = {apiVersion: 'v1', kind: 'ConfigMap', metadata, data: {template: text}};
      const made = await api(templates, {method: 'POST', body});
      const {status} = made.status === 409 ? await api(`${templates}/${name}`, {method: 'PUT', body}) : made;
      if (status >= 300) throw new Error(`The ConfigMap ${name} was answered with ${status}`);
    },
    async deleteTemplate(name) {
      await api(`${templates}/${name}`, {method: 'DELETE'});
    },
    async remove() {
      await balancer.close();
      await kubectlOk(['delete', 'namespace', namespace, '--wait=false']);
      await kubectlOk(['delete', '--ignore-not-found', ...configurationKinds.map((kind) => `${kind}/${namespace}`)]);
      for (const kind of ['clusterrolebinding', 'clusterrole']) {
        await kubectlOk(['delete', '--ignore-not-found', kind, namespace, `${namespace}-certificates`]);
      }
    },
  };
}

/** Has a pod reviewed that asks for nothing. @returns whether any such review, of this attempt or one before, is in the log */
async function isCalled(injector: Injector): Promise<boolean> {
  const body = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name: probe, annotations: {'pod-injector.dev/inject': 'false'}},
    spec: {containers: [{name: 'probe', image: 'probe:1'}]},
  };
  await api('/api/v1/namespaces/default/pods?dryRun=All', {method: 'POST', body});
  return injector.log().some((line) => line['name'] === probe);
}

const probe = 'is-it-called';

/** Objects of the whole cluster are called as the namespace is, so that installations do not meet. */
function rename(manifest: Manifest, namespace: string, port: number): object {
  const {kind, metadata} = manifest;
  const own = (name: string): string => name.replace(/^pod-injector(?=$|-certificates$)/, namespace);
  const isClusterWide = kind.startsWith('Cluster') || configurationKinds.includes(kind) || kind === 'Namespace';
  const text = JSON.stringify({
    ...manifest,
    metadata: {...metadata, ...(isClusterWide ? {name: own(metadata.name)} : {})},
    ...(kind === 'Service' ? {spec: {type: 'ExternalName', externalName: 'localhost'}} : {}),
  });
  return JSON.parse(text, (key, value: unknown) => {
    if (key === 'namespace') return namespace;
    if (key === 'service') return {...(value as object), port};
    if (kind === 'ClusterRoleBinding' && key === 'roleRef') {
      return {...(value as object), name: own((value as {name: string}).name)};
    }
    if (kind === 'ClusterRole' && key === 'resourceNames') return (value as string[]).map(own);
    if (key === 'values') return (value as string[]).map(own);
    return value;
  }) as object;
}
