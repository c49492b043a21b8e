import {createClient, type ApiClient} from '../cluster/client.ts';
import {connect} from '../cluster/kubeconfig.ts';
import {listAll} from '../cluster/list.ts';
import {readNamespace} from '../cluster/namespaces.ts';
import type {NamespaceFacts} from '../core/decide.ts';
import type {Fault} from '../core/errors.ts';
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

/** What the webhook of a cluster knows. */
export interface ClusterReader {
  /** The templates that the webhook has. */
  templates(): Promise<LoadedTemplates | Fault>;
  /** Those of these namespaces that exist, by name. */
  namespaces(names: readonly string[]): Promise<ReadonlyMap<string, NamespaceFacts> | Fault>;
  close(): void;
}

/** A reader of the cluster. Codes of all faults: those of connect and of ApiAnswer; a 403 names the missing RBAC rule. Never rejects. */
export async function openReader({kubeconfig, context, injectorNamespace}: ClusterOptions): Promise<ClusterReader | Fault> {
  const connection = await connect({
    kind: 'kubeconfig',
    ...(kubeconfig === undefined ? {} : {path: kubeconfig}),
    ...(context === undefined ? {} : {context}),
  });
  if ('code' in connection) return connection;
  const client = createClient(connection);
  return {
    async templates() {
      const listed = await listAll(client, {path: configMapsPath(injectorNamespace)});
      if ('fault' in listed) return listed.fault;
      return loadedFrom(listed.items.flatMap((configMap) => readConfigMap(configMap) ?? []));
    },
    namespaces: (names) => readNamespaces(client, names),
    close: () => client.close(),
  };
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
