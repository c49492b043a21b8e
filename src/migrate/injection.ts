import {asList, field, isList, isObject, type Json, type JsonObject} from '../core/json.ts';
import {didYouMean} from '../core/nearest.ts';
import {spoken, warning, type Finding} from '../core/template/finding.ts';
import {wrongType} from '../core/template/kind.ts';

/** A configuration of github.com/tumblr/k8s-sidecar-injector: what its InjectionConfig holds. Lists are empty where it has none. */
export interface Injection {
  /** `NAME` or `NAME:VERSION`. */
  readonly name: string;
  /** A file, relative to the configuration's own. */
  readonly inherits?: string;
  readonly lists: Readonly<Record<ListKey, readonly Json[]>>;
  readonly hostNetwork: boolean;
  readonly hostPID: boolean;
  readonly serviceAccountName?: string;
}

const listKeys = ['containers', 'initContainers', 'volumes', 'env', 'volumeMounts', 'hostAliases'] as const;
type ListKey = (typeof listKeys)[number];
const flagKeys = ['hostNetwork', 'hostPID'] as const;
const textKeys = ['name', 'inherits', 'serviceAccountName'] as const;
const keys = [...listKeys, ...flagKeys, ...textKeys];

/** Tells a configuration from any other document: it has a name, something to inject, and is no Kubernetes object and no template. */
export function isInjection(value: Json): value is JsonObject {
  if (!isObject(value) || typeof lookUp(value, 'name') !== 'string') return false;
  if (['apiVersion', 'kind', 'pattern'].some((key) => field(value, key) !== undefined)) return false;
  return keys.some((key) => key !== 'name' && lookUp(value, key) !== undefined);
}

/**
 * Reads a configuration. Findings: `wrongType` where k8s-sidecar-injector would not load it, and the warning `neverRead` for a key that
 * it passes over. Keys are found whatever their case, as Go's JSON decoder does.
 */
export function readInjection(value: JsonObject): {readonly injection: Injection; readonly findings: readonly Finding[]} {
  const findings: Finding[] = [];
  const wrong = (key: string, wanted: string): void => void findings.push(wrongType(wanted, lookUp(value, key) ?? null, [key]));
  const text = (key: (typeof textKeys)[number]): string => {
    const found = lookUp(value, key) ?? '';
    if (typeof found !== 'string') wrong(key, 'a string');
    return typeof found === 'string' ? found : '';
  };
  const list = (key: ListKey): readonly Json[] => {
    const found = lookUp(value, key) ?? [];
    if (!isList(found)) wrong(key, 'a list');
    return asList(found);
  };
  const flag = (key: string): boolean => {
    const found = lookUp(value, key) ?? false;
    if (typeof found !== 'boolean') wrong(key, 'true or false');
    return found === true;
  };
  for (const key of Object.keys(value)) {
    if (keys.some((known) => known.toLowerCase() === key.toLowerCase())) continue;
    const {fix} = didYouMean(key, keys);
    const message = `k8s-sidecar-injector never read ${spoken([key])}, so it is left out`;
    findings.push(warning('neverRead', [key], message, fix === undefined ? {} : {fix}));
  }
  const [inherits, serviceAccountName] = [text('inherits'), text('serviceAccountName')];
  const injection = {
    name: text('name'),
    ...(inherits === '' ? {} : {inherits}),
    lists: Object.fromEntries(listKeys.map((key) => [key, list(key)])) as Record<ListKey, readonly Json[]>,
    hostNetwork: flag('hostNetwork'),
    hostPID: flag('hostPID'),
    ...(serviceAccountName === '' ? {} : {serviceAccountName}),
  };
  return {injection, findings};
}

/**
 * What a configuration comes to with what it inherits: items of one name are replaced where they stand, others go last, host
 * aliases are put together. Source: internal/pkg/config, InjectionConfig.Merge.
 */
export function inherited(base: Injection, child: Injection): Injection {
  const {inherits: _, ...rest} = {...base, ...child};
  const lists = listKeys.map((key) => {
    const [below, above] = [base.lists[key], child.lists[key]];
    return [key, key === 'hostAliases' ? [...below, ...above] : laidOver(below, above)];
  });
  return {
    ...rest,
    lists: Object.fromEntries(lists) as Injection['lists'],
    hostNetwork: base.hostNetwork || child.hostNetwork,
    hostPID: base.hostPID || child.hostPID,
  };
}

function laidOver(below: readonly Json[], above: readonly Json[]): readonly Json[] {
  const result = [...below];
  for (const item of above) {
    const index = result.findIndex((other) => nameOf(item) !== undefined && nameOf(other) === nameOf(item));
    result.splice(index === -1 ? result.length : index, index === -1 ? 0 : 1, item);
  }
  return result;
}

/** An item's `name`. */
export function nameOf(item: Json): string | undefined {
  const name = isObject(item) ? field(item, 'name') : undefined;
  return typeof name === 'string' ? name : undefined;
}

function lookUp(value: JsonObject, key: string): Json | undefined {
  const exact = field(value, key);
  if (exact !== undefined) return exact;
  const other = Object.keys(value).find((given) => given.toLowerCase() === key.toLowerCase());
  return other === undefined ? undefined : field(value, other);
}
