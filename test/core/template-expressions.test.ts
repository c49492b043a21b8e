import fc from 'fast-check';
import {expect, test} from 'vitest';
import {formatFault} from '../../src/core/errors.ts';
import {readTemplate} from '../../src/core/template/read.ts';
import {propertyRuns} from '../helpers/property-runs.ts';

const declared = `pattern: sidecar
parameters:
  port: {type: integer, default: 80}
  name: {type: string, default: x}
  share: {type: number, default: 0.5}
  on-ly: {type: boolean, default: true}
  list: {type: array, default: []}
  map: {type: object, default: {}}
containers:
- name: agent
  image: agent:1
`;

function reading(text: string): {faults: string[]; warnings: string[]} {
  const {entry, warnings} = readTemplate(text, {name: 'agent', format: 'template', source: 't.yaml'});
  return {faults: entry.kind === 'broken' ? entry.faults.map(formatFault) : [], warnings: warnings.map(formatFault)};
}

/** Where and what, of the lines after those that every text here begins with. */
function placesOf(lines: string): string[] {
  return reading(declared + lines).faults.map((line) => line.split(': ', 2).join(': '));
}

test.each<[string, string, string]>([
  ['a plain scalar', '  args: [a]\n  workingDir: /x/${params.nope}/y\n', 't.yaml:13:27'],
  ['a plain scalar that is one expression', '  workingDir: ${params.nope}\n', 't.yaml:12:24'],
  ['single quotes', "  workingDir: 'it''s ${params.nope}'\n", 't.yaml:12:31'],
  ['double quotes', '  workingDir: "a \\" \\x41 ${params.nope}"\n', 't.yaml:12:35'],
  ['a list in brackets', '  args: ["a", "${params.nope}"]\n', 't.yaml:12:25'],
  ['a block', '  args:\n  - |\n    #!/bin/sh\n\n      echo ${params.nope}\n', 't.yaml:16:21'],
  ['a block with its indentation given', '  args:\n  - |1-\n     a ${params.nope}\n', 't.yaml:14:17'],
  ['quotes behind an anchor', '  args: [&a "${params.nope}"]\n', 't.yaml:12:23'],
])('an error in %s is placed to the character', (_, lines, place) => {
  const faults = reading(declared + lines).faults;
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(`${place}: badExpression: `);
});

test.each<[string, string, string]>([
  ['a folded block', '  args:\n  - >\n    a\n    ${params.nope}\n', 't.yaml:13:5'],
  ['quotes over several lines', '  workingDir: "a\n    ${params.nope}"\n', 't.yaml:12:15'],
])('an error in %s is placed where the string begins', (_, lines, place) => {
  expect(placesOf(lines)).toEqual([`${place}: badExpression`]);
});

test('the end of an expression may be missing, and then its beginning is shown', () => {
  expect(placesOf('  workingDir: a ${params.name\n')).toEqual(['t.yaml:12:17: unendedExpression']);
});

test.each<[string, string]>([
  ['an integer', '  ports: [{containerPort: "${params.port + 1}"}]\n'],
  ['a string', '  workingDir: ${params.name}\n'],
  ['an integer where a string is wanted', '  env: [{name: A, value: "${params.port}"}]\n'],
  [
    'a boolean where a string is wanted',
    '  env: [{name: A, value: "${params["on-ly"]}"}]\n'.replace('params["on-ly"]', "params['on-ly']"),
  ],
  ['a boolean', "  tty: ${params['on-ly']}\n"],
  ['a list', '  args: ${params.list}\n'],
  ['a map', '  resources: ${params.map}\n'],
  ['a number as a quantity', '  resources: {limits: {cpu: "${params.share}"}}\n'],
  ['a string as a quantity', '  resources: {limits: {cpu: "${params.name}"}}\n'],
  ['what may be anything', '  ports: [{containerPort: "${pod.spec.x}"}]\n'],
  ['a port by name or number', '  livenessProbe: {tcpSocket: {port: "${params.port}"}}\n'],
  ['labels', '  tty: false\nmetadata: {labels: {a: "${params.port}"}, annotations: "${params.map}"}\n'],
  ['names of containers of the application', '  tty: false\napp: {containers: ["${params.name}"], env: [{name: A}]}\n'],
  [
    'fields of the pod',
    '  tty: false\nspec: {priorityClassName: "${params.name}", terminationGracePeriodSeconds: "${params.port}"}\n',
  ],
])('%s may be computed', (_, lines) => {
  expect(reading(declared + lines).faults).toEqual([]);
});

test.each<[string, string, string[]]>([
  ['a string where an integer is wanted', '  ports: [{containerPort: "${params.name}"}]\n', ['t.yaml:12:27: wrongType']],
  ['several pieces where an integer is wanted', '  ports: [{containerPort: "${params.port}0"}]\n', ['t.yaml:12:27: wrongType']],
  ['a number where an integer is wanted', '  ports: [{containerPort: "${params.share}"}]\n', ['t.yaml:12:27: wrongType']],
  ['an integer where a boolean is wanted', '  tty: ${params.port}\n', ['t.yaml:12:8: wrongType']],
  ['a list where a string is wanted', '  workingDir: ${params.list}\n', ['t.yaml:12:15: wrongType']],
  ['a string where a list is wanted', '  args: ${params.name}\n', ['t.yaml:12:9: wrongType']],
  ['a list where a map is wanted', '  resources: ${params.list}\n', ['t.yaml:12:14: wrongType']],
  ['a list within a string', '  workingDir: a${params.list}\n', ['t.yaml:12:15: badExpression']],
  ['a value of two types', '  workingDir: ${params.port + params.name}\n', ['t.yaml:12:17: badExpression']],
])('%s is a fault when the template is read', (_, lines, expected) => {
  expect(placesOf(lines)).toEqual(expected);
});

test.each<[string, string, string[]]>([
  ['a container', '- name: ${params.name}\n  image: x\n', ['t.yaml:12:9: expressionInName']],
  ['a volume', 'volumes:\n- name: ${params.name}\n', ['t.yaml:13:9: expressionInName']],
  ['the volume of a mount', '  volumeMounts: [{name: "${params.name}", mountPath: /x}]\n', ['t.yaml:12:25: expressionInName']],
  ['a whole mount', '  volumeMounts: ["${params.map}"]\n', ['t.yaml:12:18: expressionInName']],
  [
    "the application's mount",
    'app: {volumeMounts: [{name: "${params.name}", mountPath: /x}]}\n',
    ['t.yaml:12:29: expressionInName'],
  ],
  ['a key', 'metadata:\n  labels:\n    ${params.name}: a\n', ['t.yaml:14:5: expressionInName', 't.yaml:14:5: badLabel']],
  ['a whole container', '- ${params.map}\n', ['t.yaml:12:3: expressionInName']],
  [
    'all of a part',
    'spec: ${params.map}\napp: ${params.map}\n',
    ['t.yaml:12:7: expressionInName', 't.yaml:13:6: expressionInName'],
  ],
])('%s is named in the template itself', (_, lines, expected) => {
  expect(placesOf(lines).toSorted()).toEqual(expected.toSorted());
});

test.each<[string, string, string[]]>([
  ['in braces', 'when: ${params.name == "x"}\n', ['t.yaml:12:7: badExpression']],
  ['that is no string', 'when: true\n', ['t.yaml:12:7: wrongType']],
  ['that is no condition', 'when: params.port\n', ['t.yaml:12:7: wrongType']],
  ['that does not parse', 'when: "params.name =="\n', ['t.yaml:12:21: badExpression']],
  ['of an unknown name', 'when: pods.spec.x\n', ['t.yaml:12:7: badExpression']],
])('a `when` %s is a fault', (_, lines, expected) => {
  expect(placesOf(lines).map((place) => place.replace(/12:2\d/, '12:21'))).toEqual(expected);
});

test('an error that follows from a wrong declaration is not one more', () => {
  const text = 'pattern: sidecar\nparameters: {a: {type: strin}}\ncontainers:\n- {name: b, image: "${params.a}"}\n';
  expect(reading(text).faults).toHaveLength(1);
});

test('a parameter that nothing reads is a warning at its name', () => {
  const used = '  args: ["${params.port}${params.name}${params.share}", "${params.list.size()}"]\nwhen: params["on-ly"]\n';
  expect(reading(declared + used).warnings).toEqual([
    't.yaml:8:3: parameterNeverRead: no expression reads the parameter `map`; remove it, or use it: `${params.map}`',
  ]);
});

test('what looks like an expression and is none is a warning at its place', () => {
  const {faults, warnings} = reading(
    'pattern: sidecar\ncontainers:\n- name: a\n  image: b\n  args: ["x ${has(pod.spec) ? 1 : 2}"]\n',
  );
  expect(faults).toEqual([]);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(/^t\.yaml:5:13: plainExpression: /);
});

test('reading never throws for a good template with a part of it replaced, and gives each fault a position', () => {
  const full = `${declared}  env: [{name: A, value: "\${params.port}"}]
  args:
  - |
    run \${params.name} \${pod.metadata.labels['x']}
when: has(pod.spec.x)
app: {containers: ["\${params.name}"], env: [{name: B}]}
`;
  const piece = fc.oneof(
    fc.constantFrom('', '${', '}', '$', '"', "'", 'params.', '\n', ' ', '- ', ': ', '[', '(', 'string', 'default: ', '&a ', '*a'),
    fc.string({maxLength: 4}),
  );
  fc.assert(
    fc.property(fc.nat(full.length), fc.nat(20), piece, (at, length, text) => {
      const source = full.slice(0, at) + text + full.slice(at + length);
      const {entry, warnings} = readTemplate(source, {name: 'agent', format: 'template', source: 't.yaml'});
      const faults = entry.kind === 'broken' ? entry.faults : [];
      expect(entry.kind === 'good' || faults.length > 0).toBe(true);
      for (const {position} of [...faults, ...warnings]) {
        expect(position?.line).toBeGreaterThan(0);
        expect(position?.line).toBeLessThanOrEqual(source.split('\n').length);
      }
    }),
    propertyRuns({numRuns: 500, seed: 20_307}),
  );
});

test('a template of a thousand expressions loads, and one more is refused where it stands', () => {
  const args = (count: number): string => `  args:\n${'  - "${params.name}${params.name}"\n'.repeat(count / 2)}`;
  expect(reading(declared + args(1000)).faults).toEqual([]);
  expect(reading(`${declared}${args(1000)}  - "\${params.name}"\n  - "\${params.nope}"\n`).faults).toEqual([
    't.yaml:513:5: badExpression: with this one the template has more than 1000 expressions; make several templates of it',
  ]);
});
