import {isDeepStrictEqual} from 'node:util';
import * as fc from 'fast-check';
import {afterAll, describe, expect, test} from 'vitest';
import {inject} from '../../src/core/inject.ts';
import {asList, asObject, isList, isObject, withField, withoutField, type JsonObject} from '../../src/core/json.ts';
import {equals} from '../../src/core/kubernetes/equality.ts';
import type {Outcome} from '../../src/core/outcome.ts';
import type {TemplateSnapshot} from '../../src/core/template.ts';
import {frozen} from '../helpers/frozen.ts';
import {creations, injectKey, statusKey, templateOf, withTemplate, type Scenario} from './generators.ts';
import {snapshots} from './generators-template.ts';
import {defaulted} from './kubernetes/arbitrary.ts';

const runs = {numRuns: 250, seed: 20_262, ...(process.env['SEED'] === undefined ? {} : {seed: Number(process.env['SEED'])})};

/** A workload whose own annotation asks, as its author wrote it, and as the injection stored it. */
interface Stored {
  readonly input: Scenario;
  readonly original: JsonObject;
  readonly stored: JsonObject;
  /** The next release of the same templates. */
  readonly release: TemplateSnapshot;
}

const kinds = fc.constantFrom('Deployment', 'StatefulSet', 'CronJob', 'ReplicationController');
const workloads: fc.Arbitrary<Stored> = kinds
  .chain((kind) => fc.tuple(creations({kind: kind as 'Deployment', at: 'workload'}), snapshots))
  .map(([scenario, release]) => ({scenario, release, outcome: inject({...scenario, view: 'stored'})}))
  .filter(({outcome}) => outcome.verdict.kind === 'injected')
  .map(({scenario, release, outcome}) => frozen({input: {...scenario, view: 'stored'}, original: scenario.object, stored: outcome.object, release}));

const applications: readonly unknown[] = ['web', 'api', 'worker', 'zwölf'];

/** What an author changes: the application's image, a label, a variable, a container, the whole list of volumes. */
const edits = fc.constantFrom<readonly [string, (template: JsonObject) => JsonObject]>(
  ['image', (template) => onSpec(template, (spec) => (!isList(spec['containers']) ? spec : withField(spec, 'containers', asList(spec['containers']).map((item) => (applications.includes(asObject(item)?.['name']) ? {...asObject(item), image: 'changed:2'} : item)))))],
  ['label', (template) => withField(template, 'metadata', {...asObject(template['metadata']), labels: {...asObject(asObject(template['metadata'])?.['labels']), edited: 'yes'}})],
  ['restart', (template) => withField(template, 'metadata', {...asObject(template['metadata']), annotations: {...asObject(asObject(template['metadata'])?.['annotations']), 'kubectl.kubernetes.io/restartedAt': 'now'}})],
  ['container', (template) => onSpec(template, (spec) => withField(spec, 'containers', [...asList(spec['containers']), {name: 'added', image: 'added:1'}]))],
  ['volume', (template) => onSpec(template, (spec) => withField(spec, 'volumes', [...asList(spec['volumes']), {name: 'extra', emptyDir: {}}]))],
  ['grace', (template) => onSpec(template, (spec) => withField(spec, 'activeDeadlineSeconds', 77))],
);

let tried = 0;
function law(check: (one: Stored) => void, numRuns = runs.numRuns): void {
  fc.assert(fc.property(workloads, (one) => {
    tried += 1;
    check(one);
  }), {...runs, numRuns});
}

function update({input}: Stored, oldObject: JsonObject, object: JsonObject, templates = input.templates): Outcome {
  return inject(frozen({...input, operation: 'UPDATE', oldObject, object, templates}));
}

describe('an update', () => {
  test('with the original manifest gives the pod template that is stored, whatever the templates are by now', () => {
    law((one) => {
      const {original, stored, release} = one;
      for (const templates of [one.input.templates, release]) {
        const outcome = update(one, stored, original, templates);
        expect(templateOf(outcome.object)).toEqual(templateOf(stored));
        expect(update(one, stored, stored, templates).object).toBe(stored);
      }
    });
  });

  test('with the original manifest gives what is stored, as the API server has defaulted both', () => {
    law((one) => {
      const manifest = frozen(withTemplate(one.original, storedForm));
      const outcome = inject({...one.input, object: manifest});
      if (outcome.verdict.kind !== 'injected') return;
      for (const injected of [outcome.object, one.stored]) {
        const stored = frozen(withTemplate(injected, storedForm));
        const again = update(one, stored, manifest, one.release);
        expect(templateOf(again.object)).toEqual(templateOf(stored));
      }
    });
  });

  test('that scales, or labels the workload, leaves the pod template the very same', () => {
    law((one) => {
      const scaled = {...one.stored, spec: {...asObject(one.stored['spec']), replicas: 5}};
      expect(update(one, one.stored, scaled, one.release).object).toBe(scaled);
    }, 100);
  });

  test('of the author\'s part comes to what a new creation of it gives, by a manifest as by a change of what is stored', () => {
    fc.assert(
      fc.property(workloads, edits, (one, [, edit]) => {
        fc.pre(!isDeepStrictEqual(edit(templateOf(one.original)), templateOf(one.original)));
        tried += 1;
        const wanted = inject({...one.input, object: withTemplate(one.original, edit)});
        const byManifest = update(one, one.stored, frozen(withTemplate(one.original, edit)));
        const byChange = update(one, one.stored, frozen(withTemplate(one.stored, edit)));
        for (const outcome of [byManifest, byChange]) {
          if (wanted.verdict.kind === 'refused') expect(outcome.verdict.kind).toBe('refused');
          else expect(templateOf(outcome.object)).toEqual(templateOf(wanted.object));
        }
      }),
      {...runs, numRuns: 400},
    );
  });

  test('of the author\'s part with another release of the templates comes to that release', () => {
    fc.assert(
      fc.property(workloads, edits, (one, [, edit]) => {
        fc.pre(!isDeepStrictEqual(edit(templateOf(one.original)), templateOf(one.original)));
        tried += 1;
        const wanted = inject({...one.input, templates: one.release, object: withTemplate(one.original, edit)});
        const outcome = update(one, one.stored, frozen(withTemplate(one.stored, edit)), one.release);
        if (wanted.verdict.kind === 'refused') expect(outcome.verdict.kind).toBe('refused');
        else expect(templateOf(outcome.object)).toEqual(templateOf(wanted.object));
      }),
      {...runs, numRuns: 400},
    );
  });

  test('is the last: the same one again changes nothing', () => {
    fc.assert(
      fc.property(workloads, edits, (one, [, edit]) => {
        fc.pre(!isDeepStrictEqual(edit(templateOf(one.original)), templateOf(one.original)));
        tried += 1;
        const first = update(one, one.stored, frozen(withTemplate(one.stored, edit)), one.release);
        if (first.verdict.kind === 'refused') return;
        const second = update(one, frozen(first.object), first.object, one.release);
        expect(second.object).toBe(first.object);
        const manifest = update(one, first.object, frozen(withTemplate(one.original, edit)), one.input.templates);
        expect(templateOf(manifest.object)).toEqual(templateOf(first.object));
      }),
      runs,
    );
  });

  test('that takes the annotation away gives the author\'s template back, by a manifest as by a change of what is stored', () => {
    law((one) => {
      const quiet = {...one.input, namespace: {name: 'shop'}};
      for (const object of [one.stored, one.original]) {
        const outcome = update({...one, input: quiet}, one.stored, frozen(withoutAnnotation(object)));
        expect(templateOf(outcome.object)).toEqual(templateOf(one.original));
        expect(isDeepStrictEqual(templateOf(outcome.object), templateOf(one.original))).toBe(true);
      }
    });
  });

  test('that brings back an earlier revision keeps it as it was', () => {
    fc.assert(
      fc.property(workloads, edits, (one, [, edit]) => {
        fc.pre(!isDeepStrictEqual(edit(templateOf(one.original)), templateOf(one.original)));
        tried += 1;
        const later = update(one, one.stored, frozen(withTemplate(one.stored, edit)), one.release);
        // What was left out as optional is judged by what the template says of itself today.
        fc.pre(later.verdict.kind === 'injected' && !String(statusOf(one.stored)).includes('skipped') && statusOf(later.object) !== statusOf(one.stored));
        const back = withTemplate(later.object, () => templateOf(one.stored));
        const outcome = update(one, later.object, frozen(back), one.release);
        expect(outcome.object).toBe(back);
        expect(outcome.verdict.kind).toBe('alreadyInjected');
      }),
      runs,
    );
  });
});

describe('a pod of an injected workload', () => {
  test('is injected already, whatever the templates are by now', () => {
    law((one) => {
      for (const templates of [one.input.templates, one.release]) {
        const pod: JsonObject = frozen({apiVersion: 'v1', kind: 'Pod', ...templateOf(one.stored)});
        const outcome = inject({...one.input, templates, object: pod});
        expect(outcome.object).toBe(pod);
        expect(outcome.verdict.kind).toBe('alreadyInjected');
      }
    });
  });

  test('gets back what another webhook took out of it', () => {
    law((one) => {
      const pod: JsonObject = frozen({apiVersion: 'v1', kind: 'Pod', ...templateOf(one.stored)});
      const spec = asObject(pod['spec']) ?? {};
      const written = asList(asObject(templateOf(one.original)['spec'])?.['volumes']);
      const volumes = asList(spec['volumes']);
      const stripped = volumes.filter((item) => written.some((other) => isDeepStrictEqual(other, item)));
      fc.pre(stripped.length < volumes.length);
      const outcome = inject(frozen({...one.input, object: onSpec(pod, () => withField(spec, 'volumes', stripped))}));
      expect(names(asObject(outcome.object['spec'])?.['volumes'])).toEqual(names(volumes));
      expect(names(asObject(outcome.object['spec'])?.['containers']).toSorted()).toEqual(names(spec['containers']).toSorted());
    });
  });

  test('that another injector adds a container to is left as it is', () => {
    law((one) => {
      const pod: JsonObject = {apiVersion: 'v1', kind: 'Pod', ...templateOf(one.stored)};
      const more = frozen(onSpec(pod, (spec) => withField(spec, 'containers', [...asList(spec['containers']), {name: 'mesh', image: 'mesh:1'}])));
      expect(inject({...one.input, object: more}).object).toBe(more);
    }, 100);
  });
});

describe('what the API server fills in', () => {
  const pods = creations({kind: 'Pod', at: 'pod'});

  test('makes no difference to what is injected', () => {
    fc.assert(
      fc.property(pods, (input) => {
        const [bare, full] = [inject(input), inject({...input, object: served(input.object)})];
        expect(full.verdict.kind).toBe(bare.verdict.kind);
        expect(full.templates.map((one) => [one.name, one.kind])).toEqual(bare.templates.map((one) => [one.name, one.kind]));
        const [a, b] = [withoutStatus(bare.object), withoutStatus(full.object)];
        if (!equals('PodTemplateSpec', a, b)) expect(equals('PodTemplateSpec', served(withoutTwin(a)), served(withoutTwin(b)))).toBe(true);
      }),
      {...runs, numRuns: 500},
    );
  });

  test('makes no difference to an injection that is there', () => {
    fc.assert(
      fc.property(pods, (input) => {
        const first = inject(input);
        fc.pre(first.verdict.kind === 'injected');
        const full = frozen(served(first.object));
        const second = inject({...input, object: full});
        expect(second.object).toBe(full);
        expect(second.verdict.kind).toBe('alreadyInjected');
      }),
      {...runs, numRuns: 300},
    );
  });
});

afterAll(() => {
  console.log(`updates: ${tried} injected workloads were updated or came to pods`);
});

/** The object as the API server gives it to a webhook. */
function served(object: JsonObject): JsonObject {
  return defaulted('PodTemplateSpec', object) as JsonObject;
}

/**
 * A pod template as the API server stores it: other than a pod's, without what it gives to pods alone (requests from limits:
 * SetDefaults_Pod in pkg/apis/core/v1/defaults.go; a priority, a default service account: admission plugins).
 */
function storedForm(template: JsonObject): JsonObject {
  const spec = asObject(template['spec']) ?? {};
  const full = asObject(served(template)['spec']) ?? {};
  const {priority: _, preemptionPolicy: __, serviceAccount, serviceAccountName, ...rest} = full;
  const account = Object.hasOwn(spec, 'serviceAccountName') ? {serviceAccountName, serviceAccount: serviceAccountName} : {};
  const lists = ['containers', 'initContainers'].flatMap((list) => {
    const containers = asList(full[list]);
    return containers.length === 0 ? [] : [[list, containers.map((item, index) => withResources(item as JsonObject, asObject(asList(spec[list])[index])))] as const];
  });
  return onSpec(served(template), () => ({...rest, ...account, ...Object.fromEntries(lists)}) as JsonObject);
}

function withResources(full: JsonObject, bare: JsonObject | undefined): JsonObject {
  return withField(full, 'resources', bare?.['resources'] ?? {});
}

function onSpec(template: JsonObject, change: (spec: JsonObject) => JsonObject): JsonObject {
  return withField(template, 'spec', change(asObject(template['spec']) ?? {}));
}

function names(list: unknown): string[] {
  return asList(list).map((item) => String(isObject(item) ? item['name'] : item));
}

function statusOf(object: JsonObject): unknown {
  return asObject(asObject(templateOf(object)['metadata'])?.['annotations'])?.[statusKey];
}

/** The deprecated `serviceAccount` is not read beside `serviceAccountName`: Convert_v1_PodSpec_To_core_PodSpec. */
function withoutTwin(pod: JsonObject): JsonObject {
  return onSpec(pod, (spec) => (spec['serviceAccountName'] === undefined ? spec : withoutField(spec, 'serviceAccount')));
}

function withoutStatus(pod: JsonObject): JsonObject {
  const metadata = asObject(pod['metadata']) ?? {};
  const rest = withoutField(asObject(metadata['annotations']) ?? {}, statusKey);
  return withField(pod, 'metadata', withField(metadata, 'annotations', rest));
}

/** The workload without the annotations that ask, on itself or (a CronJob) on its job template. */
function withoutAnnotation(object: JsonObject): JsonObject {
  const strip = (holder: JsonObject): JsonObject => {
    const metadata = asObject(holder['metadata']);
    const annotations = asObject(metadata?.['annotations']);
    if (annotations === undefined) return holder;
    return withField(holder, 'metadata', withField(metadata, 'annotations', withoutField(withoutField(annotations, injectKey), 'initializer.kubernetes.io/agent')));
  };
  const spec = asObject(object['spec']) ?? {};
  const jobTemplate = asObject(spec['jobTemplate']);
  return strip(jobTemplate === undefined ? object : withField(object, 'spec', withField(spec, 'jobTemplate', strip(jobTemplate))));
}
