import {asList, asObject, asString, field, type JsonObject} from '../../core/json.ts';
import {readStatus, type Status} from '../../core/status.ts';
import {podTemplateOf, workloadOf} from '../../core/workload.ts';
import type {Subject} from './explanation.ts';

/** The object's metadata; empty where it has none. */
export function metadataOf(object: JsonObject): JsonObject {
  return asObject(field(object, 'metadata')) ?? {};
}

/** When the API server made the object, RFC 3339; undefined for one that no API server has seen. */
export function createdAt(object: JsonObject): string | undefined {
  return asString(field(metadataOf(object), 'creationTimestamp'));
}

/** Whether the first of two times is before the second; false where one is not known. RFC 3339. */
export function isBefore(first: string | undefined, second: string | undefined): boolean {
  return first !== undefined && second !== undefined && Date.parse(first) < Date.parse(second);
}

/** An object as messages name it: `Deployment shop/web`. */
export function titleOf({object, namespace}: Pick<Subject, 'object' | 'namespace'>): string {
  const kind = asString(field(object, 'kind')) ?? 'object';
  const metadata = metadataOf(object);
  const name = asString(field(metadata, 'name')) ?? `${asString(field(metadata, 'generateName')) ?? ''}…`;
  return kind === 'Namespace' ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/** The record that a pod, or the pod template of a workload, carries. */
export function statusOf(object: JsonObject): Status | undefined {
  const workload = workloadOf(object);
  const template = workload === undefined ? undefined : podTemplateOf(object, workload);
  return template === undefined ? undefined : readStatus(template);
}

/** Who wrote an annotation or a label last, and when, by the object's own record of it; undefined where that is not kept. */
export function writtenAt(
  object: JsonObject,
  list: 'annotations' | 'labels',
  key: string,
): {readonly time: string; readonly manager: string} | undefined {
  // https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
  for (const item of asList(field(metadataOf(object), 'managedFields'))) {
    const entry = asObject(item);
    let fields = asObject(field(entry, 'fieldsV1'));
    for (const name of ['f:metadata', `f:${list}`]) fields = asObject(field(fields, name));
    const time = asString(field(entry, 'time'));
    if (time !== undefined && field(fields, `f:${key}`) !== undefined)
      return {time, manager: asString(field(entry, 'manager')) ?? 'somebody'};
  }
  return undefined;
}
