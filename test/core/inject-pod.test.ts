import {describe, expect, test} from 'vitest';
import {at, create, pod, update, yaml} from '../helpers/objects.ts';
import {snapshot} from '../helpers/templates.ts';

const agent = `
pattern: sidecar
containers:
- name: agent
  image: agent:1
  env: [{name: LEVEL, value: info}]
  volumeMounts: [{name: logs, mountPath: /logs}]
  resources: {requests: {cpu: 100m}}
app:
  env: [{name: AGENT, value: "on"}]
  volumeMounts: [{name: logs, mountPath: /var/log}]
volumes:
- name: logs
  emptyDir: {}
`;
const prepare = `
pattern: init
initContainers:
- name: prepare
  image: prepare:1
`;
const templates = snapshot({
  agent,
  prepare,
  'old-initializer': agent.replaceAll('agent', 'old').replaceAll('logs', 'oldlogs').replace('/var/log', '/var/old'),
  optional: `required: false\n${agent.replaceAll('logs', 'web').replaceAll('name: agent', 'name: web')}`,
});

describe('what is asked', () => {
  test('templates are injected in the order of the list', () => {
    const outcome = create(pod('prepare, agent'), templates);
    expect(outcome.verdict).toEqual({kind: 'injected'});
    expect(outcome.templates.map((one) => one.name)).toEqual(['prepare', 'agent']);
    expect(at(outcome.object, 'spec', 'initContainers', 0, 'name')).toBe('prepare');
    expect(at(outcome.object, 'spec', 'containers', 1, 'name')).toBe('agent');
  });

  test('spaces, empty items and duplicates in a list do no harm, and a duplicate is told', () => {
    const outcome = create(pod(' agent ,, agent,'), templates);
    expect(outcome.verdict.kind).toBe('injected');
    expect(outcome.notes.map((note) => note.code)).toEqual(['duplicateTemplate']);
  });

  test('without any annotation nothing happens, and the object is the very same', () => {
    const object = pod(undefined);
    expect(create(object, templates)).toMatchObject({verdict: {kind: 'skipped', reason: 'notAsked'}});
    expect(create(object, templates).object).toBe(object);
  });

  test('"false" opts out of the namespace default', () => {
    const namespace = {
      name: 'shop',
      labels: {'pod-injector.dev/injection': 'enabled'},
      annotations: {'pod-injector.dev/inject': 'agent'},
    };
    expect(create(pod('false'), templates, {namespace}).verdict).toEqual({kind: 'skipped', reason: 'optedOut'});
    expect(create(pod(undefined), templates, {namespace})).toMatchObject({verdict: {kind: 'injected'}, level: 'namespace'});
  });

  test('the namespace default needs the label, and "true" does not', () => {
    const namespace = {name: 'shop', annotations: {'pod-injector.dev/inject': 'agent'}};
    expect(create(pod(undefined), templates, {namespace}).verdict).toEqual({kind: 'skipped', reason: 'notAsked'});
    expect(create(pod('true'), templates, {namespace}).verdict).toEqual({kind: 'injected'});
  });

  test('"true" in a namespace without a list is refused with that reason', () => {
    expect(create(pod('true'), templates).verdict).toMatchObject({kind: 'refused', faults: [{code: 'namespaceListMissing'}]});
  });

  test('a legacy annotation asks for its template, else for the one called -initializer', () => {
    const outcome = create(
      pod(undefined, {}, {annotations: {'initializer.kubernetes.io/old': 'true', 'initializer.kubernetes.io/agent': 'false'}}),
      templates,
    );
    expect(outcome.templates.map((one) => one.name)).toEqual(['old-initializer']);
  });

  test.each([
    ['True', 'write exactly "true"'],
    ['agent,false', 'write exactly "false"'],
    ['Agent!', 'lower-case letters'],
    ['__proto__', 'lower-case letters'],
  ])('the list %j is refused, and the answer says how to write it', (list, fix) => {
    const {verdict} = create(pod(list), templates);
    expect(verdict).toMatchObject({kind: 'refused', faults: [{code: 'badAnnotation', fix: expect.stringContaining(fix)}]});
  });

  test('an annotation that is no string is refused with how to write it', () => {
    const object = yaml(
      '{apiVersion: v1, kind: Pod, metadata: {name: x, annotations: {pod-injector.dev/inject: true}}, spec: {containers: []}}',
    );
    expect(create(object, templates).verdict).toMatchObject({
      kind: 'refused',
      faults: [{code: 'badAnnotation', fix: 'write pod-injector.dev/inject: "true" with quotes'}],
    });
  });

  test('a missing template is refused with the nearest name', () => {
    const {verdict} = create(pod('agnet'), templates);
    expect(verdict).toMatchObject({
      kind: 'refused',
      faults: [{code: 'templateMissing', message: 'there is no template "agnet"', fix: 'did you mean agent?'}],
    });
  });

  test('a missing optional template is left out with a warning, and the rest is injected', () => {
    const outcome = create(pod('nothing?,agent'), templates);
    expect(outcome.verdict).toEqual({kind: 'injected'});
    expect(outcome.notes).toMatchObject([
      {
        code: 'templateSkipped',
        message: expect.stringMatching(/^optional template nothing was left out: templateMissing: .*; make it, /),
      },
    ]);
    expect(outcome.templates).toMatchObject([
      {name: 'nothing', kind: 'skipped', reason: 'templateMissing', fix: expect.stringContaining('make it')},
      {name: 'agent', kind: 'injected'},
    ]);
    expect(create(outcome.object, templates).object).toBe(outcome.object);
  });

  test('a broken template is refused with its first fault', () => {
    const broken = new Map([
      ...templates,
      [
        'bad',
        {
          kind: 'broken',
          name: 'bad',
          faults: [{code: 'unknownKey', message: 'no key "contaners"', source: 'bad.yaml', position: {line: 3, column: 1}}],
        } as const,
      ],
    ]);
    expect(create(pod('bad'), broken).verdict).toMatchObject({
      kind: 'refused',
      faults: [{code: 'templateBroken', message: 'the template "bad" is invalid: no key "contaners" (bad.yaml:3)'}],
    });
  });

  test('an annotation of our domain that nothing reads is told with the right one', () => {
    const outcome = create(pod(undefined, {}, {annotations: {'pod-injector.dev/injct': 'agent'}}), templates);
    expect(outcome.notes).toMatchObject([
      {code: 'unknownAnnotation', message: expect.stringContaining('did you mean pod-injector.dev/inject?')},
    ]);
  });

  test('the annotation written as a label is told', () => {
    const outcome = create(pod(undefined, {}, {labels: {'pod-injector.dev/inject': 'agent'}}), templates);
    expect(outcome.notes).toMatchObject([{code: 'unknownAnnotation', message: expect.stringContaining('is a label')}]);
  });
});

describe('the user wins', () => {
  test('a container of the same name customises the template field by field', () => {
    const own = [
      {
        name: 'agent',
        image: 'auto',
        env: [
          {name: 'LEVEL', value: 'debug'},
          {name: 'MINE', value: '1'},
        ],
        resources: {limits: {cpu: '1'}, requests: {cpu: '1'}},
      },
      {name: 'web', image: 'web:1'},
    ];
    const outcome = create(pod('agent', {containers: own}), templates);
    expect(outcome.verdict).toEqual({kind: 'injected'});
    expect(at(outcome.object, 'spec', 'containers', 0)).toEqual({
      name: 'agent',
      image: 'agent:1',
      imagePullPolicy: 'IfNotPresent',
      env: [
        {name: 'LEVEL', value: 'debug'},
        {name: 'MINE', value: '1'},
      ],
      // Requests that equal the limits are what the API server fills in.
      resources: {limits: {cpu: '1'}, requests: {cpu: '100m'}},
      volumeMounts: [{name: 'logs', mountPath: '/logs'}],
    });
    expect(outcome.notes).toMatchObject([
      {code: 'kept', message: 'template agent: containers/agent/env/LEVEL/value was there already and stays as it is'},
    ]);
    // The customised sidecar is not the application's.
    expect(at(outcome.object, 'spec', 'containers', 1, 'env', 0, 'name')).toBe('AGENT');
    expect(at(outcome.object, 'spec', 'containers', 0, 'env', 2)).toBeUndefined();
  });

  test('a pull policy that the API server filled in for image auto becomes that of the real image', () => {
    const own = [
      {name: 'agent', image: 'auto', imagePullPolicy: 'Always'},
      {name: 'web', image: 'web:1'},
    ];
    const outcome = create(pod('agent', {containers: own}), templates);
    expect(at(outcome.object, 'spec', 'containers', 0, 'imagePullPolicy')).toBe('IfNotPresent');
    expect(create(outcome.object, templates).object).toBe(outcome.object);
  });

  test('an env variable that is there is kept and told', () => {
    const outcome = create(
      pod('agent', {containers: [{name: 'web', image: 'web:1', env: [{name: 'AGENT', value: 'off'}]}]}),
      templates,
    );
    expect(at(outcome.object, 'spec', 'containers', 0, 'env')).toEqual([{name: 'AGENT', value: 'off'}]);
    expect(outcome.notes).toMatchObject([
      {code: 'kept', message: 'template agent: containers/web/env/AGENT was there already and stays as it is'},
    ]);
  });

  test('image auto without its template is refused', () => {
    const outcome = create(pod('prepare', {containers: [{name: 'agent', image: 'auto'}]}), templates);
    expect(outcome.verdict).toMatchObject({kind: 'refused', faults: [{code: 'imageMissing'}]});
  });
});

describe('never half', () => {
  test('a volume of the same name with another source is refused, both owners named', () => {
    const object = pod('agent', {volumes: [{name: 'logs', hostPath: {path: '/x'}}]});
    const outcome = create(object, templates);
    expect(outcome.verdict).toMatchObject({
      kind: 'refused',
      faults: [
        {
          code: 'volumeConflict',
          path: '/spec/volumes/0',
          message: 'template agent brings the volume "logs" (emptyDir), and the pod\'s author has one of that name (hostPath)',
        },
      ],
    });
    expect(outcome.object).toBe(object);
  });

  test('a volume that is the same is shared', () => {
    const outcome = create(pod('agent', {volumes: [{name: 'logs', emptyDir: {sizeLimit: '1Gi'}}]}), templates);
    expect(outcome.verdict.kind).toBe('injected');
    expect(at(outcome.object, 'spec', 'volumes')).toEqual([{name: 'logs', emptyDir: {sizeLimit: '1Gi'}}]);
  });

  test('a mount path that another volume takes is refused', () => {
    const containers = [{name: 'web', image: 'web:1', volumeMounts: [{name: 'data', mountPath: '/var/log/'}]}];
    const outcome = create(pod('agent', {containers, volumes: [{name: 'data', emptyDir: {}}]}), templates);
    expect(outcome.verdict).toMatchObject({
      kind: 'refused',
      faults: [{code: 'mountPathConflict', path: '/spec/containers/0/volumeMounts/0'}],
    });
  });

  test('a container name in the other list is refused', () => {
    const outcome = create(pod('agent', {initContainers: [{name: 'agent', image: 'x:1'}]}), templates);
    expect(outcome.verdict).toMatchObject({
      kind: 'refused',
      faults: [{code: 'containerConflict', path: '/spec/initContainers/0/name'}],
    });
  });

  test('a port and a port name that the application has are refused, each with both owners', () => {
    const ports = snapshot({
      proxy: 'pattern: sidecar\ncontainers: [{name: proxy, image: "proxy:1", ports: [{containerPort: 80, name: http}]}]',
    });
    const outcome = create(
      pod('proxy', {containers: [{name: 'web', image: 'web:1', ports: [{containerPort: 80, name: 'http', protocol: 'TCP'}]}]}),
      ports,
    );
    expect(outcome.verdict).toMatchObject({kind: 'refused', faults: [{code: 'portConflict'}, {code: 'portNameConflict'}]});
  });

  test('one refused template refuses the others, unless it is optional', () => {
    const volumes = [{name: 'logs', hostPath: {path: '/x'}}];
    expect(create(pod('prepare,agent', {volumes}), templates).verdict.kind).toBe('refused');
    const outcome = create(pod('prepare,agent?', {volumes}), templates);
    expect(outcome.verdict.kind).toBe('injected');
    expect(JSON.stringify(at(outcome.object, 'spec'))).not.toContain('agent');
  });

  test('a template with required: false that cannot be injected lets the pod through unchanged but for the record', () => {
    const outcome = create(pod('optional', {volumes: [{name: 'web', hostPath: {path: '/x'}}]}), templates);
    expect(outcome.verdict).toEqual({kind: 'skipped', reason: 'allLeftOut'});
    expect(outcome.notes).toMatchObject([{code: 'templateSkipped'}]);
  });

  test('containers that ask for more than the pod states for itself are refused', () => {
    const outcome = create(pod('agent', {resources: {requests: {cpu: '50m'}}}), templates);
    expect(outcome.verdict).toMatchObject({
      kind: 'refused',
      faults: [{code: 'podResourcesExceeded', path: '/spec/resources/requests/cpu'}],
    });
  });

  test('annotations over 256 KiB with the status are refused', () => {
    const outcome = create(pod('agent', {}, {annotations: {big: 'ü'.repeat(131_000)}}), templates);
    expect(outcome.verdict).toMatchObject({kind: 'refused', faults: [{code: 'annotationsTooLarge'}]});
  });
});

describe('a second review', () => {
  test('changes nothing, whatever the template is today', () => {
    const {object} = create(pod('agent,prepare'), templates);
    const later = snapshot({agent: agent.replace('agent:1', 'agent:2'), prepare});
    expect(create(object, later)).toMatchObject({verdict: {kind: 'alreadyInjected'}, notes: []});
    expect(create(object, later).object).toBe(object);
  });

  test('puts back what another webhook stripped', () => {
    const {object} = create(pod('agent'), templates);
    const spec = object['spec'] as Record<string, never>;
    const stripped = {...object, spec: {...spec, volumes: []}};
    const again = create(stripped, templates);
    expect(again.verdict.kind).toBe('injected');
    expect(again.object['spec']).toEqual(object['spec']);
    expect(create(again.object, templates).object).toBe(again.object);
  });

  test('gives nothing to a container that another injector added in between', () => {
    const {object} = create(pod('agent'), templates);
    const spec = object['spec'] as {containers: object[]};
    const mesh = {...object, spec: {...spec, volumes: [], containers: [...spec.containers, {name: 'mesh', image: 'mesh:1'}]}};
    const again = create(mesh as never, templates);
    expect(at(again.object, 'spec', 'containers')).toContainEqual({name: 'mesh', image: 'mesh:1'});
  });

  test('a forged status does not stop the injection', () => {
    const forged = JSON.stringify({
      v: 1,
      at: 'pod',
      app: ['web'],
      templates: [{name: 'agent', hash: 'x', added: {spec: {containers: {agent: 1}}}}],
    });
    expect(create(pod('agent', {}, {annotations: {'pod-injector.dev/status': forged}}), templates).verdict.kind).toBe('injected');
    const skipped = JSON.stringify({v: 1, at: 'pod', app: ['web'], templates: [{name: 'agent', skipped: 'templateMissing'}]});
    expect(create(pod('agent', {}, {annotations: {'pod-injector.dev/status': skipped}}), templates).verdict.kind).toBe(
      'injected',
    );
  });

  test('what is no longer asked for is taken out', () => {
    const {object} = create(pod('agent,prepare'), templates);
    const metadata = object['metadata'] as {annotations: object};
    const asked = {
      ...object,
      metadata: {...metadata, annotations: {...metadata.annotations, 'pod-injector.dev/inject': 'prepare'}},
    };
    const again = create(asked, templates);
    expect(JSON.stringify(at(again.object, 'spec'))).not.toContain('agent');
    expect(at(again.object, 'spec', 'initContainers', 0, 'name')).toBe('prepare');
  });
});

describe('what is not ours to touch', () => {
  test('a mirror pod, an update of a pod, another kind, and a kind of the same name in another group', () => {
    expect(create(pod('agent', {}, {annotations: {'kubernetes.io/config.mirror': 'x'}}), templates).verdict).toEqual({
      kind: 'skipped',
      reason: 'mirrorPod',
    });
    expect(update(pod('agent'), pod('agent'), templates).verdict).toEqual({kind: 'skipped', reason: 'notOurs'});
    expect(create({apiVersion: 'v1', kind: 'Service', metadata: {name: 'x'}}, templates).verdict).toEqual({
      kind: 'skipped',
      reason: 'notOurs',
    });
    expect(create({apiVersion: 'example.com/v1', kind: 'Deployment', spec: {template: {}}}, templates).verdict).toEqual({
      kind: 'skipped',
      reason: 'notOurs',
    });
    expect(create({apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name: 'x'}}, templates).verdict).toEqual({
      kind: 'skipped',
      reason: 'noPodTemplate',
    });
  });

  test('a pod for Windows nodes is left out with the reason', () => {
    const outcome = create(pod('agent', {os: {name: 'windows'}}), templates);
    expect(outcome.templates).toMatchObject([{kind: 'skipped', reason: 'windows'}]);
    expect(outcome.notes).toMatchObject([{code: 'templateSkipped'}]);
    expect(create(outcome.object, templates).object).toBe(outcome.object);
  });

  test.each([
    [{spec: null}, '/spec'],
    [{spec: {containers: {}}}, '/spec/containers'],
    [{spec: {containers: [null]}}, '/spec/containers/0'],
    [{spec: {containers: [], volumes: 'x'}}, '/spec/volumes'],
  ])('a pod that is none, %j, is refused with the place', (broken, path) => {
    const outcome = create({...pod('agent'), ...broken}, templates);
    expect(outcome.verdict).toMatchObject({kind: 'refused', faults: [{code: 'malformed', path}]});
  });

  test('null where a list belongs is an empty list', () => {
    const object = {
      ...pod('agent'),
      spec: {containers: [{name: 'web', image: 'web:1', env: null, volumeMounts: null}], volumes: null, initContainers: null},
    };
    expect(create(object, templates).verdict.kind).toBe('injected');
  });
});

describe('order', () => {
  const place = (position: string, name: string): string =>
    `pattern: sidecar\nposition: ${position}\ncontainers: [{name: ${name}, image: "x:1"}]`;
  const names = (list: string, placed: Record<string, string>): unknown => {
    const containers = [
      {name: 'web', image: 'web:1'},
      {name: 'worker', image: 'worker:1'},
    ];
    const outcome = create(pod(list, {containers}), snapshot(placed));
    if (outcome.verdict.kind !== 'injected') return outcome.verdict;
    return (at(outcome.object, 'spec', 'containers') as {name: string}[]).map((container) => container.name);
  };

  test('first, last, before and after keep the order of the list among themselves', () => {
    expect(names('a,b', {a: place('first', 'a'), b: place('first', 'b')})).toEqual(['a', 'b', 'web', 'worker']);
    expect(names('a,b', {a: place('last', 'a'), b: place('last', 'b')})).toEqual(['web', 'worker', 'a', 'b']);
    expect(names('a,b', {a: place('{before: worker}', 'a'), b: place('{before: worker}', 'b')})).toEqual([
      'web',
      'a',
      'b',
      'worker',
    ]);
    expect(names('a,b', {a: place('{after: web}', 'a'), b: place('{after: web}', 'b')})).toEqual(['web', 'a', 'b', 'worker']);
  });

  test('a place beside a container that is not there is refused', () => {
    expect(names('a', {a: place('{after: wbe}', 'a')})).toMatchObject({kind: 'refused', faults: [{code: 'positionMissing'}]});
  });
});

describe('metadata and spec', () => {
  const more = snapshot({
    more: `
pattern: sidecar
containers: [{name: more, image: "more:1"}]
metadata: {labels: {team: platform}, annotations: {scrape: "yes"}}
spec:
  dnsPolicy: None
  dnsConfig: {nameservers: [1.2.3.4]}
  tolerations: [{key: special, operator: Exists}]
  imagePullSecrets: [{name: registry}]
  securityContext: {runAsNonRoot: true, fsGroup: 1}
  terminationGracePeriodSeconds: 60
`,
  });

  test('are added where the author has nothing, and kept where he has', () => {
    const outcome = create(
      pod(
        'more',
        {
          tolerations: [{key: 'mine', operator: 'Exists'}],
          securityContext: {runAsNonRoot: false},
          imagePullSecrets: [{name: 'own'}],
          terminationGracePeriodSeconds: 5,
        },
        {labels: {team: 'shop'}},
      ),
      more,
    );
    expect(outcome.object).toMatchObject({
      metadata: {labels: {team: 'shop'}, annotations: {scrape: 'yes'}},
      spec: {
        dnsPolicy: 'None',
        tolerations: [
          {key: 'mine', operator: 'Exists'},
          {key: 'special', operator: 'Exists'},
        ],
        imagePullSecrets: [{name: 'registry'}, {name: 'own'}],
        securityContext: {runAsNonRoot: false, fsGroup: 1},
        terminationGracePeriodSeconds: 5,
      },
    });
    expect(outcome.templates[0]?.kept).toEqual([
      'securityContext/runAsNonRoot',
      'terminationGracePeriodSeconds',
      'metadata/labels/team',
    ]);
  });

  test('what equals the API default counts as unset', () => {
    const outcome = create(
      pod('more', {dnsPolicy: 'ClusterFirst', terminationGracePeriodSeconds: 30, securityContext: {}}),
      more,
    );
    expect(outcome.object).toMatchObject({
      spec: {dnsPolicy: 'None', terminationGracePeriodSeconds: 60, securityContext: {runAsNonRoot: true}},
    });
  });
});
