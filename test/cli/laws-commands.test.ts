import * as fc from 'fast-check';
import {afterAll, expect, test} from 'vitest';
import {emitDocument} from '../../src/cli/emit.ts';
import {kubectlLayout} from '../../src/cli/layout.ts';
import type {JsonObject} from '../../src/core/json.ts';
import {forgeries} from '../core/generators-forged.ts';
import {mutated, mutations, retuned} from '../core/generators-odd.ts';
import {patternNames, patternTemplates} from '../core/generators-patterns-template.ts';
import {patternCases} from '../core/generators-patterns.ts';
import {cli} from '../helpers/cli.ts';
import {propertyRuns} from '../helpers/property-runs.ts';

const runs = propertyRuns({numRuns: 250, seed: 20_276});
const mix = new Map<string, number>();

/** Objects of a cluster and of old injectors, right as they stand here. */
const others: readonly JsonObject[] = [
  {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: 'shop',
      labels: {'pod-injector.dev/injection': 'enabled'},
      annotations: {'pod-injector.dev/inject': 'agent'},
    },
  },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {name: 'agent', namespace: 'pod-injector', labels: {'pod-injector.dev/template': 'true'}},
    data: {
      template:
        'pattern: sidecar\nparameters: {a: {type: integer, default: 1}}\ncontainers: [{name: agent, image: "agent:${params.a}"}]\n',
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: {name: 'pod-injector', creationTimestamp: '2026-01-01T00:00:00Z'},
    webhooks: [
      {
        name: 'objects.pod-injector.dev',
        clientConfig: {service: {namespace: 'pod-injector', name: 'x'}, caBundle: 'Q0E='},
        namespaceSelector: {matchExpressions: [{key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['kube-system']}]},
      },
    ],
  },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {name: 'old-initializer'},
    data: {config: 'containers:\n- {name: old, image: "old:1"}\nvolumes:\n- {name: v, emptyDir: {}}\n'},
  },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {name: 'old', labels: {app: 'k8s-sidecar-injector'}},
    data: {
      side: 'name: side:v1\ninherits: base\nenv: [{name: A, value: b}]\nvolumeMounts: [{name: v, mountPath: /v}]\ncontainers: [{name: side, image: "s:1"}]\nhostAliases: [{ip: "1.1.1.1", hostnames: [a]}]\n',
    },
  },
];

const object: fc.Arbitrary<JsonObject> = fc
  .tuple(
    fc.oneof(
      {weight: 3, arbitrary: patternCases().map(({input}) => input.object)},
      {weight: 2, arbitrary: forgeries.map((forgery) => forgery.object)},
      {weight: 3, arbitrary: fc.constantFrom(...others)},
    ),
    fc.oneof({weight: 1, arbitrary: fc.constant([])}, {weight: 2, arbitrary: mutations}),
  )
  .map(([one, changes]) => mutated(one, changes));

/** What stands in a YAML text where something else stood. */
const scraps = fc.constantFrom(
  '',
  '\t',
  '&a ',
  '*a',
  '!!int ',
  '!<x> ',
  '<<: *a',
  '---\n',
  '...\n',
  '%YAML 1.1\n',
  '"',
  "'",
  '{',
  '}',
  '[',
  ': ',
  '- ',
  '#',
  '\r',
  '|2\n',
  '? ',
  '\u0000',
  '\ud800',
  '\u2028',
  '\ufeff',
  '0o17',
  '.inf',
  '=',
);
const cuts = fc.oneof(
  {weight: 2, arbitrary: fc.constant([])},
  {weight: 1, arbitrary: fc.array(fc.tuple(fc.nat(), fc.nat(4), scraps), {minLength: 1, maxLength: 3})},
);

function damaged(text: string, damage: readonly (readonly [number, number, string])[]): string {
  return damage.reduce((whole, [at, length, scrap]) => {
    const start = at % (whole.length + 1);
    return whole.slice(0, start) + scrap + whole.slice(start + length);
  }, text);
}

/** A file of objects, as YAML, JSON or a List, which may be broken. */
const file: fc.Arbitrary<string> = fc
  .tuple(fc.array(object, {minLength: 1, maxLength: 4}), fc.constantFrom('yaml', 'yaml', 'json', 'list'), cuts)
  .map(([all, form, damage]) => {
    const text =
      form === 'yaml'
        ? all.map((one) => emitDocument(one, kubectlLayout)).join('---\n')
        : form === 'json'
          ? JSON.stringify(all[0], undefined, 2)
          : JSON.stringify({apiVersion: 'v1', kind: 'List', items: all});
    return damaged(text, damage);
  });

const commands = fc.constantFrom<readonly string[]>(
  ['preview', '-f', '-', '-t', 't'],
  ['preview', '-f', '-', '-t', 't', '--diff'],
  ['preview', '-f', '-', '-t', 't', '-o', 'json'],
  ['uninject', '-f', '-'],
  ['explain', '-f', '-'],
  ['explain', '-f', '-', '-t', 't', '-o', 'json'],
  ['migrate', '-f', '-'],
);

/** A template's file, which may be broken. */
const templateFile: fc.Arbitrary<string> = fc
  .tuple(patternTemplates, fc.constantFrom(...patternNames), fc.array(fc.tuple(fc.nat(), fc.nat()), {maxLength: 2}), cuts)
  .map(([{texts}, name, changes, damage]) => damaged(emitDocument(retuned(texts[name] ?? {}, changes), kubectlLayout), damage));

const invocations = fc.oneof(
  {weight: 4, arbitrary: fc.tuple(commands, file)},
  {weight: 1, arbitrary: fc.tuple(fc.constantFrom(['validate', 't'], ['validate', 't', '-o', 'json']), templateFile)},
);
const template = 'pattern: sidecar\ncontainers: [{name: agent, image: "agent:1"}]\n';

test('every command answers whatever it is given, and says why where it gives nothing', async () => {
  await fc.assert(
    fc.asyncProperty(invocations, async ([argv, text]) => {
      const {code, out, err} = await cli(argv, {files: {'-': text, 't/agent.yaml': argv[0] === 'validate' ? text : template}});
      const what = `${argv[0]} ${code}`;
      mix.set(what, (mix.get(what) ?? 0) + 1);
      expect([0, 1, 2]).toContain(code);
      if (code > 0) expect(out + err).not.toBe('');
      expect(out + err).not.toMatch(/\bundefined\b|\[object|TypeError|RangeError|    at /);
      if (argv.at(-1) === 'json' && out !== '')
        expect(() =>
          out
            .trim()
            .split(/\n(?=\{)/)
            .map((one) => JSON.parse(one) as unknown),
        ).not.toThrow();
    }),
    runs,
  );
});

afterAll(() => {
  console.log(
    `commands: ${[...mix]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([what, times]) => `${what}: ${times}`)
      .join(', ')}`,
  );
});
