import {expect, test} from 'vitest';
import {formatFault} from '../../src/core/errors.ts';
import type {Template} from '../../src/core/template.ts';
import {readTemplate} from '../../src/core/template/read.ts';

function faultsOf(text: string, name = 'agent'): string[] {
  const {entry} = readTemplate(text, {name, format: 'template', source: 't.yaml'});
  return entry.kind === 'broken' ? entry.faults.map(formatFault) : [];
}

/** Where and what: the sentence after it may be reworded. */
function placesOf(text: string): string[] {
  return faultsOf(text).map((line) => line.split(': ', 2).join(': '));
}

function good(text: string): Template {
  const {entry} = readTemplate(text, {name: 'agent', format: 'template', source: 't.yaml'});
  if (entry.kind === 'broken') throw new Error(entry.faults.map(formatFault).join('\n'));
  return entry.template;
}

const container = 'containers:\n- name: agent\n  image: agent:1\n';
const sidecar = `pattern: sidecar\n${container}`;
const redis = `pattern: ambassador\n${container}ambassador:\n`;
const adapter = `pattern: adapter\n${container}adapter:\n`;
const entry = '- listen: 6379\n  redirect: {host: H, port: P}\n  upstream: {host: UH, port: UP}\n';

test('an ambassador is read, with names alone or with a default', () => {
  const text = `${redis}${entry}- listen: 5432
  redirect: {url: DATABASE_URL}
  upstream: {url: {name: U}, host: {name: DB, default: db}, port: {name: DBP, default: 5432}}
app: {initContainers: ["*", migrate]}
native: auto
`;
  const template = good(text);
  expect(template.ambassador).toEqual([
    {listen: 6379, redirect: {host: 'H', port: 'P'}, upstream: {host: {name: 'UH'}, port: {name: 'UP'}}},
    {
      listen: 5432,
      redirect: {url: 'DATABASE_URL'},
      upstream: {url: {name: 'U'}, host: {name: 'DB', default: 'db'}, port: {name: 'DBP', default: '5432'}},
    },
  ]);
  expect(template.app.initContainers).toEqual(['*', 'migrate']);
  expect(template.native).toBe('auto');
  expect(template.program).toBeUndefined();
});

test('an adapter is read, and what it leaves out has its default', () => {
  expect(good(`${adapter}  metrics: {port: 9113}\n`).adapter).toEqual({
    metrics: {port: 9113, path: '/metrics', name: 'metrics', podMonitor: {}},
    reads: [],
  });
  const text = `${adapter}  metrics: {port: 9, path: /m, name: http-m, podMonitor: {release: prometheus}}
  reads: [logs, /var/log, {volume: data, mountPath: /data}, {path: /tmp}]
`;
  expect(good(text).adapter).toEqual({
    metrics: {port: 9, path: '/m', name: 'http-m', podMonitor: {release: 'prometheus'}},
    reads: [
      {from: {volume: 'logs'}},
      {from: {path: '/var/log'}},
      {from: {volume: 'data'}, mountPath: '/data'},
      {from: {path: '/tmp'}},
    ],
  });
});

test('parameters are read with all their words', () => {
  const {parameters, program} = good(`pattern: sidecar
parameters:
  level: {type: string, default: info, enum: [info, debug], description: How much is logged.}
  port: {type: integer, minimum: 1, maximum: 65535}
  tag: {type: string, pattern: "^v[0-9]+$", minLength: 2, maxLength: 5}
  args: {type: array, default: [], items: {type: string, enum: [a, b]}}
  loud: {type: boolean, default: false}
containers:
- name: a
  image: "b:\${params.tag}"
  args: \${params.args}
  env: [{name: A, value: "\${params.level}\${params.port}\${params.loud}"}]
`);
  expect([...parameters.keys()]).toEqual(['level', 'port', 'tag', 'args', 'loud']);
  expect(parameters.get('level')).toEqual({
    type: 'string',
    default: 'info',
    enum: ['info', 'debug'],
    description: 'How much is logged.',
  });
  expect(parameters.get('tag')?.pattern?.test('v12')).toBe(true);
  expect(parameters.get('tag')?.pattern?.test('12')).toBe(false);
  expect(parameters.get('args')?.items).toEqual({type: 'string', enum: ['a', 'b']});
  expect(program).toBeDefined();
});

test.each<[string, string, string[]]>([
  ['no list', `${redis}  listen: 1\n`, ['t.yaml:6:3: wrongType']],
  ['no entry', `pattern: ambassador\n${container}`, ['t.yaml:1:10: missingKey']],
  ['no container', `pattern: ambassador\nambassador:\n${entry}`, ['t.yaml:1:10: missingKey']],
  ['another pattern', `${sidecar}ambassador:\n${entry}`, ['t.yaml:5:1: patternMismatch']],
  ['an unknown key', `${redis}${entry}  redirekt: {}\n`, ['t.yaml:9:3: unknownKey']],
  [
    'an unknown side',
    `${redis}${entry.replace('port: P', 'prt: P')}`,
    ['t.yaml:7:23: unknownKey', 't.yaml:8:24: redirectMismatch'],
  ],
  ['no listen', `${redis}- redirect: {url: U}\n  upstream: {url: V}\n`, ['t.yaml:6:3: missingKey']],
  ['a port that is none', `${redis}${entry.replace('6379', '65536')}`, ['t.yaml:6:11: badPort']],
  ['a port in quotes', `${redis}${entry.replace('6379', '"6379"')}`, ['t.yaml:6:11: wrongType']],
  ['no redirect', `${redis}- listen: 1\n  upstream: {url: V}\n`, ['t.yaml:6:3: missingKey']],
  ['an empty redirect', `${redis}- listen: 1\n  redirect: {}\n  upstream: {url: V}\n`, ['t.yaml:7:13: missingKey']],
  ['no upstream', `${redis}- listen: 1\n  redirect: {url: V}\n`, ['t.yaml:6:3: missingKey']],
  [
    'url beside host',
    `${redis}- listen: 1\n  redirect: {host: H, url: V}\n  upstream: {host: X}\n`,
    ['t.yaml:7:23: redirectMismatch'],
  ],
  ['a port alone', `${redis}- listen: 1\n  redirect: {port: V}\n  upstream: {host: X}\n`, ['t.yaml:7:13: missingKey']],
  [
    'an upstream url of none',
    `${redis}- listen: 1\n  redirect: {host: V}\n  upstream: {url: X}\n`,
    ['t.yaml:8:14: redirectMismatch'],
  ],
  [
    'an upstream port of none',
    `${redis}- listen: 1\n  redirect: {host: V}\n  upstream: {port: X}\n`,
    ['t.yaml:8:14: redirectMismatch'],
  ],
  [
    'a default of a host that is a number',
    `${redis}- listen: 1\n  redirect: {host: V}\n  upstream: {host: {name: X, default: 1}}\n`,
    ['t.yaml:8:39: wrongType'],
  ],
  [
    'an upstream without its name',
    `${redis}- listen: 1\n  redirect: {host: V}\n  upstream: {host: {default: x}}\n`,
    ['t.yaml:8:20: missingKey'],
  ],
  ['a bad variable', `${redis}${entry.replace('host: H', 'host: A=B')}`, ['t.yaml:7:20: badName']],
  ['one port twice', `${redis}${entry}${entry.replaceAll(/\b(U?[HP])\b/g, '$1X')}`, ['t.yaml:9:11: duplicateListen']],
  [
    'one variable redirected twice',
    `${redis}${entry}- listen: 2\n  redirect: {host: P}\n  upstream: {host: Z}\n`,
    ['t.yaml:10:20: duplicateName'],
  ],
  ['one variable given twice', `${redis}${entry.replace('port: UP', 'port: UH')}`, ['t.yaml:8:30: duplicateName']],
  [
    "a variable of the container's own",
    `pattern: ambassador\n${container}  env: [{name: UH, value: x}]\nambassador:\n${entry}`,
    ['t.yaml:9:20: duplicateName'],
  ],
])('an ambassador with %s is a fault with its position', (_, text, expected) => {
  expect(placesOf(text)).toEqual(expected);
});

test.each<[string, string, string[]]>([
  ['nothing', `pattern: adapter\n${container}adapter: {}\n`, ['t.yaml:5:10: addsNothing']],
  ['no key', `pattern: adapter\n${container}`, ['t.yaml:1:10: missingKey']],
  ['another pattern', `${sidecar}adapter: {reads: [a]}\n`, ['t.yaml:5:1: patternMismatch']],
  ['an unknown key', `${adapter}  metric: {port: 1}\n  reads: [a]\n`, ['t.yaml:6:3: unknownKey']],
  ['no port', `${adapter}  metrics: {}\n`, ['t.yaml:6:12: missingKey']],
  ['a port that is none', `${adapter}  metrics: {port: 0}\n`, ['t.yaml:6:19: badPort']],
  ['a relative path', `${adapter}  metrics: {port: 1, path: metrics}\n`, ['t.yaml:6:28: badPath']],
  ['a long port name', `${adapter}  metrics: {port: 1, name: a234567890123456}\n`, ['t.yaml:6:28: badName']],
  ['a port name of digits', `${adapter}  metrics: {port: 1, name: "80"}\n`, ['t.yaml:6:28: badName']],
  ['a bad label', `${adapter}  metrics: {port: 1, podMonitor: {a: "b c"}}\n`, ['t.yaml:6:38: badLabel']],
  ['no list', `${adapter}  reads: a\n`, ['t.yaml:6:10: wrongType']],
  ['a bad volume', `${adapter}  reads: [A_b]\n`, ['t.yaml:6:11: badName']],
  ['a volume twice', `${adapter}  reads: [a, a]\n`, ['t.yaml:6:14: duplicateName']],
  ['volume and path', `${adapter}  reads: [{volume: a, path: /b}]\n`, ['t.yaml:6:23: severalOfOne']],
  ['neither volume nor path', `${adapter}  reads: [{mountPath: /b}]\n`, ['t.yaml:6:11: missingKey']],
  ['a relative mount path', `${adapter}  reads: [{volume: a, mountPath: b}]\n`, ['t.yaml:6:34: badMountPath']],
  [
    'one mount path twice',
    `${adapter}  reads: [{volume: a, mountPath: /b}, {volume: c, mountPath: /b/}]\n`,
    ['t.yaml:6:62: duplicateMountPath'],
  ],
])('an adapter with %s is a fault with its position', (_, text, expected) => {
  expect(placesOf(text)).toEqual(expected);
});

test.each<[string, string, string[]]>([
  ['a list', '[]', ['t.yaml:2:13: wrongType']],
  ['a parameter that is no map', '{a: 1}', ['t.yaml:2:17: wrongType']],
  ['a bad name', '{a.b: {type: string}}', ['t.yaml:2:14: badName']],
  ['a name that ends in a dash', '{a-: {type: string}}', ['t.yaml:2:14: badName']],
  ['a name that is too long', `{${'a'.repeat(58)}: {type: string}}`, ['t.yaml:2:14: badName']],
  ['no type', '{a: {default: 1}}', ['t.yaml:2:17: missingKey']],
  ['an unknown type', '{a: {type: int}}', ['t.yaml:2:24: unknownType']],
  ['an unknown word', '{a: {type: string, defualt: x}}', ['t.yaml:2:32: unknownKey']],
  ['a word of a wrong type', '{a: {type: string, maxLength: "5"}}', ['t.yaml:2:43: wrongType']],
  ['a minimum of a string', '{a: {type: string, minimum: 5}}', ['t.yaml:2:32: misplacedWord']],
  ['a length below zero', '{a: {type: string, minLength: -1}}', ['t.yaml:2:43: wrongType']],
  ['an empty range', '{a: {type: integer, minimum: 5, maximum: 4}}', ['t.yaml:2:42: badRange']],
  ['a bad pattern', '{a: {type: string, pattern: "("}}', ['t.yaml:2:41: badPattern']],
  ['an enum of another type', '{a: {type: integer, enum: [1, x]}}', ['t.yaml:2:43: badEnum']],
  ['an empty enum', '{a: {type: integer, enum: []}}', ['t.yaml:2:39: wrongType']],
  ['a default of another type', '{a: {type: integer, default: "1"}}', ['t.yaml:2:42: badDefault']],
  ['a default out of range', '{a: {type: integer, maximum: 5, default: 6}}', ['t.yaml:2:54: badDefault']],
  ['a default outside of its enum', '{a: {type: string, enum: [b], default: c}}', ['t.yaml:2:52: badDefault']],
  ['a default with a wrong item', '{a: {type: array, items: {type: integer}, default: [x]}}', ['t.yaml:2:64: badDefault']],
  ['a default for items', '{a: {type: array, items: {type: integer, default: 1}}}', ['t.yaml:2:54: unknownKey']],
  ['an expression as a default', '{a: {type: string, default: "${pod.metadata.name}"}}', ['t.yaml:2:41: expressionMisplaced']],
])('parameters with %s are a fault with its position', (_, parameters, expected) => {
  const use = 'metadata:\n  annotations: {x: "y"}\n';
  expect(placesOf(`pattern: sidecar\nparameters: ${parameters}\n${use}`)).toEqual(expected);
});

test.each<[string, string, string[]]>([
  ['an unknown word', `${sidecar}native: yes please\n`, ['t.yaml:5:9: badNative']],
  ['a boolean', `${sidecar}native: true\n`, ['t.yaml:5:9: badNative']],
  [
    'no containers',
    'pattern: init\ninitContainers: [{name: a, image: b}]\nnative: auto\n',
    ['t.yaml:3:1: nativeWithoutContainers'],
  ],
  ['a restart policy of its own', `${sidecar}  restartPolicy: Always\nnative: auto\n`, ['t.yaml:5:3: nativeRestartPolicy']],
  ['another restart policy', `${sidecar}  restartPolicy: OnFailure\nnative: always\n`, ['t.yaml:5:3: nativeRestartPolicy']],
])('native with %s is a fault with its position', (_, text, expected) => {
  expect(placesOf(text)).toEqual(expected);
});

test('native may repeat what it means, and never stands anywhere', () => {
  expect(faultsOf(`${sidecar}  restartPolicy: Always\nnative: always\n`)).toEqual([]);
  expect(faultsOf('pattern: init\ninitContainers: [{name: a, image: b}]\nnative: never\n')).toEqual([]);
});

test("the application's init containers are named as its containers are", () => {
  expect(placesOf(`${sidecar}app:\n  initContainers: [A, b, b]\n`)).toEqual([
    't.yaml:6:20: badName',
    't.yaml:6:26: duplicateName',
  ]);
  expect(faultsOf(`${sidecar}app:\n  containers: []\n  initContainers: [b]\n  env: [{name: A}]\n`)).toEqual([]);
});

test('the new keys change the hash where they change the result, and nowhere else', () => {
  const text = `${sidecar}metadata:\n  annotations: {x: "$\{params.a}"}\nparameters: {a: {type: string, default: x}}\n`;
  const {hash} = good(text);
  expect(good(text.replace('default: x', 'default: x, description: more')).hash).toBe(hash);
  expect(good(text.replace('default: x', 'default: z')).hash).not.toBe(hash);
  expect(good(`${text}when: "true"\n`).hash).not.toBe(hash);
  expect(good(text.replace('x: "', 'x: "$')).hash).not.toBe(hash);
  expect(good(`${sidecar}native: never\napp: {initContainers: []}\nparameters: {}\n`).hash).toBe(good(sidecar).hash);
  expect(good(`${sidecar}native: auto\n`).hash).not.toBe(good(sidecar).hash);
  const other = entry.replace('6379', '6380');
  expect(good(`${redis}${entry}`).hash).not.toBe(good(`${redis}${other}`).hash);
});
