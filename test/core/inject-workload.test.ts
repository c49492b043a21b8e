import {describe, expect, test} from 'vitest';
import {uninject} from '../../src/core/inject.ts';
import type {JsonObject} from '../../src/core/json.ts';
import {at, create, deployment, update} from '../helpers/objects.ts';
import {snapshot} from '../helpers/templates.ts';

const agentText = (version: number): string => `
pattern: sidecar
containers:
- name: agent
  image: agent:${version}
  env: [{name: LEVEL, value: "v${version}"}]
  volumeMounts: [{name: logs, mountPath: /logs}]
app:
  volumeMounts: [{name: logs, mountPath: /var/log}]
volumes:
- name: logs
  emptyDir: {}
`;
const templates = snapshot({agent: agentText(1), other: 'pattern: sidecar\ncontainers: [{name: other, image: "other:1"}]'});
const later = snapshot({agent: agentText(2), other: 'pattern: sidecar\ncontainers: [{name: other, image: "other:2"}]'});
const ask = (list: string): JsonObject => ({'pod-injector.dev/inject': list});
const inject = ask('agent');

/** A Deployment changed at one place of its pod template. */
function changed(object: JsonObject, change: (template: Template) => Template): JsonObject {
  const spec = object['spec'] as {template: Template} & JsonObject;
  return {...object, spec: {...spec, template: change(spec.template)}};
}
interface Template extends JsonObject {
  readonly metadata: {readonly annotations?: JsonObject} & JsonObject;
  readonly spec: {readonly containers: readonly (JsonObject & {readonly name: string})[]} & JsonObject;
}
const templateOf = (object: JsonObject): Template => at(object, 'spec', 'template') as Template;
const imageOf = (object: JsonObject, name: string): unknown =>
  templateOf(object).spec.containers.find((container) => container.name === name)?.['image'];
const withImage = (object: JsonObject, name: string, image: string): JsonObject =>
  changed(object, (template) => ({
    ...template,
    spec: {
      ...template.spec,
      containers: template.spec.containers.map((container) => (container.name === name ? {...container, image} : container)),
    },
  }));
const withAgent = (object: JsonObject): JsonObject =>
  changed(object, (template) => ({
    ...template,
    spec: {...template.spec, containers: [...template.spec.containers, {name: 'agent', image: 'auto'}]},
  }));
const annotated = (object: JsonObject, annotations: JsonObject | undefined): JsonObject => ({
  ...object,
  metadata: {name: 'web', ...(annotations === undefined ? {} : {annotations})},
});

describe('an annotation on the pod template', () => {
  test('leaves the workload as it is and tells what its pods will get', () => {
    const object = deployment(undefined, {annotations: inject});
    const outcome = create(object, templates);
    expect(outcome).toMatchObject({
      verdict: {kind: 'skipped', reason: 'atPods'},
      forecast: {kind: 'injected'},
      level: 'podTemplate',
    });
    expect(outcome.object).toBe(object);
  });

  test('that names a missing template does not deny the workload, but tells', () => {
    expect(create(deployment(undefined, {annotations: ask('agnet')}), templates)).toMatchObject({
      verdict: {kind: 'skipped', reason: 'atPods'},
      forecast: {kind: 'refused', faults: [{code: 'templateMissing'}]},
    });
  });

  test('wins over the one on the workload', () => {
    const outcome = create(deployment(inject, {annotations: ask('other')}), templates);
    expect(outcome).toMatchObject({level: 'podTemplate', verdict: {kind: 'skipped', reason: 'atPods'}});
    expect(outcome.templates.map((one) => one.name)).toEqual(['other']);
  });

  test('is shown injected in the view of its pods', () => {
    const outcome = create(deployment(undefined, {annotations: inject}), templates, {view: 'pods'});
    expect(outcome.verdict).toEqual({kind: 'injected'});
    expect(imageOf(outcome.object, 'agent')).toBe('agent:1');
    // A webhook that meets it finds its work done.
    expect(create(outcome.object, later).object).toBe(outcome.object);
    expect(create({apiVersion: 'v1', kind: 'Pod', ...templateOf(outcome.object)}, later).verdict).toEqual({
      kind: 'alreadyInjected',
    });
  });
});

describe('an annotation on the workload', () => {
  test.each([
    ['Deployment', 'apps/v1'],
    ['StatefulSet', 'apps/v1'],
    ['DaemonSet', 'apps/v1'],
    ['ReplicaSet', 'apps/v1'],
    ['ReplicationController', 'v1'],
    ['Job', 'batch/v1'],
  ])('rewrites the pod template of a %s', (kind, apiVersion) => {
    const outcome = create({...deployment(inject), kind, apiVersion}, templates);
    expect(outcome.verdict).toEqual({kind: 'injected'});
    expect(imageOf(outcome.object, 'agent')).toBe('agent:1');
    expect(templateOf(outcome.object).metadata.annotations).toMatchObject(inject);
  });

  test("rewrites a CronJob's, and its job template's metadata counts as its own", () => {
    const {metadata, spec} = deployment(undefined) as {metadata: JsonObject; spec: JsonObject};
    const job = (own: JsonObject, inner: JsonObject): JsonObject => ({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: {...metadata, annotations: own},
      spec: {
        schedule: '* * * * *',
        jobTemplate: {metadata: {annotations: inner}, spec: {template: spec['template'] as JsonObject}},
      },
    });
    for (const object of [job(inject, {}), job({}, inject), job(ask('other'), inject)]) {
      const outcome = create(object, templates);
      expect(outcome.verdict).toEqual({kind: 'injected'});
      expect(at(outcome.object, 'spec', 'jobTemplate', 'spec', 'template', 'spec', 'containers', 1, 'name')).toBe('agent');
      expect(outcome.notes.map((note) => note.code)).toContain('classicSidecarInJob');
    }
  });

  test('writes the resolved list, so that its pods find all done and take no namespace default', () => {
    const namespace = {name: 'shop', labels: {'pod-injector.dev/injection': 'enabled'}, annotations: ask('other')};
    const outcome = create(deployment({'initializer.kubernetes.io/agent': 'true'}), templates, {namespace});
    const pod = {apiVersion: 'v1', kind: 'Pod', ...templateOf(outcome.object)};
    expect(templateOf(outcome.object).metadata.annotations).toMatchObject(inject);
    expect(create(pod, templates, {namespace})).toMatchObject({verdict: {kind: 'alreadyInjected'}});
    expect(create(pod, templates, {namespace}).object).toBe(pod);
  });

  test('"false" writes the opt-out for its pods, also over their own list, and gives the list back later', () => {
    const object = deployment(ask('false'), {annotations: inject});
    const outcome = create(object, templates);
    expect(outcome).toMatchObject({verdict: {kind: 'skipped', reason: 'optedOut'}, level: 'workload'});
    expect(templateOf(outcome.object).metadata.annotations).toMatchObject(ask('false'));
    expect(create({apiVersion: 'v1', kind: 'Pod', ...templateOf(outcome.object)}, templates).verdict).toEqual({
      kind: 'skipped',
      reason: 'optedOut',
    });
    expect(uninject(outcome.object).object).toEqual(object);
    expect(update(outcome.object, object, templates).object).toEqual(outcome.object);
  });

  test('has no effect on what a controller of ours owns, nor of a foreign one, which is told', () => {
    const owned = (kind: string, apiVersion: string): JsonObject => ({
      ...deployment(inject),
      kind: 'ReplicaSet',
      metadata: {name: 'web-1', annotations: inject, ownerReferences: [{apiVersion, kind, name: 'web', controller: true}]},
    });
    expect(create(owned('Deployment', 'apps/v1'), templates).verdict).toEqual({kind: 'skipped', reason: 'owned'});
    expect(create(owned('Rollout', 'argoproj.io/v1alpha1'), templates).verdict).toEqual({
      kind: 'skipped',
      reason: 'foreignOwner',
    });
  });

  test('that names a missing template denies the workload', () => {
    expect(create(deployment(ask('nothing')), templates).verdict).toMatchObject({
      kind: 'refused',
      faults: [{code: 'templateMissing'}],
    });
  });
});

describe('an update', () => {
  const original = deployment(inject);
  const stored = create(original, templates).object;

  test('with the original manifest gives the old pod template, whatever the template is today', () => {
    const outcome = update(stored, original, later);
    expect(outcome.verdict).toEqual({kind: 'alreadyInjected'});
    expect(outcome.object).toEqual(stored);
  });

  test('with the stored object and another replica count changes nothing more', () => {
    const scaled = {...stored, spec: {...(stored['spec'] as JsonObject), replicas: 5}};
    expect(update(stored, scaled, later).object).toBe(scaled);
  });

  test("of the author's part injects today's template afresh, and once", () => {
    for (const arriving of [withImage(stored, 'web', 'web:2'), withImage(original, 'web', 'web:2')]) {
      const outcome = update(stored, arriving, later);
      expect(outcome.verdict).toEqual({kind: 'injected'});
      expect(imageOf(outcome.object, 'web')).toBe('web:2');
      expect(imageOf(outcome.object, 'agent')).toBe('agent:2');
      expect(templateOf(outcome.object).spec.containers).toHaveLength(2);
      expect(templateOf(outcome.object)).toEqual(templateOf(create(withImage(original, 'web', 'web:2'), later).object));
    }
  });

  test('a rollback that brings its own status is kept as it is', () => {
    const rolledOut = update(stored, withImage(stored, 'web', 'web:2'), later).object;
    const outcome = update(rolledOut, stored, later);
    expect(outcome.verdict).toEqual({kind: 'alreadyInjected'});
    expect(outcome.object).toBe(stored);
    expect(imageOf(outcome.object, 'agent')).toBe('agent:1');
  });

  test('the output of preview with a newer template is kept, though the author changed nothing', () => {
    const previewed = create(original, later).object;
    expect(update(stored, previewed, later).object).toBe(previewed);
  });

  test('taking the annotation off takes out what it put in', () => {
    for (const arriving of [annotated(stored, undefined), annotated(original, undefined)]) {
      const outcome = update(stored, arriving, later);
      expect(outcome.object).toEqual(annotated(original, undefined));
    }
    expect(update(stored, annotated(stored, undefined), later)).toMatchObject({
      verdict: {kind: 'removed'},
      notes: [{code: 'removed', message: expect.stringMatching(/^agent: taken out of the workload, because no annotation /)}],
    });
  });

  test('changing the list takes out one and brings another', () => {
    const outcome = update(stored, annotated(stored, ask('other')), templates);
    expect(outcome.object).toEqual(create(annotated(original, ask('other')), templates).object);
  });

  test('"false" takes out what was there, and tells the pods', () => {
    const outcome = update(stored, annotated(stored, ask('false')), templates);
    expect(templateOf(outcome.object).spec.containers.map((container) => container.name)).toEqual(['web']);
    expect(templateOf(outcome.object).metadata.annotations).toMatchObject(ask('false'));
  });

  test('an annotation that came to the pod template takes over from the workload', () => {
    const arriving = changed(stored, (template) => ({
      ...template,
      metadata: {...template.metadata, annotations: {...template.metadata.annotations, ...ask('other')}},
    }));
    const outcome = update(stored, arriving, templates);
    expect(templateOf(outcome.object).spec.containers.map((container) => container.name)).toEqual(['web']);
    expect(templateOf(outcome.object).metadata.annotations).toEqual(ask('other'));
  });

  test('what was taken out of the injected part by hand comes back, and that is told', () => {
    const arriving = changed(stored, (template) => ({
      ...template,
      spec: {...template.spec, containers: template.spec.containers.slice(0, 1)},
    }));
    const outcome = update(stored, arriving, templates);
    expect(outcome.object).toEqual(stored);
    expect(outcome.notes.map((note) => note.code)).toEqual(['handEditUndone']);
  });

  test('what was changed by hand in the injected part stays, and follows the template otherwise', () => {
    const edited = update(stored, withImage(stored, 'agent', 'agent:mine'), templates);
    expect(edited.verdict).toEqual({kind: 'injected'});
    expect(imageOf(edited.object, 'agent')).toBe('agent:mine');
    expect(edited.notes).toMatchObject([{code: 'kept', message: expect.stringContaining('containers/agent/image')}]);
    const next = update(edited.object, withImage(edited.object, 'web', 'web:2'), later).object;
    expect(imageOf(next, 'agent')).toBe('agent:mine');
    expect(templateOf(next).spec.containers[1]?.['env']).toEqual([{name: 'LEVEL', value: 'v2'}]);
    expect(update(next, annotated(next, undefined), later).object).toMatchObject({
      spec: {template: {spec: {containers: [{name: 'web'}, {name: 'agent', image: 'agent:mine'}]}}},
    });
  });

  test('a rest of a hand-changed container goes when its template goes', () => {
    const arriving = changed(stored, (template) => ({
      ...template,
      spec: {
        ...template.spec,
        containers: template.spec.containers.map((container) =>
          container.name === 'agent' ? {...container, tty: true} : container,
        ),
      },
    }));
    const edited = update(stored, arriving, templates).object;
    expect(update(edited, annotated(edited, undefined), templates).object).toEqual(annotated(original, undefined));
  });

  test('a customisation that a second apply brings is laid over the template', () => {
    // What `kubectl apply` sends: the live object, and over it what changed in the manifest.
    const arriving = changed(stored, (template) => ({
      ...template,
      spec: {
        ...template.spec,
        containers: template.spec.containers.map((container) =>
          container.name === 'agent' ? {...container, image: 'auto', env: [{name: 'LEVEL', value: 'debug'}]} : container,
        ),
      },
    }));
    const outcome = update(stored, arriving, later);
    expect(outcome.verdict).toEqual({kind: 'injected'});
    expect(templateOf(outcome.object).spec.containers[1]).toMatchObject({
      name: 'agent',
      image: 'agent:2',
      env: [{name: 'LEVEL', value: 'debug'}],
    });
    expect(update(outcome.object, withImage(outcome.object, 'agent', 'auto'), later).object).toEqual(outcome.object);
  });

  test('a status that was copied into a manifest does not keep an image: auto from being resolved', () => {
    const copied = withImage(create(withAgent(original), templates).object, 'agent', 'auto');
    expect(imageOf(create(copied, later).object, 'agent')).toBe('agent:2');
  });

  test('a workload that was missed stays until its template or its annotations change', () => {
    const scaled = {...original, spec: {...(original['spec'] as JsonObject), replicas: 2}};
    expect(update(original, scaled, templates)).toMatchObject({
      verdict: {kind: 'skipped', reason: 'unchanged'},
      notes: [{code: 'notYetInjected'}],
    });
    expect(update(original, scaled, templates).object).toBe(scaled);
    expect(update(original, withImage(original, 'web', 'web:2'), templates).verdict).toEqual({kind: 'injected'});
    expect(update(deployment(undefined), original, templates).verdict).toEqual({kind: 'injected'});
  });

  test('of an object that is being deleted changes nothing', () => {
    const deleting = {
      ...withImage(stored, 'web', 'web:2'),
      metadata: {name: 'web', deletionTimestamp: '2026-01-01T00:00:00Z', annotations: inject},
    };
    expect(update(stored, deleting, later)).toMatchObject({verdict: {kind: 'skipped', reason: 'deleting'}, object: deleting});
  });

  test('that defaults and normalises what was stored is no change of the author', () => {
    const defaulted = changed(stored, (template) => ({
      ...template,
      spec: {
        ...template.spec,
        restartPolicy: 'Always',
        dnsPolicy: 'ClusterFirst',
        containers: template.spec.containers.map((container) => ({
          ...container,
          imagePullPolicy: 'IfNotPresent',
          terminationMessagePath: '/dev/termination-log',
        })),
      },
    }));
    expect(update(defaulted, original, later).object).toEqual(defaulted);
  });
});

describe('a Job', () => {
  const job = {...deployment(inject), apiVersion: 'batch/v1', kind: 'Job'};
  const stored = create(job, templates).object;

  test('that is applied again keeps its pod template', () => {
    expect(update(stored, job, later).object).toEqual(stored);
  });

  test('keeps it also when its annotations change, and that is told', () => {
    const outcome = update(stored, annotated(stored, undefined), later);
    expect(templateOf(outcome.object)).toEqual(templateOf(stored));
    expect(outcome.notes.map((note) => note.code)).toEqual(['jobNotChanged']);
  });

  test('whose author changed the template is left as it came', () => {
    const arriving = withImage(job, 'web', 'web:2');
    expect(update(stored, arriving, later)).toMatchObject({
      verdict: {kind: 'skipped', reason: 'jobImmutable'},
      notes: [{code: 'jobNotChanged'}],
    });
    expect(update(stored, arriving, later).object).toBe(arriving);
  });
});

describe('uninject', () => {
  test('gives back what the author wrote, at every level', () => {
    for (const object of [deployment(inject), deployment(undefined, {annotations: inject})]) {
      const {object: injected} = create(object, templates, {view: 'pods'});
      expect(injected).not.toEqual(object);
      expect(uninject(injected).object).toEqual(object);
    }
  });

  test('of an object without a record says so', () => {
    const object = deployment(undefined);
    expect(uninject(object)).toMatchObject({verdict: {kind: 'skipped', reason: 'notInjected'}, object});
  });

  test('of an object whose record cannot be read is no silent success', () => {
    for (const status of ['nonsense', '{"v":2}', '']) {
      const object = deployment(undefined, {annotations: {'pod-injector.dev/status': status}});
      expect(uninject(object)).toMatchObject({
        verdict: {kind: 'skipped', reason: 'notInjected'},
        object,
        notes: [{code: 'statusUnreadable'}],
      });
    }
    expect(uninject(deployment(undefined)).notes).toEqual([]);
  });

  test('puts back empty lists and maps, null and image: auto', () => {
    const object = deployment(
      undefined,
      {annotations: inject, labels: {}},
      {
        volumes: [],
        initContainers: null,
        containers: [
          {name: 'web', image: 'web:1', volumeMounts: null},
          {name: 'agent', image: 'auto', imagePullPolicy: 'Always'},
        ],
      },
    );
    const {object: injected} = create(object, templates, {view: 'pods'});
    expect(imageOf(injected, 'agent')).toBe('agent:1');
    expect(uninject(injected).object).toEqual(object);
  });
});
