import {asList, field, isObject, type Json, type JsonObject} from '../json.ts';
import {defaultPullPolicy} from './image.ts';
import {sameQuantity} from './quantity.ts';
import {fieldOf, unionsOf} from './schema.ts';

/** What a default hangs on besides its own object: whether the pod uses the network of its node. */
export interface Scope {
  readonly hostNetwork: boolean;
}

/** Nothing is known of the pod around. */
export const noScope: Scope = {hostNetwork: false};

/** The scope below a value of that type: a pod's spec sets it, everything else hands on what it is in. */
export function scopeBelow(type: string, value: JsonObject, scope: Scope): Scope {
  return type === 'PodSpec' ? {hostNetwork: field(value, 'hostNetwork') === true} : scope;
}

/**
 * What the API server, its in-tree admission plugins included, puts into `owner[key]` when it is absent; undefined when it
 * stays absent. Source of the rules: Kubernetes' pkg/apis/core/v1/defaults.go and conversion.go; the tests hold them against
 * what a real API server answered.
 */
export function defaultOf(type: string, owner: JsonObject, key: string, scope: Scope): Json | undefined {
  switch (`${type}.${key}`) {
    case 'Container.imagePullPolicy':
    case 'EphemeralContainer.imagePullPolicy':
      return defaultPullPolicy(field(owner, 'image'));
    case 'ImageVolumeSource.pullPolicy':
      return defaultPullPolicy(field(owner, 'reference'));
    case 'ContainerPort.hostPort':
      return scope.hostNetwork ? field(owner, 'containerPort') : undefined;
    case 'ResourceRequirements.requests':
      return isObject(field(owner, 'limits')) ? field(owner, 'limits') : undefined;
    case 'PodSpec.serviceAccount':
      return field(owner, 'serviceAccountName') || 'default';
    case 'PodSpec.serviceAccountName':
      // The deprecated field gives its value only where this one is empty.
      return (!field(owner, 'serviceAccountName') && field(owner, 'serviceAccount')) || 'default';
    case 'PodSpec.priority':
    case 'PodSpec.preemptionPolicy':
      return field(owner, 'priorityClassName') ? undefined : key === 'priority' ? 0 : 'PreemptLowerPriority';
    case 'Volume.emptyDir':
      return hasOtherMember('Volume', owner, 'emptyDir') ? undefined : {};
  }
  return fieldOf(type, key)?.default;
}

/** Neither absent nor null, which Go's JSON decoder treats alike. */
export function isStated(value: Json | undefined): value is Exclude<Json, null> {
  return value !== undefined && value !== null;
}

/** False, zero, empty or absent: what Go's `omitempty` leaves out. */
export function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true;
  if (isObject(value)) return Object.keys(value).every((key) => !isStated(value[key]));
  return Array.isArray(value) && asList(value).length === 0;
}

/** Whether the API drops the value when it stores the object of that type. */
export function isDropped(type: string, key: string, value: Json): boolean {
  const schema = fieldOf(type, key);
  if (schema === undefined || schema.zero !== undefined) return false;
  return isEmpty(value) || (schema.type === 'quantity' && schema.mapOf === undefined && sameQuantity(value, '0'));
}

/** The field as the API server makes it: an absent one, or one whose zero it drops, at its default. */
export function filled(type: string, owner: JsonObject, key: string, scope: Scope): Json | undefined {
  const value = field(owner, key);
  if (!isStated(value) || isDropped(type, key, value)) return defaultOf(type, owner, key, scope) ?? value;
  if (type !== 'ResourceRequirements' || key !== 'requests') return value;
  const limits = defaultOf(type, owner, key, scope);
  return isObject(limits) && isObject(value) ? {...limits, ...value} : value;
}

function hasOtherMember(type: string, owner: JsonObject, key: string): boolean {
  return unionsOf(type).some(
    (members) => members.includes(key) && members.some((other) => other !== key && isStated(field(owner, other))),
  );
}
