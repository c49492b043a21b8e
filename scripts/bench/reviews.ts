import {readFile} from 'node:fs/promises';
import fastJsonPatch, {type Operation} from 'fast-json-patch';
import {asList, asObject, type Json, type JsonObject} from '../../src/core/json.ts';

/** The templates of the benchmark and the one of them that its pods ask for. */
export const templatePaths = ['examples/templates'] as const;
export const templateName = 'log-shipper';

/** Templates that compute or move something, with what a pod that asks for one has besides. */
export const patternCases = [
  {
    title: 'adapter, 3 parameters, 7 expressions',
    template: 'statsd-exporter',
    annotations: {'pod-injector.dev/statsd-exporter.port': '8125'},
    env: [],
  },
  {title: 'native sidecar, 1 parameter, 2 expressions', template: 'otel-collector', annotations: {}, env: []},
  {
    title: 'ambassador, native, moves 2 variables',
    template: 'redis-ambassador',
    annotations: {},
    env: [
      {name: 'REDIS_HOST', valueFrom: {configMapKeyRef: {name: 'redis', key: 'host'}}},
      {name: 'REDIS_PORT', value: '6380'},
    ],
  },
] as const;

/** Where the templates of {@link patternCases} are, besides {@link templatePaths}. */
export const patternPaths = ['examples/parameters/templates'] as const;

/** A review and its pod. */
export interface Review {
  readonly text: string;
  readonly pod: JsonObject;
}

/** What an AdmissionReview's answer holds. */
export interface Answer {
  readonly uid: string;
  readonly allowed: boolean;
  readonly operations: readonly Operation[];
}

/** The example's review as the API server sends it, without white space, for different pods: no fixed answer is right for two of them. */
export async function readReviews(count: number): Promise<readonly Review[]> {
  const text = JSON.stringify(JSON.parse(await readFile('examples/review.json', 'utf8')));
  return Array.from({length: count}, (_, index) => reviewOf(text.replaceAll('checkout', `checkout${index}`)));
}

/** The review of the same pod after the patch, with the service account's token mounted into the new container as its plugin does. */
export function secondReview(first: Review, operations: readonly Operation[]): Review {
  const body = JSON.parse(first.text) as {request: JsonObject};
  const object = injected(first.pod, operations);
  return reviewOf(JSON.stringify({...body, request: {...body.request, object: withToken(object)}}));
}

/** What an answer's text says. Throws where it is no answer. */
export function readAnswer(text: string): Answer {
  const {response} = JSON.parse(text) as {response: {uid: string; allowed: boolean; patch?: string; patchType?: string}};
  const {uid, allowed, patch} = response;
  const operations = patch === undefined ? [] : (JSON.parse(Buffer.from(patch, 'base64').toString()) as Operation[]);
  return {uid, allowed, operations};
}

/** Why the answer is no injection of that pod; undefined when it is one. */
export function injectionFault({pod}: Review, {allowed, operations}: Answer): string | undefined {
  if (!allowed) return 'the request was denied';
  const result = injected(pod, operations);
  const [authors, ...more] = asList(asObject(result['spec'])?.['containers']).map(asObject);
  const [author] = asList(asObject(pod['spec'])?.['containers']).map(asObject);
  if (authors?.['name'] !== author?.['name'] || authors?.['image'] !== author?.['image']) return "the author's container changed";
  if (!more.some((container) => container?.['name'] === templateName)) return `there is no container ${templateName}`;
  const mounts = asList(authors?.['volumeMounts']).map((mount) => asObject(mount)?.['mountPath']);
  if (!mounts.includes('/var/log/app')) return "the author's container lacks the mount";
  const volumes = asList(asObject(result['spec'])?.['volumes']).map((volume) => asObject(volume)?.['name']);
  return volumes.includes('app-logs') ? undefined : 'there is no volume app-logs';
}

/** Why the answer does not bring the template's container, and leave the author's image; undefined when it does. */
export function bringsFault({pod}: Review, {allowed, operations}: Answer, template: string): string | undefined {
  if (!allowed) return 'the request was denied';
  const spec = asObject(injected(pod, operations)['spec']);
  const names = [...asList(spec?.['containers']), ...asList(spec?.['initContainers'])].map((item) => asObject(item)?.['name']);
  if (!names.includes(template)) return `there is no container ${template}`;
  const [author] = asList(asObject(pod['spec'])?.['containers']);
  const after = asList(spec?.['containers']).find((item) => asObject(item)?.['name'] === asObject(author)?.['name']);
  return asObject(after)?.['image'] === asObject(author)?.['image'] ? undefined : "the author's container changed";
}

/** The same pod asking for another template, with more annotations and variables, as a review. */
export function asking({text}: Review, {template, annotations, env}: (typeof patternCases)[number]): Review {
  const asked = text.replaceAll(`"pod-injector.dev/inject":"${templateName}"`, `"pod-injector.dev/inject":"${template}"`);
  const more = withContainers(asked, ([first, ...rest]) => [{...first, env: [...asList(first?.['env']), ...env]}, ...rest]);
  const body = JSON.parse(more.text) as {request: {object: JsonObject & {metadata: JsonObject}}};
  const {object} = body.request;
  const own = asObject(object.metadata['annotations']);
  const metadata = {...object.metadata, annotations: {...own, ...annotations}};
  return reviewOf(JSON.stringify({...body, request: {...body.request, object: {...object, metadata}}}));
}

/** A pod of one container with that many environment variables, as a review. */
export function withVariables({text}: Review, count: number): Review {
  return withContainers(text, ([first, ...rest]) => {
    const env = Array.from({length: count}, (_, index): Json => ({name: `VARIABLE_${index}`, value: `value ${index}`}));
    return [{...first, env}, ...rest];
  });
}

/** A pod of that many containers, each with its own port, as a review. */
export function withManyContainers({text}: Review, count: number): Review {
  return withContainers(text, ([first]) =>
    Array.from({length: count}, (_, index) => ({
      ...first,
      name: `container-${index}`,
      ports: [{name: `port-${index}`, containerPort: 10_000 + index, protocol: 'TCP'}],
    })),
  );
}

function withContainers(text: string, change: (containers: readonly JsonObject[]) => readonly Json[]): Review {
  const body = JSON.parse(text) as {request: {object: JsonObject & {spec: JsonObject}}};
  const {object} = body.request;
  const containers = change(asList(object.spec['containers']) as readonly JsonObject[]);
  return reviewOf(JSON.stringify({...body, request: {...body.request, object: {...object, spec: {...object.spec, containers}}}}));
}

function reviewOf(text: string): Review {
  return {text, pod: (JSON.parse(text) as {request: {object: JsonObject}}).request.object};
}

function injected(pod: JsonObject, operations: readonly Operation[]): JsonObject {
  return fastJsonPatch.applyPatch(structuredClone(pod), operations, true).newDocument;
}

function withToken(pod: JsonObject): JsonObject {
  const spec = asObject(pod['spec']) ?? {};
  const [author] = asList(spec['containers']).map(asObject);
  const token = asList(author?.['volumeMounts']).filter((mount) =>
    String(asObject(mount)?.['mountPath']).includes('serviceaccount'),
  );
  const containers = asList(spec['containers']).map((item): Json => {
    const container = asObject(item) ?? {};
    return container['name'] === templateName
      ? {...container, volumeMounts: [...asList(container['volumeMounts']), ...token]}
      : item;
  });
  return {...pod, spec: {...spec, containers}};
}
