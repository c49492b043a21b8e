import {expect, test} from 'vitest';
import {formatFault} from '../../src/core/errors.ts';
import {readTemplate} from '../../src/core/template/read.ts';

function faultsOf(text: string, format: 'template' | 'legacy' = 'template', name = 'agent'): string[] {
  const {entry} = readTemplate(text, {name, format, source: 't.yaml'});
  return entry.kind === 'broken' ? entry.faults.map(formatFault) : [];
}

function warningsOf(text: string): string[] {
  return readTemplate(text, {name: 'agent', format: 'template', source: 't.yaml'}).warnings.map(formatFault);
}

/** Where and what: the sentence after it may be reworded. */
function placesOf(text: string, format?: 'template' | 'legacy'): string[] {
  return faultsOf(text, format).map((line) => line.split(': ', 2).join(': '));
}

const sidecar = 'pattern: sidecar\n';
const withContainer = `${sidecar}containers:\n- name: agent\n  image: agent:1\n`;

test('a right template has neither faults nor warnings', () => {
  expect(faultsOf(withContainer)).toEqual([]);
  expect(warningsOf(withContainer)).toEqual([]);
});

test.each<[string, string, string[]]>([
  ['an unknown key', `${withContainer}volumns: []\n`, ['t.yaml:5:1: unknownKey']],
  ['a missing pattern', 'containers:\n- {name: a, image: b}\n', ['t.yaml:1:1: missingKey']],
  ['an unknown pattern', 'pattern: sidcar\ncontainers:\n- {name: a, image: b}\n', ['t.yaml:1:10: unknownPattern']],
  ['a pattern that is no string', 'pattern: 1\ncontainers:\n- {name: a, image: b}\n', ['t.yaml:1:10: wrongType']],
  ['a template that is a list', '- pattern: sidecar\n', ['t.yaml:1:1: wrongType']],
  ['a template that is a scalar', 'hello\n', ['t.yaml:1:1: wrongType']],
  ['an empty text', '', ['t.yaml:1:1: emptyTemplate']],
  ['a text of comments', '# nothing\n', ['t.yaml:1:1: emptyTemplate']],
  ['two documents', `${withContainer}---\n${withContainer}`, ['t.yaml:6:1: severalDocuments']],
  ['a container without a name', `${sidecar}containers:\n- image: b\n`, ['t.yaml:3:3: missingKey']],
  ['a container without an image', `${sidecar}containers:\n- name: b\n`, ['t.yaml:3:3: missingImage']],
  ['a container with image auto', `${sidecar}containers:\n- name: b\n  image: auto\n`, ['t.yaml:4:10: missingImage']],
  ['an init container without an image', `${sidecar}initContainers:\n- name: b\n`, ['t.yaml:3:3: missingImage']],
  ['a bad container name', `${sidecar}containers:\n- name: My_Agent\n  image: b\n`, ['t.yaml:3:9: badName']],
  [
    'a container name that is too long',
    `${sidecar}containers:\n- name: ${'a'.repeat(64)}\n  image: b\n`,
    ['t.yaml:3:9: badName'],
  ],
  ['two containers of one name', `${withContainer}- name: agent\n  image: c\n`, ['t.yaml:5:9: duplicateName']],
  [
    'a container and an init container of one name',
    `${withContainer}initContainers:\n- name: agent\n  image: c\n`,
    ['t.yaml:6:9: duplicateName'],
  ],
  ['two volumes of one name', `${withContainer}volumes:\n- name: v\n- name: v\n`, ['t.yaml:7:9: duplicateVolume']],
  ['a bad volume name', `${withContainer}volumes:\n- name: v.1\n`, ['t.yaml:6:9: badName']],
  [
    'a volume with two sources',
    `${withContainer}volumes:\n- name: v\n  emptyDir: {}\n  hostPath: {path: /x}\n`,
    ['t.yaml:8:3: severalOfOne'],
  ],
  [
    'a mount without its volume',
    `${withContainer}  volumeMounts:\n  - name: log\n    mountPath: /log\n`,
    ['t.yaml:6:11: volumeMissing'],
  ],
  [
    'a mount of an init container without its volume',
    `${sidecar}initContainers:\n- name: a\n  image: b\n  volumeMounts: [{name: log, mountPath: /log}]\n`,
    ['t.yaml:5:25: volumeMissing'],
  ],
  [
    'a block device without its volume',
    `${withContainer}  volumeDevices:\n  - {name: disk, devicePath: /dev/x}\n`,
    ['t.yaml:6:12: volumeMissing'],
  ],
  [
    "the application's mount without its volume",
    `${withContainer}app:\n  volumeMounts:\n  - name: log\n    mountPath: /log\n`,
    ['t.yaml:7:11: volumeMissing'],
  ],
  [
    'two mounts at one path',
    `${withContainer}  volumeMounts:\n  - {name: v, mountPath: /log}\n  - {name: v, mountPath: /log/}\nvolumes:\n- name: v\n`,
    ['t.yaml:7:26: duplicateMountPath'],
  ],
  [
    'a mount path with a colon',
    `${withContainer}  volumeMounts:\n  - {name: v, mountPath: "/a:b"}\nvolumes:\n- name: v\n`,
    ['t.yaml:6:26: badMountPath'],
  ],
  ['init with containers', 'pattern: init\ncontainers:\n- {name: a, image: b}\n', ['t.yaml:2:1: initWithContainers']],
  ['init without an init container', 'pattern: init\nvolumes:\n- name: v\n', ['t.yaml:1:10: addsNothing']],
  ['an init that adds nothing', 'pattern: init\n', ['t.yaml:1:1: addsNothing']],
  [
    'a sidecar that adds nothing',
    `${sidecar}containers: []\napp: {env: []}\nmetadata: {labels: {}}\nspec: {}\n`,
    ['t.yaml:1:1: addsNothing'],
  ],
  ['an unknown key of app', `${withContainer}app:\n  environment: []\n`, ['t.yaml:6:3: unknownKey']],
  ['a field of a container that app cannot give', `${withContainer}app:\n  image: x\n`, ['t.yaml:6:3: unknownKey']],
  ['an app that is a list', `${withContainer}app: []\n`, ['t.yaml:5:6: wrongType']],
  [
    "a bad name among the application's containers",
    `${withContainer}app:\n  containers: ["*", Web, "*", 1]\n`,
    ['t.yaml:6:21: badName', 't.yaml:6:26: duplicateName', 't.yaml:6:31: wrongType'],
  ],
  ["the application's containers as a string", `${withContainer}app:\n  containers: web\n`, ['t.yaml:6:15: wrongType']],
  ['app that reaches no container', `${withContainer}app:\n  containers: []\n  env: [{name: A}]\n`, ['t.yaml:6:15: addsNothing']],
  ['a bad variable name', `${withContainer}app:\n  env:\n  - name: A=B\n`, ['t.yaml:7:11: badName']],
  ['a variable twice', `${withContainer}app:\n  env:\n  - name: A\n  - name: A\n`, ['t.yaml:8:11: duplicateName']],
  ['a variable without a name', `${withContainer}app:\n  env:\n  - value: a\n`, ['t.yaml:7:5: missingKey']],
  [
    'a variable with value and valueFrom',
    `${withContainer}app:\n  env:\n  - {name: A, value: a, valueFrom: {fieldRef: {fieldPath: x}}}\n`,
    ['t.yaml:7:25: severalOfOne'],
  ],
  ['an unquoted number as a value', `${withContainer}  env:\n  - name: PORT\n    value: 8080\n`, ['t.yaml:7:12: wrongType']],
  ['an unquoted yes as a value', `${withContainer}app:\n  env:\n  - {name: A, value: yes}\n`, ['t.yaml:7:22: wrongType']],
  ['a number as a label', `${withContainer}metadata:\n  labels:\n    version: 1.30\n`, ['t.yaml:7:14: wrongType']],
  ['an empty annotation', `${withContainer}metadata:\n  annotations:\n    a:\n    b: c\n`, ['t.yaml:7:7: wrongType']],
  ['a bad label', `${withContainer}metadata:\n  labels: {-a: b, c: "d e"}\n`, ['t.yaml:6:12: badLabel', 't.yaml:6:22: badLabel']],
  [
    'a bad annotation',
    `${withContainer}metadata:\n  annotations: {a/b/c: d, -/x: z}\n`,
    ['t.yaml:6:17: badAnnotation', 't.yaml:6:27: badAnnotation'],
  ],
  ['an unknown key of metadata', `${withContainer}metadata:\n  name: x\n`, ['t.yaml:6:3: unknownKey']],
  [
    'an annotation of our own',
    `${withContainer}metadata:\n  annotations:\n    pod-injector.dev/inject: other\n`,
    ['t.yaml:7:5: reservedKey'],
  ],
  [
    'a label of our own',
    `${withContainer}metadata:\n  labels: {pod-injector.dev/injection: enabled}\n`,
    ['t.yaml:6:12: reservedKey'],
  ],
  [
    'an annotation that asks as Initializers did',
    `${withContainer}metadata:\n  annotations: {initializer.kubernetes.io/x: "true"}\n`,
    ['t.yaml:6:17: reservedKey'],
  ],
  [
    'what has its own place, in spec',
    `${withContainer}spec:\n  containers: []\n  initContainers: []\n  volumes: []\n  nodeName: n\n  ephemeralContainers: []\n`,
    ['t.yaml:6:3: specKey', 't.yaml:7:3: specKey', 't.yaml:8:3: specKey', 't.yaml:9:3: specKey', 't.yaml:10:3: specKey'],
  ],
  ['a field of spec with a wrong type', `${withContainer}spec:\n  hostNetwork: "true"\n`, ['t.yaml:6:16: wrongType']],
  [
    'ports and variables that the API refuses',
    `${withContainer}  ports:\n  - containerPort: 80000\n    hostPort: -1\n    name: "90"\n  - containerPort: 0\n    hostPort: 0\n  env:\n  - name: A=B\n`,
    ['t.yaml:6:20: badPort', 't.yaml:7:15: badPort', 't.yaml:8:11: badName', 't.yaml:9:20: badPort', 't.yaml:12:11: badName'],
  ],
  ['a required that is no boolean', `${withContainer}required: "no"\n`, ['t.yaml:5:11: wrongType']],
  ['a description that is no string', `${withContainer}description: 5\n`, ['t.yaml:5:14: wrongType']],
  ['an unknown position', `${withContainer}position: middle\n`, ['t.yaml:5:11: badPosition']],
  ['a position before and after', `${withContainer}position: {before: a, after: b}\n`, ['t.yaml:5:11: badPosition']],
  ['a position beside a bad name', `${withContainer}position: {before: A_b}\n`, ['t.yaml:5:20: badName']],
  ['a port in quotes', `${withContainer}  ports:\n  - containerPort: "8080"\n`, ['t.yaml:6:20: wrongType']],
  ['a port without its number', `${withContainer}  ports:\n  - name: http\n`, ['t.yaml:6:5: missingKey']],
  ['a map where a list belongs', `${withContainer}  ports:\n    containerPort: 8080\n`, ['t.yaml:6:5: wrongType']],
  ['a list where a map belongs', `${withContainer}  resources: []\n`, ['t.yaml:5:14: wrongType']],
  ['an argument that is a number', `${withContainer}  args: [-v, 4]\n`, ['t.yaml:5:14: wrongType']],
  ['a bad quantity', `${withContainer}  resources:\n    limits: {memory: 64 MB}\n`, ['t.yaml:6:22: badQuantity']],
  [
    'a probe with two handlers',
    `${withContainer}  livenessProbe:\n    exec: {command: [a]}\n    tcpSocket: {port: 1}\n`,
    ['t.yaml:7:5: severalOfOne'],
  ],
  ['an empty item of a list', `${withContainer}volumes:\n-\n`, ['t.yaml:6:2: wrongType']],
  ['containers as a map', `${sidecar}containers:\n  agent: {image: b}\n`, ['t.yaml:3:3: wrongType']],
  ['a tab', `${sidecar}containers:\n\t- name: a\n`, ['t.yaml:3:1: yamlSyntax']],
  ['a key twice', `${withContainer}pattern: init\n`, ['t.yaml:5:1: duplicateKey']],
])('%s is a fault with its position', (_, text, expected) => {
  expect(placesOf(text)).toEqual(expected);
});

test.each<[string, string, string[]]>([
  ['no pattern', 'pattern: sidecar\ncontainers:\n- {name: a, image: b}\n', ['t.yaml:1:1: legacyKey']],
  ['no app', 'containers:\n- {name: a, image: b}\napp: {}\n', ['t.yaml:3:1: legacyKey']],
  ['no parameters', 'containers:\n- {name: a, image: b}\nparameters: {}\n', ['t.yaml:3:1: legacyKey']],
  ['no misspelt key', 'container:\n- {name: a, image: b}\n', ['t.yaml:1:1: addsNothing', 't.yaml:1:1: unknownKey']],
  [
    'no mount without its volume',
    'containers:\n- {name: a, image: b, volumeMounts: [{name: c, mountPath: /c}]}\n',
    ['t.yaml:2:45: volumeMissing'],
  ],
  ['something', '{}', ['t.yaml:1:1: addsNothing']],
])('an Initializer config has %s', (_, text, expected) => {
  expect(placesOf(text, 'legacy').toSorted()).toEqual(expected);
});

test('all faults of a template come in one run, in the order of the text', () => {
  const text =
    'pattern: sidecar\nwhen: 1\ncontainers:\n- name: A\n  ports: 1\nvolumes:\n- name: v\n- name: v\nspec: {nodeName: n}\nposition: up\n';
  expect(placesOf(text)).toEqual([
    't.yaml:2:7: wrongType',
    't.yaml:4:3: missingImage',
    't.yaml:4:9: badName',
    't.yaml:5:10: wrongType',
    't.yaml:8:9: duplicateVolume',
    't.yaml:9:8: specKey',
    't.yaml:10:11: badPosition',
  ]);
});

test('a fault says where, what and how to mend it', () => {
  expect(faultsOf(`${withContainer}volums: []\n`)).toEqual([
    't.yaml:5:1: unknownKey: `volums` is no key of a template; did you mean `volumes`',
  ]);
  expect(faultsOf(`${withContainer}  ports:\n  - containerPort: "80"\n`)).toEqual([
    't.yaml:6:20: wrongType: `containers[0].ports[0].containerPort` must be an integer, and is "80"; write 80 without quotes',
  ]);
  expect(faultsOf(`${withContainer}  env: [{name: A, value: 80}]\n`)).toEqual([
    't.yaml:5:26: wrongType: `containers[0].env[0].value` must be a string, and is 80; the API server takes no other type here, so put it in quotes',
  ]);
  expect(faultsOf(`${withContainer}  volumeMounts: [{name: logs, mountPath: /x}]\nvolumes: [{name: log}]\n`)).toEqual([
    't.yaml:5:25: volumeMissing: `containers[0].volumeMounts[0].name` is "logs", and the template has no such volume; did you mean `log`',
  ]);
});

test('a fault carries the JSON Pointer of what it is about', () => {
  const {entry} = readTemplate(`${withContainer}metadata:\n  labels:\n    a~b/c: 1\n`, {
    name: 'agent',
    format: 'template',
    source: 't.yaml',
  });
  expect(entry.kind === 'broken' && entry.faults.map(({path}) => path)).toContain('/metadata/labels/a~0b~1c');
});

test('a field that this Kubernetes does not know is a warning that names the nearest one', () => {
  const text = `${withContainer}  livenesProbe: {}\nspec:\n  futureField: 1\n`;
  expect(faultsOf(text)).toEqual([]);
  const [first, second] = warningsOf(text);
  expect(first).toMatch(/^t\.yaml:5:3: unknownField: .*`livenesProbe`.*; did you mean `livenessProbe`$/);
  expect(second).toMatch(/^t\.yaml:7:3: unknownField: .*`futureField`/);
});

test.each(['Agent', 'a'.repeat(62), '-a', 'a..b', '', 'true', 'false', 'a b'])(
  '%j is refused as the name of a template',
  (name) => {
    expect(faultsOf(withContainer, 'template', name)[0]).toMatch(/^t\.yaml:1:1: templateName: /);
  },
);

test.each(['agent', 'logging-agent.v2', 'a'.repeat(61), '1'])('%j is taken as the name of a template', (name) => {
  expect(faultsOf(withContainer, 'template', name)).toEqual([]);
});

test('an alias bomb is refused with its position', () => {
  const levels = Array.from(
    {length: 9},
    (_, level) => `l${level + 1}: &l${level + 1} [${Array.from({length: 9}, () => `*l${level}`).join(', ')}]`,
  );
  const faults = placesOf(`l0: &l0 [a, a]\n${levels.join('\n')}\n`);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(/^t\.yaml:\d+:\d+: \w+$/);
});

test('a text that no ConfigMap can hold is refused', () => {
  expect(placesOf(`${withContainer}# ${'ä'.repeat(600_000)}\n`)).toEqual(['t.yaml:1:1: templateTooLarge']);
});

test('a text of brackets is refused, not followed', () => {
  expect(placesOf('['.repeat(50_000))[0]).toMatch(/^t\.yaml:1:\d+: tooDeep$/);
});

test('keys named like parts of JavaScript are unknown keys', () => {
  expect(placesOf(`${withContainer}__proto__: {}\nconstructor: 1\n`)).toEqual([
    't.yaml:5:1: unknownKey',
    't.yaml:6:1: unknownKey',
  ]);
  expect(placesOf(`${withContainer}app: {toString: 1}\n`)).toEqual(['t.yaml:5:7: unknownKey']);
});

test('lines are counted the same with CRLF and a byte order mark', () => {
  const text = `${withContainer}volums: []\n`;
  expect(placesOf(text.replaceAll('\n', '\r\n'))).toEqual(['t.yaml:5:1: unknownKey']);
  expect(placesOf(`\uFEFF${text}`)).toEqual(['t.yaml:5:1: unknownKey']);
});

test('thousands of faults are cut short', () => {
  const labels = Array.from({length: 3000}, (_, index) => `    l${index}: 1\n`).join('');
  expect(faultsOf(`${withContainer}metadata:\n  labels:\n${labels}`)).toHaveLength(1000);
});
