import * as fc from 'fast-check';
import type {InjectInput} from '../../src/core/input.ts';
import type {Json, JsonObject} from '../../src/core/json.ts';
import {podTemplateOf, withPodTemplate, workloadOf} from '../../src/core/workload.ts';
import {envNames, resources, snapshots, some, templateNames, volumeSources} from './generators-template.ts';

export const injectKey = 'pod-injector.dev/inject';
export const statusKey = 'pod-injector.dev/status';
export const kinds = ['Pod', 'Deployment', 'StatefulSet', 'ReplicationController', 'Job', 'CronJob'] as const;

/** One admission: who asks for what, where, with which templates. */
export type Scenario = InjectInput;

const listItem = fc.oneof(
  {weight: 12, arbitrary: fc.constantFrom<string>(...templateNames)},
  {weight: 4, arbitrary: fc.constantFrom(...templateNames.map((name) => `${name}?`))},
  {weight: 1, arbitrary: fc.constantFrom('missing?', ' agent ', 'extras ?', 'constructor?', 'missing', '__proto__', '')},
);
const list = fc.array(listItem, {minLength: 1, maxLength: 3}).map((items) => items.join(','));
const value = fc.oneof(
  {weight: 16, arbitrary: list},
  {weight: 1, arbitrary: fc.constantFrom('true', 'false', '', 'Größe', '{"$patch": "delete"}')},
);

/** Annotations that ask: by the list, by a legacy one, or by both. */
const asking: fc.Arbitrary<JsonObject> = fc.oneof(
  {weight: 12, arbitrary: value.map((text) => ({[injectKey]: text}))},
  {
    weight: 1,
    arbitrary: fc.constantFrom<JsonObject>(
      {'initializer.kubernetes.io/agent': 'true'},
      {[injectKey]: 'proxy', 'initializer.kubernetes.io/agent': 'x'},
    ),
  },
);

const strange: fc.Arbitrary<JsonObject> = fc.constantFrom<JsonObject>(
  {},
  {},
  {},
  {unknownField: {deep: [1, null, {a: 'é'}]}},
  JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": 1}}') as JsonObject,
);

const authorVariable: fc.Arbitrary<JsonObject> = fc
  .record({
    name: fc.constantFrom(...envNames),
    source: fc.constantFrom<JsonObject>({value: 'mine'}, {value: ''}, {}, {valueFrom: {secretKeyRef: {name: 's', key: 'k'}}}),
  })
  .map(({name, source}) => ({name, ...source}));

const authorMount: fc.Arbitrary<JsonObject> = fc
  .record({
    name: fc.constantFrom(...Object.keys(volumeSources), 'mine'),
    mountPath: fc.constantFrom('/var/log/', '/var/log', '/data', '//conf', '/mine'),
  })
  .map((mount) => ({...mount}));

const clean = (path: unknown): string =>
  String(path)
    .replace(/\/+/g, '/')
    .replace(/(.)\/$/, '$1');

/** Null, empty or filled: what a list of the author's may be. Repeated names are none of ours to forbid, but the API does for most lists. */
function listOf(item: fc.Arbitrary<JsonObject>, key: (item: JsonObject) => unknown): fc.Arbitrary<Json> {
  return fc.oneof(
    {weight: 6, arbitrary: fc.uniqueArray(item, {minLength: 1, maxLength: 3, selector: key})},
    {weight: 1, arbitrary: fc.constantFrom<Json>([], null)},
  );
}

function container(name: string): fc.Arbitrary<JsonObject> {
  const image =
    name === 'agent' || name === 'agent-init'
      ? fc.constantFrom('auto', 'agent:2', 'agent:3')
      : fc.constantFrom(`${name}:1`, name, `registry.example.com:5000/${name}@sha256:${'a'.repeat(64)}`);
  const fields = some({
    env: listOf(authorVariable, (item) => item['name']),
    envFrom: fc.constantFrom<Json>([{configMapRef: {name: 'shared'}}], [{secretRef: {name: 's'}}], []),
    volumeMounts: listOf(authorMount, (item) => clean(item['mountPath'])),
    ports: fc.constantFrom<Json>([{containerPort: 80, name: 'web'}], [{containerPort: 8080}], []),
    imagePullPolicy: fc.constantFrom('Always', 'IfNotPresent'),
    terminationMessagePath: fc.constant('/dev/termination-log'),
    securityContext: fc.constantFrom<Json>({}, {runAsUser: 5}, null),
    resources,
  });
  return fc.tuple(image, fields, strange).map(([text, more, odd]) => ({name, image: text, ...more, ...odd}));
}

function containers(
  names: readonly string[],
  lengths: {readonly minLength?: number; readonly maxLength: number},
): fc.Arbitrary<readonly JsonObject[]> {
  return fc.subarray([...names], lengths).chain((chosen) => fc.tuple(...chosen.map(container)));
}

const authorVolume: fc.Arbitrary<JsonObject> = fc
  .tuple(fc.constantFrom(...Object.keys(volumeSources), 'mine'), fc.integer({min: 0, max: 7}))
  .map(([name, choice]) => ({
    name,
    ...(choice === 0
      ? {hostPath: {path: '/'}}
      : name === 'conf'
        ? {configMap: {name: 'conf', defaultMode: 420}}
        : (volumeSources[name] ?? {emptyDir: {}})),
  }));

const spec: fc.Arbitrary<JsonObject> = fc
  .tuple(
    fc.oneof(
      {
        weight: 9,
        arbitrary: fc.oneof(
          containers(['web', 'api', 'istio-proxy', 'worker', 'zwölf'], {minLength: 1, maxLength: 5}),
          containers(['web', 'api', 'istio-proxy', 'agent', 'worker', 'zwölf'], {minLength: 1, maxLength: 6}),
        ),
      },
      {weight: 1, arbitrary: fc.constantFrom<Json>([], null)},
    ),
    some({
      initContainers: fc.oneof(
        {
          weight: 3,
          arbitrary: fc.oneof(containers(['migrate'], {maxLength: 1}), containers(['migrate', 'agent-init'], {maxLength: 2})),
        },
        {weight: 1, arbitrary: fc.constantFrom<Json>([], null)},
      ),
      volumes: listOf(authorVolume, (item) => item['name']),
      securityContext: fc.constantFrom<Json>({}, {runAsNonRoot: true}, null),
      nodeSelector: fc.constantFrom<Json>({}, {disk: 'hdd'}, {zone: 'a'}),
      tolerations: fc.constantFrom<Json>([], [{key: 'logs', operator: 'Exists'}], [{operator: 'Exists'}]),
      terminationGracePeriodSeconds: fc.constantFrom<Json>(30, 5),
      serviceAccountName: fc.constantFrom('default', 'mine'),
      shareProcessNamespace: fc.constant(false),
      hostNetwork: fc.boolean(),
    }),
    fc.oneof(
      {weight: 12, arbitrary: fc.constant({})},
      {weight: 1, arbitrary: fc.constantFrom<JsonObject>({resources: {requests: {cpu: '150m'}}}, {os: {name: 'windows'}})},
    ),
    strange,
  )
  .map(([all, fields, rare, odd]) => ({containers: all, ...fields, ...rare, ...odd}));

const labels = fc.constantFrom<Json | undefined>(
  undefined,
  null,
  {},
  {app: 'web'},
  {'logs.example.com/agent': 'mine'},
  JSON.parse('{"__proto__": "x"}') as Json,
);
const otherAnnotations = fc.constantFrom<JsonObject>(
  {},
  {'example.com/scrape': 'false'},
  {note: 'naïve ☃'},
  JSON.parse('{"__proto__": "x", "constructor": "y"}') as JsonObject,
);

/** Metadata in all the forms in which there may be nothing in it; with annotations that ask when `asks` is given. */
function metadata(asks: JsonObject | undefined): fc.Arbitrary<Json | undefined> {
  const filled = fc.tuple(labels, otherAnnotations, strange).map(([labelled, others, odd]) => ({
    ...odd,
    ...(labelled === undefined ? {} : {labels: labelled}),
    annotations: {...others, ...asks},
  }));
  if (asks !== undefined) return filled;
  return fc.oneof(
    {weight: 2, arbitrary: filled},
    {
      weight: 2,
      arbitrary: fc.constantFrom<Json | undefined>(
        undefined,
        null,
        {},
        {annotations: null},
        {annotations: {}, labels: {}},
        {creationTimestamp: null},
      ),
    },
  );
}

const podTemplate = (asks: JsonObject | undefined): fc.Arbitrary<JsonObject> =>
  fc.tuple(metadata(asks), spec).map(([meta, pod]) => ({...(meta === undefined ? {} : {metadata: meta}), spec: pod}));

/** A workload of that kind around the pod template; a pod is its own. */
function wrap(kind: (typeof kinds)[number], template: JsonObject, annotations: JsonObject | undefined): JsonObject {
  const named = {name: 'web', ...(annotations === undefined ? {} : {annotations})};
  switch (kind) {
    case 'Pod':
      return {apiVersion: 'v1', kind, ...template};
    case 'ReplicationController':
      return {apiVersion: 'v1', kind, metadata: named, spec: {replicas: 1, template}};
    case 'Deployment':
    case 'StatefulSet':
      return {apiVersion: 'apps/v1', kind, metadata: named, spec: {replicas: 1, template}};
    case 'Job':
      return {apiVersion: 'batch/v1', kind, metadata: named, spec: {template}};
    case 'CronJob':
      return {
        apiVersion: 'batch/v1',
        kind,
        metadata: {name: 'web'},
        spec: {jobTemplate: {metadata: {annotations: annotations ?? {}}, spec: {template}}},
      };
  }
}

const namespaces = fc.oneof(
  {weight: 3, arbitrary: fc.constant<InjectInput['namespace']>({name: 'shop'})},
  {
    weight: 2,
    arbitrary: fc.tuple(list, fc.constantFrom('enabled', 'disabled')).map(([text, enabled]) => ({
      name: 'shop',
      labels: {'pod-injector.dev/injection': enabled},
      annotations: {[injectKey]: text},
    })),
  },
);

/** Where the annotation stands. */
const places = fc.constantFrom<'pod' | 'workload' | 'both' | 'nowhere'>(
  'pod',
  'pod',
  'pod',
  'pod',
  'pod',
  'workload',
  'workload',
  'workload',
  'workload',
  'workload',
  'both',
  'nowhere',
);

/** A creation, of a pod or of a workload. Both engine views are tried. */
export function creations(
  options: {readonly kind?: (typeof kinds)[number]; readonly at?: 'pod' | 'workload'} = {},
): fc.Arbitrary<Scenario> {
  return fc
    .tuple(
      options.kind === undefined ? fc.constantFrom('Pod', ...kinds) : fc.constant(options.kind),
      options.at === undefined ? places : fc.constant(options.at),
      asking,
      asking,
    )
    .chain(([kind, place, first, second]) => {
      const isPod = kind === 'Pod';
      const onTemplate = place === 'pod' || place === 'both' || (isPod && place === 'workload');
      const onWorkload = !isPod && (place === 'workload' || place === 'both');
      return fc.record({
        operation: fc.constant('CREATE' as const),
        object: podTemplate(onTemplate ? first : undefined).map((template) =>
          wrap(kind, template, onWorkload ? second : undefined),
        ),
        namespace: namespaces,
        templates: snapshots,
        view: fc.constantFrom<'stored' | 'pods'>('stored', 'pods', 'pods', 'pods', 'pods'),
      });
    });
}

/** The pod template of an object, and the object with another. */
export function templateOf(object: JsonObject): JsonObject {
  const workload = workloadOf(object);
  const template = workload === undefined ? undefined : podTemplateOf(object, workload);
  if (template === undefined) throw new Error('the object has no pod template');
  return template;
}

/** The object with its pod template changed. */
export function withTemplate(object: JsonObject, change: (template: JsonObject) => JsonObject): JsonObject {
  const workload = workloadOf(object);
  if (workload === undefined) throw new Error('not a workload');
  return withPodTemplate(object, workload, change(templateOf(object)));
}
