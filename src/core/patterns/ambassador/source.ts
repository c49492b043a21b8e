import {addedAt, priorKey, type Added} from '../../added.ts';
import {asObject, isObject, withField, type Json, type JsonObject} from '../../json.ts';

/** Why something cannot stand in another container, and what to write instead. */
export interface Immovable {
  readonly message: string;
  readonly fix: string;
}

/** Why a variable would mean something else in another container. Undefined: it would not. */
export function immovable(variable: JsonObject): Immovable | undefined {
  const from = asObject(variable['valueFrom']);
  // KEP-3721: the file is in a volume of the pod, but who reads it must be able to mount it. What a newer API brings is as unknown.
  const unknown = Object.keys(from ?? {}).find((name) => !movableSources.has(name) && isObject(from?.[name]));
  if (unknown === undefined) return undefined;
  return {message: `has a valueFrom.${unknown}`, fix: 'write the value, or take it from a ConfigMap or Secret'};
}

const movableSources: ReadonlySet<string> = new Set(['configMapKeyRef', 'secretKeyRef', 'fieldRef', 'resourceFieldRef']);

/** Whether the variable may be absent all the same: `optional` of a ConfigMap's or Secret's key. */
export function isOptionalVariable(variable: JsonObject): boolean {
  const from = asObject(variable['valueFrom']);
  return ['configMapKeyRef', 'secretKeyRef'].some((name) => asObject(from?.[name])?.['optional'] === true);
}

/** A `valueFrom` that means the same in another container: a resource of a container needs that container's name. */
export function movedSource(from: JsonObject, container: string): JsonObject {
  const resource = asObject(from['resourceFieldRef']);
  if (resource === undefined || isNamed(resource)) return from;
  return withField(from, 'resourceFieldRef', withField(resource, 'containerName', container));
}

/** The record of what {@link movedSource} adds to a variable. */
export function gainedBySource(from: JsonObject): Added | undefined {
  const resource = asObject(from['resourceFieldRef']);
  if (resource === undefined || isNamed(resource)) return undefined;
  const before: Json | undefined = resource['containerName'];
  const leaf: Added = before === undefined ? 1 : {[priorKey]: before};
  const isEmpty = Object.keys(resource).length === 0;
  return addedAt(['valueFrom', 'resourceFieldRef'], {containerName: leaf, ...(isEmpty ? {[priorKey]: {}} : {})});
}

function isNamed(resource: JsonObject): boolean {
  return typeof resource['containerName'] === 'string' && resource['containerName'] !== '';
}
