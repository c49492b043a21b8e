import {statusKey} from './annotations.ts';
import type {Fault} from './errors.ts';
import {asList, asObject, asString, isObject, type JsonObject} from './json.ts';
import {compareQuantities, parseQuantity, sameQuantity, sumQuantities} from './kubernetes/quantity.ts';
import type {Note} from './outcome.ts';
import type {Scene} from './scene.ts';

/** What is found when the whole injected pod is looked at. */
export interface Check {
  readonly faults: readonly Fault[];
  readonly notes: readonly Note[];
}

/** All annotations of an object together. Source: apimachinery, pkg/api/validation, TotalAnnotationSizeLimitB. */
const maxAnnotationBytes = 256 * 1024;

/**
 * Looks for what the API server would refuse without naming us, and for what the author would not expect: annotations that
 * are too large, containers that ask for more than the pod's own resources (KEP-2837), a Guaranteed pod that becomes Burstable.
 */
export function checkPod(before: JsonObject, after: JsonObject, scene: Scene): Check {
  return {faults: [...annotationFaults(before, after), ...resourceFaults(after, scene)], notes: qosNotes(before, after)};
}

function annotationFaults(before: JsonObject, after: JsonObject): Fault[] {
  const bytes = annotationBytes(after);
  // What was too large without us is the API server's to refuse, in its own words.
  if (bytes <= maxAnnotationBytes || annotationBytes(before) > maxAnnotationBytes) return [];
  return [
    {
      code: 'annotationsTooLarge',
      message: `with ${statusKey} the annotations together are ${bytes} bytes, and the API server allows ${maxAnnotationBytes}`,
      fix: 'shorten the annotations of the pod or of the templates',
      path: '/metadata/annotations',
    },
  ];
}

function annotationBytes(pod: JsonObject): number {
  const annotations = asObject(asObject(pod['metadata'])?.['annotations']) ?? {};
  let characters = 0;
  for (const key of Object.keys(annotations)) characters += key.length + (asString(annotations[key])?.length ?? 0);
  // A character of UTF-16 is at most three bytes of UTF-8: most objects need no exact count.
  if (characters * 3 <= maxAnnotationBytes) return characters;
  const encoder = new TextEncoder();
  return Object.entries(annotations).reduce((sum, [key, value]) => sum + encoder.encode(key + (asString(value) ?? '')).length, 0);
}

function resourceFaults(after: JsonObject, scene: Scene): Fault[] {
  const spec = asObject(after['spec']);
  const own = asObject(spec?.['resources']);
  if (spec === undefined || own === undefined || scene.owners.size === 0) return [];
  const faults: Fault[] = limitFaults(spec, own, scene);
  for (const resource of ['cpu', 'memory'] as const) {
    const limit = asObject(own['requests'])?.[resource] ?? asObject(own['limits'])?.[resource];
    const allowed = parseQuantity(limit);
    if (allowed === undefined) continue;
    if (requestedTogether(spec, resource) <= allowed) continue;
    const names = [...new Set(scene.owners.values())].join(', ');
    faults.push({
      code: 'podResourcesExceeded',
      message: `with the containers of ${names} the pod's containers request more ${resource} together than the ${String(limit)} of the pod's own resources`,
      fix: `raise spec.resources.requests.${resource}, or lower a container's`,
      path: `/spec/resources/requests/${resource}`,
    });
  }
  return faults;
}

/** What the containers request at their most: all that run together, or one that prepares, with the native sidecars before it. */
function requestedTogether(spec: JsonObject, resource: string): bigint {
  let sidecars = 0n;
  let preparing = 0n;
  for (const container of containersOf(spec, 'initContainers')) {
    const wanted = sumQuantities([requestOf(container, resource)]);
    if (container['restartPolicy'] === 'Always') sidecars += wanted;
    else if (sidecars + wanted > preparing) preparing = sidecars + wanted;
  }
  const running = sidecars + sumQuantities(containersOf(spec, 'containers').map((container) => requestOf(container, resource)));
  return running > preparing ? running : preparing;
}

/** A container's limit may not be above the pod's. Source: Kubernetes, validatePodResourceConsistency. */
function limitFaults(spec: JsonObject, own: JsonObject, scene: Scene): Fault[] {
  return (['containers', 'initContainers'] as const).flatMap((list) =>
    containersOf(spec, list).flatMap((container, index) =>
      (['cpu', 'memory'] as const).flatMap((resource): Fault[] => {
        const allowed = asObject(own['limits'])?.[resource];
        const limit = asObject(asObject(container['resources'])?.['limits'])?.[resource];
        const owner = scene.owners.get(`containers/${asString(container['name']) ?? ''}`);
        if (owner === undefined || compareQuantities(limit, allowed) !== 1) return [];
        const message = `the container ${JSON.stringify(container['name'])} of template ${owner} has a ${resource} limit of ${String(limit)}, above the ${String(allowed)} of the pod's own resources`;
        return [
          {
            code: 'podResourcesExceeded',
            message,
            fix: `raise spec.resources.limits.${resource}, or lower the container's`,
            path: `/spec/${list}/${index}/resources/limits/${resource}`,
          },
        ];
      }),
    ),
  );
}

function qosNotes(before: JsonObject, after: JsonObject): Note[] {
  if (!isGuaranteed(before) || isGuaranteed(after)) return [];
  return [
    {
      code: 'qosLowered',
      message:
        'the pod was of QoS class Guaranteed and becomes Burstable, because an injected container has no limits equal to its requests for cpu and memory',
    },
  ];
}

/** Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/ */
function isGuaranteed(pod: JsonObject): boolean {
  const spec = asObject(pod['spec']);
  if (spec === undefined) return false;
  // Resources stated for the whole pod decide alone: KEP-2837.
  const own = asObject(spec['resources']);
  if (own?.['requests'] !== undefined || own?.['limits'] !== undefined)
    return decisive.every((resource) => isExact(spec, resource));
  const containers = [...containersOf(spec, 'containers'), ...containersOf(spec, 'initContainers')];
  return containers.length > 0 && containers.every((container) => decisive.every((resource) => isExact(container, resource)));
}

/** What decides the class. */
const decisive = ['cpu', 'memory'] as const;

function isExact(container: JsonObject, resource: string): boolean {
  const resources = asObject(container['resources']);
  const limit = asObject(resources?.['limits'])?.[resource];
  const request = asObject(resources?.['requests'])?.[resource];
  return limit !== undefined && (request === undefined || sameQuantity(request, limit));
}

function requestOf(container: JsonObject, resource: string): JsonObject[string] {
  const resources = asObject(container['resources']);
  return asObject(resources?.['requests'])?.[resource] ?? asObject(resources?.['limits'])?.[resource];
}

function containersOf(spec: JsonObject, list: string): JsonObject[] {
  return asList(spec[list]).filter((item) => isObject(item));
}
