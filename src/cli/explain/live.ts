import type {Fault} from '../../core/errors.ts';
import {asObject, asString, field, type JsonObject} from '../../core/json.ts';
import type {ClusterReader} from '../from-cluster.ts';
import type {Subject} from './explanation.ts';
import {pathOf, type NamedKind, type ObjectName} from './kinds.ts';
import {metadataOf, titleOf} from './metadata.ts';

/** The objects of a cluster that are named, workloads with their pods; or why not, for each that is not there. Never rejects. */
export async function readSubjects(
  reader: ClusterReader,
  names: readonly ObjectName[],
  namespace: string,
): Promise<{readonly subjects: readonly Subject[]; readonly faults: readonly Fault[]}> {
  const subjects: Subject[] = [];
  const faults: Fault[] = [];
  for (const name of names) {
    const found = await readNamed(reader, name, namespace);
    if ('code' in found) faults.push(found);
    else {
      const read = await Promise.all(found.map((object) => subjectOf(reader, object, namespace)));
      subjects.push(...read);
    }
  }
  return {subjects, faults};
}

async function readNamed(reader: ClusterReader, wanted: ObjectName, namespace: string): Promise<readonly JsonObject[] | Fault> {
  const path = pathOf(wanted, namespace);
  const {kind, name} = wanted;
  if (name === undefined) {
    const items = await reader.list(path);
    return 'code' in items ? items : items.map((item) => typed(item, kind));
  }
  const read = await reader.object(path);
  switch (read.kind) {
    case 'found':
      return [typed(read.value, kind)];
    case 'failed':
      return read.fault;
    case 'absent': {
      const title = titleOf({object: {kind: kind.kind, metadata: {name}}, namespace});
      const scope = kind.isNamespaced ? ` -n ${namespace}` : '';
      return {
        code: 'objectMissing',
        message: `there is no ${title}`,
        fix: `look at what there is: kubectl get ${kind.plural}${scope}`,
      };
    }
  }
}

/** Items of a list carry no type. */
function typed(object: JsonObject, {kind, apiVersion}: NamedKind): JsonObject {
  return {...object, apiVersion, kind};
}

async function subjectOf(reader: ClusterReader, object: JsonObject, namespace: string): Promise<Subject> {
  const name = asString(field(metadataOf(object), 'name')) ?? '';
  if (field(object, 'kind') === 'Namespace') return {object, namespace: name, pods: []};
  const labels = selectorOf(object);
  if (labels === undefined) return {object, namespace, pods: []};
  const pods = await reader.list(`/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`, {labelSelector: labels});
  // Who may not see the pods is told of the workload alone.
  return {object, namespace, pods: 'code' in pods ? [] : pods.map((pod) => ({...pod, apiVersion: 'v1', kind: 'Pod'}))};
}

/**
 * The selector of a workload's pods as a query: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#api.
 * Undefined for what has none, or one that is not written as labels alone.
 */
function selectorOf(object: JsonObject): string | undefined {
  if (field(object, 'kind') === 'Service') return undefined;
  const selector = asObject(field(asObject(field(object, 'spec')), 'selector'));
  const labels = field(object, 'kind') === 'ReplicationController' ? selector : asObject(field(selector, 'matchLabels'));
  if (labels === undefined || Object.keys(labels).length === 0 || field(selector, 'matchExpressions') !== undefined)
    return undefined;
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(',');
}
