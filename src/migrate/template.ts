import {asList, field, isObject, withField, type Json, type JsonObject} from '../core/json.ts';
import {escaped} from './escaped.ts';
import {nameOf, type Injection} from './injection.ts';

/**
 * The template that injects what an Initializer's `config` did: the same containers and volumes, and nothing else. The result is a
 * template's document; whether it is a right one is for readTemplate to say.
 */
export function templateOfInitializer(config: JsonObject): JsonObject {
  return withPattern(escaped(config) as JsonObject);
}

/**
 * The template that injects what a k8s-sidecar-injector configuration did. Its `env` and `volumeMounts` went to every container of the
 * pod, init containers and its own included, where none of that name was; so they stand under `app` and in each of its containers.
 * Source: pkg/server, createPatch, mergeEnvVars and mergeVolumeMounts.
 */
export function templateOfInjection(injection: Injection): JsonObject {
  const {hostNetwork, hostPID, serviceAccountName} = injection;
  const lists = escaped(injection.lists) as unknown as Injection['lists'];
  const {env, volumeMounts, hostAliases} = lists;
  const common = {...filled('env', env), ...filled('volumeMounts', volumeMounts)};
  const extend = (container: Json): Json => withAll(withAll(container, 'env', env), 'volumeMounts', volumeMounts);
  const app = Object.keys(common).length === 0 ? {} : {app: {containers: ['*'], initContainers: ['*'], ...common}};
  const spec = {
    ...filled('hostAliases', byAddress(hostAliases)),
    ...(hostNetwork ? {hostNetwork} : {}),
    ...(hostPID ? {hostPID} : {}),
    ...(serviceAccountName === undefined ? {} : {serviceAccountName: escaped(serviceAccountName)}),
  };
  return withPattern({
    ...filled('containers', lists.containers.map(extend)),
    ...filled('initContainers', lists.initContainers.map(extend)),
    ...filled('volumes', lists.volumes),
    ...app,
    ...(Object.keys(spec).length === 0 ? {} : {spec}),
  });
}

/** `init` where that is all it does; the pattern comes first. */
function withPattern(document: JsonObject): JsonObject {
  const init = asList(field(document, 'containers')).length === 0 && asList(field(document, 'initContainers')).length > 0;
  return {pattern: init ? 'init' : 'sidecar', ...document};
}

function filled(key: string, list: readonly Json[]): JsonObject {
  return list.length === 0 ? {} : {[key]: list};
}

/** The container with those items that it has none of that name of. */
function withAll(container: Json, key: string, items: readonly Json[]): Json {
  if (!isObject(container)) return container;
  const own = asList(field(container, key));
  const names = new Set(own.map(nameOf));
  const more = items.filter((item) => !names.has(nameOf(item)));
  return more.length === 0 ? container : withField(container, key, [...own, ...more]);
}

/** One entry an address, as the API merges them: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/ */
function byAddress(aliases: readonly Json[]): readonly Json[] {
  const result: Json[] = [];
  for (const alias of aliases) {
    const index = result.findIndex((other) => isObject(other) && isObject(alias) && field(other, 'ip') === field(alias, 'ip'));
    const other = result[index];
    if (!isObject(other) || !isObject(alias)) {
      result.push(alias);
      continue;
    }
    const hostnames = new Set([...asList(field(other, 'hostnames')), ...asList(field(alias, 'hostnames'))]);
    result[index] = withField(other, 'hostnames', [...hostnames]);
  }
  return result;
}
