import {readFile} from 'node:fs/promises';
import {describe, expect, test} from 'vitest';
import {asList, asObject, type Json, type JsonObject} from '../../src/core/json.ts';
import {parseYaml} from '../../src/core/yaml.ts';
import {cli} from '../helpers/cli.ts';

const fixtures = 'test/fixtures/migrate';
const inputs = ['sidecars/base.yaml', 'sidecars/proxy.yaml', 'configmap.yaml', 'workloads.yaml'];

async function fixtureFiles(): Promise<Record<string, string>> {
  return Object.fromEntries(await Promise.all(inputs.map(async (name) => [name, await readFile(`${fixtures}/${name}`, 'utf8')])));
}

/** Migrates one text from standard input. */
async function migrate(text: string): Promise<{code: number; out: string; err: string}> {
  return cli(['migrate', '-f', '-'], {files: {'-': text}});
}

function documents(text: string): JsonObject[] {
  return parseYaml(text).map(({value, faults}) => {
    expect(faults).toEqual([]);
    return value as JsonObject;
  });
}

const configMap = (data: string, name = 'sidecars'): string => `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
data:
${data}`;

const deployment = (own: string, pods: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations: {${own}}
spec:
  template:
    metadata:
      annotations: {${pods}}
    spec:
      containers: [{name: app, image: 'app:1'}]
`;

const annotationsOf = (object: JsonObject): unknown[] => [
  asObject(object['metadata'])?.['annotations'],
  asObject(asObject(asObject(object['spec'])?.['template'])?.['metadata'])?.['annotations'],
];

describe('migrate', () => {
  test('the files of another injector become what they are meant to, and each change is said', async () => {
    const {code, out, err} = await cli(['migrate', '-f', 'sidecars', '-f', 'configmap.yaml', '-f', 'workloads.yaml'], {
      files: await fixtureFiles(),
    });
    expect(out).toBe(await readFile(`${fixtures}/expected.yaml`, 'utf8'));
    expect(err).toBe(await readFile(`${fixtures}/expected.txt`, 'utf8'));
    expect(code).toBe(0);
  });

  test('what comes out is right, and done', async () => {
    const text = await readFile(`${fixtures}/expected.yaml`, 'utf8');
    const templates = text.split(/^---\n/m).filter((part) => part.includes('kind: ConfigMap'));
    expect(templates).toHaveLength(4);
    expect((await cli(['validate', '-q', '-f', '-'], {files: {'-': templates.join('---\n')}})).code).toBe(0);
    expect(await migrate(text)).toEqual({code: 0, out: text, err: '0 templates, 0 objects with other annotations\n'});
  });

  test('env and mounts of k8s-sidecar-injector reach every container, with what the template inherits', async () => {
    const files = {'a.yaml': await readFile(`${fixtures}/expected.yaml`, 'utf8')};
    const parts = files['a.yaml'].split(/^---\n/m);
    const {code, out} = await cli(['preview', '-q', '-f', 'm.yaml', '-t', 't.yaml'], {
      files: {
        't.yaml': parts.filter((part) => part.includes('kind: ConfigMap')).join('---\n'),
        'm.yaml': (parts.find((part) => part.includes('kind: Deployment')) ?? '').replace('logging-agent,vault,', ''),
      },
    });
    expect(code).toBe(0);
    const [object] = documents(out);
    const spec = asObject(asObject(asObject(object?.['spec'])?.['template'])?.['spec']);
    const env = (list: string): Json[] =>
      asList(spec?.[list]).map((container) => [
        asObject(container)?.['name'] ?? null,
        ...asList(asObject(container)?.['env']).map((item) => asObject(item)?.['value'] ?? null),
        ...asList(asObject(container)?.['volumeMounts']).map((item) => asObject(item)?.['mountPath'] ?? null),
      ]);
    expect(env('containers')).toEqual([
      ['app', 'dc01', 'hello', '/opt/shared'],
      ['proxy', 'own', 'hello', '/opt/shared'],
      ['stats', 'dc01', 'hello', '/opt/shared'],
    ]);
    expect(env('initContainers')).toEqual([
      ['prepare', 'dc01', 'hello', '/opt/shared'],
      ['warm-up', 'dc01', 'hello', '/opt/shared'],
    ]);
    const proxy = asObject(asList(spec?.['containers'])[1]);
    expect(proxy?.['args']).toEqual(['--root', '${params.root}', '$${HOME}']);
    expect(spec).toMatchObject({hostNetwork: true, serviceAccountName: 'proxy'});
  });

  test('the Initializer’s example injects what it did', async () => {
    const folder = 'examples/initializer';
    const old = await cli(['preview', '-q', '-f', `${folder}/input.yaml`, '-t', `${folder}/templates`]);
    const templates = await cli(['migrate', '-q', '-f', `${folder}/templates`]);
    const manifest = await cli(['migrate', '-q', '-f', `${folder}/input.yaml`]);
    const now = await cli(['preview', '-q', '-f', 'm.yaml', '-t', 't.yaml'], {
      files: {'m.yaml': manifest.out, 't.yaml': templates.out},
    });
    const withoutNames = (text: string): string =>
      text.replaceAll(/^ *(?:pod-injector\.dev|initializer\.kubernetes\.io)\/.*\n/gm, '');
    expect(withoutNames(now.out)).toBe(withoutNames(old.out));
    expect(now.out).toContain('- name: logging-agent');
    expect((await cli(['validate', '-q', 't.yaml'], {files: {'t.yaml': templates.out}})).code).toBe(0);
  });

  test('all that is not concerned stays byte for byte', async () => {
    const text = `# a\nkind:   Service\napiVersion: v1\nmetadata: {name: 'x' ,}\n---\n${configMap('  a: |\n    name = 1\n', 'plain')}--- # b\nlist:\n-   1\n`;
    expect(await migrate(text)).toEqual({code: 0, out: text, err: '0 templates, 0 objects with other annotations\n'});
  });
});

describe('annotations', () => {
  test.each<readonly [string, string, string, unknown, unknown]>([
    ['an Initializer’s stays at its level', '"initializer.kubernetes.io/a": "true"', '', {'pod-injector.dev/inject': 'a'}, {}],
    [
      'several are merged, in the order of their keys',
      '"initializer.kubernetes.io/b": "1", "initializer.kubernetes.io/a": "1"',
      '',
      {'pod-injector.dev/inject': 'a,b'},
      {},
    ],
    ['"false" asks for nothing', 'x: z, "initializer.kubernetes.io/a": "false"', '', {x: 'z'}, {}],
    [
      'the other injector’s stands on the pod template',
      '',
      '"injector.tumblr.com/request": "A_b:v1"',
      {},
      {'pod-injector.dev/inject': 'a-b-v1'},
    ],
    ['and does nothing elsewhere', '"injector.tumblr.com/request": "a"', '', {'injector.tumblr.com/request': 'a'}, {}],
    [
      'it is kept where its work is done',
      '',
      '"injector.tumblr.com/request": "a", "injector.tumblr.com/status": injected',
      {},
      {'injector.tumblr.com/request': 'a', 'injector.tumblr.com/status': 'injected'},
    ],
    [
      'both go where the nearest is heard',
      'x: z, "initializer.kubernetes.io/a": "1"',
      '"injector.tumblr.com/request": b',
      {x: 'z'},
      {'pod-injector.dev/inject': 'a,b'},
    ],
    [
      'a list of ours goes first, and nothing twice',
      '"pod-injector.dev/inject": "a, b?", "initializer.kubernetes.io/b": "1", "initializer.kubernetes.io/c": "1"',
      '',
      {'pod-injector.dev/inject': 'a, b?,c'},
      {},
    ],
    [
      'an opt-out stays one',
      '"pod-injector.dev/inject": "false", "initializer.kubernetes.io/b": "1"',
      '',
      {'pod-injector.dev/inject': 'false'},
      {},
    ],
    [
      'the namespace’s list can’t be added to',
      '"pod-injector.dev/inject": "true", "initializer.kubernetes.io/b": "1"',
      '',
      {'pod-injector.dev/inject': 'true', 'initializer.kubernetes.io/b': '1'},
      {},
    ],
    ['a name that can’t be is left', '', '"injector.tumblr.com/request": "a:b:c"', {}, {'injector.tumblr.com/request': 'a:b:c'}],
  ])('%s', async (_, own, pods, expectedOwn, expectedPods) => {
    const {code, out} = await migrate(deployment(own, pods));
    const [object] = documents(out);
    expect(annotationsOf(object ?? {})).toEqual([expectedOwn, expectedPods]);
    expect(code).toBe(0);
  });

  test('what is left is warned of, at its place', async () => {
    const {err} = await migrate(
      'apiVersion: x.example/v1\nkind: App\nmetadata:\n  annotations:\n    initializer.kubernetes.io/a: "true"\n',
    );
    expect(err).toMatch(/^-:5:5: notMigrated: initializer\.kubernetes\.io\/a is left: objects of this kind /);
  });

  test('a manifest keeps its comments and its style beside files that are written anew', async () => {
    const pod = (ask: string): string =>
      `# ours\napiVersion: v1\nkind: Pod\nmetadata: {name: x, annotations: {${ask}}} # here\nspec: {containers: []}\n`;
    const files = {
      'base.yaml': 'name: base\ncontainers: [{name: base, image: "base:1"}]\n',
      'pod.yaml': pod('injector.tumblr.com/request: base'),
    };
    const {code, out} = await cli(['migrate', '-f', 'base.yaml', '-f', 'pod.yaml'], {files});
    expect(out.split('---\n')[1]).toBe(pod('pod-injector.dev/inject: base'));
    expect(code).toBe(0);
  });

  test('annotations that are gone leave no empty map behind', async () => {
    const text =
      'apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n  annotations:\n    initializer.kubernetes.io/a: "false"\nspec: {}\n';
    expect((await migrate(text)).out).toBe('apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\nspec: {}\n');
  });

  test('an InitializerConfiguration is warned of', async () => {
    const text = 'apiVersion: admissionregistration.k8s.io/v1alpha1\nkind: InitializerConfiguration\nmetadata: {name: x}\n';
    const {code, out, err} = await migrate(text);
    expect({code, out}).toEqual({code: 0, out: text});
    expect(err).toContain('-:2:1: notMigrated: no API server knows this kind');
  });
});

describe('configurations', () => {
  test('several of one ConfigMap in a JSON list become items of the list', async () => {
    const data = {a: 'name: a\nhostPID: true\n', b: 'name: b\nhostPID: true\n'};
    const list = {
      apiVersion: 'v1',
      kind: 'List',
      items: [
        {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'x'}, data},
        {apiVersion: 'v1', kind: 'Secret', metadata: {name: 'y'}},
      ],
    };
    const {out} = await migrate(`${JSON.stringify(list, null, 2)}\n`);
    const {items} = JSON.parse(out) as {items: {kind: string; metadata: {name: string}}[]};
    expect(items.map(({kind, metadata}) => [kind, metadata.name])).toEqual([
      ['ConfigMap', 'a'],
      ['ConfigMap', 'b'],
      ['Secret', 'y'],
    ]);
  });

  test('several JSON files become one list, as with kubectl', async () => {
    const file = (name: string): string => JSON.stringify({name, hostPID: true});
    const {out} = await cli(['migrate', '-q', '-f', 'a.json', '-f', 'b.json'], {
      files: {'a.json': file('a'), 'b.json': file('b')},
    });
    expect((JSON.parse(out) as {items: unknown[]}).items).toHaveLength(2);
  });

  test('line breaks of Windows and blanks at the end of lines do not spoil the block', async () => {
    const {out} = await migrate('name: a\r\ncontainers:  \r\n- name: a # first  \r\n  image: a:1\r\n');
    expect(out).toContain('  template: |\n    # Made from');
    expect(out).toContain('    containers:\n    - name: a # first\n      image: a:1\n');
  });

  test('the name alone, with `latest` and in capitals is one name', async () => {
    const {out} = await migrate('name: Agent:latest\nhostPID: true\n');
    expect(asObject(documents(out)[0]?.['metadata'])?.['name']).toBe('agent');
  });

  test('init containers alone make the pattern init', async () => {
    const text = configMap('  config: |\n    initContainers:\n    - name: a\n      image: a:1\n', 'a-initializer');
    expect((await migrate(text)).out).toContain('    pattern: init\n    initContainers:\n');
  });

  test('a ConfigMap that is a template already stays', async () => {
    const text = configMap('  template: |\n    pattern: sidecar\n    spec: {hostPID: true}\n', 'a').replace(
      'name: a',
      'name: a\n  labels: {pod-injector.dev/template: "true"}',
    );
    expect((await migrate(text)).out).toBe(text);
  });

  test.each<readonly [string, Record<string, string>, RegExp]>([
    [
      'a file to inherit from that is not given',
      {'a.yaml': 'name: a\ninherits: b.yaml\n'},
      /^a\.yaml:2:11: inheritsMissing: .*not among the files; give that file too$/m,
    ],
    [
      'files that inherit from each other',
      {'a.yaml': 'name: a\ninherits: b.yaml\n', 'b.yaml': 'name: b\ninherits: a.yaml\n'},
      /^b\.yaml:2:11: inherits(?:Cycle|Broken): /m,
    ],
    ['a file that inherits from itself', {'a.yaml': 'name: a\ninherits: ./a.yaml\n'}, /^a\.yaml:2:11: inheritsCycle: /m],
    [
      'a volume of the pod, which a template can’t know',
      {'a.yaml': 'name: a\nvolumeMounts:\n- name: data\n  mountPath: /data\n'},
      /^a\.yaml:3:9: volumeMissing: /m,
    ],
    ['a wrong type', {'a.yaml': 'name: a\nenv: {A: b}\n'}, /^a\.yaml:2:6: wrongType: `env` must be a list/m],
    [
      'a name of another form',
      {'a.yaml': 'name: a:b:c\nhostPID: true\n'},
      /^a\.yaml:1:7: badName: the name "a:b:c" has more than one `:`/m,
    ],
    [
      'two of one name',
      {'a.yaml': 'name: a:v1\nhostPID: true\n', 'b.yaml': 'name: a-v1\nhostPID: true\n'},
      /^b\.yaml:1:7: duplicateTemplate: there is a template "a-v1" at a\.yaml:1:7 already/m,
    ],
    ['broken YAML in a ConfigMap', {'a.yaml': configMap('  a: |\n    name: a\n    env: [\n')}, /^a\.yaml:\d+:\d+: yamlSyntax: /m],
    [
      'a broken Initializer',
      {'a.yaml': configMap('  config: |\n    containers:\n    - nmae: a\n      image: a:1\n', 'a-initializer')},
      /^a\.yaml:8:7: missingKey: /m,
    ],
    ['broken YAML', {'a.yaml': 'a: [\n'}, /^a\.yaml:\d+:\d+: yamlSyntax: /m],
  ])('%s is an error with its place, and nothing is printed', async (_, files, expected) => {
    const {code, out, err} = await cli(['migrate', ...Object.keys(files).flatMap((name) => ['-f', name])], {files});
    expect(err).toMatch(expected);
    expect(err).toMatch(/; nothing was printed\n$/);
    expect({code, out}).toEqual({code: 1, out: ''});
  });

  test('`inherits` in a ConfigMap was never read', async () => {
    const {code, err} = await migrate(configMap('  a: |\n    name: a\n    inherits: b.yaml\n    hostPID: true\n'));
    expect(err).toMatch(/^-:8:15: neverRead: /);
    expect(code).toBe(0);
  });

  test('a file that is not there ends with 2', async () => {
    expect(await cli(['migrate', '-f', 'nope.yaml'], {files: {}})).toMatchObject({code: 2, out: ''});
  });
});
