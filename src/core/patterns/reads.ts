import type {Fault} from '../errors.ts';
import {asList, asObject, asString, isObject, type JsonObject} from '../json.ts';
import {cleanPath} from '../kubernetes/schema.ts';
import {nearest} from '../nearest.ts';
import {namesIn, type Scene} from '../scene.ts';
import {applicationContainers} from '../targets.ts';
import type {Read, Template} from '../template.ts';

/** A mount in a container of the application. */
interface AppMount {
  readonly container: string;
  readonly volume: string;
  /** Clean. */
  readonly path: string;
  readonly mount: JsonObject;
}

/**
 * The read-only mounts that an adapter's reads come to. A volume that is named is mounted whole at `mountPath`; without one, and
 * where a path of the application's names the volume, it is mounted as the application has it, of the same `subPath`. The
 * application is what `app.containers` of the template means. Adds `readMissing` and `readUnclear` to the faults.
 */
export function resolveReads(
  pod: JsonObject,
  template: Template,
  reads: readonly Read[],
  scene: Scene,
  faults: Fault[],
): readonly JsonObject[] {
  if (reads.length === 0) return [];
  const spec = asObject(pod['spec']) ?? {};
  const {names, faults: missing} = applicationContainers(asList(spec['containers']), template, scene);
  faults.push(...missing);
  const containers = asList(spec['containers'])
    .filter((item) => isObject(item))
    .filter((container) => names.has(asString(container['name']) ?? ''));
  const mounts = containers.flatMap((container) => mountsOf(container, template));
  const devices = new Set(containers.flatMap((container) => namesIn(container['volumeDevices'])));
  // What a StatefulSet claims is mounted in its pod template and becomes a volume of its pods.
  const volumes = new Set([...namesIn(spec['volumes']), ...namesIn(template.volumes), ...mounts.map((one) => one.volume)]);
  return reads.flatMap((read) => {
    const found = resolve(template, read, {mounts, devices, volumes});
    if (!('code' in found)) return [found];
    faults.push(found as Fault);
    return [];
  });
}

/** The mounts of a container of the application, those that the template is about to give it included. */
function mountsOf(container: JsonObject, template: Template): readonly AppMount[] {
  const found = new Map<string, AppMount>();
  for (const item of [...asList(container['volumeMounts']), ...template.app.volumeMounts]) {
    const mount = asObject(item);
    const [volume, path] = [asString(mount?.['name']), asString(mount?.['mountPath'])];
    if (mount === undefined || volume === undefined || path === undefined || found.has(cleanPath(path))) continue;
    found.set(cleanPath(path), {container: String(container['name']), volume, path: cleanPath(path), mount});
  }
  return [...found.values()];
}

/** What of the pod a read may mean. */
interface Readable {
  readonly mounts: readonly AppMount[];
  /** Names of volumes that the application has as block devices. */
  readonly devices: ReadonlySet<string>;
  readonly volumes: ReadonlySet<string>;
}

function resolve(template: Template, {from, mountPath}: Read, {mounts, devices, volumes}: Readable): JsonObject | Fault {
  const what = 'volume' in from ? `the volume ${JSON.stringify(from.volume)}` : `what is mounted at ${from.path}`;
  const refuse = (code: 'readMissing' | 'readUnclear', why: string, fix: string): Fault => ({
    code,
    message: `template ${template.name} reads ${what}, and ${why}`,
    fix,
    path: '/spec',
  });
  if ('volume' in from) {
    if (!volumes.has(from.volume))
      return refuse(
        'readMissing',
        `the pod has ${listed(volumes)}`,
        suggestion(from.volume, volumes, 'add the volume to the pod'),
      );
    if (devices.has(from.volume))
      return refuse('readMissing', 'the application has it as a block device', 'read a volume with a file system');
    if (mountPath !== undefined) return {name: from.volume, mountPath, readOnly: true};
  }
  const path = 'path' in from ? cleanPath(from.path) : undefined;
  const [first, ...others] = mounts.filter((one) => ('volume' in from ? one.volume === from.volume : one.path === path));
  if (first === undefined) {
    if ('volume' in from)
      return refuse('readMissing', 'the application does not mount it', 'say where it shall be mounted: mountPath');
    const paths = new Set(mounts.map((one) => one.path));
    return refuse(
      'readMissing',
      `the application mounts ${listed(paths)}`,
      suggestion(from.path, paths, 'mount a volume there in the application'),
    );
  }
  const other = others.find((one) => !isSame(one, first));
  if (other !== undefined) {
    const fix = 'volume' in from ? 'say where it shall be mounted: mountPath' : 'name the container in app.containers';
    return refuse('readUnclear', `the application has ${described(first)} and ${described(other)}`, fix);
  }
  if (asString(first.mount['subPathExpr'])) {
    const why = `${JSON.stringify(first.container)} mounts it with a subPathExpr, which only variables of that container explain`;
    return refuse('readUnclear', why, 'name the volume and a mountPath, to read it whole');
  }
  const subPath = asString(first.mount['subPath']);
  return {name: first.volume, mountPath: mountPath ?? first.path, readOnly: true, ...(subPath ? {subPath} : {})};
}

function isSame(a: AppMount, b: AppMount): boolean {
  return (
    a.volume === b.volume &&
    a.path === b.path &&
    ['subPath', 'subPathExpr'].every((key) => (a.mount[key] ?? '') === (b.mount[key] ?? ''))
  );
}

function described({container, volume, path, mount}: AppMount): string {
  const sub = asString(mount['subPath']) ?? asString(mount['subPathExpr']);
  return `${JSON.stringify(volume)}${sub ? ` (${sub})` : ''} at ${path} in ${JSON.stringify(container)}`;
}

/** More names than this help nobody. */
const maxListed = 10;

function listed(names: ReadonlySet<string>): string {
  if (names.size === 0) return 'none';
  const rest = names.size - maxListed;
  return `${[...names].slice(0, maxListed).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function suggestion(wanted: string, known: ReadonlySet<string>, otherwise: string): string {
  const near = nearest(wanted, known);
  return near === undefined ? otherwise : `did you mean ${near}?`;
}

/** The container with the mounts; one that it has already stays as it is. Adds `mountPathConflict` to the faults. */
export function mountReads(
  container: JsonObject,
  mounts: readonly JsonObject[],
  template: Template,
  faults: Fault[],
): JsonObject {
  const result = [...asList(container['volumeMounts'])];
  for (const mount of mounts) {
    const path = cleanPath(String(mount['mountPath']));
    const existing = result.map(asObject).find((one) => cleanPath(String(one?.['mountPath'])) === path);
    const device = asList(container['volumeDevices']).some((one) => cleanPath(String(asObject(one)?.['devicePath'])) === path);
    if (existing === undefined && !device) {
      result.push(mount);
      continue;
    }
    const isThere = existing?.['name'] === mount['name'] && (existing?.['subPath'] ?? '') === (mount['subPath'] ?? '');
    if (isThere && !device) continue;
    faults.push({
      code: 'mountPathConflict',
      message: `template ${template.name} reads the volume ${JSON.stringify(mount['name'])} at ${path}, where its container ${JSON.stringify(container['name'])} has ${device ? 'a device' : `the volume ${JSON.stringify(existing?.['name'])}`} already`,
      fix: 'read it elsewhere: mountPath',
    });
  }
  return result.length === asList(container['volumeMounts']).length ? container : {...container, volumeMounts: result};
}
