import {describe, expect, test} from 'vitest';
import type {JsonObject} from '../../src/core/json.ts';
import {at, create, deployment, update} from '../helpers/objects.ts';
import {set} from '../helpers/set.ts';
import {snapshot} from '../helpers/templates.ts';

const statusKey = 'pod-injector.dev/status';
const injectKey = 'pod-injector.dev/inject';
const containerPath = ['spec', 'template', 'spec', 'containers'] as const;

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
const statusOf = (object: unknown): JsonObject =>
  JSON.parse(at(object, 'metadata', 'annotations', statusKey) as string) as JsonObject;

describe('a template that found everything there', () => {
  const before = snapshot({varlog: 'pattern: sidecar\nvolumes: [{name: varlog, emptyDir: {}}]\n'});
  const after = snapshot({
    varlog: 'pattern: sidecar\nvolumes: [{name: varlog, emptyDir: {}}]\nmetadata: {labels: {logs: yes-please}}\n',
  });
  const stored = create(deployment({[injectKey]: 'varlog'}, {}, {volumes: [{name: 'varlog', emptyDir: {}}]}), before).object;

  test('counts as injected for the pods of its workload when the template has changed since, so that they are alike', () => {
    const object: JsonObject = {apiVersion: 'v1', kind: 'Pod', ...(at(stored, 'spec', 'template') as JsonObject)};
    expect(create(object, after)).toMatchObject({verdict: {kind: 'alreadyInjected'}, object});
  });

  test('counts as injected when an earlier revision comes back', () => {
    const later = update(stored, set(stored, [...containerPath, 0, 'image'], 'web:2'), after).object;
    const back = {...later, spec: {...(later['spec'] as JsonObject), template: at(stored, 'spec', 'template') as JsonObject}};
    expect(update(later, back, after).object).toBe(back);
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
        {
          name: 'agent',
          image: 'agent:1',
          env: [{name: 'LEVEL', value: 'info'}],
          volumeMounts: [{name: 'varlog', mountPath: '/var/log'}],
        },
      ],
      volumes: [{name: 'varlog', emptyDir: {}}],
    };
    const manifest = deployment(undefined, {}, byHand);
    expect(update(stored, manifest, templates).object).toEqual(manifest);
  });

  test('a container changed by hand whose template goes is no application of the next one', () => {
    const edited = set(
      set(stored, ['metadata', 'annotations'], {[injectKey]: 'extras'}),
      [...containerPath, 1, 'env'],
      [{name: 'LEVEL', value: 'debug'}],
    );
    const outcome = update(stored, edited, templates);
    const template = at(outcome.object, 'spec', 'template') as JsonObject;
    expect(names(at(template, 'spec', 'containers'))).toEqual(['web']);
    expect(JSON.stringify(statusOf(template))).not.toContain('agent');
    const pods = create({apiVersion: 'v1', kind: 'Pod', ...template}, templates);
    expect(pods.verdict.kind).toBe('alreadyInjected');
  });

  test('init containers keep their order when the second is changed by hand', () => {
    const steps = snapshot({
      wait: 'pattern: init\ninitContainers: [{name: wait, image: "wait:1"}]\n',
      migrate: 'pattern: init\ninitContainers: [{name: migrate, image: "migrate:1"}]\n',
    });
    const first = create(deployment({[injectKey]: 'wait,migrate'}), steps).object;
    const edited = set(first, ['spec', 'template', 'spec', 'initContainers', 1, 'env'], [{name: 'DRY_RUN', value: '1'}]);
    expect(names(at(update(first, edited, steps).object, 'spec', 'template', 'spec', 'initContainers'))).toEqual([
      'wait',
      'migrate',
    ]);
  });

  test('no container without an image is left when the status was taken off together with its template', () => {
    const asked = set(stored, ['metadata', 'annotations'], {[injectKey]: 'extras'});
    const bare = set(asked, ['spec', 'template', 'metadata', 'annotations', statusKey], undefined);
    const outcome = update(stored, set(bare, [...containerPath, 1, 'env'], [{name: 'LEVEL', value: 'debug'}]), templates);
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

  test('the pull policy that follows the image of `image: auto` is no change of the author', () => {
    // As `preview` writes it from a bare manifest, and the API server stores it; a manifest always comes defaulted.
    const bare = deployment(
      asked('agent'),
      {},
      {
        containers: [
          {name: 'web', image: 'web:1'},
          {name: 'agent', image: 'auto'},
        ],
      },
    );
    const policies = (object: JsonObject): JsonObject => {
      const list = at(object, ...containerPath) as readonly JsonObject[];
      const filled = list.map((one) => ({imagePullPolicy: one['image'] === 'auto' ? 'Always' : 'IfNotPresent', ...one}));
      return set(object, containerPath, filled);
    };
    const stored = policies(create(bare, templates).object);
    const outcome = update(stored, policies(bare), templates);
    expect(at(outcome.object, 'spec', 'template')).toEqual(at(stored, 'spec', 'template'));
    expect(outcome.verdict.kind).toBe('alreadyInjected');
    const next = snapshot({agent: 'pattern: sidecar\ncontainers: [{name: agent, image: "agent:2"}]\n'});
    expect(at(update(stored, policies(bare), next).object, 'spec', 'template')).toEqual(at(stored, 'spec', 'template'));
  });

  test('the deprecated serviceAccount that follows serviceAccountName is no change of the author, and goes with it', () => {
    // Both are always answered together: Convert_core_PodSpec_To_v1_PodSpec in pkg/apis/core/v1/conversion.go.
    const accounts = snapshot({account: 'pattern: sidecar\nspec: {serviceAccountName: shipper}\n'});
    const manifest = deployment(asked('account'));
    const stored = set(create(manifest, accounts).object, ['spec', 'template', 'spec', 'serviceAccount'], 'shipper');
    expect(at(update(stored, manifest, accounts).object, 'spec', 'template')).toEqual(at(stored, 'spec', 'template'));
    const withdrawn = update(stored, {...stored, metadata: {name: 'web'}}, accounts).object;
    expect(at(withdrawn, 'spec', 'template', 'spec', 'serviceAccount')).toBeUndefined();
  });

  test('host ports that follow hostNetwork are no change of the author, and go with it', () => {
    // SetDefaults_PodSpec, defaultHostNetworkPorts, in pkg/apis/core/v1/defaults.go.
    const hosts = snapshot({host: 'pattern: sidecar\nspec: {hostNetwork: true}\n'});
    const manifest = deployment(
      asked('host'),
      {},
      {containers: [{name: 'web', image: 'web:1', ports: [{containerPort: 80, protocol: 'TCP'}]}]},
    );
    const stored = set(create(manifest, hosts).object, [...containerPath, 0, 'ports', 0, 'hostPort'], 80);
    expect(at(update(stored, manifest, hosts).object, 'spec', 'template')).toEqual(at(stored, 'spec', 'template'));
    const withdrawn = update(stored, {...stored, metadata: {name: 'web'}}, hosts).object;
    expect(at(withdrawn, 'spec', 'template', 'spec', 'containers', 0, 'ports', 0, 'hostPort')).toBeUndefined();
  });
});
