import * as fc from 'fast-check';
import {inject} from '../../src/core/inject.ts';
import {asList, asObject, isList, isObject, withField, withoutField, type JsonObject} from '../../src/core/json.ts';
import type {Outcome} from '../../src/core/outcome.ts';
import type {TemplateSnapshot} from '../../src/core/template.ts';
import {frozen} from '../helpers/frozen.ts';
import {creations, injectKey, statusKey, templateOf, type Scenario} from './generators.ts';
import {snapshots} from './generators-template.ts';
import {defaulted} from './kubernetes/arbitrary.ts';

/** A workload whose own annotation asks, as its author wrote it, and as the injection stored it. */
export interface Stored {
  readonly input: Scenario;
  readonly original: JsonObject;
  readonly stored: JsonObject;
  /** The next release of the same templates. */
  readonly release: TemplateSnapshot;
}

const kinds = fc.constantFrom('Deployment', 'StatefulSet', 'CronJob', 'ReplicationController');
export const workloads: fc.Arbitrary<Stored> = kinds
  .chain((kind) => fc.tuple(creations({kind: kind as 'Deployment', at: 'workload'}), snapshots))
  .map(([scenario, release]) => ({scenario, release, outcome: inject({...scenario, view: 'stored'})}))
  .filter(({outcome}) => outcome.verdict.kind === 'injected')
  .map(({scenario, release, outcome}) =>
    frozen({input: {...scenario, view: 'stored'}, original: scenario.object, stored: outcome.object, release}),
  );

const applications: readonly unknown[] = ['web', 'api', 'worker', 'zwölf'];

/** What an author changes: the application's image, a label, a variable, a container, the whole list of volumes. */
export const edits = fc.constantFrom<readonly [string, (template: JsonObject) => JsonObject]>(
  [
    'image',
    (template) =>
      onSpec(template, (spec) =>
        !isList(spec['containers'])
          ? spec
          : withField(
              spec,
              'containers',
              asList(spec['containers']).map((item) =>
                applications.includes(asObject(item)?.['name']) ? {...asObject(item), image: 'changed:2'} : item,
              ),
            ),
      ),
  ],
  [
    'label',
    (template) =>
      withField(template, 'metadata', {
        ...asObject(template['metadata']),
        labels: {...asObject(asObject(template['metadata'])?.['labels']), edited: 'yes'},
      }),
  ],
  [
    'restart',
    (template) =>
      withField(template, 'metadata', {
        ...asObject(template['metadata']),
        annotations: {...asObject(asObject(template['metadata'])?.['annotations']), 'kubectl.kubernetes.io/restartedAt': 'now'},
      }),
  ],
  [
    'container',
    (template) =>
      onSpec(template, (spec) =>
        withField(spec, 'containers', [...asList(spec['containers']), {name: 'added', image: 'added:1'}]),
      ),
  ],
  [
    'volume',
    (template) =>
      onSpec(template, (spec) => withField(spec, 'volumes', [...asList(spec['volumes']), {name: 'extra', emptyDir: {}}])),
  ],
  ['grace', (template) => onSpec(template, (spec) => withField(spec, 'activeDeadlineSeconds', 77))],
);

/** The outcome of an update in the same namespace, by default with the same templates. */
export function update({input}: Stored, oldObject: JsonObject, object: JsonObject, templates = input.templates): Outcome {
  return inject(frozen({...input, operation: 'UPDATE', oldObject, object, templates}));
}

/** The object as the API server gives it to a webhook. */
export function served(object: JsonObject): JsonObject {
  return defaulted('PodTemplateSpec', object) as JsonObject;
}

/**
 * A pod template as the API server stores it: other than a pod's, without what it gives to pods alone (requests from limits:
 * SetDefaults_Pod in pkg/apis/core/v1/defaults.go; a priority, a default service account: admission plugins).
 */
export function storedForm(template: JsonObject): JsonObject {
  const spec = asObject(template['spec']) ?? {};
  const full = asObject(served(template)['spec']) ?? {};
  const {priority: _, preemptionPolicy: __, serviceAccount: ___, serviceAccountName, ...rest} = full;
  const account = Object.hasOwn(spec, 'serviceAccountName') ? {serviceAccountName, serviceAccount: serviceAccountName} : {};
  const lists = ['containers', 'initContainers'].flatMap((list) => {
    const containers = asList(full[list]);
    return containers.length === 0
      ? []
      : [
          [
            list,
            containers.map((item, index) => withResources(item as JsonObject, asObject(asList(spec[list])[index]))),
          ] as const,
        ];
  });
  return onSpec(served(template), () => ({...rest, ...account, ...Object.fromEntries(lists)}));
}

function withResources(full: JsonObject, bare: JsonObject | undefined): JsonObject {
  return withField(full, 'resources', bare?.['resources'] ?? {});
}

export function onSpec(template: JsonObject, change: (spec: JsonObject) => JsonObject): JsonObject {
  return withField(template, 'spec', change(asObject(template['spec']) ?? {}));
}

export function names(list: unknown): string[] {
  return asList(list).map((item) => String(isObject(item) ? item['name'] : item));
}

export function statusOf(object: JsonObject): unknown {
  return asObject(asObject(templateOf(object)['metadata'])?.['annotations'])?.[statusKey];
}

/** The deprecated `serviceAccount` is not read beside `serviceAccountName`: Convert_v1_PodSpec_To_core_PodSpec. */
export function withoutTwin(pod: JsonObject): JsonObject {
  return onSpec(pod, (spec) => (spec['serviceAccountName'] === undefined ? spec : withoutField(spec, 'serviceAccount')));
}

export function withoutStatus(pod: JsonObject): JsonObject {
  const metadata = asObject(pod['metadata']) ?? {};
  const rest = withoutField(asObject(metadata['annotations']) ?? {}, statusKey);
  return withField(pod, 'metadata', withField(metadata, 'annotations', rest));
}

/** The containers by their names: one that was changed by hand is the author's by then, and stays where it is. */
export function inOrder(template: JsonObject): JsonObject {
  return onSpec(template, (spec) =>
    withField(
      spec,
      'containers',
      asList(spec['containers']).toSorted((a, b) => (names([a]).join() < names([b]).join() ? -1 : 1)),
    ),
  );
}

/** The workload without the annotations that ask, on itself or (a CronJob) on its job template. */
export function withoutAnnotation(object: JsonObject): JsonObject {
  const strip = (holder: JsonObject): JsonObject => {
    const metadata = asObject(holder['metadata']);
    const annotations = asObject(metadata?.['annotations']);
    if (annotations === undefined) return holder;
    return withField(
      holder,
      'metadata',
      withField(metadata, 'annotations', withoutField(withoutField(annotations, injectKey), 'initializer.kubernetes.io/agent')),
    );
  };
  const spec = asObject(object['spec']) ?? {};
  const jobTemplate = asObject(spec['jobTemplate']);
  return strip(
    jobTemplate === undefined ? object : withField(object, 'spec', withField(spec, 'jobTemplate', strip(jobTemplate))),
  );
}
