import {isDeepStrictEqual} from 'node:util';
import {asList, asObject, isObject, type Json, type JsonObject} from '../../src/core/json.ts';
import {statusKey, templateOf} from './generators.ts';

/** The objects of one of a pod template's lists; what is none is passed over. */
export function objects(template: JsonObject, list: string): readonly JsonObject[] {
  return asList(asObject(template['spec'])?.[list]).filter((item) => isObject(item));
}

/** The names of the templates in the status, as the injection wrote them. */
export function statusList(object: JsonObject): unknown {
  const annotations = asObject(asObject(templateOf(object)['metadata'])?.['annotations']);
  const status = annotations?.[statusKey];
  return typeof status === 'string'
    ? (JSON.parse(status) as {templates: {name: string}[]}).templates.map((entry) => entry.name)
    : undefined;
}

/** What the API server would refuse: names and paths that stand twice, mounts without a volume. */
export function problems(object: JsonObject): string[] {
  const template = templateOf(object);
  const found: string[] = [];
  const twice = (what: string, names: readonly unknown[]): void => {
    for (const name of names.filter((one, index) => names.indexOf(one) !== index)) found.push(`${what} ${String(name)}`);
  };
  const containers = [...objects(template, 'containers'), ...objects(template, 'initContainers')];
  const volumes = objects(template, 'volumes').map((volume) => volume['name']);
  twice(
    'container',
    containers.map((container) => container['name']),
  );
  twice('volume', volumes);
  for (const container of containers) {
    const mounts = asList(container['volumeMounts']).filter((mount) => isObject(mount));
    twice(
      `mount path of ${String(container['name'])}`,
      mounts.map((mount) =>
        String(mount['mountPath'])
          .replace(/\/+/g, '/')
          .replace(/(.)\/$/, '$1'),
      ),
    );
    for (const mount of mounts)
      if (!volumes.includes(mount['name']))
        found.push(`mount of ${String(container['name'])} without volume ${String(mount['name'])}`);
  }
  return found;
}

/** The fields of a container that are gone or changed; a list may have gained items, and what was null or empty may be filled. */
export function lost(before: JsonObject, after: JsonObject): string[] {
  return Object.keys(before).filter((key) => {
    const [old, now] = [before[key], Object.hasOwn(after, key) ? after[key] : undefined];
    if (isDeepStrictEqual(old, now)) return false;
    if (old === null) return now === undefined;
    return !(Array.isArray(old) && Array.isArray(now) && old.every((item, index) => isDeepStrictEqual(item, now[index])));
  });
}

/** Where the hostile and unknown fields stand, and what they hold. */
export function unknownFields(value: Json | undefined, path = ''): string[] {
  if (Array.isArray(value))
    return value.flatMap((item: Json) => unknownFields(item, `${path}/${String(asObject(item)?.['name'] ?? '')}`));
  const object = asObject(value);
  if (object === undefined) return [];
  return Object.keys(object).flatMap((key) =>
    ['unknownField', '__proto__', 'constructor'].includes(key)
      ? [`${path}/${key}=${JSON.stringify(object[key])}`]
      : unknownFields(object[key], `${path}/${key}`),
  );
}
