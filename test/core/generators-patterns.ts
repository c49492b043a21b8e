import * as fc from 'fast-check';
import type {InjectInput} from '../../src/core/input.ts';
import type {Json, JsonObject} from '../../src/core/json.ts';
import {injectKey} from './generators.ts';
import {patternNames, patternTemplates, type PatternTemplates} from './generators-patterns-template.ts';
import {some} from './generators-template.ts';

/** The admission of an object that asks for templates of all patterns. */
export interface PatternCase extends PatternTemplates {
  readonly input: InjectInput;
}

const from = (source: JsonObject): JsonObject => ({valueFrom: source});
const sources = fc.constantFrom<JsonObject>(
  from({configMapKeyRef: {name: 'c', key: 'k'}}),
  from({secretKeyRef: {name: 's', key: 'k', optional: true}}),
  from({fieldRef: {fieldPath: 'status.hostIP'}}),
  from({resourceFieldRef: {resource: 'limits.cpu'}}),
  {},
);
const named = (name: string, ...values: readonly string[]): fc.Arbitrary<JsonObject> =>
  fc
    .oneof({weight: 4, arbitrary: fc.constantFrom(...values).map((value) => ({value}))}, {weight: 1, arbitrary: sources})
    .map((source) => ({name, ...source}));

/** The variables that ambassadors redirect, after some that they refer to. */
const env: fc.Arbitrary<readonly JsonObject[]> = fc
  .tuple(
    fc.subarray([
      {name: 'A', value: 'a'},
      {name: 'B', value: '$(A).svc'},
      {name: 'NOTE', value: 'two\nlines # "x"'},
    ] as JsonObject[]),
    fc.tuple(
      named('REDIS_HOST', 'redis', '$(A)', 'r.$(B)', ''),
      named('REDIS_PORT', '6380', '6379'),
      named('REDIS_URL', 'redis://u:p@r:1/0?x=$(A)', 'r:6380', 'redis://r'),
      named('DB_HOST', 'db.shop', '$(B)'),
      named('DB_PORT', '5432', '15432'),
      named('DB_URL', 'postgres://u@db:1/x', 'db'),
    ),
    fc.constantFrom([0, 6], [0, 6], [0, 6], [0, 2], [2, 3], [3, 6], [0, 0]),
  )
  .map(([before, ends, [start, end]]) => [...before, ...ends.slice(start, end)]);

const fields = some({
  ports: fc.constantFrom<Json>([{containerPort: 80, name: 'http'}], [{containerPort: 8080}]),
  volumeMounts: fc.constantFrom<Json>([{name: 'varlog', mountPath: '/var/log'}], [{name: 'mine', mountPath: '/mine/'}], []),
  resources: fc.constantFrom<JsonObject>({}, {limits: {cpu: '1', memory: '1Gi'}}),
  imagePullPolicy: fc.constantFrom('Always', 'IfNotPresent'),
});
const container = (name: string, variables: fc.Arbitrary<readonly JsonObject[] | null | undefined>): fc.Arbitrary<JsonObject> =>
  fc.tuple(variables, fields, fc.integer({min: 0, max: 24})).map(([own, more, rare]) => ({
    name,
    image: `${name}:1`,
    ...(own === undefined ? {} : {env: own}),
    ...more,
    ...(rare === 0 ? {envFrom: [{configMapRef: {name: 'm'}}]} : {}),
    ...(rare === 1 ? {ports: [{containerPort: 6379}]} : {}),
  }));

/** What an author writes of a template's own containers. */
const customs = fc.subarray(
  [
    {name: 'agent', image: 'auto', env: [{name: 'LEVEL', value: 'mine'}]},
    {name: 'redis-proxy', image: 'auto', env: [{name: 'UPSTREAM_HOST', value: 'mine'}]},
    {name: 'db-proxy', image: 'mine:2', resources: {limits: {cpu: '2'}}},
    {name: 'exporter', image: 'auto', args: ['x']},
  ] as JsonObject[],
  {maxLength: 2},
);

const volumes = fc.constantFrom<Json | undefined>(
  [
    {name: 'varlog', emptyDir: {}},
    {name: 'mine', emptyDir: {}},
  ],
  [{name: 'mine', emptyDir: {}}],
  [
    {name: 'mine', emptyDir: {}},
    {name: 'varlog', emptyDir: {}},
  ],
  [
    {name: 'varlog', hostPath: {path: '/var/log'}},
    {name: 'mine', emptyDir: {}},
  ],
);

const spec: fc.Arbitrary<JsonObject> = env.chain((shared) =>
  fc
    .record({
      web: container('web', fc.constant(shared)),
      // Containers of one application mostly say the same.
      worker: fc.option(container('worker', fc.oneof({weight: 5, arbitrary: fc.constant(shared)}, {weight: 1, arbitrary: env})), {
        freq: 2,
      }),
      customs: fc.oneof({weight: 3, arbitrary: fc.constant([])}, {weight: 1, arbitrary: customs}),
      isCustomFirst: fc.boolean(),
      init: fc.oneof(
        {weight: 3, arbitrary: fc.constant(undefined)},
        {weight: 2, arbitrary: container('migrate', fc.constant(shared)).map((one) => [one] as Json)},
        {weight: 1, arbitrary: fc.constantFrom<Json>([], null)},
      ),
      volumes,
      more: some({
        hostNetwork: fc.constantFrom(false, false, false, true),
        terminationGracePeriodSeconds: fc.constantFrom(30, 5),
        securityContext: fc.constantFrom<Json>({}, {runAsNonRoot: true}),
        tolerations: fc.constant([{operator: 'Exists'}]),
      }),
    })
    .map(({web, worker, customs: own, isCustomFirst, init, volumes: list, more}) => ({
      ...(init === undefined ? {} : {initContainers: init}),
      containers: [...(isCustomFirst ? own : []), web, ...(worker === null ? [] : [worker]), ...(isCustomFirst ? [] : own)],
      ...(list === undefined ? {} : {volumes: list}),
      ...more,
    })),
);

/** Values of annotations, most of them allowed. */
const parameters: fc.Arbitrary<JsonObject> = fc.oneof(
  {weight: 3, arbitrary: fc.constant({})},
  {
    weight: 2,
    arbitrary: some({
      'pod-injector.dev/agent.level': fc.constantFrom(
        'debug',
        '100m"\n  - name: x',
        '${params.port}',
        '!!int 5',
        '{"a": 1}',
        '__proto__',
        '',
      ),
      'pod-injector.dev/agent.port': fc.constantFrom('9000', '9001', '9000', '0x1'),
      'pod-injector.dev/agent.args': fc.constantFrom('["a"]', '[]', '["${params.level}", "- name: x"]'),
      'pod-injector.dev/agent.debug': fc.constantFrom('true', 'false'),
      'pod-injector.dev/agent.cpu': fc.constantFrom('5m', '1'),
      'pod-injector.dev/redis.port': fc.constantFrom('6399', '6400', '70000'),
      'pod-injector.dev/exporter.path': fc.constantFrom('/stats', '/x y'),
      'pod-injector.dev/prepare.who': fc.constantFrom('me', '$(A)', '"'),
    }),
  },
);

const list = fc
  .tuple(
    fc.shuffledSubarray([...patternNames], {minLength: 1, maxLength: 4}),
    fc.array(fc.boolean(), {minLength: 4, maxLength: 4}),
  )
  .map(([names, optional]) => names.map((name, index) => (optional[index] === true ? `${name}?` : name)).join(','));

/** A Deployment around a pod template, as people write them. */
function deployment(annotations: JsonObject, own: JsonObject | undefined, pod: JsonObject): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {name: 'web', ...(own === undefined ? {} : {annotations: own})},
    spec: {
      replicas: 1,
      selector: {matchLabels: {app: 'web'}},
      template: {
        metadata: {labels: {app: 'web'}, ...(Object.keys(annotations).length === 0 ? {} : {annotations})},
        spec: pod,
      },
    },
  };
}

/** Where the annotation stands: on a pod, on a pod template, on a workload. */
export type Place = 'pod' | 'podTemplate' | 'workload';

/** Creations of pods and workloads that ask for one to four of the templates. */
export function patternCases(
  place: fc.Arbitrary<Place> = fc.constantFrom('pod', 'podTemplate', 'workload'),
): fc.Arbitrary<PatternCase> {
  return fc
    .tuple(patternTemplates, place, list, parameters, parameters, spec, fc.constantFrom(36, 36, 36, 30))
    .map(([known, at, asked, near, far, pod, serverMinor]) => {
      const asks = {[injectKey]: asked, ...near};
      const object: JsonObject =
        at === 'pod'
          ? {apiVersion: 'v1', kind: 'Pod', metadata: {name: 'web', annotations: asks}, spec: pod}
          : at === 'podTemplate'
            ? deployment(asks, undefined, pod)
            : deployment({}, asks, pod);
      return {
        ...known,
        // What a failed law shows: functions of compiled expressions say nothing.
        [fc.toStringMethod]: () =>
          JSON.stringify({object, far, serverMinor, texts: asked.split(',').map((name) => known.texts[name.replace('?', '')])}),
        input: {
          operation: 'CREATE',
          object,
          namespace: {name: 'shop', annotations: far},
          templates: known.templates,
          view: 'pods',
          serverMinor,
        },
      };
    });
}
