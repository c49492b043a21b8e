import {asList, field, isList, isObject, type Json, type JsonObject} from '../json.ts';
import {cleanPath, type FieldSchema} from '../kubernetes/schema.ts';
import {didYouMean} from '../nearest.ts';
import {checkEnv, checkPorts} from './container-parts.ts';
import {fault, spoken, type Finding, type Path} from './finding.ts';
import {holeOf} from './hole.ts';
import {labelNameComplaint} from './names.ts';
import {checkShape} from './shape.ts';

/**
 * Checks `containers`, `initContainers` and `volumes` of a template. Beside those of checkShape the faults are `badName`,
 * `duplicateName` (a container's, over both lists), `duplicateVolume`, `missingImage`, `badPort`, and those of {@link checkMounts}.
 */
export function* checkContainersAndVolumes(template: JsonObject): Generator<Finding> {
  const volumes = field(template, 'volumes') ?? null;
  if (volumes !== null) {
    yield* checkShape(volumeList, volumes, ['volumes']);
    yield* checkNames('a volume', 'duplicateVolume', named(volumes, ['volumes']));
  }
  const names: Named[] = [];
  for (const list of ['containers', 'initContainers']) {
    const containers = field(template, list) ?? null;
    if (containers === null) continue;
    yield* checkShape(containerList, containers, [list]);
    names.push(...named(containers, [list]));
    for (const [index, container] of asList(containers).entries()) {
      if (isObject(container)) yield* checkContainer(container, [list, index], template);
    }
  }
  yield* checkNames('a container', 'duplicateName', names);
}

/**
 * Checks one list of volume mounts (or block devices, whose path is called `devicePath`): `volumeMissing` for one whose volume the
 * template does not have, `duplicateMountPath`, and `badMountPath` for a colon, which the API refuses.
 */
export function* checkMounts(
  mounts: Json | undefined,
  path: Path,
  template: JsonObject,
  pathKey = 'mountPath',
): Generator<Finding> {
  const volumes = field(template, 'volumes') ?? [];
  const known = new Set(asList(volumes).map((volume) => (isObject(volume) ? field(volume, 'name') : undefined)));
  const seen = new Map<string, Path>();
  for (const [index, mount] of asList(mounts).entries()) {
    if (!isObject(mount)) continue;
    const name = field(mount, 'name');
    // Without a readable list of volumes every mount would be one more fault that says nothing new.
    if (typeof name === 'string' && isList(volumes) && !known.has(name))
      yield volumeMissing(name, [...path, index, 'name'], known);
    const place = field(mount, pathKey);
    if (typeof place !== 'string') continue;
    const here = [...path, index, pathKey];
    const first = seen.get(cleanPath(place));
    if (first !== undefined)
      yield fault('duplicateMountPath', here, `${spoken(here)} is ${place}, where ${spoken(first)} is already`, {
        fix: 'mount one of them elsewhere',
      });
    else seen.set(cleanPath(place), here);
    if (place === '' || (pathKey === 'mountPath' && place.includes(':'))) {
      yield fault(
        'badMountPath',
        here,
        `${spoken(here)} is ${place === '' ? 'empty' : `${place}, and a mount path has no \`:\``}`,
      );
    }
  }
}

function* checkContainer(container: JsonObject, path: Path, template: JsonObject): Generator<Finding> {
  if (holeOf(container) !== undefined) return;
  const image = field(container, 'image') ?? '';
  if (image === 'auto') {
    const fix = 'name an image; `auto` stands in a pod, for the image of the template';
    yield fault('missingImage', [...path, 'image'], `${spoken(path)} has the image \`auto\``, {fix});
  } else if (image === '') {
    yield fault('missingImage', path, `${spoken(path)} has no image`, {fix: 'add `image`'});
  }
  yield* checkPorts(container, path);
  yield* checkEnv(container, path);
  yield* checkMounts(field(container, 'volumeMounts'), [...path, 'volumeMounts'], template);
  yield* checkMounts(field(container, 'volumeDevices'), [...path, 'volumeDevices'], template, 'devicePath');
}

interface Named {
  readonly name: string;
  readonly path: Path;
}

function named(list: Json, path: Path): Named[] {
  return asList(list).flatMap((item, index) => {
    const name = isObject(item) ? field(item, 'name') : undefined;
    return typeof name === 'string' ? [{name, path: [...path, index, 'name']}] : [];
  });
}

function* checkNames(what: string, code: string, names: readonly Named[]): Generator<Finding> {
  const seen = new Map<string, Path>();
  for (const {name, path} of names) {
    const complaint = labelNameComplaint(name);
    if (complaint !== undefined) yield fault('badName', path, `the name "${name}" of ${what} ${complaint}`);
    const first = seen.get(name);
    if (first === undefined) seen.set(name, path);
    else yield fault(code, path, `${spoken(path)} is "${name}", as ${spoken(first)} is`, {fix: 'rename one of them'});
  }
}

function volumeMissing(name: string, path: Path, known: ReadonlySet<unknown>): Finding {
  const near = didYouMean(
    name,
    [...known].slice(0, maxNamesCompared).filter((volume) => typeof volume === 'string'),
  );
  return fault('volumeMissing', path, `${spoken(path)} is "${name}", and the template has no such volume`, {
    fix: near.fix ?? 'add it under `volumes` of the template',
  });
}

/** Nobody has more volumes in a template, and the search for the nearest is linear for each mount. */
const maxNamesCompared = 100;

const containerList: FieldSchema = {type: 'Container', list: {kind: 'map', keys: ['name']}};
const volumeList: FieldSchema = {type: 'Volume', list: {kind: 'map', keys: ['name']}};
