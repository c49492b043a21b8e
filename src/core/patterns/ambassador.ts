import type {JsonObject} from '../json.ts';
import type {Scene} from '../scene.ts';
import type {Template} from '../template.ts';
import type {Bound} from './bound.ts';

/**
 * Ties an ambassador to the pod: the app's variables of each `redirect` point at localhost, and what they held moves to the
 * template's containers.
 */
export function bindAmbassador(pod: JsonObject, template: Template, _scene: Scene): Bound {
  return {template, pod, added: undefined, kept: [], faults: []};
}
