import {addedPaths, type Added} from '../../../src/core/added.ts';
import {asList, isList, isObject, withoutField, type Json, type JsonObject} from '../../../src/core/json.ts';
import {podTemplateOf, workloadOf} from '../../../src/core/workload.ts';
import {at} from '../../helpers/objects.ts';
import {api} from '../harness/index.ts';

export interface DryRun {
  readonly status: number;
  /** As it would be stored, or a Status. */
  readonly object: JsonObject;
  readonly warnings: readonly string[];
}

/** What the API server would store for this object in this namespace; it stores nothing. */
export async function dryRun(namespace: string, object: JsonObject): Promise<DryRun> {
  const {apiVersion, kind} = object;
  const group = apiVersion === 'v1' ? '/api/v1' : `/apis/${String(apiVersion)}`;
  const metadata = {...(object['metadata'] as JsonObject), namespace};
  const answer = await api(`${group}/namespaces/${namespace}/${String(kind).toLowerCase()}s?dryRun=All`, {
    method: 'POST',
    body: {...object, metadata},
  });
  return {status: answer.status, object: answer.body as JsonObject, warnings: answer.warnings};
}

/** The pod that a controller would make of a workload's pod template; a pod is its own. */
export function podOf(object: JsonObject): JsonObject {
  const workload = workloadOf(object);
  const template = workload === undefined ? undefined : podTemplateOf(object, workload);
  if (workload === undefined || template === undefined) throw new Error(`${String(object['kind'])} has no pod template`);
  const {labels, annotations} = (template['metadata'] ?? {}) as JsonObject;
  const owned = workload.kind === 'Pod' ? {} : {ownerReferences: [controllerOf(object)]};
  const hashed = workload.kind === 'Deployment' ? {[hashLabel]: hash} : {};
  const metadata = {
    generateName: 'made-of-a-template-',
    ...owned,
    ...(labels === undefined ? {} : {labels: {...(labels as JsonObject), ...hashed}}),
    ...(annotations === undefined ? {} : {annotations}),
  };
  const spec = template['spec'] as JsonObject;
  const claims = asList(at(object, 'spec', 'volumeClaimTemplates')).map((claim): Json => {
    const name = String(at(claim, 'metadata', 'name'));
    return {name, persistentVolumeClaim: {claimName: `${name}-of-a-template`}};
  });
  // A StatefulSet's controller adds its claims.
  const volumes = claims.length === 0 ? {} : {volumes: [...asList(spec['volumes']), ...claims]};
  return {apiVersion: 'v1', kind: 'Pod', metadata, spec: {...spec, ...volumes}};
}

/** The label by which a Deployment tells the pods of its ReplicaSets apart. */
const hashLabel = 'pod-template-hash';
const hash = '6d9f7c5b48';

/** The reference of a pod to what makes it: the workload, or what the workload makes for that. */
function controllerOf(object: JsonObject): JsonObject {
  const name = String(at(object, 'metadata', 'name'));
  const own = {apiVersion: object['apiVersion'] ?? null, kind: object['kind'] ?? null, name};
  const made: Readonly<Record<string, JsonObject>> = {
    Deployment: {kind: 'ReplicaSet', name: `${name}-${hash}`},
    CronJob: {kind: 'Job', name: `${name}-29396580`},
  };
  const uid = '00000000-0000-4000-8000-000000000000';
  return {...own, ...made[String(object['kind'])], controller: true, uid};
}

/**
 * What the author and the injector say of an object: labels, annotations and spec. The service account's token is mounted by a
 * plugin of the API server that runs before webhooks, under a random name, so it has one name here and volumes have no order. Of
 * the status what stood in a field before is left out: the webhook finds the API server's default there, a file has nothing. A
 * workload's own labels are left out: where there are none a Job and a ReplicationController take their pod template's; and so are
 * those that the API server gives to a Job's pod template.
 */
export function comparable(object: JsonObject): JsonObject {
  const {labels, annotations} = object['metadata'] as JsonObject;
  return {
    ...(labels === undefined || object['kind'] !== 'Pod' ? {} : {labels: ordered(withoutJob(labels as JsonObject), '')}),
    ...(annotations === undefined ? {} : {annotations: ordered(annotations, 'annotations')}),
    spec: ordered(object['spec'] ?? null, ''),
  };
}

function withoutJob(labels: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(labels).filter(([key]) => !/^(batch\.kubernetes\.io\/)?(controller-uid|job-name)$/.test(key)),
  );
}

function comparableAnnotations(annotations: JsonObject): JsonObject {
  const own = withoutField(annotations, 'kubectl.kubernetes.io/last-applied-configuration');
  const text = own['pod-injector.dev/status'];
  if (text === undefined) return own;
  const {templates, ...status} = JSON.parse(String(text)) as JsonObject;
  const entries = asList(templates).map((entry) => {
    const {added, ...rest} = entry as JsonObject;
    return {
      ...rest,
      added:
        added === undefined
          ? []
          : addedPaths(added as Added)
              .map(wholeField)
              .toSorted(),
    };
  });
  return {
    ...own,
    'pod-injector.dev/status': {...status, templates: entries.map((entry) => ({...entry, added: [...new Set(entry.added)]}))},
  };
}

/** A Job's labels name its own, which each dry run draws anew. */
const uid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A map of quantities that the API server has filled in is replaced, elsewhere each is added. */
function wholeField(path: string): string {
  return path.replace(/\/resources\/(requests|limits)\/\w+$/, '/resources/$1');
}

function ordered(value: Json, key: string): Json {
  if (typeof value === 'string') return value.replace(/^kube-api-access-\w{5}$/, 'kube-api-access').replace(uid, 'UID');
  if (isList(value)) {
    const items = value.map((item) => ordered(item, ''));
    const by = key === 'volumes' ? 'name' : key === 'volumeMounts' ? 'mountPath' : undefined;
    return by === undefined ? items : items.toSorted((a, b) => (String(at(a, by)) < String(at(b, by)) ? -1 : 1));
  }
  if (!isObject(value)) return value;
  if (key === 'annotations') return comparableAnnotations(value);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, ordered(inner ?? null, name)]));
}
