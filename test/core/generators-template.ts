import * as fc from 'fast-check';
import type {JsonObject} from '../../src/core/json.ts';
import {readTemplate} from '../../src/core/template/read.ts';
import type {TemplateSnapshot} from '../../src/core/template.ts';

/** The names that the generated lists ask for; `agent` is also one of the author's containers, customising the template's. */
export const templateNames = ['agent', 'proxy', 'extras', 'prepare'] as const;

/** Volumes by name: what both sides bring under one name is sometimes equal and sometimes in conflict. */
export const volumeSources: Readonly<Record<string, JsonObject>> = {
  varlog: {emptyDir: {}},
  conf: {configMap: {name: 'conf'}},
  cache: {emptyDir: {medium: 'Memory', sizeLimit: '1Gi'}},
};

export const envNames = ['LEVEL', 'HOST', 'ÜMLAUT', '__proto__', 'constructor'] as const;

export const resources: fc.Arbitrary<JsonObject> = fc.constantFrom<JsonObject>(
  {},
  {requests: {cpu: '100m'}},
  {limits: {cpu: '0.5', memory: '1Gi'}},
  {limits: {cpu: '500m', memory: '1024Mi'}, requests: {cpu: '500m', memory: '1Gi'}},
);

/** Fields that are there or not, as a partial object. */
export function some(fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<JsonObject> {
  return fc.record(fields, {requiredKeys: []}) as fc.Arbitrary<JsonObject>;
}

const variable = (names: readonly string[]): fc.Arbitrary<JsonObject> =>
  fc
    .record({
      name: fc.constantFrom(...names),
      source: fc.constantFrom<JsonObject>({value: 'info'}, {value: ''}, {valueFrom: {fieldRef: {fieldPath: 'spec.nodeName'}}}),
    })
    .map(({name, source}) => ({name, ...source}));

const uniqueBy = (key: string) => ({selector: (item: JsonObject): unknown => item[key]});

const templateEnv = fc.uniqueArray(variable(['LEVEL', 'HOST', '__proto__', 'constructor']), {maxLength: 3, ...uniqueBy('name')});
const ports = fc.uniqueArray(
  fc.record({containerPort: fc.constantFrom(8080, 9090), name: fc.constantFrom('http', 'metrics')}) as fc.Arbitrary<JsonObject>,
  {maxLength: 1},
);

function mounts(volumes: readonly string[]): fc.Arbitrary<readonly JsonObject[]> {
  if (volumes.length === 0) return fc.constant([]);
  const mount = fc.record({
    name: fc.constantFrom(...volumes),
    mountPath: fc.constantFrom('/var/log', '/conf/', '/data'),
  }) as fc.Arbitrary<JsonObject>;
  return fc.uniqueArray(mount, {maxLength: 2, ...uniqueBy('mountPath')});
}

function container(name: string, volumes: readonly string[]): fc.Arbitrary<JsonObject> {
  return some({env: templateEnv, ports, volumeMounts: mounts(volumes), resources, imagePullPolicy: fc.constant('Always')}).map(
    (fields) => ({name, image: `${name}:1`, ...fields}),
  );
}

const podFields = some({
  securityContext: fc.constant({fsGroup: 1}),
  tolerations: fc.constant([{key: 'logs', operator: 'Exists'}]),
  nodeSelector: fc.constant({disk: 'ssd'}),
  imagePullSecrets: fc.constant([{name: 'pull'}]),
  hostAliases: fc.constant([{ip: '10.0.0.1', hostnames: ['db']}]),
  shareProcessNamespace: fc.constant(true),
  terminationGracePeriodSeconds: fc.constant(60),
  serviceAccountName: fc.constant('shipper'),
});

/** The document of one template: right, though two of them may not go together. */
function document(name: string): fc.Arbitrary<JsonObject> {
  return fc.subarray(Object.keys(volumeSources)).chain((volumes) => {
    const isInit = name === 'prepare';
    const init = container(`${name}-init`, volumes).map((one) => [one]);
    const main = fc.oneof(
      {weight: 6, arbitrary: container(name, volumes).map((one) => [one])},
      {weight: 1, arbitrary: fc.tuple(container(name, volumes), container('shared', volumes))},
      {weight: 2, arbitrary: fc.constant([] as const)},
    );
    return fc
      .record({
        pattern: fc.constant(isInit ? 'init' : 'sidecar'),
        required: fc.boolean(),
        volumes: fc.constant(volumes.map((volume) => ({name: volume, ...volumeSources[volume]}))),
        ...(isInit ? {initContainers: init} : {containers: main, initContainers: fc.option(init, {nil: []})}),
        position: fc.oneof(
          {weight: 8, arbitrary: fc.constant('last')},
          {weight: 2, arbitrary: fc.constant('first')},
          {weight: 1, arbitrary: fc.constantFrom({before: 'web'}, {after: 'web'})},
        ),
        app: fc.record({
          containers: fc.oneof(
            {weight: 6, arbitrary: fc.constant(['*'])},
            {weight: 1, arbitrary: fc.constantFrom(['web'], ['web', 'api'])},
          ),
          env: templateEnv,
          envFrom: fc.constantFrom([], [{configMapRef: {name: 'shared'}}]),
          volumeMounts: mounts(volumes),
        }),
        metadata: fc.record({
          labels: fc.constantFrom({}, {'logs.example.com/agent': name}),
          annotations: fc.constantFrom({}, {'example.com/scrape': 'true'}),
        }),
        spec: fc.oneof({weight: 2, arbitrary: fc.constant({})}, {weight: 1, arbitrary: podFields}),
      })
      .map((all) => all as unknown as JsonObject);
  });
}

const oneSnapshot: fc.Arbitrary<TemplateSnapshot> = fc
  .tuple(
    fc.oneof(
      {weight: 7, arbitrary: fc.constant([...templateNames])},
      {weight: 1, arbitrary: fc.subarray([...templateNames], {minLength: 2})},
    ),
    fc.tuple(...templateNames.map(document)),
  )
  .map(
    ([chosen, documents]) =>
      new Map(
        chosen.map((name) => [
          name,
          readTemplate(JSON.stringify(documents[templateNames.indexOf(name)]), {name, format: 'template', source: `${name}.yaml`})
            .entry,
        ]),
      ),
  );

/**
 * Snapshots of two to four templates, read from their text as those of a cluster are; a few are broken. A fixed number, made once:
 * reading takes longer than everything that is tried with them.
 */
export const snapshots: fc.Arbitrary<TemplateSnapshot> = fc.constantFrom(...fc.sample(oneSnapshot, {numRuns: 100, seed: 7}));
