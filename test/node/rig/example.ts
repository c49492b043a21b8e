import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {parse, parseAllDocuments, stringify} from 'yaml';
import {debianImage} from '../../../scripts/cluster/node/images.ts';
import {kubectl} from '../../cluster/harness/index.ts';
import {putTemplate} from './install.ts';
import {standIns} from './stand-ins.ts';

/** Fields that a test lays over a container's own: in most cases its command. */
export type Fields = Readonly<Record<string, unknown>>;

interface Container extends Fields {
  readonly name: string;
  readonly image?: string;
}

interface PodSpec {
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
}

interface Manifest {
  readonly kind: string;
  readonly metadata: Fields;
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: Fields & {readonly replicas?: number};
}

/** What a test asks of an example's manifests. */
export interface Wish {
  readonly namespace: string;
  /** By the containers' names: what the application does here, for its image is nobody's. */
  readonly containers: Readonly<Record<string, Fields>>;
  /** Which of the objects; all but Namespaces when it is not given. */
  readonly kinds?: readonly string[];
  /** Of workloads that have more; two when it is not given. */
  readonly replicas?: number;
  /** Addresses by the names under which the manifests know them: there is no DNS. */
  readonly hosts?: Readonly<Record<string, string>>;
}

const examples = path.resolve('examples');

/**
 * Puts a template of the examples into the cluster: as it stands there, but that each container has the image of Debian programs
 * and what stand-ins.ts says of it.
 * @param file below examples
 * @param fields by the containers' names: more for this test alone
 */
export async function putExample(file: string, fields: Readonly<Record<string, Fields>> = {}): Promise<void> {
  const document = parse(await readFile(path.join(examples, file), 'utf8')) as Manifest;
  // Templates stand in ConfigMaps, or bare in a file of their name.
  const text = document.data?.['template'] ?? document.data?.['config'];
  const template = stringify(dressed(parse(text ?? stringify(document)) as PodSpec, {...standIns, ...fields}));
  if (document.data?.['config'] === undefined) return putTemplate(path.basename(file, '.yaml'), template);
  // From the days of Initializers, as it stands.
  await applyAll([{...document, data: {config: template}}]);
}

/** Puts several templates of examples/templates. */
export async function putExamples(...names: readonly string[]): Promise<void> {
  for (const name of names) await putExample(`templates/${name}.yaml`);
}

/**
 * Applies the manifests of an example as its author would. Replaced are images, the commands that the test gives, the namespace, and
 * what a small node with few seconds needs: fewer replicas, and a short grace.
 * @returns what kubectl said on stderr: the warnings. Rejects when it failed
 */
export async function applyExample(name: string, wish: Wish): Promise<string> {
  const text = await readFile(path.join(examples, name, 'input.yaml'), 'utf8');
  const objects = parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest)
    .filter(({kind}) => wish.kinds?.includes(kind) ?? kind !== 'Namespace')
    .map((object) => adapted(object, wish));
  return applyAll(objects);
}

/** Applies objects. @returns what kubectl said on stderr: the warnings. Rejects when it failed */
export async function applyAll(objects: readonly object[]): Promise<string> {
  const {code, stderr} = await kubectl(['apply', '-f', '-'], {input: {apiVersion: 'v1', kind: 'List', items: objects}});
  if (code !== 0) throw new Error(stderr);
  return stderr;
}

/** The annotations that an example's Namespace has. */
export async function namespaceOf(name: string): Promise<{labels: Record<string, string>; annotations: Record<string, string>}> {
  const text = await readFile(path.join(examples, name, 'input.yaml'), 'utf8');
  const namespace = parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest)
    .find(({kind}) => kind === 'Namespace');
  if (namespace === undefined) throw new Error(`${name} has no Namespace`);
  return namespace.metadata as {labels: Record<string, string>; annotations: Record<string, string>};
}

function adapted(object: Manifest, {namespace, containers, replicas: most = 2, hosts = {}}: Wish): Manifest {
  const placed = {...object, metadata: {...object.metadata, namespace}};
  if (object.spec === undefined) return placed;
  const {replicas} = object.spec;
  const few = replicas === undefined ? {} : {replicas: Math.min(replicas, most)};
  const special = {Pod: ['spec'], CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec']}[object.kind];
  const where = special ?? ['spec', 'template', 'spec'];
  return at(placed.spec === undefined ? placed : {...placed, spec: {...placed.spec, ...few}}, where, (spec) => ({
    ...dressed(spec, containers),
    terminationGracePeriodSeconds: 1,
    hostAliases: Object.entries(hosts).map(([name, ip]) => ({ip, hostnames: [name]})),
  }));
}

/** The object with another value at a path. */
function at<T extends object>(object: T, [key, ...rest]: readonly string[], change: (value: PodSpec) => object): T {
  if (key === undefined) return change(object) as T;
  const value = (object as Record<string, object>)[key] ?? {};
  return {...object, [key]: at(value, rest, change)};
}

function dressed(spec: PodSpec, fields: Readonly<Record<string, Fields>>): PodSpec {
  const dress = (container: Container): Container => ({
    ...container,
    // `auto` asks for the template's.
    ...(container.image === 'auto' ? {} : {image: debianImage}),
    ...fields[container.name],
  });
  const list = (key: 'containers' | 'initContainers'): PodSpec => (spec[key] === undefined ? {} : {[key]: spec[key].map(dress)});
  return {...spec, ...list('containers'), ...list('initContainers')};
}
