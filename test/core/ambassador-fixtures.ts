import type {JsonObject} from '../../src/core/json.ts';
import type {Outcome} from '../../src/core/outcome.ts';
import {at} from '../helpers/objects.ts';
import {snapshot} from '../helpers/templates.ts';

/** A Redis proxy that finds the remote end in two variables. */
export const redis = `
pattern: ambassador
ambassador:
- listen: 6379
  redirect: {host: REDIS_HOST, port: REDIS_PORT}
  upstream: {host: UPSTREAM_HOST, port: UPSTREAM_PORT}
containers:
- name: redis-proxy
  image: proxy:1
  args: ["--to=$(UPSTREAM_HOST):$(UPSTREAM_PORT)"]
  env: [{name: TIMEOUT, value: "5"}]
`;

export const redisUrl = redis.replace('{host: REDIS_HOST, port: REDIS_PORT}', '{url: REDIS_URL}');

/** The template `redis`, with these changes of its text. */
export function redisWith(...changes: readonly (readonly [string, string])[]): ReturnType<typeof snapshot> {
  return snapshot({redis: changes.reduce((text, [from, to]) => text.replace(from, to), redis)});
}

/** The environment of one of a pod's containers, or of a workload's pod template. */
export function envOf(object: JsonObject, name: string, list = 'containers'): readonly JsonObject[] | undefined {
  const spec = (at(object, 'spec', 'template', 'spec') ?? object['spec']) as JsonObject;
  const container = ((spec[list] ?? []) as readonly JsonObject[]).find((item) => item['name'] === name);
  return container?.['env'] as readonly JsonObject[] | undefined;
}

/** A pod's spec with one container of that environment. */
export function app(env: readonly JsonObject[] | null | undefined, more: JsonObject = {}): JsonObject {
  return {containers: [{name: 'web', image: 'web:1', ...(env === undefined ? {} : {env}), ...more}]};
}

/** The faults' codes and messages of a refused injection, one text. */
export function faultsOf({verdict}: Outcome): string {
  return verdict.kind === 'refused' ? verdict.faults.map((fault) => `${fault.code}: ${fault.message}`).join('\n') : verdict.kind;
}

export const address: readonly JsonObject[] = [
  {name: 'REDIS_HOST', value: 'redis.shop'},
  {name: 'REDIS_PORT', value: '6380'},
];
export const secret: JsonObject = {secretKeyRef: {name: 'redis', key: 'host', optional: true}};
