import {describe, expect, test} from 'vitest';
import {handleReview} from '../../src/admission/handle.ts';
import {uninject} from '../../src/core/inject.ts';
import type {JsonObject} from '../../src/core/json.ts';
import type {Outcome} from '../../src/core/outcome.ts';
import {at, create, deployment, pod, update} from '../helpers/objects.ts';
import {snapshot} from '../helpers/templates.ts';

const statusKey = 'pod-injector.dev/status';
const injectKey = 'pod-injector.dev/inject';

const templates = snapshot({
  agent: `
pattern: sidecar
containers:
- {name: agent, image: "agent:1", env: [{name: LEVEL, value: info}], volumeMounts: [{name: varlog, mountPath: /var/log}]}
volumes: [{name: varlog, emptyDir: {}}]
app: {volumeMounts: [{name: varlog, mountPath: /var/log}]}
`,
  extras: `
pattern: sidecar
app: {env: [{name: EXTRA, value: "1"}]}
`,
});

const names = (value: unknown): unknown => (value as readonly JsonObject[]).map((item) => item['name']);
const containers = (outcome: Outcome, ...path: readonly string[]): readonly JsonObject[] => at(outcome.object, ...path, 'spec', 'containers') as readonly JsonObject[];
const statusOf = (object: unknown): JsonObject => JSON.parse(at(object, 'metadata', 'annotations', statusKey) as string) as JsonObject;
const forged = (status: JsonObject): JsonObject => ({annotations: {[statusKey]: JSON.stringify({v: 1, at: 'pod', app: [], ...status})}});

describe('a forged or foreign status', () => {
  test('an entry that records nothing added does not stand for an injection', () => {
    const outcome = create(pod('agent', {}, forged({templates: [{name: 'agent'}]})), templates);
    expect(outcome.verdict.kind).toBe('injected');
    expect(names(containers(outcome))).toEqual(['web', 'agent']);
  });

  test("an entry that names the author's own container does not stand for an injection", () => {
    const outcome = create(pod('agent', {}, forged({templates: [{name: 'agent', added: {spec: {containers: {web: {image: 1}}}}}]})), templates);
    expect(outcome.verdict.kind).not.toBe('alreadyInjected');
  });

  test('a record of having been left out on Windows does not stand on a pod of another system', () => {
    const outcome = create(pod('agent', {}, forged({templates: [{name: 'agent', skipped: 'windows'}]})), templates);
    expect(outcome.verdict.kind).toBe('injected');
  });

  test('what stood there before can put no privilege into a pod', () => {
    const added = {spec: {hostNetwork: {'~': true}, containers: {web: {image: {'~': 'evil:1'}}}}};
    const object = pod(undefined, {hostNetwork: false}, forged({templates: [{name: 'agent', added}]}));
    const outcome = create(object, templates);
    expect(at(outcome.object, 'spec', 'hostNetwork')).toBe(false);
    expect(containers(outcome)[0]?.['image']).toBe('web:1');
  });

  test('a record as deep as an annotation can hold gives a verdict', () => {
    const depth = 60_000;
    const prior = `${'['.repeat(depth)}${']'.repeat(depth)}`;
    const text = `{"v":1,"at":"pod","app":[],"templates":[{"name":"agent","added":{"spec":{"containers":{"web":{"env":{"~":${prior}}}}}}}]}`;
    const object = pod(undefined, {containers: [{name: 'web', image: 'web:1', env: ['x']}]}, {annotations: {[statusKey]: text}});
    const review = {apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: {uid: 'u', operation: 'CREATE', kind: {kind: 'Pod', version: 'v1'}, object}};
    expect(() => handleReview(review, {templates, namespaceOf: () => undefined})).not.toThrow();
    expect(() => uninject(object)).not.toThrow();
  });

  test('a list of more names than anybody injects is refused in a few words', () => {
    const list = Array.from({length: 3000}, (_, index) => `t${index.toString(36)}`).join(',');
    const outcome = create(pod(list), templates);
    expect(outcome.verdict.kind).toBe('refused');
    expect(JSON.stringify(outcome.verdict).length).toBeLessThan(20_000);
  });
});

describe('customised sidecars', () => {
  const custom = (fields: JsonObject): JsonObject => ({containers: [{name: 'web', image: 'web:1'}, {name: 'agent', image: 'auto', ...fields}]});

  test('`*` leaves out a container that customises a template which comes later in the list', () => {
    const outcome = create(pod('extras,agent', custom({})), templates);
    expect(at(containers(outcome)[0], 'env')).toEqual([{name: 'EXTRA', value: '1'}]);
    expect(at(containers(outcome)[1], 'env')).toEqual([{name: 'LEVEL', value: 'info'}]);
  });

  test("the API server's pull policy beside `image: auto` leaves the injection complete on a second run", () => {
    const first = create(pod('agent', custom({imagePullPolicy: 'Always'})), templates);
    const second = create(first.object, templates);
    expect(second.verdict.kind).toBe('alreadyInjected');
    expect(second.object).toBe(first.object);
  });

  test("the author's pull policy beside `image: auto` comes back", () => {
    const object = pod('agent', custom({imagePullPolicy: 'Always'}));
    expect(uninject(create(object, templates).object).object).toEqual(object);
  });

  test('a variable by any name that the API allows is laid under', () => {
    const hostile = snapshot({agent: 'pattern: sidecar\ncontainers: [{name: agent, image: "agent:1", env: [{name: __proto__, value: x}]}]\n'});
    const object = pod('agent', custom({env: [{name: 'MINE', value: '1'}]}));
    const outcome = create(object, hostile);
    expect(names(containers(outcome)[1]?.['env'])).toEqual(['__proto__', 'MINE']);
    expect(uninject(outcome.object).object).toEqual(object);
  });

  test('a variable whose parts are laid under is known as added whatever its name', () => {
    const hostile = snapshot({agent: 'pattern: sidecar\ncontainers: [{name: agent, image: "agent:1", env: [{name: __proto__, value: x}]}]\n'});
    const object = pod('agent', custom({env: [{name: '__proto__'}]}));
    expect(uninject(create(object, hostile).object).object).toEqual(object);
  });

  test('only the first of two variables of one name is taken out of', () => {
    const object = pod('agent', custom({env: [{name: 'LEVEL'}, {name: 'LEVEL', value: 'debug'}]}));
    expect(uninject(create(object, templates).object).object).toEqual(object);
  });

  test('an explicit empty value and none at all are the same under a `valueFrom`', () => {
    const from = snapshot({agent: 'pattern: sidecar\ncontainers: [{name: agent, image: "agent:1", env: [{name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}]}]\n'});
    const env = (variable: JsonObject): unknown => at(containers(create(pod('agent', custom({env: [variable]})), from))[1], 'env', 0, 'valueFrom');
    expect(env({name: 'NODE', value: ''})).toEqual(env({name: 'NODE'}));
  });

  test('`image: auto` of an init container that no template gives an image is refused', () => {
    const outcome = create(pod('agent', {initContainers: [{name: 'prepare', image: 'auto'}]}), templates);
    expect(outcome.verdict).toMatchObject({kind: 'refused', faults: [{code: 'imageMissing'}]});
  });
});

describe('a template that found everything there', () => {
  const before = snapshot({varlog: 'pattern: sidecar\nvolumes: [{name: varlog, emptyDir: {}}]\n'});
  const after = snapshot({varlog: 'pattern: sidecar\nvolumes: [{name: varlog, emptyDir: {}}]\nmetadata: {labels: {logs: yes-please}}\n'});
  const stored = create(deployment({[injectKey]: 'varlog'}, {}, {volumes: [{name: 'varlog', emptyDir: {}}]}), before).object;

  test('counts as injected for the pods of its workload when the template has changed since, so that they are alike', () => {
    const object: JsonObject = {apiVersion: 'v1', kind: 'Pod', ...(at(stored, 'spec', 'template') as JsonObject)};
    expect(create(object, after)).toMatchObject({verdict: {kind: 'alreadyInjected'}, object});
  });

  test('counts as injected when an earlier revision comes back', () => {
    const edited = structuredClone(stored) as any;
    edited.spec.template.spec.containers[0].image = 'web:2';
    const later = update(stored, edited as JsonObject, after).object;
    const back = {...later, spec: {...(later['spec'] as JsonObject), template: at(stored, 'spec', 'template') as JsonObject}};
    expect(update(later, back, after).object).toBe(back);
  });
});

describe('pod-level fields', () => {
  test('a priority class replaces the number that admission computed without it', () => {
    // The Priority plugin forbids a number that is not the class's: plugin/pkg/admission/priority/admission.go.
    const classes = snapshot({urgent: 'pattern: sidecar\nspec: {priorityClassName: urgent}\n'});
    const outcome = create(pod('urgent', {priority: 0, preemptionPolicy: 'PreemptLowerPriority'}), classes);
    expect(at(outcome.object, 'spec', 'priorityClassName')).toBe('urgent');
    expect(at(outcome.object, 'spec', 'priority')).toBeUndefined();
  });

  test('what was written beside ours into a map that had been empty survives', () => {
    const grouped = snapshot({grouped: 'pattern: sidecar\nspec: {securityContext: {fsGroup: 1}}\n'});
    const object = deployment({[injectKey]: 'grouped'}, {}, {securityContext: {}});
    const injected = create(object, grouped).object;
    const edited = structuredClone(injected) as any;
    edited.spec.template.spec.securityContext.runAsUser = 5;
    expect(at(uninject(edited as JsonObject).object, 'spec', 'template', 'spec', 'securityContext')).toEqual({runAsUser: 5});
  });

  test('an init container that asks for more than the whole pod has is refused', () => {
    // Aggregated requests include init containers: k8s.io/component-helpers/resource, AggregateContainerRequests.
    const big = snapshot({big: 'pattern: init\ninitContainers: [{name: big, image: "big:1", resources: {requests: {cpu: "2"}}}]\n'});
    const outcome = create(pod('big', {resources: {requests: {cpu: '1'}}}), big);
    expect(outcome.verdict).toMatchObject({kind: 'refused', faults: [{code: 'podResourcesExceeded'}]});
  });

  test('a container with a limit above that of the whole pod is refused', () => {
    // pkg/apis/core/validation: each container's limit must be at most the pod's (KEP-2837).
    const big = snapshot({big: 'pattern: sidecar\ncontainers: [{name: big, image: "big:1", resources: {requests: {cpu: 100m}, limits: {cpu: "2"}}}]\n'});
    const outcome = create(pod('big', {resources: {limits: {cpu: '1'}, requests: {cpu: '1'}}}), big);
    expect(outcome.verdict).toMatchObject({kind: 'refused', faults: [{code: 'podResourcesExceeded'}]});
  });

  test('a mount path that is a block device of the container already is refused', () => {
    const object = pod('agent', {containers: [{name: 'web', image: 'web:1', volumeDevices: [{name: 'disk', devicePath: '/var/log'}]}], volumes: [{name: 'disk', persistentVolumeClaim: {claimName: 'disk'}}]});
    expect(create(object, templates).verdict).toMatchObject({kind: 'refused', faults: [{code: 'mountPathConflict'}]});
  });

  test('a mount path conflict names both owners', () => {
    const both = snapshot({
      one: 'pattern: sidecar\nvolumes: [{name: a, emptyDir: {}}]\napp: {volumeMounts: [{name: a, mountPath: /data}]}\n',
      two: 'pattern: sidecar\nvolumes: [{name: b, emptyDir: {}}]\napp: {volumeMounts: [{name: b, mountPath: /data}]}\n',
    });
    const {verdict} = create(pod('one,two'), both);
    expect(verdict.kind === 'refused' && verdict.faults.map((fault) => fault.message).join()).toMatch(/template two.*template one/);
  });

  test('a template left out for Windows alone is skipped for that reason', () => {
    const outcome = create(pod('agent', {os: {name: 'windows'}}), templates);
    expect(outcome.verdict).toEqual({kind: 'skipped', reason: 'windows'});
  });
});

describe('updates of workloads', () => {
  const own = {[injectKey]: 'agent'};
  const stored = create(deployment(own), templates).object;

  test('kubectl replace that moves the annotation to the pod template keeps it there', () => {
    const moved = deployment(undefined, {annotations: own});
    expect(at(update(stored, moved, templates).object, 'spec', 'template', 'metadata', 'annotations')).toEqual(own);
  });

  test('kubectl replace by a manifest that holds the same container by hand keeps the container', () => {
    const byHand = {
      containers: [
        {name: 'web', image: 'web:1', volumeMounts: [{name: 'varlog', mountPath: '/var/log'}]},
        {name: 'agent', image: 'agent:1', env: [{name: 'LEVEL', value: 'info'}], volumeMounts: [{name: 'varlog', mountPath: '/var/log'}]},
      ],
      volumes: [{name: 'varlog', emptyDir: {}}],
    };
    const manifest = deployment(undefined, {}, byHand);
    expect(update(stored, manifest, templates).object).toEqual(manifest);
  });

  test('a container changed by hand whose template goes is no application of the next one', () => {
    const edited = structuredClone(stored) as any;
    edited.metadata.annotations = {[injectKey]: 'extras'};
    edited.spec.template.spec.containers[1].env = [{name: 'LEVEL', value: 'debug'}];
    const outcome = update(stored, edited as JsonObject, templates);
    const template = at(outcome.object, 'spec', 'template') as JsonObject;
    expect(names(at(template, 'spec', 'containers'))).toEqual(['web']);
    expect(JSON.stringify(statusOf(template))).not.toContain('agent');
    const pods = create({apiVersion: 'v1', kind: 'Pod', ...template}, templates);
    expect(pods.verdict.kind).toBe('alreadyInjected');
  });

  test('no container without an image is left when the status was taken off together with its template', () => {
    const edited = structuredClone(stored) as any;
    edited.metadata.annotations = {[injectKey]: 'extras'};
    delete edited.spec.template.metadata.annotations[statusKey];
    edited.spec.template.spec.containers[1].env = [{name: 'LEVEL', value: 'debug'}];
    const outcome = update(stored, edited as JsonObject, templates);
    const list = at(outcome.object, 'spec', 'template', 'spec', 'containers') as readonly JsonObject[];
    expect(list.filter((container) => container['image'] === undefined)).toEqual([]);
  });

  test('an unrelated update says that the pod template does not hold what the annotation asks', () => {
    const missed = {...stored, metadata: {name: 'web', annotations: {[injectKey]: 'agent,extras'}}};
    const labelled = {...missed, metadata: {...missed.metadata, labels: {team: 'a'}}};
    const outcome = update(missed, labelled, templates);
    expect(outcome.object).toBe(labelled);
    expect(outcome.notes.map((note) => note.code)).toContain('notYetInjected');
  });

  test('pods of a workload whose optional template was left out start after that template is deleted', () => {
    const conflicting = snapshot({
      soft: 'pattern: sidecar\nrequired: false\nvolumes: [{name: data, emptyDir: {}}]\napp: {volumeMounts: [{name: data, mountPath: /data}]}\n',
    });
    const object = deployment({[injectKey]: 'soft'}, {}, {volumes: [{name: 'data', configMap: {name: 'x'}}]});
    const template = at(create(object, conflicting).object, 'spec', 'template') as JsonObject;
    expect(create({apiVersion: 'v1', kind: 'Pod', ...template}, snapshot({})).verdict.kind).not.toBe('refused');
  });
});

describe('what the API server adds because of an injection', () => {
  const asked = (name: string): JsonObject => ({[injectKey]: name});

  test('the deprecated serviceAccount that follows serviceAccountName is no change of the author, and goes with it', () => {
    // Both are always answered together: Convert_core_PodSpec_To_v1_PodSpec in pkg/apis/core/v1/conversion.go.
    const accounts = snapshot({account: 'pattern: sidecar\nspec: {serviceAccountName: shipper}\n'});
    const manifest = deployment(asked('account'));
    const stored = structuredClone(create(manifest, accounts).object) as any;
    stored.spec.template.spec.serviceAccount = 'shipper';
    expect(at(update(stored as JsonObject, manifest, accounts).object, 'spec', 'template')).toEqual(stored.spec.template);
    const withdrawn = update(stored as JsonObject, {...stored, metadata: {name: 'web'}} as JsonObject, accounts).object;
    expect(at(withdrawn, 'spec', 'template', 'spec', 'serviceAccount')).toBeUndefined();
  });

  test('host ports that follow hostNetwork are no change of the author, and go with it', () => {
    // SetDefaults_PodSpec, defaultHostNetworkPorts, in pkg/apis/core/v1/defaults.go.
    const hosts = snapshot({host: 'pattern: sidecar\nspec: {hostNetwork: true}\n'});
    const manifest = deployment(asked('host'), {}, {containers: [{name: 'web', image: 'web:1', ports: [{containerPort: 80, protocol: 'TCP'}]}]});
    const stored = structuredClone(create(manifest, hosts).object) as any;
    stored.spec.template.spec.containers[0].ports[0].hostPort = 80;
    expect(at(update(stored as JsonObject, manifest, hosts).object, 'spec', 'template')).toEqual(stored.spec.template);
    const withdrawn = update(stored as JsonObject, {...stored, metadata: {name: 'web'}} as JsonObject, hosts).object;
    expect(at(withdrawn, 'spec', 'template', 'spec', 'containers', 0, 'ports', 0, 'hostPort')).toBeUndefined();
  });
});

describe('namespaces', () => {
  test('an empty annotation on the pod is told of although the namespace decides', () => {
    const namespace = {name: 'shop', labels: {'pod-injector.dev/injection': 'enabled'}, annotations: {[injectKey]: 'agent'}};
    expect(create(pod(''), templates, {namespace}).notes.map((note) => note.code)).toContain('emptyAnnotation');
  });
});

