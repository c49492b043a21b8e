import {collectionOf} from '../../cluster/webhook-configuration.ts';
import type {Fault} from '../../core/errors.ts';
import {asString, field, type JsonObject} from '../../core/json.ts';
import type {TemplateSnapshot} from '../../core/template.ts';
import {contentOf} from '../../templates/configmap.ts';
import {isUnreadable} from '../../templates/file-system.ts';
import {loadTemplates} from '../../templates/files.ts';
import {templatesIn, type ClusterReader} from '../from-cluster.ts';
import type {Io} from '../io.ts';
import {templateFiles} from '../validate.ts';
import type {World} from './explanation.ts';
import {createdAt, metadataOf} from './metadata.ts';
import {registrationOf, type Registration} from './registration.ts';
import {unlabelledIn} from './unlabelled.ts';

/** What a world is made of. */
export interface WorldSources {
  /** Objects of files: Namespaces, ConfigMaps and webhook configurations among them count more than those of the cluster. */
  readonly objects: readonly JsonObject[];
  /** Names of the namespaces that matter. */
  readonly namespaces: readonly string[];
  /** Template files and folders; without any, the cluster's ConfigMaps. */
  readonly templates: readonly string[];
  readonly reader: ClusterReader | undefined;
  readonly injectorNamespace: string;
  readonly serverMinor: number | undefined;
}

/** The world; faults with which nothing can be explained, and those that are worth a warning. */
export interface ReadWorld {
  readonly world: World;
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
}

/** Reads what there is besides the objects that are explained. Never rejects. */
export async function readWorld(sources: WorldSources, io: Io): Promise<ReadWorld> {
  const {objects, reader, injectorNamespace} = sources;
  const [templates, namespaces, registration, serverMinor] = await Promise.all([
    readTemplates(sources, io),
    readNamespaces(sources),
    readRegistration(sources),
    sources.serverMinor ?? reader?.serverMinor(),
  ]);
  const own = templatesIn(templateMaps(objects));
  const world: World = {
    templates: new Map([...templates.snapshot, ...own.snapshot]),
    templateTimes: timesOf([...templates.configMaps.filter(isTemplate), ...templateMaps(objects)]),
    unlabelled: unlabelledIn([...templates.configMaps, ...configMapsIn(objects, injectorNamespace)]),
    namespaces: namespaces.found,
    registration: registration.registration,
    injectorNamespace,
    ...(reader === undefined ? {} : {isLive: true}),
    ...(serverMinor === undefined ? {} : {serverMinor}),
  };
  return {
    world,
    faults: [...templates.faults.filter(isUnreadable), ...templates.failed],
    // A broken template stops only those who ask for it.
    warnings: [
      ...templates.faults.filter((fault) => !isUnreadable(fault)),
      ...own.faults,
      ...namespaces.faults,
      ...registration.faults,
    ],
  };
}

interface ReadTemplates {
  readonly snapshot: TemplateSnapshot;
  readonly faults: readonly Fault[];
  readonly failed: readonly Fault[];
  readonly configMaps: readonly JsonObject[];
}

async function readTemplates({templates, reader, injectorNamespace}: WorldSources, io: Io): Promise<ReadTemplates> {
  if (templates.length > 0) {
    const {snapshot, faults} = await loadTemplates(templates, templateFiles(io));
    return {snapshot, faults, failed: [], configMaps: []};
  }
  const configMaps = (await reader?.configMaps()) ?? [];
  if ('code' in configMaps) return {snapshot: new Map(), faults: [], failed: [configMaps], configMaps: []};
  const {snapshot, faults} = templatesIn(configMaps);
  const none = reader !== undefined && !configMaps.some(isTemplate) ? [noTemplates(injectorNamespace)] : [];
  return {snapshot, faults: [...faults, ...none], failed: [], configMaps};
}

function noTemplates(namespace: string): Fault {
  return {
    code: 'noTemplates',
    message: `there are no templates in namespace ${namespace}`,
    fix: "if the injector's namespace is another one, name it with --injector-namespace",
  };
}

/** The ConfigMaps that are templates. */
export function templateMaps(objects: readonly JsonObject[]): readonly JsonObject[] {
  return objects.filter((object) => field(object, 'kind') === 'ConfigMap' && isTemplate(object));
}

function configMapsIn(objects: readonly JsonObject[], namespace: string): readonly JsonObject[] {
  return objects.filter(
    (object) => field(object, 'kind') === 'ConfigMap' && field(metadataOf(object), 'namespace') === namespace,
  );
}

function isTemplate(configMap: JsonObject): boolean {
  return contentOf(configMap).kind !== 'other';
}

function timesOf(configMaps: readonly JsonObject[]): ReadonlyMap<string, string> {
  return new Map(
    configMaps.flatMap((configMap): [string, string][] => {
      const time = createdAt(configMap);
      return time === undefined ? [] : [[nameOf(configMap), time]];
    }),
  );
}

async function readNamespaces({
  objects,
  namespaces,
  reader,
}: WorldSources): Promise<{readonly found: ReadonlyMap<string, JsonObject>; readonly faults: readonly Fault[]}> {
  const own = new Map(
    objects.filter((object) => field(object, 'kind') === 'Namespace').map((object) => [nameOf(object), object]),
  );
  const others = reader === undefined ? [] : [...new Set(namespaces)].filter((name) => !own.has(name));
  const found = new Map<string, JsonObject>();
  const faults: Fault[] = [];
  for (const name of others) {
    const read = await reader?.object(`/api/v1/namespaces/${encodeURIComponent(name)}`);
    if (read?.kind === 'found') found.set(name, read.value);
    if (read?.kind === 'failed') faults.push(read.fault);
  }
  return {found: new Map([...found, ...own]), faults};
}

async function readRegistration({
  objects,
  reader,
  injectorNamespace,
}: WorldSources): Promise<{readonly registration: Registration; readonly faults: readonly Fault[]}> {
  const own = objects.filter((object) => field(object, 'kind') === 'MutatingWebhookConfiguration');
  if (own.length > 0) return {registration: registrationOf(own, injectorNamespace), faults: []};
  const listed = await reader?.list(collectionOf('mutating'));
  if (listed === undefined) return {registration: {kind: 'unknown'}, faults: []};
  // It belongs to the cluster, and not everybody may see it: then what can be known without it is said.
  if ('code' in listed) return {registration: {kind: 'unknown'}, faults: [listed]};
  return {registration: registrationOf(listed, injectorNamespace), faults: []};
}

function nameOf(object: JsonObject): string {
  return asString(field(metadataOf(object), 'name')) ?? '';
}
