import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {Template} from '../../src/core/template.ts';
import {readTemplate, type TemplateReading} from '../../src/core/template/read.ts';
import {propertyRuns} from '../helpers/property-runs.ts';

const full = `$schema: https://example.com/template.json
pattern: sidecar
description: Ships files
required: no
position: {after: web}
containers:
- name: agent
  image: agent:1
  env: [{name: PORT, value: "8080"}]
  volumeMounts: [{name: log, mountPath: /var/log}]
volumes:
- name: log
  emptyDir: {}
- name: config
  configMap: {name: agent, defaultMode: 0644}
app:
  containers: [web]
  env: [{name: LOG, value: /var/log}]
  envFrom: [{configMapRef: {name: x}}]
  volumeMounts: [{name: log, mountPath: /var/log}]
metadata:
  labels: {logs: shipped}
  annotations: {prometheus.io/scrape: "true"}
spec:
  hostAliases: [{ip: 127.0.0.1, hostnames: [x]}]
`;

function read(text: string, format: 'template' | 'legacy' = 'template'): TemplateReading {
  return readTemplate(text, {name: 'agent', format, source: 'agent.yaml'});
}

function good(text: string, format?: 'template' | 'legacy'): Template {
  const {entry} = read(text, format);
  if (entry.kind === 'broken') throw new Error(JSON.stringify(entry.faults));
  return entry.template;
}

test('every part of a template is read', () => {
  expect(good(full)).toMatchObject({
    name: 'agent',
    pattern: 'sidecar',
    description: 'Ships files',
    required: false,
    position: {after: 'web'},
    containers: [
      {
        name: 'agent',
        image: 'agent:1',
        env: [{name: 'PORT', value: '8080'}],
        volumeMounts: [{name: 'log', mountPath: '/var/log'}],
      },
    ],
    initContainers: [],
    volumes: [
      {name: 'log', emptyDir: {}},
      {name: 'config', configMap: {name: 'agent', defaultMode: 420}},
    ],
    app: {
      containers: ['web'],
      env: [{name: 'LOG', value: '/var/log'}],
      envFrom: [{configMapRef: {name: 'x'}}],
      volumeMounts: [{name: 'log', mountPath: '/var/log'}],
    },
    metadata: {labels: {logs: 'shipped'}, annotations: {'prometheus.io/scrape': 'true'}},
    spec: {hostAliases: [{ip: '127.0.0.1', hostnames: ['x']}]},
    source: 'agent.yaml',
  });
  expect(read(full).warnings).toEqual([]);
});

test('what a template leaves out has its default', () => {
  expect(good('pattern: init\ninitContainers: [{name: a, image: b}]\ncontainers:\napp:\nspec:\n')).toEqual({
    name: 'agent',
    pattern: 'init',
    required: true,
    position: 'last',
    containers: [],
    initContainers: [{name: 'a', image: 'b'}],
    volumes: [],
    native: 'never',
    parameters: new Map(),
    ambassador: [],
    app: {containers: ['*'], initContainers: [], env: [], envFrom: [], volumeMounts: []},
    metadata: {labels: {}, annotations: {}},
    spec: {},
    hash: expect.stringMatching(/^[0-9a-f]{12}$/) as string,
    source: 'agent.yaml',
  });
});

test('an Initializer config is a sidecar without a pattern', () => {
  const template = good('containers:\n- name: a\n  image: ${params.x}\nvolumes:\n- name: v\n', 'legacy');
  expect(template.pattern).toBe('sidecar');
  expect(template.containers).toEqual([{name: 'a', image: '${params.x}'}]);
});

test('shell and Kubernetes variables pass through, and $${ gives ${', () => {
  const args = [
    '${HOME}',
    '$(VAR)',
    '${pod}',
    '${params}',
    '$${params.port}',
    'a $${pod.x} b',
    '$$(VAR)',
    '${ params.x }',
    '${podx.y}',
  ];
  const template = good(`pattern: sidecar\ncontainers:\n- name: a\n  image: b\n  args: ${JSON.stringify(args)}\n`);
  expect(template.containers[0]?.['args']).toEqual([
    '${HOME}',
    '$(VAR)',
    '${pod}',
    '${params}',
    '${params.port}',
    'a ${pod.x} b',
    '$$(VAR)',
    '${ params.x }',
    '${podx.y}',
  ]);
});

test('a null field is an absent one', () => {
  expect(good('pattern: sidecar\ncontainers:\n- {name: a, image: b, env: null, resources: {limits: }}\n').containers).toEqual([
    {name: 'a', image: 'b', resources: {}},
  ]);
});

test('scalars are read as Kubernetes reads them', () => {
  const template = good(`pattern: sidecar
containers:
- {name: a, image: b, stdin: yes, tty: off, ports: [{containerPort: 0x50}]}
volumes:
- {name: v, secret: {secretName: s, defaultMode: 0400, optional: on}}
- {name: w, secret: {secretName: s, defaultMode: 0o400}}
`);
  expect(template.containers[0]).toMatchObject({stdin: true, tty: false, ports: [{containerPort: 80}]});
  expect(template.volumes).toEqual([
    {name: 'v', secret: {secretName: 's', defaultMode: 256, optional: true}},
    {name: 'w', secret: {secretName: 's', defaultMode: 256}},
  ]);
});

test('the hash is that of the content, whatever its order, comments and quotes', () => {
  const hash = good('pattern: sidecar\nvolumes: [{name: v, emptyDir: {}}]\n').hash;
  expect(good('# x\nvolumes:\n- emptyDir: {}\n  name: "v"\npattern: sidecar\n').hash).toBe(hash);
  expect(good('pattern: sidecar\ndescription: other\nvolumes: [{name: v, emptyDir: {}}]\n').hash).toBe(hash);
  expect(good('pattern: sidecar\nvolumes: [{name: w, emptyDir: {}}]\n').hash).not.toBe(hash);
  expect(good('pattern: sidecar\nposition: first\nvolumes: [{name: v, emptyDir: {}}]\n').hash).not.toBe(hash);
});

test('a template is frozen at every depth', () => {
  const unfrozen: string[] = [];
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    if (!Object.isFrozen(value)) unfrozen.push(path);
    for (const [key, item] of Object.entries(value)) walk(item, `${path}.${key}`);
  };
  walk(good(full), '');
  expect(unfrozen).toEqual([]);
});

test('a key named __proto__ stays data', () => {
  const labels = good(
    'pattern: sidecar\nmetadata:\n  annotations:\n    constructor: a\nspec:\n  nodeSelector: {__proto__: b, toString: c}\n',
  );
  expect(labels.metadata.annotations).toEqual({constructor: 'a'});
  expect(JSON.stringify(labels.spec)).toBe('{"nodeSelector":{"__proto__":"b","toString":"c"}}');
});

test('positions are placed where the caller says the text stands', () => {
  const {entry} = readTemplate('pattern: sidecar\nfoo: 1\nvolumes: [{name: v}]\n', {
    name: 'agent',
    format: 'template',
    source: 'x',
    place: ({line, column}) => ({line: line + 10, column: column + 4}),
  });
  expect(entry.kind === 'broken' && entry.faults.map(({position}) => position)).toEqual([{line: 12, column: 5}]);
});

test('reading never throws, and each fault of any text has a position', () => {
  const check = (text: string, format: 'template' | 'legacy'): void => {
    const {entry, warnings} = read(text, format);
    const faults = entry.kind === 'broken' ? entry.faults : [];
    if (entry.kind === 'broken') expect(faults).not.toEqual([]);
    for (const {position} of [...faults, ...warnings]) expect(position?.line).toBeGreaterThan(0);
  };
  const formats = fc.constantFrom('template' as const, 'legacy' as const);
  fc.assert(fc.property(fc.string({unit: 'binary'}), formats, check), propertyRuns({numRuns: 100, seed: 20_324}));
  fc.assert(
    fc.property(fc.string({unit: fc.constantFrom(...'ab:- \n\t{}[]&*!|>"\'#,?<$.1'.split(''))}), formats, check),
    propertyRuns({numRuns: 500, seed: 20_325}),
  );
});

test('reading never throws for a good template with a part of it replaced', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '',
      '\n',
      '\t',
      ' ',
      '- ',
      ': ',
      '{',
      '[',
      '&a ',
      '*a',
      '<<: ',
      'null',
      '1',
      '|',
      '"',
      '---\n',
      '__proto__: ',
    ),
    fc.string({maxLength: 5}),
  );
  fc.assert(
    fc.property(fc.nat(full.length), fc.nat(30), piece, (at, length, text) => {
      const {entry} = read(full.slice(0, at) + text + full.slice(at + length));
      expect(['good', 'broken']).toContain(entry.kind);
    }),
    propertyRuns({numRuns: 500, seed: 20_326}),
  );
});

test('any JSON value in any place is answered, not thrown at', () => {
  const keys = [
    'pattern',
    'required',
    'position',
    'containers',
    'initContainers',
    'volumes',
    'app',
    'metadata',
    'spec',
    'env',
    'name',
    'labels',
    'volumeMounts',
    '__proto__',
    'parameters',
    'when',
    'native',
    'ambassador',
    'adapter',
    'redirect',
    'upstream',
    'metrics',
    'reads',
    'type',
    'default',
    'items',
  ];
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      {maxDepth: 5},
      fc.jsonValue({maxDepth: 1}),
      fc.constantFrom('${params.a}', 'x ${pod["a"]} y', '${workload.name', 'string', 'ambassador', 'adapter'),
      fc.array(tie('any'), {maxLength: 3}),
      fc.dictionary(fc.constantFrom(...keys), tie('any'), {maxKeys: 4}),
    ),
  })).any;
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...keys), value, {maxKeys: 6}), (document) => {
      expect(['good', 'broken']).toContain(read(JSON.stringify(document)).entry.kind);
    }),
    propertyRuns({numRuns: 500, seed: 20_327}),
  );
});
