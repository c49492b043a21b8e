import {applyPatch} from 'diff';
import jsonpatch, {type Operation} from 'fast-json-patch';
import {describe, expect, test} from 'vitest';
import {parse, parseAllDocuments} from 'yaml';
import {cli, type Result, type Surroundings} from '../helpers/cli.ts';
import {deploymentText, podText, service, templates} from './manifest-files.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;

/** `preview` of all these files, in their order. */
async function preview(files: Files, flags: readonly string[] = [], surroundings: Surroundings = {}): Promise<Result> {
  const named = Object.keys(files).flatMap((name) => ['-f', name]);
  return await cli(['preview', ...named, '-t', 't', ...flags], {files: {...templates, ...files}, ...surroundings});
}

const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec:
  versions:
  - schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, x-kubernetes-preserve-unknown-fields: true}}}}
`;
const hook = `apiVersion: batch/v1
kind: Job
metadata:
  name: "release-test"
  annotations:
    "helm.sh/hook": test   # run by helm test
spec: {template: {spec: {restartPolicy: Never, containers: [ {name: t, image: busybox, command: ['wget']} ]}}}
`;

describe('what is not injected passes through byte for byte', () => {
  test.each<[string, string | Uint8Array]>([
    ['nothing at all', ''],
    ['a comment and nothing else', '# just a comment\n'],
    ['separators without documents', '---\n---\n# one\n---\n\n---\n'],
    ['a separator with a comment, and an end of document', '--- # first\na: 1\n...\n---\nb: 2\n...\n'],
    ['a custom resource definition', crd],
    ['a Helm hook', hook],
    ['a document that is not finished with a line break', service.trimEnd()],
    ['Windows line breaks', `${service}---\n${hook}`.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\ufeff${service}`],
    [
      'a multi-line string that mentions our annotation',
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: docs}\ndata:\n  readme: |\n    ${podText('agent').replaceAll('\n', '\n    ').trimEnd()}\n`,
    ],
    ['a Pod that opts out', podText("'false'")],
    ['JSON in an odd layout', '{"apiVersion":"v1",\n "kind" : "ConfigMap","metadata":{"name":"\\u0063"},"data":{"big":"1e400"}}'],
  ])('%s', async (_, text) => {
    const {code, out} = await preview({'in.yaml': text});
    expect(out).toBe(text);
    expect(code).toBe(0);
  });

  test('all of it around a Pod that is injected', async () => {
    const before = `# head\n---\n${crd}---\n${hook}--- # the pod\n`;
    const after = `---\n# tail\n---\n${service}`;
    const {out} = await preview({'in.yaml': before + podText('agent') + after});
    expect(out.startsWith(before)).toBe(true);
    expect(out.endsWith(after)).toBe(true);
    expect(out).toContain('image: agent:1');
    expect(out).toContain('  - name: app # the application\n');
  });

  test('line breaks and the byte order mark stay when something is added', async () => {
    const {out} = await preview({'in.yaml': `\ufeff${podText('agent').replaceAll('\n', '\r\n')}`});
    expect(out.startsWith('\ufeffapiVersion')).toBe(true);
    expect(out).toContain('image: agent:1\r\n');
    expect(out.replaceAll('\r\n', '')).not.toContain('\n');
  });
});

describe('formats', () => {
  const pod = podText('agent');
  const podJson = JSON.stringify(parse(pod), null, 4);

  test('JSON in gives JSON out, in its own indentation', async () => {
    const {out} = await preview({'in.json': podJson});
    expect(JSON.parse(out)).toEqual(parse((await preview({'in.yaml': pod})).out));
    expect(out).toMatch(/^\{\n {4}"apiVersion"/);
  });

  test('several JSON files become one List, with what is not injected in it too', async () => {
    const {out} = await preview({'a.json': podJson, 'b.json': JSON.stringify(parse(service))});
    expect(JSON.parse(out)).toMatchObject({kind: 'List', items: [{kind: 'Pod'}, parse(service)]});
  });

  test('a List stays a List, and its items are injected', async () => {
    const item = (text: string): string => `- ${text.trimEnd().replaceAll('\n', '\n  ')}\n`;
    const {out, err} = await preview({
      'in.yaml': `apiVersion: v1\nkind: List\nitems:\n${item(pod)}${item(deploymentText('setup'))}`,
    });
    expect(parse(out)).toMatchObject({
      kind: 'List',
      items: [
        {spec: {containers: [{name: 'app'}, {name: 'agent'}]}},
        {spec: {template: {spec: {initContainers: [{name: 'setup'}]}}}},
      ],
    });
    expect(err).toBe('2 objects: 2 injected\n');
  });

  test('-o json of one document is that, of several a List; no document is lost', async () => {
    const one = await preview({'in.yaml': pod}, ['-o', 'json']);
    expect(JSON.parse(one.out)).toEqual(parse((await preview({'in.yaml': pod})).out));
    const several = await preview({'in.yaml': `${service}---\n${pod}`}, ['-o', 'json']);
    expect(JSON.parse(several.out)).toMatchObject({apiVersion: 'v1', kind: 'List', items: [parse(service), {kind: 'Pod'}]});
  });

  test('-o yaml of JSON is YAML, and no document is lost', async () => {
    const {out} = await preview({'a.json': podJson, 'b.json': JSON.stringify(parse(service)), 'c.yaml': hook}, ['-o', 'yaml']);
    const documents = parseAllDocuments(out).map((document) => document.toJS() as unknown);
    expect(documents).toMatchObject([
      {kind: 'Pod', spec: {containers: [{name: 'app'}, {name: 'agent'}]}},
      parse(service),
      parse(hook),
    ]);
    expect(out).toMatch(/^apiVersion: v1\nkind: Pod\n/);
  });

  test('-o patch of one object is one RFC 6902 array that makes the object of it', async () => {
    const {out} = await preview({'in.yaml': pod}, ['-o', 'patch']);
    const operations = JSON.parse(out) as Operation[];
    const result: unknown = jsonpatch.applyPatch(structuredClone(parse(pod)), operations, true).newDocument;
    expect(result).toEqual(parse((await preview({'in.yaml': pod})).out));
  });

  test('-o patch of several is a list that names each, unchanged ones with an empty patch', async () => {
    const {out} = await preview({'in.yaml': `${pod}---\n${service}`}, ['-o', 'patch']);
    expect(JSON.parse(out)).toEqual([
      {
        object: {apiVersion: 'v1', kind: 'Pod', name: 'web'},
        patch: expect.arrayContaining([expect.objectContaining({op: 'add'})]),
      },
      {object: {apiVersion: 'v1', kind: 'Service', name: 'web'}, patch: []},
    ]);
    expect((await preview({'in.yaml': service}, ['-o', 'patch'])).out).toBe('[]\n');
  });
});

describe('--diff', () => {
  test('is a unified diff that patches the file', async () => {
    const {out, code} = await preview({'in.yaml': podText('setup')}, ['--diff']);
    expect(out).toMatch(/^--- a\/in\.yaml\n\+\+\+ b\/in\.yaml\n@@ -4,7 \+4,11 @@\n/);
    expect(applyPatch(podText('setup'), out)).toBe((await preview({'in.yaml': podText('setup')})).out);
    expect(code).toBe(0);
  });

  test('is empty when nothing changes', async () => {
    expect(await preview({'in.yaml': service}, ['--diff', '-q'])).toEqual({code: 0, out: '', err: ''});
  });

  test.each<[string, boolean, Surroundings, readonly string[]]>([
    ['has colours on a terminal', true, {terminal: true}, []],
    ['has none in a pipe', false, {terminal: false}, []],
    ['has none with NO_COLOR', false, {terminal: true, env: {NO_COLOR: '1'}}, []],
    ['has colours with an empty NO_COLOR', true, {terminal: true, env: {NO_COLOR: ''}}, []],
    ['has none with --no-color', false, {terminal: true}, ['--no-color']],
  ])('%s, and so has stderr', async (_, colours, surroundings, flags) => {
    const diff = await preview({'in.yaml': podText('agent,nope?')}, ['--diff', ...flags], surroundings);
    expect(diff.out.includes('\u001b[32m+')).toBe(colours);
    expect(diff.err.includes('\u001b[33m')).toBe(colours);
    expect((diff.out + diff.err).includes('\u001b')).toBe(colours);
  });

  test('manifests have no colours, not even on a terminal', async () => {
    expect((await preview({'in.yaml': podText('agent')}, [], {terminal: true})).out).not.toContain('\u001b');
  });
});
