import {asObject, asString, withField, type JsonObject} from './json.ts';

/** A kind of object whose pods are injected, and where its pod template stands; a Pod is its own. */
export interface Workload {
  readonly kind: string;
  /** Fields from the object to its pod template: `['spec', 'template']`. */
  readonly template: readonly string[];
  /** Objects on the way whose metadata counts as the workload's own: a CronJob's `spec.jobTemplate`. */
  readonly between: readonly (readonly string[])[];
  /** The API group and those of versions that are no longer served, which old manifests name. */
  readonly groups: readonly string[];
  /** The served version; another is an old one. */
  readonly apiVersion: string;
}

/**
 * The kind's entry, or undefined for a kind (or a group with a kind of the same name) that is not ours.
 * Kinds and groups: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/
 */
export function workloadOf(object: JsonObject): Workload | undefined {
  const kind = asString(object['kind']);
  const workload = kind === undefined ? undefined : workloads.get(kind);
  if (workload === undefined) return undefined;
  const apiVersion = asString(object['apiVersion']) ?? '';
  const slash = apiVersion.lastIndexOf('/');
  return workload.groups.includes(slash === -1 ? '' : apiVersion.slice(0, slash)) ? workload : undefined;
}

/** The object's pod template (a Pod's is the Pod), or undefined where there is none. */
export function podTemplateOf(object: JsonObject, workload: Workload): JsonObject | undefined {
  let at: JsonObject | undefined = object;
  for (const name of workload.template) at = asObject(at?.[name]);
  return at;
}

/** A copy of the object with another pod template, sharing everything else. The template must exist. */
export function withPodTemplate(object: JsonObject, workload: Workload, template: JsonObject): JsonObject {
  return replaceAt(object, workload.template, 0, template);
}

/** The annotations of the workload, the nearest to the pod template first. */
export function workloadAnnotations(object: JsonObject, workload: Workload): readonly (JsonObject | undefined)[] {
  return [...workload.between, []].map((path) => {
    let at: JsonObject | undefined = object;
    for (const name of path) at = asObject(at?.[name]);
    return asObject(asObject(at?.['metadata'])?.['annotations']);
  });
}

/** The owner that controls the object, by its reference: `controller: true`. */
export function controllerOf(
  object: JsonObject,
): {readonly group: string; readonly kind: string; readonly name: string} | undefined {
  const references = asObject(object['metadata'])?.['ownerReferences'];
  if (!Array.isArray(references)) return undefined;
  const owner = references.map(asObject).find((reference) => reference?.['controller'] === true);
  if (owner === undefined) return undefined;
  const apiVersion = asString(owner['apiVersion']) ?? '';
  const slash = apiVersion.lastIndexOf('/');
  return {
    group: slash === -1 ? '' : apiVersion.slice(0, slash),
    kind: asString(owner['kind']) ?? '',
    name: asString(owner['name']) ?? '',
  };
}

/**
 * What the pods of an object belong to, as expressions see it: a workload itself, a pod's controller, and the Deployment where
 * that is a ReplicaSet named with the pod's template hash. Nothing for a pod of its own; a CronJob's Jobs have names of their own.
 */
export function workloadFacts(object: JsonObject, workload: Workload): JsonObject {
  const metadata = asObject(object['metadata']);
  if (workload.kind === 'CronJob') return {kind: 'Job'};
  if (workload.kind !== 'Pod') {
    const name = asString(metadata?.['name']);
    return {kind: workload.kind, ...(name === undefined ? {} : {name})};
  }
  const owner = controllerOf(object);
  if (owner === undefined) return {};
  const hash = asString(asObject(metadata?.['labels'])?.['pod-template-hash']);
  const suffix = `-${hash}`;
  return owner.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(suffix)
    ? {kind: 'Deployment', name: owner.name.slice(0, -suffix.length)}
    : {kind: owner.kind, name: owner.name};
}

/** Whether a controller of that kind is one whose own pod template is injected. */
export function isOurController(owner: {readonly group: string; readonly kind: string}): boolean {
  return owner.kind !== 'Pod' && workloads.get(owner.kind)?.groups.includes(owner.group) === true;
}

const apps = {template: ['spec', 'template'], between: [], groups: ['apps', 'extensions'], apiVersion: 'apps/v1'} as const;
const batch = {groups: ['batch'], apiVersion: 'batch/v1'} as const;
const core = {groups: [''], apiVersion: 'v1'} as const;

const workloads: ReadonlyMap<string, Workload> = new Map(
  [
    {kind: 'Pod', template: [], between: [], ...core},
    {kind: 'Deployment', ...apps},
    {kind: 'StatefulSet', ...apps},
    {kind: 'DaemonSet', ...apps},
    {kind: 'ReplicaSet', ...apps},
    {kind: 'ReplicationController', template: ['spec', 'template'], between: [], ...core},
    {kind: 'Job', template: ['spec', 'template'], between: [], ...batch},
    {kind: 'CronJob', template: ['spec', 'jobTemplate', 'spec', 'template'], between: [['spec', 'jobTemplate']], ...batch},
  ].map((workload) => [workload.kind, workload]),
);

function replaceAt(object: JsonObject, path: readonly string[], depth: number, value: JsonObject): JsonObject {
  const name = path[depth];
  if (name === undefined) return value;
  return withField(object, name, replaceAt(object[name] as JsonObject, path, depth + 1, value));
}
