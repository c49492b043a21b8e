import type {Json, JsonObject} from '../json.ts';
import {same} from './compare.ts';
import {has} from './covers.ts';
import {noScope} from './defaults.ts';
import {isUnset, strip} from './unset.ts';

/**
 * Whether the API takes two values of that type for the same: quantities by value; a field at its default, what the API drops
 * (false, zero, empty), null and absent alike; what in-tree admission adds to a pod is not looked at. Lists are compared in
 * order. An explicit zero that means something (`automountServiceAccountToken: false`, `emptyDir: {}`) counts.
 * `type` is a short type name or a scalar's; a list or map is compared item by item as that type. Total: what is malformed or
 * unknown is compared as it is. Linear in size.
 */
export function equals(type: string, a: Json | undefined, b: Json | undefined): boolean {
  return same({type}, a, b, noScope);
}

/**
 * Whether every field that `wanted` states is so in `actual`; what it does not state is not looked at. Lists with merge keys
 * hold each wanted item at any place, sets, `tolerations` and `envFrom` too; all other lists are equal. Another member of a union
 * in `actual` (a volume's other source) means no. Types, totality and cost as in {@link equals}.
 */
export function covers(type: string, wanted: Json | undefined, actual: Json | undefined): boolean {
  return has({type}, wanted, actual, noScope);
}

/**
 * Whether `owner[key]` is what the API server would have made of it had it been absent, or what the API drops, so that it counts
 * as unset: `imagePullPolicy: IfNotPresent` beside `image: nginx:1.27`, `requests` equal to `limits`, `readOnly: false`; also an
 * absent field. `owner` is the object of that type: the container, the probe, the pod's spec. A port's `hostPort` under
 * hostNetwork is known from the spec only, so by {@link withoutDefaults}. Never throws.
 */
export function isDefault(type: string, owner: JsonObject, key: string): boolean {
  return isUnset(type, owner, key, noScope);
}

/**
 * The value less all fields that count as unset (see {@link isDefault}), at every depth, and less what in-tree admission added.
 * Shares what did not change; the very same value where nothing did. Never throws; linear in size.
 */
export function withoutDefaults(type: string, value: Json): Json {
  return strip(type, value, noScope);
}
