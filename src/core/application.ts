import {segment, type Added} from './added.ts';
import type {Fault} from './errors.ts';
import {asList, asObject, asString, withFields, type Json, type JsonObject} from './json.ts';
import {covers, equals} from './kubernetes/equality.ts';
import {cleanPath, fieldOf} from './kubernetes/schema.ts';
import {escapeSegment} from './patch.ts';
import {knowingEmpty, type Part} from './part.ts';
import type {ContainerList} from './placement.ts';
import {ownerOf, type Scene} from './scene.ts';
import {applicationContainers, applicationInitContainers, type Targets} from './targets.ts';
import type {Template} from './template.ts';
import {unite} from './underlay.ts';

/**
 * Gives the application's containers the environment and the mounts that a template has for them. Faults:
 * `appContainerMissing`, `mountPathConflict`.
 */
export function addToApplication(containers: readonly Json[], template: Template, scene: Scene): Part<readonly Json[]> {
  if (!givesSomething(template)) return nothing(containers);
  return addToList('containers', containers, applicationContainers(containers, template, scene), template, scene);
}

/** The same for the init containers of the application that the template names. Same faults. */
export function addToInitContainers(containers: readonly Json[], template: Template, scene: Scene): Part<readonly Json[]> {
  if (template.app.initContainers.length === 0 || !givesSomething(template)) return nothing(containers);
  return addToList('initContainers', containers, applicationInitContainers(containers, template, scene), template, scene);
}

function givesSomething({app: {env, envFrom, volumeMounts}}: Template): boolean {
  return env.length > 0 || envFrom.length > 0 || volumeMounts.length > 0;
}

function nothing(containers: readonly Json[]): Part<readonly Json[]> {
  return {value: containers, added: undefined, kept: [], faults: []};
}

function addToList(
  list: ContainerList,
  containers: readonly Json[],
  targets: Targets,
  template: Template,
  scene: Scene,
): Part<readonly Json[]> {
  const faults = [...targets.faults];
  const result = [...containers];
  const added: [string, Added][] = [];
  const kept: string[] = [];
  for (const [index, item] of containers.entries()) {
    const container = asObject(item);
    const name = asString(container?.['name']);
    if (container === undefined || name === undefined || !targets.names.has(name)) continue;
    const part = addToContainer(container, `/spec/${list}/${index}`, template, scene);
    kept.push(...part.kept.map((path) => `${list}/${name}/${path}`));
    faults.push(...part.faults);
    if (part.added === undefined) continue;
    result[index] = part.value;
    added.push([segment(name), part.added]);
  }
  return {
    value: added.length === 0 ? containers : result,
    added: added.length === 0 ? undefined : Object.fromEntries(added),
    kept,
    faults,
  };
}

function addToContainer(container: JsonObject, pointer: string, template: Template, scene: Scene): Part<JsonObject> {
  const env = addEnv(asList(container['env']), template.app.env);
  const envFrom = unite(
    template.app.envFrom,
    asList(container['envFrom']),
    fieldOf('Container', 'envFrom') ?? {type: 'EnvFromSource'},
  );
  const mounts = addMounts(asList(container['volumeMounts']), pointer, container, template, scene);
  const changed: Record<string, Json> = {};
  const node: Record<string, Added> = {};
  const put = (
    name: 'env' | 'envFrom' | 'volumeMounts',
    part: {readonly value: Json; readonly added: Added | undefined},
  ): void => {
    if (part.added === undefined) return;
    changed[name] = part.value;
    node[name] = knowingEmpty(container[name], part.added);
  };
  put('env', env);
  put('envFrom', envFrom);
  put('volumeMounts', mounts);
  const isChanged = Object.keys(node).length > 0;
  return {
    value: isChanged ? withFields<JsonObject>(container, changed) : container,
    added: isChanged ? node : undefined,
    kept: [...env.kept, ...mounts.kept],
    faults: mounts.faults,
  };
}

/** New variables go last: a `$(VAR)` in one of the author's never saw them, and ours may use the author's. */
function addEnv(own: readonly Json[], wanted: readonly JsonObject[]): Omit<Part<readonly Json[]>, 'faults'> {
  if (wanted.length === 0) return {value: own, added: undefined, kept: []};
  const present = new Map(own.map((item) => [asObject(item)?.['name'], item]));
  const fresh = wanted.filter((variable) => !present.has(variable['name']));
  const kept = wanted.flatMap((variable) => {
    const existing = present.get(variable['name']);
    return existing === undefined || equals('EnvVar', existing, variable) ? [] : `env/${String(variable['name'])}`;
  });
  if (fresh.length === 0) return {value: own, added: undefined, kept};
  return {
    value: [...own, ...fresh],
    added: Object.fromEntries(fresh.map((variable) => [segment(String(variable['name'])), 1])),
    kept,
  };
}

function addMounts(
  own: readonly Json[],
  pointer: string,
  container: JsonObject,
  template: Template,
  scene: Scene,
): Part<readonly Json[]> {
  const fresh: Json[] = [];
  const added: [string, Added][] = [];
  const kept: string[] = [];
  const faults: Fault[] = [];
  for (const mount of template.app.volumeMounts) {
    const path = cleanPath(String(mount['mountPath']));
    const index = own.findIndex((item) => cleanPath(String(asObject(item)?.['mountPath'])) === path);
    const existing = asObject(own[index]);
    const device = asList(container['volumeDevices']).findIndex(
      (item) => cleanPath(String(asObject(item)?.['devicePath'])) === path,
    );
    if (device !== -1) {
      faults.push(taken(template, mount, container, 'a device', `${pointer}/volumeDevices/${device}`));
    } else if (existing === undefined) {
      fresh.push(mount);
      added.push([segment(path), 1]);
    } else if (existing['name'] === mount['name'] && equals('string', existing['subPath'] ?? null, mount['subPath'] ?? null)) {
      // The same volume there in another manner (read-only, say) is the author's choice.
      if (!covers('VolumeMount', mount, existing)) kept.push(`volumeMounts/${escapeSegment(path)}`);
    } else {
      const volume = String(existing['name']);
      faults.push(
        taken(
          template,
          mount,
          container,
          `the volume ${JSON.stringify(volume)} of ${ownerOf(scene, `volumes/${volume}`)}`,
          `${pointer}/volumeMounts/${index}`,
        ),
      );
    }
  }
  if (fresh.length === 0) return {value: own, added: undefined, kept, faults};
  return {value: [...own, ...fresh], added: Object.fromEntries(added), kept, faults};
}

function taken(template: Template, mount: JsonObject, container: JsonObject, by: string, path: string): Fault {
  return {
    code: 'mountPathConflict',
    message: `template ${template.name} mounts its volume ${JSON.stringify(mount['name'])} at ${String(mount['mountPath'])} in the container ${JSON.stringify(container['name'])}, where ${by} is already`,
    fix: 'mount one of the two elsewhere',
    path,
  };
}
