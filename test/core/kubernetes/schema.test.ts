import {expect, test} from 'vitest';
import {cleanPath, fieldOf, fieldsOf, itemKey, unionsOf, type FieldSchema} from '../../../src/core/kubernetes/schema.ts';

function listOf(type: string, key: string): FieldSchema {
  const schema = fieldOf(type, key);
  if (schema === undefined) throw new Error(`no ${type}.${key}`);
  return schema;
}

test.each([
  ['PodSpec', 'containers', ['name']],
  ['PodSpec', 'imagePullSecrets', ['name']],
  ['PodSpec', 'hostAliases', ['ip']],
  ['PodSpec', 'topologySpreadConstraints', ['topologyKey', 'whenUnsatisfiable']],
  ['Container', 'env', ['name']],
  ['Container', 'ports', ['containerPort', 'protocol']],
  ['Container', 'volumeMounts', ['mountPath']],
  ['Container', 'volumeDevices', ['devicePath']],
])('%s.%s merges by %j', (type, key, keys) => {
  expect(listOf(type, key).list).toEqual({kind: 'map', keys});
});

test('volumes merge by name, and a patch takes away the fields that it does not name', () => {
  expect(listOf('PodSpec', 'volumes').list).toEqual({kind: 'map', keys: ['name'], retainKeys: true});
});

test.each([
  ['PodSpec', 'tolerations'],
  ['Container', 'envFrom'],
  ['Container', 'args'],
])('%s.%s is one value to the API', (type, key) => {
  expect(listOf(type, key).list).toEqual({kind: 'atomic'});
});

test('a set, a map, a quantity and a required field are told', () => {
  expect(listOf('ObjectMeta', 'finalizers')).toEqual({type: 'string', list: {kind: 'set'}});
  expect(listOf('ResourceRequirements', 'limits')).toEqual({type: 'quantity', mapOf: true});
  expect(listOf('HTTPGetAction', 'port')).toEqual({type: 'intOrString', required: true});
  expect(listOf('Container', 'name').required).toBe(true);
});

test('defaults come from the OpenAPI and from a real API server', () => {
  expect(listOf('ContainerPort', 'protocol').default).toBe('TCP');
  expect(listOf('ConfigMapVolumeSource', 'defaultMode').default).toBe(0o644);
  expect(listOf('PodSpec', 'terminationGracePeriodSeconds').default).toBe(30);
});

test('names that every JavaScript object has are neither types nor fields', () => {
  expect(fieldOf('constructor', 'name')).toBeUndefined();
  expect(fieldOf('Container', 'constructor')).toBeUndefined();
  expect(fieldOf('Container', '__proto__')).toBeUndefined();
  expect(fieldsOf('__proto__').size).toBe(0);
  expect(unionsOf('constructor')).toEqual([]);
});

test('a variable has one value, and a volume one source', () => {
  expect(unionsOf('EnvVar')).toEqual([['value', 'valueFrom']]);
  expect(unionsOf('Volume')[0]).toContain('emptyDir');
  expect(unionsOf('Volume')[0]).not.toContain('name');
  expect(unionsOf('Probe')).toEqual([['exec', 'grpc', 'httpGet', 'tcpSocket']]);
});

test("an item's key is that of the API: an absent protocol is TCP, a mount path is clean", () => {
  expect(itemKey(listOf('Container', 'ports'), {containerPort: 80})).toBe('80,TCP');
  expect(itemKey(listOf('Container', 'ports'), {containerPort: 80, protocol: ''})).toBe('80,TCP');
  expect(itemKey(listOf('Container', 'ports'), {containerPort: 53, protocol: 'UDP'})).toBe('53,UDP');
  expect(itemKey(listOf('Container', 'volumeMounts'), {name: 'v', mountPath: '/var//log/'})).toBe('/var/log');
  expect(itemKey(listOf('PodSpec', 'containers'), {name: '__proto__'})).toBe('__proto__');
});

test.each([null, 'text', 7, [], {}, {name: {}}, {name: null}])('a malformed item %j has a key all the same', (item) => {
  expect(itemKey(listOf('Container', 'env'), item)).toBe('');
});

test('the root stays a path', () => {
  expect(cleanPath('//')).toBe('/');
});
