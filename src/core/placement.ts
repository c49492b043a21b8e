import {asObject, asString, type Json, type JsonObject} from './json.ts';
import {findNamed, type Scene} from './scene.ts';
import type {Template} from './template.ts';

/** The two lists of a pod that hold containers. */
export type ContainerList = 'containers' | 'initContainers';

/** A template's new containers on their way into a list. */
export interface Arrival {
  readonly template: Template;
  readonly list: ContainerList;
  /** The pod's spec before them. */
  readonly spec: JsonObject;
  readonly fresh: readonly JsonObject[];
}

/**
 * The list with the new containers at their place; undefined where the container beside which they are placed is missing.
 * `last` is the end, and of a template with native sidecars the end of those that stand before the application's init
 * containers, so that these can use them; what prepares a native sidecar stands right before it. Templates keep their order.
 * A native sidecar's neighbour in `position` is an init container; one in `containers`, where a template whose sidecars are
 * classic on older clusters would stand, is passed over, and so is the reverse. Changes the scene.
 */
export function withPlaced(containers: readonly Json[], arrival: Arrival, scene: Scene): readonly Json[] | undefined {
  const {template, list, fresh} = arrival;
  const isNative = list === 'initContainers' && hasNatives(template);
  if (fresh.length === 0 && !isNative) return containers;
  const at = fresh.length === 0 ? headEnd(containers, scene) : placeFor(containers, arrival, isNative, scene);
  if (at === undefined) return undefined;
  if (isNative) return inTurn(containers, template.initContainers, fresh, at, scene);
  if (list === 'initContainers' && template.position === 'first' && template.pattern === 'init')
    for (const container of fresh) scene.head.add(String(container['name']));
  return containers.toSpliced(at, 0, ...fresh);
}

/** Whether the template has native sidecars, of its own or made by bindNative. Source: KEP-753. */
function hasNatives(template: Template): boolean {
  return template.initContainers.some((container) => container['restartPolicy'] === 'Always');
}

function placeFor(containers: readonly Json[], arrival: Arrival, isNative: boolean, scene: Scene): number | undefined {
  const {template, list, spec, fresh} = arrival;
  const {position, pattern, native} = template;
  const isMain = list === (pattern === 'init' || isNative ? 'initContainers' : 'containers');
  const standard = isNative ? headEnd(containers, scene) : beforeLater(containers, scene);
  if (!isMain || position === 'last') return standard;
  if (position === 'first') return after(scene, `${list}/first`, fresh.length);
  const name = 'before' in position ? position.before : position.after;
  const beside = findNamed(containers, name)?.index;
  if (beside === undefined) {
    const other = list === 'containers' ? 'initContainers' : 'containers';
    return native !== 'never' && findNamed(spec[other], name) !== undefined ? standard : undefined;
  }
  return 'before' in position ? beside : beside + 1 + after(scene, `${list}/after/${name}`, fresh.length);
}

/** The end of what stands in front of the application's init containers. */
function headEnd(containers: readonly Json[], scene: Scene): number {
  return containers.findLastIndex((item) => scene.head.has(asString(asObject(item)?.['name']) ?? '')) + 1;
}

/**
 * Puts a template's init containers, its native sidecars after those that prepare them, in their order from a place on. One that
 * the author wrote stays where it is, and what comes before or after it in the template does so in the pod.
 */
function inTurn(
  containers: readonly Json[],
  wanted: readonly JsonObject[],
  fresh: readonly JsonObject[],
  place: number,
  scene: Scene,
): readonly Json[] {
  const result = [...containers];
  const names = new Set(wanted.map((container) => container['name']));
  const own = result.findIndex((item) => names.has(asObject(item)?.['name']));
  let at = own === -1 ? place : Math.min(place, own);
  let end = headEnd(result, scene);
  for (const container of wanted) {
    const name = String(container['name']);
    const isFresh = fresh.includes(container);
    if (isFresh) result.splice(at, 0, container);
    const index = isFresh ? at : findNamed(result, name)?.index;
    if (index === undefined) continue;
    if (index <= end) scene.head.add(name);
    // An item that is put before the end moves it on; one that was there does not, unless it is the next.
    if (isFresh ? index <= end : index === end) end += 1;
    at = Math.max(at, index + 1);
  }
  return result;
}

/**
 * The end of the list, but before what the author wrote or changed there of templates that are still to come: templates keep
 * their order, which for init containers is the order in which they run.
 */
function beforeLater(list: readonly Json[], scene: Scene): number {
  let at = list.length;
  for (; at > 0; at -= 1) {
    const name = asString(asObject(list[at - 1])?.['name']) ?? '';
    if (!scene.brought.has(name) || scene.owners.has(`containers/${name}`)) break;
  }
  return at;
}

/** How many containers earlier templates put at the same place; they keep their order. */
function after(scene: Scene, place: string, count: number): number {
  const before = scene.placed.get(place) ?? 0;
  scene.placed.set(place, before + count);
  return before;
}
