import {beforeAll, expect} from 'vitest';
import type {JsonObject} from '../../../src/core/json.ts';
import {at} from '../../helpers/objects.ts';
import {set} from '../../helpers/set.ts';
import {makeNamespace} from '../harness/index.ts';
import {dryRun} from './dry-run.ts';
import {manifest, type ManifestOptions, type WorkloadKind} from './manifest.ts';
import {patternTemplates} from './pattern-templates.ts';
import {stored, type Stored} from './state.ts';
import {startWebhook} from './webhook.ts';

/** The annotation that asks, and the annotations with it. */
export const injectKey = 'pod-injector.dev/inject';
export const ask = (names: string, more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  [injectKey]: names,
  ...more,
});

/** Two namespaces: the injector's own, where it is not called, and one of applications. */
export interface PatternCluster {
  readonly injector: string;
  readonly namespace: string;
}

/** Before the tests of a file: starts the injector with a template of each pattern. @returns what is filled in by then */
export function patternCluster(): PatternCluster {
  const cluster = {injector: '', namespace: ''};
  beforeAll(async () => {
    const webhook = await startWebhook();
    cluster.injector = webhook.namespace;
    cluster.namespace = await makeNamespace();
    for (const {configMap, name} of patternTemplates) {
      // Not all of them go into a pod that has nothing, and the status names those too.
      await webhook.put(configMap, `${name}?`, (pod) =>
        String(at(pod, 'metadata', 'annotations', 'pod-injector.dev/status')).includes(`"name":"${name}"`),
      );
    }
  });
  return cluster;
}

/** The variables of an application that talks to Redis. */
export const literal = [
  {name: 'REDIS_HOST', value: 'redis.shop'},
  {name: 'REDIS_PORT', value: '6380'},
];
export const fromSecret = [
  {name: 'REDIS_HOST', valueFrom: {secretKeyRef: {name: 'redis', key: 'host', optional: true}}},
  {name: 'REDIS_PORT', value: '6380'},
];

/** Each attempt has a workload of its own. */
let subjects = 0;

/** A workload as an author writes it, its application with these variables and a port. */
export function deployment(env: readonly JsonObject[], options: ManifestOptions, kind: WorkloadKind = 'Deployment'): JsonObject {
  subjects += 1;
  const object = manifest(kind, {name: `web-${subjects}`, ...options});
  const app = {name: 'app', image: 'app:1', env, ports: [{name: 'http', containerPort: 8080}]};
  return set(object, ['spec', 'template', 'spec', 'containers', 0], app);
}

export const nameOf = (object: JsonObject): string => String(at(object, 'metadata', 'name'));

/** A container of a pod, or of one of its pod template, in whichever list it is. */
export function container(pod: unknown, name: string): JsonObject | undefined {
  const lists = [at(pod, 'spec', 'containers'), at(pod, 'spec', 'initContainers')] as (readonly JsonObject[] | undefined)[];
  return lists.flatMap((list) => list ?? []).find((one) => one['name'] === name);
}

export const envOf = (pod: unknown, name: string): unknown => container(pod, name)?.['env'];

/** The manifest without what asks. */
export function bare(object: JsonObject): JsonObject {
  const {annotations: _, ...metadata} = object['metadata'] as JsonObject;
  return {...object, metadata};
}

/** The Deployment with a volume that its application writes to. */
export function withLogs(object: JsonObject): JsonObject {
  const spec = ['spec', 'template', 'spec'] as const;
  const mounts = [{name: 'varlog', mountPath: '/var/log'}];
  return set(
    set(object, [...spec, 'volumes'], [{name: 'varlog', emptyDir: {}}]),
    [...spec, 'containers', 0, 'volumeMounts'],
    mounts,
  );
}

/** The workload with another source of the first variable. */
export const withHost = (object: JsonObject, source: JsonObject): JsonObject =>
  set(object, ['spec', 'template', 'spec', 'containers', 0, 'env', 0], {name: 'REDIS_HOST', ...source});

/** What the API server stores of a manifest where the injector is not called. */
export async function without({injector}: PatternCluster, object: JsonObject): Promise<JsonObject> {
  const {status, object: result} = await dryRun(injector, object);
  expect({status, result}).toMatchObject({status: 201});
  return result;
}

export const readStored = ({namespace}: PatternCluster, object: JsonObject): Promise<Stored> =>
  stored(namespace, String(object['kind']), nameOf(object));
