import type {JsonObject} from '../../src/core/json.ts';
import {at} from '../helpers/objects.ts';

/** Keys of ConfigMaps and Secrets that exist, by `name/key`; any other is missing. */
const keys: Readonly<Record<string, string>> = {'c/host': 'cm-host', 'c/port': '1111', 'c/a': 'cm-a', 's/host': 's-host'};

/** What `envFrom` brings into a container that has one. */
const fromMap: Readonly<Record<string, string>> = {A: 'from-a', B: 'from-b', REDIS_HOST: 'from-host', REDIS_PORT: '2222'};

/** What the cluster's Services put into every container. */
const services: Readonly<Record<string, string>> = {SVC: 'svc-host', C: 'svc-c'};

/**
 * The environment that the kubelet makes for a container. Written from makeEnvironmentVariables in pkg/kubelet/kubelet_pods.go
 * and third_party/forked/golang/expansion/expand.go, not from the code that is tested.
 */
export function environmentOf(container: JsonObject): Map<string, string> {
  const hasMore = ((container['envFrom'] ?? []) as readonly unknown[]).length > 0;
  const result = new Map(hasMore ? Object.entries(fromMap) : []);
  const lookup = (name: string): string => result.get(name) ?? services[name] ?? `$(${name})`;
  for (const variable of (container['env'] ?? []) as readonly JsonObject[]) {
    const name = variable['name'] as string;
    const literal = (variable['value'] ?? '') as string;
    if (literal !== '' || (variable['valueFrom'] ?? null) === null) {
      result.set(name, expand(literal, lookup));
      continue;
    }
    const value = resolve(variable['valueFrom'] as JsonObject, container['name'] as string);
    if (value !== undefined) result.set(name, value);
  }
  for (const [name, value] of Object.entries(services)) if (!result.has(name)) result.set(name, value);
  return result;
}

/** A missing key that is not optional keeps the container from starting; here it is a value that nobody else has. */
function resolve(from: JsonObject, container: string): string | undefined {
  const ref = (from['configMapKeyRef'] ?? from['secretKeyRef']) as JsonObject | undefined;
  if (ref !== undefined) {
    const key = `${String(ref['name'])}/${String(ref['key'])}`;
    return keys[key] ?? (ref['optional'] === true ? undefined : `missing-${key}`);
  }
  const resource = from['resourceFieldRef'] as JsonObject | undefined;
  if (resource !== undefined) return `${String(resource['containerName'] || container)}-${String(resource['resource'])}`;
  return `pod-${String(at(from, 'fieldRef', 'fieldPath'))}`;
}

function expand(text: string, lookup: (name: string) => string): string {
  let result = '';
  for (let at_ = 0; at_ < text.length; at_ += 1) {
    const character = text[at_] ?? '';
    const next = text[at_ + 1];
    if (character !== '$' || next === undefined) {
      result += character;
    } else if (next === '(' && text.includes(')', at_ + 2)) {
      const close = text.indexOf(')', at_ + 2);
      result += lookup(text.slice(at_ + 2, close));
      at_ = close;
    } else {
      result += next === '$' ? '$' : `$${next}`;
      at_ += 1;
    }
  }
  return result;
}
