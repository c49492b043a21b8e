import {beforeAll} from 'vitest';
import {isList, isObject, type Json, type JsonObject} from '../../../src/core/json.ts';
import {readTemplate} from '../../../src/core/template/read.ts';
import {at, create, pod} from '../../helpers/objects.ts';
import {api, kubectlOk, makeNamespace} from '../harness/index.ts';
import type {Pair} from './specs.ts';

/** A template's pod fields and container, and the author's. */
export type Sides = Pick<Pair, 'base' | 'agent'>;
export type Author = Pick<Pair, 'own' | 'mine'>;

let namespace = '';
beforeAll(async () => {
  // The API server checks and defaults a PodTemplate like a workload's, and no controller makes anything of one.
  namespace = await makeNamespace();
});

const pathOf = (): string => `/api/v1/namespaces/${namespace}/podtemplates`;

const web = {name: 'web', image: 'web:1'};
const volumes = ['data', 'logs'].map((name) => ({name, emptyDir: {}}));

type Answer = Awaited<ReturnType<typeof api>>;

function post(spec: JsonObject, query: string): Promise<Answer> {
  const template = {metadata: {labels: {app: 'a'}}, spec: {volumes, ...spec}};
  const body = {apiVersion: 'v1', kind: 'PodTemplate', metadata: {generateName: 'spec-'}, template};
  return api(`${pathOf()}${query}`, {method: 'POST', body});
}

/** The spec as it is stored, or the words of the refusal. */
function specOf({status, body}: Answer): JsonObject | string {
  return status < 300 ? (at(body, 'template', 'spec') as JsonObject) : String(at(body, 'message'));
}

/** What the API server would store of a spec. */
export async function served(spec: JsonObject): Promise<JsonObject | string> {
  return specOf(await post(spec, '?dryRun=All'));
}

/** Stores a pod template of the base. @returns its name */
async function storedBase({base, agent}: Sides): Promise<string> {
  const made = await post({...base, containers: [agent]}, '');
  if (made.status !== 201) throw new Error(String(at(made.body, 'message')));
  return String(at(made.body, 'metadata', 'name'));
}

const patchOf = ({own, mine}: Author): JsonObject => ({template: {spec: {...own, containers: [mine, web]}}});

/** What the API server makes of the base with the author's part as a strategic merge patch. */
export async function patched(sides: Sides, author: Author): Promise<JsonObject | string> {
  const contentType = 'application/strategic-merge-patch+json';
  const name = await storedBase(sides);
  return specOf(await api(`${pathOf()}/${name}?dryRun=All`, {method: 'PATCH', contentType, body: patchOf(author)}));
}

/** What the engine makes of the author's pod with the base as a template. */
export function injected({base, agent}: Sides, {own, mine}: Author): JsonObject {
  const text = JSON.stringify({pattern: 'sidecar', containers: [agent], volumes, spec: base});
  const {entry} = readTemplate(text, {name: 'agent', format: 'template', source: 'agent.yaml'});
  const {verdict, object} = create(pod('agent', {containers: [mine, web], ...own}), new Map([['agent', entry]]));
  if (verdict.kind === 'injected') return object['spec'] as JsonObject;
  // What asks the pod for nothing that it has not is no injection, and the pod stays.
  throw new Error(JSON.stringify(verdict));
}

const keyed = new Set([
  'containers',
  'env',
  'ports',
  'volumeMounts',
  'hostAliases',
  'imagePullSecrets',
  'schedulingGates',
  'topologySpreadConstraints',
  'volumes',
]);

/** Without the order of the lists that are merged by keys, of which there is a test of its own, and without what is empty, as the API server leaves it where an author wrote it. */
export function unordered(value: Json, name = ''): Json {
  if (isList(value)) {
    const items = value.map((item) => unordered(item));
    return keyed.has(name) ? items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : items;
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, unordered(inner ?? null, key)] as const);
  return Object.fromEntries(entries.filter(([, inner]) => !['{}', '[]', 'null'].includes(JSON.stringify(inner))));
}

/** The author's part as a webhook gets it: with all defaults. */
export async function defaulted({own, mine}: Author): Promise<Author> {
  const {containers, ...rest} = (await served({...own, containers: [mine, web]})) as JsonObject;
  return {own: rest, mine: (containers as readonly JsonObject[])[0] ?? {}};
}

/** The same by kubectl, with `--dry-run=server` or `client`. */
export async function patchedByKubectl(sides: Sides, author: Author, dryRun: string): Promise<JsonObject> {
  const patch = ['-p', JSON.stringify(patchOf(author)), '--type=strategic', `--dry-run=${dryRun}`, '-o', 'json'];
  const output = await kubectlOk(['patch', 'podtemplate', await storedBase(sides), '-n', namespace, ...patch]);
  return at(JSON.parse(output), 'template', 'spec') as JsonObject;
}
