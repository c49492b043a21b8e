import type {Fault} from '../errors.ts';
import type {JsonObject} from '../json.ts';
import type {Scene} from '../scene.ts';
import type {Template} from '../template.ts';
import type {Bound} from './bound.ts';
import {bindMetrics} from './metrics.ts';
import {mountReads, resolveReads} from './reads.ts';

/**
 * Ties an adapter to the pod: the volumes that it reads become read-only mounts of its containers (not of its init containers,
 * which run before there is any output), `metrics` a named port and annotations. Faults: `readMissing`, `readUnclear`,
 * `mountPathConflict`, `portNameConflict`.
 */
export function bindAdapter(pod: JsonObject, template: Template, scene: Scene): Bound {
  const {adapter} = template;
  if (adapter === undefined) return {template, pod, added: undefined, kept: [], faults: []};
  const faults: Fault[] = [];
  const mounts = resolveReads(pod, template, adapter.reads, scene, faults);
  const containers = template.containers.map((container) => mountReads(container, mounts, template, faults));
  const metrics = bindMetrics(pod, {...template, containers}, adapter.metrics);
  return {template: metrics.template, pod, added: undefined, kept: metrics.kept, faults: [...faults, ...metrics.faults]};
}
