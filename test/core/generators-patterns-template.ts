import * as fc from 'fast-check';
import type {JsonObject} from '../../src/core/json.ts';
import {readTemplate} from '../../src/core/template/read.ts';
import type {TemplateEntry, TemplateSnapshot} from '../../src/core/template.ts';
import {some} from './generators-template.ts';

/** One template of each pattern, and a second ambassador. */
export const patternNames = ['agent', 'redis', 'db', 'exporter', 'prepare'] as const;
export type PatternName = (typeof patternNames)[number];

const native = fc.constantFrom('never', 'never', 'auto', 'always');
const required = fc.constantFrom(true, true, false);
const position = fc.constantFrom<unknown>('last', 'last', 'first', {after: 'web'});
const initTargets = fc.constantFrom<readonly string[]>([], [], [], ['*'], ['migrate']);
const mainTargets = fc.constantFrom<readonly string[]>(['*'], ['*'], ['*'], ['web']);
const prepares = (name: string): fc.Arbitrary<readonly JsonObject[]> =>
  fc.constantFrom<readonly JsonObject[]>([], [], [{name: `${name}-init`, image: 'init:1', env: [{name: 'A', value: 'own'}]}]);
const resources = fc.constantFrom<JsonObject>({}, {resources: {requests: {cpu: '${params.cpu}'}}});
const cpu = {type: 'string', default: '100m', pattern: '^[0-9]+m?$'};

const agent: fc.Arbitrary<JsonObject> = fc.record({
  pattern: fc.constant('sidecar'),
  native,
  required,
  position,
  when: fc.constantFrom('true', '!pod.spec.?hostNetwork.orValue(false)', 'has(pod.spec.containers)'),
  parameters: fc.constant({
    cpu,
    port: {type: 'integer', default: 8081, minimum: 1, maximum: 65_535},
    level: {type: 'string', default: 'info', maxLength: 300_000},
    debug: {type: 'boolean', default: false},
    args: {type: 'array', default: ['-v'], items: {type: 'string'}},
  }),
  containers: fc.tuple(resources, fc.constantFrom<JsonObject>({}, {imagePullPolicy: 'Always'})).map(([more, policy]) => [
    {
      name: 'agent',
      image: 'agent:1',
      args: '${params.args}',
      env: [
        {name: 'LEVEL', value: 'l=${params.level}'},
        {name: 'FIRST', value: '${pod.spec.containers[0].name}'},
        {name: 'DEBUG', value: '${params.debug ? "yes" : ""}'},
      ],
      ports: [{containerPort: '${params.port}', name: 'agent'}],
      volumeMounts: [{name: 'varlog', mountPath: '/var/log'}],
      ...more,
      ...policy,
    },
  ]),
  initContainers: prepares('agent'),
  volumes: fc.constant([{name: 'varlog', emptyDir: {}}]),
  app: fc.record({
    containers: mainTargets,
    initContainers: initTargets,
    env: fc.constantFrom([], [{name: 'LOG', value: '${params.level}'}], [{name: 'REDIS_HOST', value: 'given'}]),
    envFrom: fc.constantFrom([], [], [], [{configMapRef: {name: 'shared'}}]),
    volumeMounts: fc.constantFrom([{name: 'varlog', mountPath: '/var/log'}], []),
  }),
  metadata: fc.constantFrom(
    {},
    {annotations: {'prometheus.io/scrape': 'true'}, labels: {agent: '${params.level == "info" ? "a" : "b"}'}},
  ),
  spec: some({
    terminationGracePeriodSeconds: fc.constant(60),
    securityContext: fc.constant({fsGroup: 1}),
    tolerations: fc.constant([{key: 'logs', operator: 'Exists'}]),
  }),
}) as fc.Arbitrary<JsonObject>;

const fallback = (name: string, value: string): fc.Arbitrary<unknown> =>
  fc.constantFrom<unknown>(name, {name, default: value}, {name, default: value});

const redis: fc.Arbitrary<JsonObject> = fc.record({
  pattern: fc.constant('ambassador'),
  native,
  required,
  parameters: fc.constant({cpu, port: {type: 'integer', default: 6379}}),
  ambassador: fc
    .oneof(
      fc.record({
        redirect: fc.constantFrom({host: 'REDIS_HOST', port: 'REDIS_PORT'}, {host: 'REDIS_HOST'}),
        upstream: fc.record(
          {host: fallback('UPSTREAM_HOST', 'redis.far'), port: fc.constant({name: 'UPSTREAM_PORT', default: '6379'})},
          {requiredKeys: ['host']},
        ),
      }),
      fc.record({
        redirect: fc.constant({url: 'REDIS_URL'}),
        upstream: fc.constantFrom<unknown>(
          {url: {name: 'UPSTREAM_URL', default: 'redis://far:6379/1'}},
          {host: 'UPSTREAM_HOST', port: {name: 'UPSTREAM_PORT', default: '6379'}},
        ),
      }),
    )
    .map((one) => [{listen: '${params.port}', ...one}]),
  containers: resources.map((more) => [{name: 'redis-proxy', image: 'proxy:1', env: [{name: 'TIMEOUT', value: '5'}], ...more}]),
  initContainers: prepares('redis'),
  app: fc.record({containers: mainTargets, initContainers: initTargets}),
}) as fc.Arbitrary<JsonObject>;

const db: fc.Arbitrary<JsonObject> = fc.record({
  pattern: fc.constant('ambassador'),
  native,
  required,
  ambassador: fc.constantFrom<unknown>(
    [
      {
        listen: 5432,
        redirect: {host: 'DB_HOST', port: 'DB_PORT'},
        upstream: {host: {name: 'DB_UPSTREAM', default: 'db'}, port: {name: 'DB_UPSTREAM_PORT', default: 5432}},
      },
    ],
    [
      {listen: 5432, redirect: {host: 'DB_HOST'}, upstream: {host: {name: 'DB_UPSTREAM', default: 'db'}}},
      {listen: 5433, redirect: {url: 'DB_URL'}, upstream: {url: {name: 'DB_ADDRESS', default: 'postgres://db/x'}}},
    ],
    [{listen: 6379, redirect: {host: 'DB_HOST'}, upstream: {host: {name: 'UPSTREAM_HOST', default: 'db'}}}],
  ),
  containers: fc.constant([{name: 'db-proxy', image: 'db-proxy:1', ports: [{containerPort: 9187, name: 'db-metrics'}]}]),
  app: fc.record({containers: mainTargets, initContainers: initTargets}),
}) as fc.Arbitrary<JsonObject>;

const exporter: fc.Arbitrary<JsonObject> = fc.record({
  pattern: fc.constant('adapter'),
  native,
  required,
  parameters: fc.constant({path: {type: 'string', default: '/metrics'}}),
  adapter: fc.record(
    {
      metrics: fc.constantFrom<unknown>(
        {port: 9113},
        {port: 9113, path: '${params.path}', name: 'stats', podMonitor: {scrape: 'yes'}},
      ),
      reads: fc.constantFrom<unknown>([], [], ['varlog'], [{path: '/var/log'}], [{volume: 'varlog', mountPath: '/read'}]),
    },
    {requiredKeys: ['metrics']},
  ),
  containers: fc.constantFrom(
    [{name: 'exporter', image: 'exporter:1', env: [{name: 'P', value: '${params.path}'}]}],
    [
      {
        name: 'exporter',
        image: 'exporter:1',
        ports: [{containerPort: 9113}],
        volumeMounts: [{name: 'own', mountPath: '/own'}],
        env: [{name: 'P', value: '${params.path}'}],
      },
    ],
  ),
  volumes: fc.constant([{name: 'own', emptyDir: {}}]),
}) as fc.Arbitrary<JsonObject>;

const prepare: fc.Arbitrary<JsonObject> = fc.record({
  pattern: fc.constant('init'),
  required,
  parameters: fc.constant({who: {type: 'string', default: '${HOME}'}}),
  initContainers: fc.constantFrom(
    [{name: 'prepare', image: 'prepare:1', command: ['sh', '-c', 'echo $(A) ${params.who} $${params.who}']}],
    [{name: 'prepare', image: 'prepare:1', volumeMounts: [{name: 'data', mountPath: '/data'}], args: ['${params.who}']}],
  ),
  volumes: fc.constant([{name: 'data', emptyDir: {}}]),
  app: fc.record({volumeMounts: fc.constantFrom([{name: 'data', mountPath: '/data'}], [])}),
});

const documents: Readonly<Record<PatternName, fc.Arbitrary<JsonObject>>> = {agent, redis, db, exporter, prepare};

function read(name: PatternName, document: JsonObject): TemplateEntry {
  const {entry} = readTemplate(JSON.stringify(document), {name, format: 'template', source: `${name}.yaml`});
  if (entry.kind === 'broken') throw new Error(`${name}: ${JSON.stringify(entry.faults)}`);
  return entry;
}

/** Some readings of each template: reading takes longer than everything that is tried with them. */
const entries = new Map(
  patternNames.map((name) => [
    name,
    fc.sample(documents[name], {numRuns: 60, seed: 11}).map((document) => ({document, entry: read(name, document)})),
  ]),
);

/** All five templates as a cluster has them at one moment, and the text of each. */
export interface PatternTemplates {
  readonly templates: TemplateSnapshot;
  readonly texts: Readonly<Record<string, JsonObject>>;
}

export const patternTemplates: fc.Arbitrary<PatternTemplates> = fc
  .tuple(...patternNames.map((name) => fc.constantFrom(...(entries.get(name) ?? []))))
  .map((chosen) => ({
    templates: new Map(patternNames.map((name, index) => [name, chosen[index]?.entry as TemplateEntry])),
    texts: Object.fromEntries(patternNames.map((name, index) => [name, chosen[index]?.document ?? {}])),
  }));
