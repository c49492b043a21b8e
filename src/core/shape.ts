import {autoImage} from './annotations.ts';
import type {Fault} from './errors.ts';
import {asList, asObject, isList, isObject, type Json, type JsonObject} from './json.ts';
import {fieldOf, itemKey} from './kubernetes/schema.ts';

/** A pod that cannot be read as one: nothing could be added to it without guessing. */
export function shapeFault(pod: JsonObject): Fault | undefined {
  const spec = pod['spec'];
  if (!isObject(spec)) return malformed('/spec', 'spec is missing or not an object');
  for (const list of ['containers', 'initContainers', 'volumes'] as const) {
    const value = spec[list];
    if (value === undefined || value === null) continue;
    if (!isList(value)) return malformed(`/spec/${list}`, `${list} is not a list`);
    if (list !== 'volumes' && value.length > maxContainers)
      return malformed(
        `/spec/${list}`,
        `${list} has ${value.length} items, and no pod of more than ${maxContainers} can be stored`,
      );
    const index = value.findIndex((item) => !isObject(item));
    if (index !== -1) return malformed(`/spec/${list}/${index}`, `an item of ${list} is not an object`);
    const fault = list === 'volumes' ? undefined : containerFault(list, value as readonly JsonObject[]);
    if (fault !== undefined) return fault;
  }
  const metadata = pod['metadata'];
  for (const [path, value] of [
    ['/metadata', metadata],
    ['/metadata/annotations', asObject(metadata)?.['annotations']],
  ] as const) {
    if (value !== undefined && value !== null && !isObject(value)) return malformed(path, `${path.slice(1)} is not an object`);
  }
  return undefined;
}

/** Each has a name, an image and defaults of some 100 bytes, and etcd stores 1.5 MiB: etcd, --max-request-bytes. */
const maxContainers = 10_000;

/** A container whose own lists are none: something is added to each of them. */
function containerFault(list: string, containers: readonly JsonObject[]): Fault | undefined {
  for (const [index, container] of containers.entries()) {
    for (const name of containerLists) {
      const value = container[name];
      if (value === undefined || value === null) continue;
      const path = `/spec/${list}/${index}/${name}`;
      if (!Array.isArray(value)) return malformed(path, `${name} of a container is not a list`);
      if (!value.every((item) => isObject(item as Json))) return malformed(path, `an item of ${name} is not an object`);
    }
  }
  return undefined;
}

/** Two containers of one name in a list: which of them a template means cannot be told, and the API server takes no such pod. */
export function twinFault(pod: JsonObject): Fault | undefined {
  for (const list of ['containers', 'initContainers'] as const) {
    const seen = new Set<string>();
    for (const [index, item] of asList(asObject(pod['spec'])?.[list]).entries()) {
      // As merging knows an item: no name is one name too.
      const name = itemKey(containerList, item);
      if (seen.has(name)) return malformed(`/spec/${list}/${index}/name`, `two containers are named ${JSON.stringify(name)}`);
      seen.add(name);
    }
  }
  return undefined;
}

const containerList = fieldOf('PodSpec', 'containers') ?? {type: 'Container'};
const containerLists = ['env', 'envFrom', 'ports', 'volumeMounts'] as const;

function malformed(path: string, message: string): Fault {
  return {code: 'malformed', message, path, fix: 'write the pod as the API reference has it'};
}

/** `image: auto` that no template took: the kubelet would try to pull an image of that name. */
export function unresolvedImages(pod: JsonObject): readonly Fault[] {
  return (['containers', 'initContainers'] as const).flatMap((list) => unresolvedIn(list, asList(asObject(pod['spec'])?.[list])));
}

function unresolvedIn(list: string, containers: readonly Json[]): readonly Fault[] {
  return containers.flatMap((item, index): Fault[] => {
    const container = asObject(item);
    if (container?.['image'] !== autoImage) return [];
    return [
      {
        code: 'imageMissing',
        message: `the container ${JSON.stringify(container['name'])} has image: ${autoImage}, and no template that was injected has a container of that name`,
        fix: 'ask for the template whose container it customises, or give it an image',
        path: `/spec/${list}/${index}/image`,
      },
    ];
  });
}
