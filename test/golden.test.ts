import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {beforeAll, describe, expect, test} from 'vitest';
import {handleReview} from '../src/admission/handle.ts';
import {readDocuments, printDocuments, type DocumentSet} from '../src/cli/documents.ts';
import type {NamespaceFacts} from '../src/core/decide.ts';
import type {JsonObject} from '../src/core/json.ts';
import type {TemplateSnapshot} from '../src/core/template.ts';
import {podTemplateOf, withPodTemplate, workloadOf} from '../src/core/workload.ts';
import {loadTemplates} from '../src/templates/files.ts';
import {cli} from './helpers/cli.ts';
import {exampleFolders, listExamples, type Example} from './helpers/examples.ts';
import {at} from './helpers/objects.ts';
import {patched, responseOf, reviewOf, type ReviewResponse} from './helpers/review.ts';
import {call, startApp} from './server/harness.ts';

const examples = listExamples();
const read = (file: string): string => readFileSync(file, 'utf8');
const snapshots = new Map<string, TemplateSnapshot>();

beforeAll(async () => {
  for (const {templates} of examples) snapshots.set(templates, (await loadTemplates([templates])).snapshot);
});

describe.each(examples)('$input', (example) => {
  const {input, expected, templates} = example;

  test('preview prints what is expected, byte for byte', async () => {
    const {code, out, err} = await cli(['preview', '-f', input, '-t', templates]);
    expect(err).not.toMatch(/refused|unreadable/);
    expect(out).toBe(read(expected));
    expect(code).toBe(0);
  });

  test('the webhook makes the same of it, byte for byte', async () => {
    const {text} = await throughWebhook(input, inMemory(example));
    expect(text).toBe(read(expected));
  });

  test('preview of the result changes nothing and has nothing to warn of', async () => {
    const {code, out, err} = await cli(['preview', '-f', expected, '-t', templates]);
    expect(out).toBe(read(expected));
    expect(err.split('\n').filter((line) => !/^\d+ objects?: |: skipped: optedOut: |: oldApiGroup: |^$/.test(line))).toEqual([]);
    expect(err).not.toMatch(/\d injected/);
    expect(code).toBe(0);
  });

  test('the webhook answers the result empty, without a warning', async () => {
    const {text, responses} = await throughWebhook(expected, inMemory(example));
    expect(text).toBe(read(expected));
    expect(responses.length).toBeGreaterThan(0);
    for (const response of responses) {
      expect(response).toMatchObject({allowed: true});
      expect(response).not.toHaveProperty('patch');
      expect(response).not.toHaveProperty('warnings');
    }
  });

  test('uninject gives the input back, byte for byte', async () => {
    const {code, out} = await cli(['uninject', '-f', expected]);
    expect(out).toBe(read(input));
    expect(code).toBe(0);
  });
});

test('over HTTPS the webhook gives the same for all of them', async () => {
  let current: Example | undefined;
  const {port, certificate} = await startApp({
    review: (body) => handleReview(body, {templates: templatesOf(current), namespaceOf: namespaceOf(current)}),
  });
  for (const example of examples) {
    current = example;
    const ask: Ask = async (review) => {
      const answer = await call({port, ca: certificate.pair.ca, body: JSON.stringify(review)});
      expect(answer.status).toBe(200);
      return responseOf(answer.text);
    };
    expect((await throughWebhook(example.input, ask)).text).toBe(read(example.expected));
  }
});

describe('the talks', () => {
  const talks = 'test/fixtures/talks';
  const shared = 'examples/templates';

  test.each([['sidecar'], ['init']])('the %s pod comes out as on the slide, the status aside', async (name) => {
    const {code, out} = await cli(['preview', '-f', `${talks}/${name}.input.yaml`, '-t', shared, '-q']);
    expect(code).toBe(0);
    expect(withoutAnnotations(onlyObject(out))).toEqual(onlyObject(read(`${talks}/${name}.expected.yaml`)));
  });

  test.each([['sidecar'], ['init']])('the webhook makes the %s pod of the slide too', (name) => {
    const pod = onlyObject(read(`${talks}/${name}.input.yaml`));
    const {body} = handleReview(reviewOf(pod), {templates: snapshots.get(shared) ?? new Map(), namespaceOf: () => undefined});
    expect(withoutAnnotations(patched(pod, responseOf(body)))).toEqual(onlyObject(read(`${talks}/${name}.expected.yaml`)));
  });

  const initializer = ['-t', `${talks}/initializer.configmap.yaml`];

  test('the Initializer pair works as it stands, with a warning of its API version', async () => {
    const {code, out, err} = await cli(['preview', '-f', `${talks}/initializer.deployment.yaml`, ...initializer]);
    expect(code).toBe(0);
    expectInitialized(onlyObject(out));
    expect(err).toContain(
      'initializer.deployment.yaml:2:1: Deployment default/helloworld-with-annotation: oldApiGroup: apps/v1beta1: ',
    );
    expect(err).toContain('; write apps/v1\n');
  });

  test('the Initializer pair works in apps/v1 through the webhook', async () => {
    const {snapshot, faults} = await loadTemplates([`${talks}/initializer.configmap.yaml`]);
    expect(faults).toEqual([]);
    const deployment = {...onlyObject(read(`${talks}/initializer.deployment.yaml`)), apiVersion: 'apps/v1'};
    const {body} = handleReview(reviewOf(deployment), {templates: snapshot, namespaceOf: () => undefined});
    expectInitialized(patched(deployment, responseOf(body)));
  });

  function expectInitialized(deployment: JsonObject): void {
    const {containers, volumes} = at(deployment, 'spec', 'template', 'spec') as JsonObject;
    // The application gains nothing: the old format says nothing of it.
    expect(containers).toEqual([
      {name: 'helloworld', image: 'gcr.io/hightowerlabs/helloworld:0.0.1'},
      expect.objectContaining({name: 'logging-agent', image: 'gcr.io/google_containers/fluentd:1.30'}),
    ]);
    expect(volumes).toEqual([
      {name: 'varlog', emptyDir: {}},
      {name: 'config-volume', configMap: {name: 'fluentd-config'}},
    ]);
  }
});

test('every file of the examples is read by a test', () => {
  const known = new Set(examples.flatMap(({input, expected}) => [input, expected]));
  const files = exampleFolders().flatMap((folder) =>
    readdirSync(folder, {recursive: true, withFileTypes: true})
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name)),
  );
  const unread = files.filter(
    (file) => !known.has(file) && path.basename(file) !== 'README.md' && !snapshots.has(path.dirname(file)),
  );
  expect(unread).toEqual([]);
  expect(files).toEqual(expect.arrayContaining([...known]));
});

function onlyObject(text: string): JsonObject {
  const {objects, faults} = readDocuments(text, 'text');
  expect(faults).toEqual([]);
  expect(objects).toHaveLength(1);
  return objects[0]?.value ?? {};
}

function withoutAnnotations(object: JsonObject): JsonObject {
  const {annotations: _, ...metadata} = object['metadata'] as JsonObject;
  return {...object, metadata};
}

type Ask = (review: JsonObject) => Promise<ReviewResponse>;

function inMemory(example: Example): Ask {
  return async (review) => {
    const {status, body} = handleReview(review, {templates: templatesOf(example), namespaceOf: namespaceOf(example)});
    expect(status).toBe(200);
    return responseOf(body);
  };
}

/**
 * What becomes of a file in a cluster: each object is reviewed, then a pod that a controller makes from its pod template; what
 * the pod has become is put back into the template, which is how `preview` shows it.
 */
async function throughWebhook(file: string, ask: Ask): Promise<{text: string; responses: ReviewResponse[]}> {
  const responses: ReviewResponse[] = [];
  const admit = async (object: JsonObject, namespace?: string): Promise<JsonObject> => {
    const response = await ask(reviewOf(object, namespace === undefined ? {} : {namespace}));
    expect(response.allowed).toBe(true);
    responses.push(response);
    return patched(object, response);
  };
  const set: DocumentSet = readDocuments(read(file), file);
  expect(set.faults).toEqual([]);
  const results = new Map<unknown, JsonObject>();
  for (const one of set.objects) {
    const stored = await admit(one.value);
    const workload = workloadOf(stored);
    const template = workload === undefined ? undefined : podTemplateOf(stored, workload);
    if (workload === undefined || workload.kind === 'Pod' || template === undefined) {
      results.set(one, stored);
      continue;
    }
    const namespace = (stored['metadata'] as JsonObject)['namespace'] ?? 'default';
    const pod = await admit(podFrom(stored, template), String(namespace));
    results.set(one, withPodTemplate(stored, workload, templateFrom(pod, template)));
  }
  return {text: printDocuments(set, (object) => results.get(object)), responses};
}

/** The label by which a Deployment tells the pods of its ReplicaSets apart. */
const hashLabel = 'pod-template-hash';
const hash = '6d9f7c5b48';

/** A pod as controllers send it for creation: no name, no namespace of its own, an owner; a Deployment's has its ReplicaSet's hash. */
function podFrom(workload: JsonObject, template: JsonObject): JsonObject {
  const {name: _, labels, ...metadata} = template['metadata'] as JsonObject;
  const name = String((workload['metadata'] as JsonObject)['name']);
  const owner = controllers[String(workload['kind'])]?.(name) ?? {
    apiVersion: workload['apiVersion'] ?? null,
    kind: workload['kind'] ?? null,
    name,
  };
  const hashed = owner.kind === 'ReplicaSet' ? {labels: {...(labels as JsonObject), [hashLabel]: hash}} : {labels: labels ?? {}};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${name}-`,
      ...metadata,
      ...hashed,
      ownerReferences: [{uid: '1', controller: true, ...owner}],
    },
    spec: template['spec'],
  };
}

/** The kinds that make their pods by another controller. */
const controllers: Readonly<Record<string, (name: string) => JsonObject>> = {
  Deployment: (name) => ({apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${name}-${hash}`}),
  CronJob: (name) => ({apiVersion: 'batch/v1', kind: 'Job', name: `${name}-29396580`}),
};

/** The pod as a pod template again: less what its controller put there, each part where the template had it. */
function templateFrom(pod: JsonObject, template: JsonObject): JsonObject {
  const {generateName: _, ownerReferences: __, labels, ...metadata} = pod['metadata'] as JsonObject;
  const {[hashLabel]: ___, ...own} = labels as JsonObject;
  const {name, labels: written} = template['metadata'] as JsonObject;
  const all: JsonObject = {...(name === undefined ? {} : {name}), ...(written === undefined ? {} : {labels: own}), ...metadata};
  return {metadata: all, spec: pod['spec']};
}

function templatesOf(example: Example | undefined): TemplateSnapshot {
  return snapshots.get(example?.templates ?? '') ?? new Map();
}

/** The namespaces among an example's objects. */
function namespaceOf(example: Example | undefined): (name: string) => NamespaceFacts | undefined {
  const {objects} = readDocuments(example === undefined ? '' : read(example.input), 'input');
  const namespaces = objects.map(({value}) => value).filter((value) => value['kind'] === 'Namespace');
  return (name) => {
    const metadata = namespaces.map((value) => value['metadata'] as JsonObject).find((one) => one['name'] === name);
    return metadata === undefined
      ? undefined
      : {name, labels: metadata['labels'] as JsonObject, annotations: metadata['annotations'] as JsonObject};
  };
}
