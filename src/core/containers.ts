import {mergeAdded, priorKey, segment, type Added} from './added.ts';
import {autoImage} from './annotations.ts';
import type {Fault} from './errors.ts';
import {asList, withFields, type Json, type JsonObject} from './json.ts';
import {defaultPullPolicy} from './kubernetes/image.ts';
import type {Part} from './part.ts';
import {withPlaced, type ContainerList} from './placement.ts';
import {findNamed, namesIn, ownerOf, type Scene} from './scene.ts';
import type {Template} from './template.ts';
import {underlay} from './underlay.ts';

/**
 * Adds a template's containers to one of the pod's lists. A container that the author wrote under the same name in the same
 * list customises the template's: it stays where it is, the template's laid under it. Faults: `containerConflict`,
 * `positionMissing`.
 */
export function addContainers(spec: JsonObject, list: ContainerList, template: Template, scene: Scene): Part<readonly Json[]> {
  const wanted = template[list];
  const containers = asList(spec[list]);
  if (wanted.length === 0) return {value: containers, added: undefined, kept: [], faults: []};
  const result = [...containers];
  const fresh: JsonObject[] = [];
  const added: [string, Added][] = [];
  const kept: string[] = [];
  const faults: Fault[] = [];
  for (const container of wanted) {
    const name = String(container['name']);
    const part = `containers/${name}`;
    const existing = findNamed(containers, name);
    const fault = scene.owners.has(part) || existing === undefined ? nameFault(spec, list, name, template, scene) : undefined;
    if (fault !== undefined) {
      faults.push(fault);
    } else if (existing === undefined) {
      fresh.push(container);
      added.push([segment(name), 1]);
    } else {
      const custom = customise(container, existing.item, `${list}/${name}`);
      result[existing.index] = custom.value;
      kept.push(...custom.kept);
      if (custom.added !== undefined) added.push([segment(name), custom.added]);
    }
    scene.owners.set(part, template.name);
  }
  const placed = withPlaced(result, {template, list, spec, fresh}, scene);
  if (placed === undefined) faults.push(positionFault(result, template));
  return {
    value: added.length === 0 ? containers : (placed ?? result),
    added: added.length === 0 ? undefined : Object.fromEntries(added),
    kept,
    faults,
  };
}

/** The template's container under the author's of the same name. `image: auto` is the template's image and pull policy. */
export function customise(
  container: JsonObject,
  own: JsonObject,
  path: string,
): {readonly value: JsonObject; readonly added: Added | undefined; readonly kept: readonly string[]} {
  if (own['image'] !== autoImage) return underlay(container, own, 'Container', path);
  // The API server fills in a pull policy for the image `auto`; it gives way to the one of the real image, stated even where it is
  // the default, so that the manifest that comes again without it is the same manifest.
  const {image, imagePullPolicy: policy} = container;
  const wanted = policy ?? defaultPullPolicy(image);
  const changed: JsonObject = {image, ...(wanted === own['imagePullPolicy'] ? {} : {imagePullPolicy: wanted})};
  const merged = underlay(container, withFields(own, changed), 'Container', path);
  const replaced = Object.keys(changed).map((name): [string, Added] => [
    name,
    own[name] === undefined ? 1 : {[priorKey]: own[name]},
  ]);
  return {value: merged.value, added: mergeAdded(Object.fromEntries(replaced), merged.added), kept: merged.kept};
}

/** Container names are unique over all lists of a pod: API reference, PodSpec. */
function nameFault(spec: JsonObject, list: ContainerList, name: string, template: Template, scene: Scene): Fault | undefined {
  for (const other of ['containers', 'initContainers', 'ephemeralContainers'] as const) {
    const existing = findNamed(spec[other], name);
    if (existing === undefined) continue;
    return {
      code: 'containerConflict',
      message: `template ${template.name} brings ${JSON.stringify(name)} into ${list}, and ${ownerOf(scene, `containers/${name}`)} has a container of that name in ${other}`,
      fix:
        other === list ? 'rename one of the two' : `rename one of the two, or write yours in ${list} to customise the template's`,
      path: `/spec/${other}/${existing.index}/name`,
    };
  }
  return undefined;
}

function positionFault(list: readonly Json[], template: Template): Fault {
  const {position} = template;
  const [side, name] =
    typeof position === 'string'
      ? ['at', position]
      : 'before' in position
        ? ['before', position.before]
        : ['after', position.after];
  return {
    code: 'positionMissing',
    message: `template ${template.name} is placed ${side} the container ${JSON.stringify(name)}, and the pod has ${namesIn(list).join(', ') || 'none'} there`,
    fix: 'name a container of that list, or use position: first or last',
  };
}
