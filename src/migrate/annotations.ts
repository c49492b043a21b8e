import {formatRequests, injectKey, legacyPrefix} from '../core/annotations.ts';
import {asObject, asString, field, isObject, withField, withoutField, type Json, type JsonObject} from '../core/json.ts';
import type {Path} from '../core/template/finding.ts';
import {workloadOf, type Workload} from '../core/workload.ts';
import {templateNameOf} from './names.ts';

/** What was done to an object, or could not be: one sentence each. */
export interface Change {
  readonly level: 'info' | 'warning';
  readonly code: 'migrated' | 'notMigrated';
  readonly message: string;
  /** In the object as it was. */
  readonly path: Path;
}

/** Asked k8s-sidecar-injector for one configuration; read on pods only. */
const requestKey = 'injector.tumblr.com/request';
/** `injected` where it had done its work already. */
const statusKey = 'injector.tumblr.com/status';

/**
 * An object with our annotation in place of the Initializers' and k8s-sidecar-injector's; the very same object where it has none. Each
 * stays at its level, but where several levels ask all goes to the innermost, because the nearest to the pods alone is heard.
 * `metadata.initializers` goes: Kubernetes has no Initializers since 1.14. Never throws.
 */
export function migrateObject(object: JsonObject): {readonly object: JsonObject; readonly changes: readonly Change[]} {
  const changes: Change[] = [];
  const workload = workloadOf(object);
  if (field(object, 'kind') === 'InitializerConfiguration') {
    const message = 'no API server knows this kind since Kubernetes 1.14; delete the object and leave it out';
    return {object, changes: [{level: 'warning', code: 'notMigrated', message, path: ['kind']}]};
  }
  const levels = levelsOf(workload).map((level) => readLevel(object, level, changes));
  const asking = levels.filter(({requests}) => requests.some(({name}) => name !== undefined));
  const target = asking.length > 1 ? asking.at(-1) : undefined;
  let result = object;
  for (const level of levels) {
    const asks = target === undefined ? namesOf([level]) : level === target ? namesOf(levels) : undefined;
    result = at(result, level.path, (metadata) => migrateMetadata(metadata, level, asks, changes));
  }
  return {object: result, changes};
}

/** The levels of an object whose annotations count, from the outermost to the pod template. */
function levelsOf(workload: Workload | undefined): Pick<Level, 'path' | 'isPods' | 'isOurs'>[] {
  if (workload === undefined) return [{path: ['metadata'], isPods: false, isOurs: false}];
  const pods = {path: [...workload.template, 'metadata'], isPods: true, isOurs: true};
  if (workload.template.length === 0) return [pods];
  return [[], ...workload.between].map((path) => ({path: [...path, 'metadata'], isPods: false, isOurs: true})).concat(pods);
}

interface Level {
  /** Of its metadata. */
  readonly path: Path;
  /** Whether it is a pod's or a pod template's. */
  readonly isPods: boolean;
  /** Whether objects of this kind are injected at all. */
  readonly isOurs: boolean;
  readonly requests: readonly OldRequest[];
}

interface OldRequest {
  readonly key: string;
  /** Undefined where it asks for nothing. */
  readonly name?: string;
}

/** The names that levels ask for in the old way, in the order in which the injector reads them: by their keys. */
function namesOf(levels: readonly Level[]): readonly string[] {
  return levels.flatMap(({requests}) => requests.toSorted((a, b) => (a.key < b.key ? -1 : 1)).flatMap(({name}) => name ?? []));
}

/** @param asks what is to be asked for here; undefined where it goes to a level further in. */
function migrateMetadata(metadata: JsonObject, level: Level, asks: readonly string[] | undefined, changes: Change[]): JsonObject {
  let result = metadata;
  if (field(metadata, 'initializers') !== undefined) {
    result = withoutField(result, 'initializers');
    const message = '`metadata.initializers` is removed: Kubernetes has no Initializers since 1.14';
    changes.push({level: 'info', code: 'migrated', message, path: [...level.path, 'initializers']});
  }
  const annotations = asObject(field(result, 'annotations'));
  if (annotations === undefined || level.requests.length === 0) return result;
  const migrated = migrateAnnotations(annotations, level, asks, changes);
  return Object.keys(migrated).length === 0 ? withoutField(result, 'annotations') : withField(result, 'annotations', migrated);
}

function migrateAnnotations(
  annotations: JsonObject,
  {path, requests}: Level,
  asks: readonly string[] | undefined,
  changes: Change[],
): JsonObject {
  const own = asString(field(annotations, injectKey)) ?? '';
  const listed = own.split(',').map((item) => item.trim().replace(/\s*\?$/, ''));
  const added = (asks ?? []).filter((name, index, all) => !listed.includes(name) && all.indexOf(name) === index);
  const more = formatRequests(added.map((name) => ({name, optional: false})));
  const list = own === 'false' ? own : [own, more].filter((part) => part !== '').join(',');
  for (const {key, name} of requests) {
    const why =
      name === undefined
        ? `${key} is removed: it is "false", and asks for nothing`
        : own === 'false'
          ? `${key} is removed: ${injectKey} opts out there`
          : asks === undefined
            ? `${key} goes to the list nearer to the pods, which would be heard alone`
            : `${key} is ${injectKey}: ${list}`;
    changes.push({level: 'info', code: 'migrated', message: why, path: [...path, 'annotations', key]});
  }
  const old = new Set(requests.map(({key}) => key));
  const place = Object.hasOwn(annotations, injectKey) ? injectKey : requests[0]?.key;
  return Object.fromEntries(
    Object.entries(annotations).flatMap(([key, value]): [string, Json | undefined][] => {
      if (key === place && list !== '') return [[injectKey, list]];
      return old.has(key) ? [] : [[key, value]];
    }),
  );
}

function readLevel(object: JsonObject, level: Omit<Level, 'requests'>, changes: Change[]): Level {
  const metadata = level.path.reduce<JsonObject | undefined>((value, key) => asObject(field(value, String(key))), object);
  const annotations = asObject(field(metadata, 'annotations')) ?? {};
  const own = field(annotations, injectKey) ?? '';
  const requests = Object.entries(annotations).flatMap(([key, value]): OldRequest[] => {
    if (!key.startsWith(legacyPrefix) && key !== requestKey) return [];
    const read = requestOf(key, value ?? null, annotations, level);
    if (typeof read === 'object' && typeof own === 'string' && own !== 'true') return [read];
    const why = typeof read === 'object' ? `${injectKey} is ${JSON.stringify(own)}, which no names can be added to` : read;
    const message = `${key} is left: ${why}`;
    changes.push({level: 'warning', code: 'notMigrated', message, path: [...level.path, 'annotations', key]});
    return [];
  });
  return {...level, requests};
}

/** What an old annotation asks for, or why it is left as it is. */
function requestOf(key: string, value: Json, annotations: JsonObject, level: Omit<Level, 'requests'>): OldRequest | string {
  if (!level.isOurs) return 'objects of this kind are not injected; write the annotation on the pod template';
  const isLegacy = key.startsWith(legacyPrefix);
  if (isLegacy && String(value) === 'false') return {key};
  if (!isLegacy && !level.isPods) return 'k8s-sidecar-injector read it on pods only, so it did nothing here';
  if (!isLegacy && String(field(annotations, statusKey)).toLowerCase() === 'injected')
    return `${statusKey} says that the containers are in the pod already; take the manifest as its author wrote it`;
  const found = templateNameOf(isLegacy ? key.slice(legacyPrefix.length) : String(value));
  return 'name' in found ? {key, name: found.name} : `the name of the template ${found.complaint}`;
}

/** The object with what stands at a path replaced; as it is where nothing stands there. */
function at(object: JsonObject, path: Path, change: (value: JsonObject) => JsonObject): JsonObject {
  const [key, ...rest] = path;
  if (key === undefined) return change(object);
  const value = field(object, String(key));
  if (!isObject(value)) return object;
  const changed = at(value, rest, change);
  return changed === value ? object : withField(object, String(key), changed);
}
