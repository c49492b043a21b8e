import {describe, expect, test} from 'vitest';
import {handleReview} from '../../src/admission/handle.ts';
import {uninject} from '../../src/core/inject.ts';
import type {JsonObject} from '../../src/core/json.ts';
import type {Outcome} from '../../src/core/outcome.ts';
import {at, create, deployment, pod} from '../helpers/objects.ts';
import {set} from '../helpers/set.ts';
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
const containers = (outcome: Outcome): readonly JsonObject[] => at(outcome.object, 'spec', 'containers') as readonly JsonObject[];
const forged = (status: JsonObject): JsonObject => ({
  annotations: {[statusKey]: JSON.stringify({v: 1, at: 'pod', app: [], ...status})},
});

describe('a forged or foreign status', () => {
  test('an entry that records nothing added does not stand for an injection', () => {
    const outcome = create(pod('agent', {}, forged({templates: [{name: 'agent'}]})), templates);
    expect(outcome.verdict.kind).toBe('injected');
    expect(names(containers(outcome))).toEqual(['web', 'agent']);
  });

  test("an entry that names the author's own container does not stand for an injection", () => {
    const outcome = create(
      pod('agent', {}, forged({templates: [{name: 'agent', added: {spec: {containers: {web: {image: 1}}}}}]})),
      templates,
    );
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
    const review = {
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      request: {uid: 'u', operation: 'CREATE', kind: {kind: 'Pod', version: 'v1'}, object},
    };
    expect(() => handleReview(review, {templates, namespaceOf: () => undefined})).not.toThrow();
    expect(() => uninject(object)).not.toThrow();
  });

  test('of more templates than a list may name is none of ours', () => {
    const entry = {name: 'agent', hash: 'x', added: {spec: {containers: {web: 1}}}};
    const object = pod(undefined, {}, forged({templates: Array.from({length: 5000}, () => entry)}));
    expect(create(object, templates)).toMatchObject({verdict: {kind: 'skipped', reason: 'notAsked'}, object});
  });

  test('beside a toleration of any depth gives a verdict', () => {
    const tolerant = snapshot({
      tolerant: 'pattern: sidecar\nspec: {tolerations: [{key: a, operator: Exists}]}\n',
    });
    const deep = JSON.parse(`${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}`) as JsonObject;
    const {object, verdict} = create(pod('tolerant', {tolerations: [deep]}), tolerant);
    expect(verdict.kind).toBe('injected');
    expect(uninject(object).verdict.kind).toBe('removed');
  });

  test('a list of more names than anybody injects is refused in a few words', () => {
    const list = Array.from({length: 3000}, (_, index) => `t${index.toString(36)}`).join(',');
    const outcome = create(pod(list), templates);
    expect(outcome.verdict.kind).toBe('refused');
    expect(JSON.stringify(outcome.verdict).length).toBeLessThan(20_000);
  });
});

describe('customised sidecars', () => {
  const custom = (fields: JsonObject): JsonObject => ({
    containers: [
      {name: 'web', image: 'web:1'},
      {name: 'agent', image: 'auto', ...fields},
    ],
  });

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

  test('the token that the API server has mounted into a container that customises a template stays, and the record is read', () => {
    const withMount = snapshot({
      agent:
        'pattern: sidecar\ncontainers: [{name: agent, image: "agent:1", volumeMounts: [{name: logs, mountPath: /logs}]}]\nvolumes: [{name: logs, emptyDir: {}}]\n',
    });
    const token = {name: 'kube-api-access-x7k2p', readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount'};
    const object = pod('agent', custom({imagePullPolicy: 'Always', volumeMounts: [token]}));
    const first = create(object, withMount);
    expect(at(containers(first)[1], 'volumeMounts')).toEqual(expect.arrayContaining([token, {name: 'logs', mountPath: '/logs'}]));
    expect(create(first.object, withMount).verdict.kind).toBe('alreadyInjected');
    expect(uninject(first.object).object).toEqual(object);
  });

  test("the author's pull policy beside `image: auto` comes back", () => {
    const object = pod('agent', custom({imagePullPolicy: 'Always'}));
    expect(uninject(create(object, templates).object).object).toEqual(object);
  });

  test('a variable by any name that the API allows is laid under', () => {
    const hostile = snapshot({
      agent: 'pattern: sidecar\ncontainers: [{name: agent, image: "agent:1", env: [{name: __proto__, value: x}]}]\n',
    });
    const object = pod('agent', custom({env: [{name: 'MINE', value: '1'}]}));
    const outcome = create(object, hostile);
    expect(names(containers(outcome)[1]?.['env'])).toEqual(['__proto__', 'MINE']);
    expect(uninject(outcome.object).object).toEqual(object);
  });

  test('a variable whose parts are laid under is known as added whatever its name', () => {
    const hostile = snapshot({
      agent: 'pattern: sidecar\ncontainers: [{name: agent, image: "agent:1", env: [{name: __proto__, value: x}]}]\n',
    });
    const object = pod('agent', custom({env: [{name: '__proto__'}]}));
    expect(uninject(create(object, hostile).object).object).toEqual(object);
  });

  test('only the first of two variables of one name is taken out of', () => {
    const object = pod('agent', custom({env: [{name: 'LEVEL'}, {name: 'LEVEL', value: 'debug'}]}));
    expect(uninject(create(object, templates).object).object).toEqual(object);
  });

  test('an explicit empty value and none at all are the same under a `valueFrom`', () => {
    const from = snapshot({
      agent:
        'pattern: sidecar\ncontainers: [{name: agent, image: "agent:1", env: [{name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}]}]\n',
    });
    const env = (variable: JsonObject): unknown =>
      at(containers(create(pod('agent', custom({env: [variable]})), from))[1], 'env', 0, 'valueFrom');
    expect(env({name: 'NODE', value: ''})).toEqual(env({name: 'NODE'}));
  });

  test('`image: auto` of an init container that no template gives an image is refused', () => {
    const outcome = create(pod('agent', {initContainers: [{name: 'prepare', image: 'auto'}]}), templates);
    expect(outcome.verdict).toMatchObject({kind: 'refused', faults: [{code: 'imageMissing'}]});
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
    const edited = set(injected, ['spec', 'template', 'spec', 'securityContext', 'runAsUser'], 5);
    expect(at(uninject(edited).object, 'spec', 'template', 'spec', 'securityContext')).toEqual({runAsUser: 5});
  });

  test('an init container that asks for more than the whole pod has is refused', () => {
    // Aggregated requests include init containers: k8s.io/component-helpers/resource, AggregateContainerRequests.
    const big = snapshot({
      big: 'pattern: init\ninitContainers: [{name: big, image: "big:1", resources: {requests: {cpu: "2"}}}]\n',
    });
    const outcome = create(pod('big', {resources: {requests: {cpu: '1'}}}), big);
    expect(outcome.verdict).toMatchObject({kind: 'refused', faults: [{code: 'podResourcesExceeded'}]});
  });

  test('a container with a limit above that of the whole pod is refused', () => {
    // pkg/apis/core/validation: each container's limit must be at most the pod's (KEP-2837).
    const big = snapshot({
      big: 'pattern: sidecar\ncontainers: [{name: big, image: "big:1", resources: {requests: {cpu: 100m}, limits: {cpu: "2"}}}]\n',
    });
    const outcome = create(pod('big', {resources: {limits: {cpu: '1'}, requests: {cpu: '1'}}}), big);
    expect(outcome.verdict).toMatchObject({kind: 'refused', faults: [{code: 'podResourcesExceeded'}]});
  });

  test('a mount path that is a block device of the container already is refused', () => {
    const object = pod('agent', {
      containers: [{name: 'web', image: 'web:1', volumeDevices: [{name: 'disk', devicePath: '/var/log'}]}],
      volumes: [{name: 'disk', persistentVolumeClaim: {claimName: 'disk'}}],
    });
    expect(create(object, templates).verdict).toMatchObject({kind: 'refused', faults: [{code: 'mountPathConflict'}]});
  });

  test('a mount path conflict names both owners', () => {
    const both = snapshot({
      one: 'pattern: sidecar\nvolumes: [{name: a, emptyDir: {}}]\napp: {volumeMounts: [{name: a, mountPath: /data}]}\n',
      two: 'pattern: sidecar\nvolumes: [{name: b, emptyDir: {}}]\napp: {volumeMounts: [{name: b, mountPath: /data}]}\n',
    });
    const {verdict} = create(pod('one,two'), both);
    expect(verdict.kind === 'refused' && verdict.faults.map((fault) => fault.message).join()).toMatch(
      /template two.*template one/,
    );
  });

  test('a template left out for Windows alone is skipped for that reason', () => {
    const outcome = create(pod('agent', {os: {name: 'windows'}}), templates);
    expect(outcome.verdict).toEqual({kind: 'skipped', reason: 'windows'});
  });
});

describe('namespaces', () => {
  test('an empty annotation on the pod is told of although the namespace decides', () => {
    const namespace = {name: 'shop', labels: {'pod-injector.dev/injection': 'enabled'}, annotations: {[injectKey]: 'agent'}};
    expect(create(pod(''), templates, {namespace}).notes.map((note) => note.code)).toContain('emptyAnnotation');
  });
});
