import {createClient, type ApiClient, type ApiRequest} from '../cluster/client.ts';
import {connect} from '../cluster/kubeconfig.ts';
import {listAll} from '../cluster/list.ts';
import {readNamespace} from '../cluster/namespaces.ts';
import {readServerVersion} from '../cluster/server-version.ts';
import type {NamespaceFacts} from '../core/decide.ts';
import type {Fault} from '../core/errors.ts';
import type {JsonObject} from '../core/json.ts';
import {readConfigMap} from '../templates/configmap.ts';
import {configMapsPath, loadedFrom} from '../templates/from-cluster.ts';
import type {LoadedTemplates} from '../templates/loaded.ts';

/** Which cluster is asked, and where the injector is in it. */
export interface ClusterOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  /** The injector's own namespace, whose ConfigMaps are the templates. */
  readonly injectorNamespace: string;
}

/** What the webhook of a cluster knows. Nothing rejects; faults have the codes of ApiAnswer, and a 403 names the missing RBAC rule. */
export interface ClusterReader {
  /** The namespace of the kubeconfig's context. */
  readonly namespace: string | undefined;
  /** The ConfigMaps of the injector's namespace. */
  configMaps(): Promise<readonly JsonObject[] | Fault>;
  /** Those of these namespaces that exist, by name. */
  namespaces(names: readonly string[]): Promise<ReadonlyMap<string, NamespaceFacts> | Fault>;
  /** Minor version of the API server; undefined where it does not say, and then the newest that is known stands in. */
  serverMinor(): Promise<number | undefined>;
  object(path: string): Promise<ObjectRead>;
  /** All objects of a collection. */
  list(path: string, query?: ApiRequest['query']): Promise<readonly JsonObject[] | Fault>;
  close(): void;
}

/** What one read of an object gave. */
export type ObjectRead =
  | {readonly kind: 'found'; readonly value: JsonObject}
  | {readonly kind: 'absent'}
  | {readonly kind: 'failed'; readonly fault: Fault};

/** A reader of the cluster. Codes of the fault: those of connect. Never rejects. */
export async function openReader({kubeconfig, context, injectorNamespace}: ClusterOptions): Promise<ClusterReader | Fault> {
  const connection = await connect({
    kind: 'kubeconfig',
    ...(kubeconfig === undefined ? {} : {path: kubeconfig}),
    ...(context === undefined ? {} : {context}),
  });
  if ('code' in connection) return connection;
  const client = createClient(connection);
  const list: ClusterReader['list'] = async (path, query) => {
    const listed = await listAll(client, {path, ...(query === undefined ? {} : {query})});
    return 'fault' in listed ? listed.fault : listed.items;
  };
  return {
    namespace: client.namespace,
    configMaps: () => list(configMapsPath(injectorNamespace)),
    namespaces: (names) => readNamespaces(client, names),
    async serverMinor() {
      const version = await readServerVersion(client);
      return 'code' in version ? undefined : version.minor;
    },
    async object(path) {
      const answer = await client.request({path});
      if (answer.kind === 'ok') return {kind: 'found', value: answer.body};
      return answer.status === 404 ? {kind: 'absent'} : answer;
    },
    list,
    close: () => client.close(),
  };
}

/** The templates that the webhook has. */
export async function readTemplates(reader: ClusterReader): Promise<LoadedTemplates | Fault> {
  const configMaps = await reader.configMaps();
  return 'code' in configMaps ? configMaps : templatesIn(configMaps);
}

/** The templates among ConfigMaps. Pure; never throws. */
export function templatesIn(configMaps: readonly JsonObject[]): LoadedTemplates {
  return loadedFrom(configMaps.flatMap((configMap) => readConfigMap(configMap) ?? []));
}

async function readNamespaces(client: ApiClient, names: readonly string[]): Promise<ReadonlyMap<string, NamespaceFacts> | Fault> {
  const found = new Map<string, NamespaceFacts>();
  for (let start = 0; start < names.length; start += atOnce) {
    const some = names.slice(start, start + atOnce);
    const reads = await Promise.all(some.map((name) => readNamespace(client, name)));
    for (const read of reads) {
      if (read.fault !== undefined) return read.fault;
      if (read.kind === 'found') found.set(read.value.name, read.value);
    }
  }
  return found;
}

const atOnce = 8;
