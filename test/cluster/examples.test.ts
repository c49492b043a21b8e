import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {isDeepStrictEqual} from 'node:util';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {JsonObject} from '../../src/core/json.ts';
import {workloadOf} from '../../src/core/workload.ts';
import {parseYaml} from '../../src/core/yaml.ts';
import {listExamples} from '../helpers/examples.ts';
import {at, yaml} from '../helpers/objects.ts';
import {api, controlPlane, eventually, kubectlGet, kubectlOk, makeNamespace} from './harness/index.ts';
import {podInjector} from './live/cli.ts';
import {comparable, dryRun, podOf} from './live/dry-run.ts';
import {stored} from './live/state.ts';
import {startWebhook, type LiveWebhook} from './live/webhook.ts';

const statusKey = 'pod-injector.dev/status';

// What the API server serves no more is for the CLI.
const examples = listExamples().filter(({input}) => !readFileSync(input, 'utf8').includes('v1beta1'));
const folders = [...new Set(examples.map(({templates}) => templates))];

let webhook: LiveWebhook;
beforeAll(async () => {
  webhook = await startWebhook();
});

describe.each(folders)('with the templates of %s', (folder) => {
  const configMaps = readdirSync(folder).map((file) => configMapOf(path.join(folder, file)));
  const names = configMaps.map((configMap) => String(at(configMap, 'metadata', 'name')));
  beforeAll(async () => {
    for (const [index, configMap] of configMaps.entries()) {
      const name = names[index] ?? '';
      await webhook.put(configMap, name, (pod) => isKnown(pod, name));
    }
  });
  // Another folder has a template of the same name in its old form.
  afterAll(async () => {
    for (const name of names) await webhook.withdraw(name);
  });

  describe.each(examples.filter(({templates}) => templates === folder))('$input', ({input, templates}) => {
    let namespace = '';
    let written: readonly JsonObject[] = [];
    let previewed: readonly JsonObject[] = [];
    let live: readonly JsonObject[] = [];
    beforeAll(async () => {
      namespace = await makeNamespace();
      // Used by one of them; a pod whose service account is missing is refused.
      const orders = {apiVersion: 'v1', kind: 'ServiceAccount', metadata: {name: 'orders'}};
      for (const where of [namespace, webhook.namespace]) {
        await api(`/api/v1/namespaces/${where}/serviceaccounts`, {method: 'POST', body: orders});
      }
      const text = readFileSync(input, 'utf8').replaceAll(/^( +)(name|namespace): shop$/gm, `$1$2: ${namespace}`);
      const {code, stdout, stderr} = await podInjector(['preview', ...given(templates, namespace)], text);
      expect({code, stderr}).toMatchObject({code: 0});
      const isWorkload = (object: JsonObject): boolean => workloadOf(object) !== undefined;
      const all = documents(text);
      written = all.filter(isWorkload);
      previewed = documents(stdout).filter(isWorkload);
      const facts = all.filter((object) => object['kind'] === 'Namespace');
      for (const object of facts) await applyDefault(namespace, object, podOf(written[0] ?? {}), podOf(previewed[0] ?? {}));
      await kubectlOk(['apply', '-n', namespace, '-f', '-'], {input: text});
      live = await Promise.all(written.map((object) => found(namespace, object)));
    });

    /** The pods of this workload as the API server stores them when all is as it is in this namespace. */
    const livePod = async (object: JsonObject): Promise<JsonObject> =>
      object['kind'] === 'Pod' ? object : (await made(namespace, podOf(object))).object;

    test('the pods are those of preview, after the API server has filled in what both leave to it', async () => {
      expect(live.length).toBeGreaterThan(0);
      for (const [index, object] of live.entries()) {
        // In its own namespace the injector is never called.
        const {object: without} = await made(webhook.namespace, podOf(previewed[index] ?? {}));
        expect(comparable(await livePod(object))).toEqual(comparable(without));
      }
    });

    test('what was stored of a workload is what --as-stored prints', async () => {
      const text = written.map((object) => JSON.stringify(object)).join('\n---\n');
      const {stdout} = await podInjector(['preview', '--as-stored', ...given(templates, namespace)], text);
      for (const [index, object] of documents(stdout).entries()) {
        if (object['kind'] === 'Pod') continue;
        const {object: without} = await made(webhook.namespace, object);
        expect(comparable(without)['spec']).toEqual(comparable(live[index] ?? {})['spec']);
      }
    });

    test('uninject of a pod gives what the API server makes of it without us', async () => {
      for (const [index, object] of live.entries()) {
        const {stdout} = await podInjector(['uninject', '-f', '-', '-o', 'json'], JSON.stringify(await livePod(object)));
        const {object: without} = await made(webhook.namespace, podOf(written[index] ?? {}));
        expect(comparable(JSON.parse(stdout) as JsonObject)).toEqual(comparable(without));
      }
    });

    test('a pod that went through the API server and comes again is not changed, without a warning', async () => {
      for (const object of live) {
        const once = await livePod(object);
        const twice = await made(namespace, podOf(once));
        expect(comparable(twice.object)).toEqual(comparable(once));
        expect(twice.warnings).toEqual([]);
      }
    });

    test('a workload that went through the API server and comes again is not changed', async () => {
      for (const object of live) {
        if (object['kind'] === 'Pod') continue;
        // Not kubectl replace, which annotates what it sends.
        await put(object);
        const after = await found(namespace, object);
        expect(after['spec']).toEqual(object['spec']);
        expect(at(after, 'metadata', 'generation')).toBe(at(object, 'metadata', 'generation'));
      }
    });

    test('what preview printed is stored as it is where the webhook runs, and so are its pods', async () => {
      for (const object of previewed) {
        const [here, elsewhere] = [await made(namespace, renamed(object)), await made(webhook.namespace, renamed(object))];
        expect(comparable(here.object)).toEqual(comparable(elsewhere.object));
        expect(here.warnings).toEqual(elsewhere.warnings);
        const pods = [await made(namespace, podOf(here.object)), await made(webhook.namespace, podOf(elsewhere.object))];
        expect(comparable(pods[0]?.object ?? {})).toEqual(comparable(pods[1]?.object ?? {}));
      }
    });
  });
});

/** Reads from standard input, with these templates, for the API server that is tested. */
function given(templates: string, namespace: string): readonly string[] {
  return ['-f', '-', '-t', templates, '-n', namespace, '--server-version', controlPlane().version];
}

/** A template's ConfigMap; one is made of a file that holds the template alone. */
function configMapOf(file: string): JsonObject {
  const text = readFileSync(file, 'utf8');
  const object = yaml(text);
  if (object['kind'] === 'ConfigMap') return object;
  const metadata = {name: path.parse(file).name, labels: {'pod-injector.dev/template': 'true'}};
  return {apiVersion: 'v1', kind: 'ConfigMap', metadata, data: {template: text}};
}

/** Whether a pod that asks for the template tells that the injector has it: injected, or refused for what the pod itself lacks. */
function isKnown(answer: JsonObject, name: string): boolean {
  if (answer['kind'] === 'Status') return !String(answer['message']).includes('templateMissing');
  return String(at(answer, 'metadata', 'annotations', statusKey)).includes(`"name":"${name}"`);
}

/** Gives the namespace what its pods go by, and waits until the API server and the injector know of it. */
async function applyDefault(namespace: string, object: JsonObject, pod: JsonObject, expected: JsonObject): Promise<void> {
  await kubectlOk(['apply', '-f', '-'], {input: object});
  const {object: wanted} = await made(webhook.namespace, expected);
  await eventually(
    async () => {
      const answer = await dryRun(namespace, pod);
      return answer.status === 201 && isDeepStrictEqual(comparable(answer.object), comparable(wanted));
    },
    {what: `the default of ${namespace} to count`},
  );
}

/** A dry run that must succeed. */
async function made(namespace: string, object: JsonObject): ReturnType<typeof dryRun> {
  const result = await dryRun(namespace, object);
  expect(result).toMatchObject({status: 201});
  return result;
}

/** The object as it is stored, when its controller has done its part. */
async function found(namespace: string, object: JsonObject): Promise<JsonObject> {
  const [kind, name] = [String(object['kind']), String(at(object, 'metadata', 'name'))];
  if (kind === 'Pod') return kubectlGet<JsonObject>('pod', name, '-n', namespace);
  return (await stored(namespace, kind, name)).object;
}

function documents(text: string): JsonObject[] {
  return parseYaml(text).map(({value, faults}) => {
    expect(faults).toEqual([]);
    return value as JsonObject;
  });
}

/** Under a name that is not taken. */
function renamed(object: JsonObject): JsonObject {
  const {name, ...metadata} = object['metadata'] as JsonObject;
  return {...object, metadata: {...metadata, name: `${String(name)}-again`}};
}

/** Replaces an object with what was read of it. */
async function put(object: JsonObject): Promise<void> {
  const {resourceVersion: _, ...metadata} = object['metadata'] as JsonObject;
  const resource = `${String(object['kind']).toLowerCase()}s/${String(metadata['name'])}`;
  const where = `/apis/${String(object['apiVersion'])}/namespaces/${String(metadata['namespace'])}/${resource}`;
  expect(await api(where, {method: 'PUT', body: {...object, metadata}})).toMatchObject({status: 200});
}
