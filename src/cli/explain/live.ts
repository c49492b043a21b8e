import type {Fault} from '../../core/errors.ts';
import {asString, field, type JsonObject} from '../../core/json.ts';
import type {ClusterReader} from '../from-cluster.ts';
import type {Subject} from './explanation.ts';
import {pathOf, type NamedKind, type ObjectName} from './kinds.ts';
import {labelQuery} from './label-query.ts';
import {metadataOf, titleOf} from './metadata.ts';

/** What the cluster has of what is named. */
export interface Live {
  readonly subjects: readonly Subject[];
  /** Why one that is named is not there. */
  readonly faults: readonly Fault[];
  /** Why the pods of a workload are not known. */
  readonly warnings: readonly Fault[];
  /** Types of which there is none, in words. */
  readonly none: readonly string[];
}

/** The objects of a cluster that are named, workloads with their pods; or why not, for each that is not there. Never rejects. */
export async function readSubjects(reader: ClusterReader, names: readonly ObjectName[], namespace: string): Promise<Live> {
  const subjects: Subject[] = [];
  const faults: Fault[] = [];
  const warnings: Fault[] = [];
  const none: string[] = [];
  for (const name of names) {
    const found = await readNamed(reader, name, namespace);
    if ('code' in found) faults.push(found);
    else {
      const read = await Promise.all(found.map((object) => subjectOf(reader, object, namespace)));
      subjects.push(...read.map(({subject}) => subject));
      warnings.push(...read.flatMap(({fault}) => (fault === undefined ? [] : [fault])));
      const {plural, isNamespaced} = name.kind;
      if (read.length === 0) none.push(`there are no ${plural}${isNamespaced ? ` in namespace ${namespace}` : ''}`);
    }
  }
  return {subjects, faults, warnings: withoutTwins(warnings), none};
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

interface ReadSubject {
  readonly subject: Subject;
  readonly fault?: Fault;
}

async function subjectOf(reader: ClusterReader, object: JsonObject, namespace: string): Promise<ReadSubject> {
  const name = asString(field(metadataOf(object), 'name')) ?? '';
  if (field(object, 'kind') === 'Namespace') return {subject: {object, namespace: name, pods: []}};
  const labels = labelQuery(object);
  if (labels === undefined) return {subject: {object, namespace, pods: []}};
  const pods = await reader.list(`/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`, {labelSelector: labels});
  // Who may not see the pods is told of the workload alone, and that it is so.
  if ('code' in pods) return {subject: {object, namespace, pods: []}, fault: pods};
  return {subject: {object, namespace, pods: pods.map((pod) => ({...pod, apiVersion: 'v1', kind: 'Pod'}))}};
}

/** Many workloads fail for one reason. */
function withoutTwins(faults: readonly Fault[]): readonly Fault[] {
  return [...new Map(faults.map((fault) => [fault.message, fault])).values()];
}
