import {asList, asObject, type JsonObject} from './json.ts';

/** What the merging of one pod's templates has to remember from one template to the next. Lives for one injection. */
export interface Scene {
  /** Names of the application's containers, which `*` means. */
  readonly app: readonly string[];
  /** The same of its init containers. */
  readonly appInit: readonly string[];
  /** Names of the containers that all requested templates bring, those to come included. */
  readonly brought: ReadonlySet<string>;
  /** Which template put a container or a volume there: `containers/agent` → `logging-agent`. The rest is the author's. */
  readonly owners: Map<string, string>;
  /** How many containers were put at a place already, so that templates keep their order among themselves. */
  readonly placed: Map<string, number>;
  /** Names of the init containers that stand in front of the application's: native sidecars, what prepares them, and what is placed first. */
  readonly head: Set<string>;
  /** Ports on localhost that ambassadors took, with the template that did. */
  readonly listens: Map<number, string>;
  /** Minor version of the API server, 32 of 1.32; undefined: the newest that is known. */
  readonly serverMinor: number | undefined;
}

/** The scene before the first template. */
export function openScene({
  app,
  appInit,
  brought,
  serverMinor,
}: Pick<Scene, 'app' | 'appInit' | 'brought' | 'serverMinor'>): Scene {
  // Field by field: V8 takes microseconds for each that is added to a copy made by spreading, here and wherever each review passes.
  return {app, appInit, brought, serverMinor, owners: new Map(), placed: new Map(), head: new Set(), listens: new Map()};
}

/** A copy, for a template that must leave no trace of itself when it fails. */
export function copyScene(scene: Scene): Scene {
  const {owners, placed, head, listens} = scene;
  return {...scene, owners: new Map(owners), placed: new Map(placed), head: new Set(head), listens: new Map(listens)};
}

/**
 * Containers and init containers that other injectors add under fixed names; `*` leaves them out. Sources: the documentation
 * of Istio's, Linkerd's, Vault's, Dapr's, Consul's and Kuma's injectors and of GKE's Cloud Storage FUSE driver.
 */
export const defaultForeignContainers: ReadonlySet<string> = new Set([
  'istio-proxy',
  'istio-init',
  'istio-validation',
  'linkerd-proxy',
  'linkerd-init',
  'linkerd-network-validator',
  'vault-agent',
  'vault-agent-init',
  'daprd',
  'consul-dataplane',
  'consul-connect-inject-init',
  'kuma-sidecar',
  'kuma-init',
  'kuma-validation',
  'gke-gcsfuse-sidecar',
  'gke-gcsfuse-metadata-prefetch',
]);

/** Who a part of the pod belongs to, for a message: `template "x"` or `the pod's author`. */
export function ownerOf(scene: Scene, part: string): string {
  const owner = scene.owners.get(part);
  return owner === undefined ? "the pod's author" : `template ${owner}`;
}

/** The names of a list's objects, in order. */
export function namesIn(list: unknown): string[] {
  const names: string[] = [];
  for (const item of asList(list)) {
    const name = asObject(item)?.['name'];
    if (typeof name === 'string') names.push(name);
  }
  return names;
}

/** The object of that name in a list, and its index. */
export function findNamed(list: unknown, name: string): {readonly index: number; readonly item: JsonObject} | undefined {
  for (const [index, item] of asList(list).entries()) {
    const object = asObject(item);
    if (object?.['name'] === name) return {index, item: object};
  }
  return undefined;
}
