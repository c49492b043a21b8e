import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import type {Json} from '../../../src/core/json.ts';
import {covers, equals, isDefault, withoutDefaults} from '../../../src/core/kubernetes/equality.ts';
import {defaulted, ofType} from './arbitrary.ts';
import {propertyRuns} from '../../helpers/property-runs.ts';

const token = {
  name: 'kube-api-access-x7k2p',
  projected: {
    defaultMode: 420,
    sources: [
      {serviceAccountToken: {expirationSeconds: 3607, path: 'token'}},
      {configMap: {name: 'kube-root-ca.crt', items: [{key: 'ca.crt', path: 'ca.crt'}]}},
      {downwardAPI: {items: [{path: 'namespace', fieldRef: {apiVersion: 'v1', fieldPath: 'metadata.namespace'}}]}},
    ],
  },
};

test.each<[string, Json, Json]>([
  ['Volume', {name: 'v', configMap: {name: 'c'}}, {name: 'v', configMap: {name: 'c', defaultMode: 420}}],
  ['Volume', {name: 'v'}, {name: 'v', emptyDir: {}}],
  [
    'ResourceRequirements',
    {limits: {memory: '1024Mi', cpu: '0.5'}},
    {limits: {memory: '1Gi', cpu: '500m'}, requests: {memory: '1Gi', cpu: '500m'}},
  ],
  ['EnvVar', {name: 'A', value: ''}, {name: 'A'}],
  ['VolumeMount', {name: 'v', mountPath: '/v', readOnly: false}, {name: 'v', mountPath: '/v'}],
  [
    'Container',
    {name: 'c', image: 'nginx', args: [], resources: {}},
    {name: 'c', image: 'nginx', imagePullPolicy: 'Always', env: null},
  ],
  [
    'Container',
    {name: 'c', image: 'nginx:1'},
    {name: 'c', image: 'nginx:1', imagePullPolicy: 'IfNotPresent', securityContext: {privileged: false}},
  ],
  [
    'Probe',
    {httpGet: {port: 80}, timeoutSeconds: 0},
    {httpGet: {port: 80, path: '/', scheme: 'HTTP'}, timeoutSeconds: 1, failureThreshold: 3},
  ],
  ['ConfigMapVolumeSource', {name: 'c', optional: false}, {name: 'c'}],
  ['EmptyDirVolumeSource', {sizeLimit: '0'}, {}],
  ['PodSpec', {serviceAccount: 'a'}, {serviceAccountName: 'a', serviceAccount: 'a'}],
  [
    'PodSpec',
    {volumes: []},
    {volumes: [token], serviceAccountName: 'default', priority: 0, preemptionPolicy: 'PreemptLowerPriority'},
  ],
  ['PodSpec', {priorityClassName: 'high'}, {priorityClassName: 'high', priority: 1000}],
])('for a %s, %j equals %j', (type, a, b) => {
  expect(equals(type, a, b)).toBe(true);
  expect(equals(type, b, a)).toBe(true);
});

test.each<[string, Json | undefined, Json | undefined]>([
  ['PodSpec', {automountServiceAccountToken: false}, {}],
  ['PodSpec', {terminationGracePeriodSeconds: 0}, {}],
  ['PodSpec', {enableServiceLinks: false}, {}],
  ['PodSpec', {serviceAccountName: 'a'}, {}],
  ['PodSpec', {restartPolicy: 'Never'}, {}],
  ['SecurityContext', {runAsUser: 0}, {}],
  ['SecurityContext', {allowPrivilegeEscalation: false}, {}],
  ['Container', {image: 'nginx:1', securityContext: {runAsNonRoot: false}}, {image: 'nginx:1'}],
  ['Container', {image: 'nginx:1', imagePullPolicy: 'Always'}, {image: 'nginx:1'}],
  ['Container', {ports: [{containerPort: 80, hostPort: 80}]}, {ports: [{containerPort: 80}]}],
  ['PodAffinityTerm', {topologyKey: 'zone', labelSelector: {}}, {topologyKey: 'zone'}],
  ['Volume', {name: 'v', emptyDir: {}}, {name: 'v', configMap: {name: 'c'}}],
  ['Volume', {name: 'v', emptyDir: {medium: 'Memory'}}, {name: 'v'}],
  ['EnvVar', {name: 'A', value: 'x'}, {name: 'A', valueFrom: {fieldRef: {fieldPath: 'x'}}}],
  ['ObjectMeta', {labels: {a: ''}}, {labels: {}}],
  ['ObjectMeta', {labels: {['__proto__']: 'x'}}, {labels: {}}],
  ['ResourceRequirements', {limits: {cpu: '0'}}, {}],
  ['Container', {args: ['a', 'b']}, {args: ['b', 'a']}],
  ['Container', {futureField: false}, {}],
  ['quantity', '1M', '1Mi'],
  ['string', '', 'a'],
  ['string', {a: 'x'}, {a: 'y'}],
])('for a %s, %j does not equal %j', (type, a, b) => {
  expect(equals(type, a, b)).toBe(false);
  expect(equals(type, b, a)).toBe(false);
});

test('order counts in lists, whatever their merge key', () => {
  const [a, b] = [
    {name: 'A', value: '1'},
    {name: 'B', value: '$(A)'},
  ];
  expect(equals('Container', {env: [a, b]}, {env: [b, a]})).toBe(false);
});

test('a host port is a default only on the network of the node', () => {
  const ports = {containers: [{name: 'c', ports: [{containerPort: 80}]}]};
  const hostPorts = {containers: [{name: 'c', ports: [{containerPort: 80, hostPort: 80}]}]};
  expect(equals('PodSpec', {hostNetwork: true, ...ports}, {hostNetwork: true, ...hostPorts})).toBe(true);
  expect(equals('PodSpec', ports, hostPorts)).toBe(false);
  expect(withoutDefaults('PodSpec', {hostNetwork: true, ...hostPorts})).toEqual({hostNetwork: true, ...ports});
});

test("a volume of the name of the token volume is the author's when it is another", () => {
  const volume = {...token, projected: {sources: [{secret: {name: 's'}}]}};
  expect(equals('PodSpec', {volumes: [volume]}, {})).toBe(false);
  expect(withoutDefaults('PodSpec', {volumes: [volume]})).toEqual({volumes: [volume]});
});

test.each<[string, Json, Json]>([
  ['Container', {name: 'c', env: [{name: 'B'}]}, {name: 'c', image: 'x', env: [{name: 'A'}, {name: 'B', value: ''}]}],
  [
    'Container',
    {ports: [{containerPort: 80}]},
    {ports: [{containerPort: 81}, {containerPort: 80, protocol: 'TCP', name: 'http'}]},
  ],
  ['Container', {imagePullPolicy: 'IfNotPresent'}, {image: 'nginx:1'}],
  [
    'Container',
    {envFrom: [{configMapRef: {name: 'b', optional: false}}]},
    {envFrom: [{configMapRef: {name: 'a'}}, {configMapRef: {optional: false, name: 'b'}}]},
  ],
  ['PodSpec', {tolerations: [{operator: 'Exists'}]}, {tolerations: [{key: 'a'}, {operator: 'Exists'}]}],
  ['PodSpec', {nodeSelector: {a: 'b'}}, {nodeSelector: {a: 'b', c: 'd'}}],
  ['Volume', {name: 'v'}, {name: 'v', emptyDir: {medium: 'Memory'}}],
  ['Probe', {periodSeconds: 10, exec: null}, {httpGet: {port: 80}}],
  ['ObjectMeta', {finalizers: ['a']}, {finalizers: ['b', 'a']}],
])('for a %s, %j is covered by %j', (type, wanted, actual) => {
  expect(covers(type, wanted, actual)).toBe(true);
});

test.each<[string, Json, Json]>([
  ['Volume', {name: 'v'}, {name: 'v', configMap: {name: 'c'}}],
  ['Volume', {name: 'v', emptyDir: {}}, {name: 'v', emptyDir: {}, configMap: {name: 'c'}}],
  ['EnvVar', {name: 'A', value: ''}, {name: 'A', valueFrom: {fieldRef: {fieldPath: 'x'}}}],
  ['Probe', {exec: {command: ['a']}}, {exec: {command: ['a']}, httpGet: {port: 1}}],
  ['VolumeMount', {readOnly: false}, {readOnly: true}],
  ['Container', {env: [{name: 'A'}]}, {env: [{name: 'B'}]}],
  ['Container', {env: [{name: 'A', value: '1'}]}, {}],
  ['Container', {args: ['a']}, {args: ['a', 'b']}],
  ['Container', {envFrom: [{configMapRef: {name: 'b'}}]}, {envFrom: [{secretRef: {name: 'b'}}]}],
  ['Container', {env: [{name: 'A'}]}, {env: 'broken'}],
  ['ObjectMeta', {labels: {constructor: 'x'}}, {labels: {}}],
])('for a %s, %j is not covered by %j', (type, wanted, actual) => {
  expect(covers(type, wanted, actual)).toBe(false);
});

test.each<[string, {readonly [key: string]: Json}, string, boolean]>([
  ['Container', {image: 'nginx', imagePullPolicy: 'Always'}, 'imagePullPolicy', true],
  ['Container', {image: 'nginx:1', imagePullPolicy: 'Always'}, 'imagePullPolicy', false],
  ['Container', {terminationMessagePath: '/dev/termination-log'}, 'terminationMessagePath', true],
  ['Container', {securityContext: {}}, 'securityContext', true],
  ['Container', {securityContext: {readOnlyRootFilesystem: false}}, 'securityContext', false],
  ['Container', {}, 'imagePullPolicy', true],
  ['Container', {toString: 'x'}, 'toString', false],
  ['ResourceRequirements', {limits: {cpu: '1', memory: '1Gi'}, requests: {cpu: '1000m'}}, 'requests', true],
  ['ResourceRequirements', {limits: {cpu: '1'}, requests: {cpu: '1', memory: '1'}}, 'requests', false],
  ['SecurityContext', {readOnlyRootFilesystem: false}, 'readOnlyRootFilesystem', false],
  ['VolumeMount', {readOnly: false}, 'readOnly', true],
  ['Probe', {periodSeconds: 10}, 'periodSeconds', true],
  ['PodSpec', {securityContext: {}}, 'securityContext', true],
  ['PodSpec', {securityContext: {runAsUser: 0}}, 'securityContext', false],
  ['PodSpec', {serviceAccountName: 'a', serviceAccount: 'a'}, 'serviceAccount', true],
  ['PodSpec', {serviceAccountName: 'a', serviceAccount: 'a'}, 'serviceAccountName', false],
  ['Volume', {name: 'v', emptyDir: {}}, 'emptyDir', true],
  ['ResourceFieldSelector', {divisor: '0'}, 'divisor', true],
])('whether in a %s %j the field %s is a default: %j', (type, owner, key, expected) => {
  expect(isDefault(type, owner, key)).toBe(expected);
});

test('less its defaults, a value keeps by reference what did not change', () => {
  const spec = {
    containers: [
      {name: 'a', image: 'nginx:1', env: [{name: 'A', value: '1'}]},
      {name: 'b', stdin: false},
    ],
  };
  const stripped = withoutDefaults('PodSpec', spec) as typeof spec;
  expect(stripped.containers[0]).toBe(spec.containers[0]);
  expect(stripped.containers[1]).toEqual({name: 'b'});
  expect(withoutDefaults('PodSpec', stripped)).toBe(stripped);
});

test('a document deeper than any pod does not exhaust the stack', () => {
  let [a, b, c]: Json[] = ['', '', {}];
  for (let level = 0; level < 100_000; level += 1) [a, b, c] = [[a as Json], [b as Json], {x: c as Json}];
  expect(equals('PodSpec', {containers: a as Json}, {containers: b as Json})).toBe(false);
  expect(covers('PodSpec', {tolerations: [{x: a as Json}]}, {tolerations: [{x: b as Json}]})).toBe(true);
  expect(covers('PodSpec', {x: c as Json}, {x: a as Json})).toBe(false);
  expect(withoutDefaults('PodSpec', {containers: a as Json})).toEqual({containers: a});
});

const types = ['PodTemplateSpec', 'PodSpec', 'Container', 'Volume', 'EnvVar', 'Probe', 'ResourceRequirements'];

test.each(types)('equality of a %s is reflexive and symmetric', (type) => {
  fc.assert(
    fc.property(ofType(type), ofType(type), (a, b) => {
      expect(equals(type, a, structuredClone(a))).toBe(true);
      for (const other of [b, {...a, ...b}, defaulted(type, {...b, ...a}), withoutDefaults(type, {...a, ...b})]) {
        expect(equals(type, a, other)).toBe(equals(type, other, a));
      }
    }),
    propertyRuns({numRuns: 100, seed: 20_319}),
  );
});

test.each(types)('a %s equals and is covered by what the API server makes of it, and is the same less its defaults', (type) => {
  fc.assert(
    fc.property(ofType(type), (value) => {
      const stored = defaulted(type, value);
      expect(covers(type, value, stored)).toBe(true);
      expect(equals(type, value, stored)).toBe(true);
      expect(equals(type, withoutDefaults(type, value), withoutDefaults(type, stored))).toBe(true);
      const stripped = withoutDefaults(type, value);
      expect(withoutDefaults(type, stripped)).toBe(stripped);
    }),
    propertyRuns({numRuns: 100, seed: 20_320}),
  );
});

test.each(types)('a %s has all that is left of it less its defaults', (type) => {
  fc.assert(
    fc.property(ofType(type), (value) => {
      expect(covers(type, withoutDefaults(type, value), value)).toBe(true);
    }),
    propertyRuns({numRuns: 100, seed: 20_321}),
  );
});

test('no value at all makes a comparison throw', () => {
  fc.assert(
    fc.property(fc.constantFrom(...types), fc.jsonValue(), fc.jsonValue(), (type, a, b) => {
      expect(typeof equals(type, a as Json, b as Json)).toBe('boolean');
      expect(typeof covers(type, a as Json, b as Json)).toBe('boolean');
      expect(withoutDefaults(type, a as Json)).toBeDefined();
    }),
    propertyRuns({numRuns: 100, seed: 20_322}),
  );
});
