import {expect, test} from 'vitest';
import {webhookConfiguration} from '../../src/cluster/registration.ts';
import type {JsonObject} from '../../src/core/json.ts';
import {cli, type Result} from '../helpers/cli.ts';
import {answer, startFakeApi, status, type FakeApi} from './fake-api.ts';
import {kubeconfigFile} from './kubeconfig-file.ts';

const key = 'pod-injector.dev/inject';
const noon = '2026-03-01T12:00:00Z';
const later = '2026-03-01T13:00:00Z';
const configMap = {
  metadata: {name: 'agent', namespace: 'pod-injector', creationTimestamp: noon, labels: {'pod-injector.dev/template': 'true'}},
  data: {template: 'pattern: sidecar\ncontainers: [{name: agent, image: "agent:1"}]\n'},
};
const configuration = webhookConfiguration({
  name: 'pod-injector',
  clientConfig: {url: 'https://localhost/mutate'},
  ownNamespace: 'pod-injector',
});
const spec = {containers: [{name: 'web', image: 'web:1'}]};
const template = {metadata: {annotations: {[key]: 'agent'}, labels: {app: 'web'}}, spec};
const deployment = {
  metadata: {name: 'web', namespace: 'shop', creationTimestamp: noon},
  spec: {selector: {matchLabels: {app: 'web'}}, template},
};

/** A pod of the Deployment, created then. */
function podOf(name: string, creationTimestamp: string, more: JsonObject = {}): JsonObject {
  const labels = {app: 'web', 'pod-template-hash': 'abc'};
  const ownerReferences = [{apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-abc', uid: 'u', controller: true}];
  return {
    metadata: {name, namespace: 'shop', creationTimestamp, labels, annotations: {[key]: 'agent'}, ownerReferences},
    spec,
    ...more,
  };
}

/** An API server that has these, by path and query; a list for a list. */
async function apiWith(objects: Readonly<Record<string, JsonObject | readonly JsonObject[]>>): Promise<FakeApi> {
  const api = await startFakeApi();
  const all: typeof objects = {
    '/api/v1/namespaces/pod-injector/configmaps': [configMap],
    '/api/v1/namespaces/shop': {metadata: {name: 'shop'}},
    '/version': {major: '1', minor: '36'},
    '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations': [
      {...configuration, metadata: {name: 'pod-injector', creationTimestamp: later}},
    ],
    ...objects,
  };
  api.intercept(({path: at, query}, response) => {
    const selector = query.get('labelSelector');
    const found = all[selector === null ? at : `${at}?${selector}`];
    if (found === undefined) answer(response, 404, status(404, 'not found'));
    else if (Array.isArray(found)) answer(response, 200, {metadata: {}, items: found});
    else answer(response, 200, found as JsonObject);
    return true;
  });
  return api;
}

/** What `explain` says with the fake as its cluster, whose context is in namespace `shop`. */
async function explain(api: FakeApi, ...words: string[]): Promise<Result> {
  const kubeconfig = await kubeconfigFile(api, 'shop');
  return await cli(['explain', ...words, '--kubeconfig', kubeconfig]);
}

const at = '/apis/apps/v1/namespaces/shop/deployments/web';
const pods = '/api/v1/namespaces/shop/pods';

test('a Deployment is as well as its pods: those older than the webhook are what there is to say', async () => {
  const api = await apiWith({
    [at]: deployment,
    [`${pods}?app=web`]: [
      podOf('web-1', noon),
      podOf('web-2', later, {status: {phase: 'Succeeded'}}),
      podOf('web-3', noon, {metadata: {...(podOf('web-3', noon)['metadata'] as JsonObject), deletionTimestamp: later}}),
    ],
  });
  const {code, out, err} = await explain(api, 'deploy/web');
  expect(out.split('\n').slice(0, 2)).toEqual([
    `Deployment shop/web: not injected: createdBeforeWebhook: 1 of 1 pods are without what they should have; web-1: it was created at ${noon}, before the webhook was registered at ${later}`,
    '  fix: kubectl rollout restart deployment/web -n shop',
  ]);
  expect(out).toContain('  without: web-1: createdBeforeWebhook: ');
  expect(err).toBe('1 object: 1 not injected\n');
  expect(code).toBe(1);
});

test('a Deployment without pods is explained by its pod template', async () => {
  const {code, out} = await explain(await apiWith({[at]: deployment, [`${pods}?app=web`]: []}), 'deployment', 'web');
  expect(out).toMatch(/^Deployment shop\/web: injected: agent\n/);
  expect(code).toBe(0);
});

test('pods are found by expressions of the selector, too', async () => {
  const matchExpressions = [
    {key: 'app', operator: 'In', values: ['web', 'api']},
    {key: 'tier', operator: 'NotIn', values: ['test']},
    {key: 'team', operator: 'Exists'},
    {key: 'old', operator: 'DoesNotExist'},
  ];
  const api = await apiWith({
    [at]: {...deployment, spec: {...deployment.spec, selector: {matchLabels: {a: 'b'}, matchExpressions}}},
    [`${pods}?a=b,app in (web,api),tier notin (test),team,!old`]: [podOf('web-1', noon)],
  });
  const {out} = await explain(api, 'deploy/web', '-o', 'json');
  expect(JSON.parse(out)).toMatchObject([{podsWithout: [{name: 'web-1', code: 'createdBeforeWebhook'}]}]);
});

test('pods that are older than what the pod template asks are a note, because a rollout replaces them', async () => {
  const old = podOf('web-0', later);
  const {annotations: _, ...metadata} = old['metadata'] as JsonObject;
  const found = [
    {...old, metadata},
    {...old, metadata, status: {phase: 'Failed'}},
  ];
  const api = await apiWith({[at]: deployment, [`${pods}?app=web`]: found});
  const {code, out} = await explain(api, 'deploy/web');
  expect(out).toMatch(/^Deployment shop\/web: injected: agent\n/);
  expect(out).toContain(
    '  note: askedLater: 1 of 1 pods are older than what the pod template asks now, and without it; they go as ',
  );
  expect(code).toBe(0);
});

test('pods that hold an earlier version of the template are a note, with what brings the new one', async () => {
  const record = {
    v: 1,
    at: 'pod',
    app: ['web'],
    templates: [{name: 'agent', hash: '0', added: {spec: {containers: {agent: 1}}}}],
  };
  const old = podOf('web-0', later);
  const metadata = old['metadata'] as JsonObject;
  const annotations = {[key]: 'agent', 'pod-injector.dev/status': JSON.stringify(record)};
  const containers = [...spec.containers, {name: 'agent', image: 'agent:0'}];
  const pod = {...old, metadata: {...metadata, annotations}, spec: {containers}};
  const api = await apiWith({[at]: deployment, [`${pods}?app=web`]: [pod], [`${pods}/web-0`]: pod});
  const {code, out} = await explain(api, 'deploy/web');
  expect(out).toMatch(/^Deployment shop\/web: injected: agent\n/);
  expect(out).toContain(
    '  note: templateChanged: 1 of 1 pods hold what a template was before it changed; when it suits: kubectl rollout restart deployment/web -n shop\n',
  );
  expect(code).toBe(0);
  expect((await explain(api, 'pod/web-0')).out).toMatch(
    /note: templateChanged: .*; when it suits: kubectl rollout restart deployment\/web -n shop\n/,
  );
});

test('pods that went on without an optional template, which is mended now, are a note', async () => {
  const record = {v: 1, at: 'pod', app: ['web'], templates: [{name: 'agent', skipped: 'templateBroken'}]};
  const annotations = {[key]: 'agent?', 'pod-injector.dev/status': JSON.stringify(record)};
  const old = podOf('web-0', later);
  const pod = {...old, metadata: {...(old['metadata'] as JsonObject), annotations}};
  const asking = {...template, metadata: {...template.metadata, annotations: {[key]: 'agent?'}}};
  const workload = {...deployment, spec: {...deployment.spec, template: asking}};
  const api = await apiWith({[at]: workload, [`${pods}?app=web`]: [pod], [`${pods}/web-0`]: pod});
  expect((await explain(api, 'pod/web-0')).out.split('\n').slice(0, 2)).toEqual([
    'Pod shop/web-0: not injected: templateBroken: template agent was left out: the template is invalid',
    '  fix: agent is mended now: what is created from now on gets it',
  ]);
  expect((await explain(api, 'deploy/web')).out).toContain(
    '  note: templateBroken: 1 of 1 pods went on without: template agent was left out: the template is invalid; kubectl rollout restart deployment/web -n shop\n',
  );
});

test('where there is none of a type, that is said with the namespace', async () => {
  const {code, out, err} = await explain(await apiWith({[pods]: []}), 'pods');
  expect({code, out, err}).toEqual({code: 0, out: '', err: 'there are no pods in namespace shop\n0 objects\n'});
});

test('who may not see the namespace is not sent to a cluster', async () => {
  const api = await startFakeApi();
  api.intercept(({path: asked}, response) => {
    if (asked === `${pods}/web`) answer(response, 200, {metadata: {name: 'web', namespace: 'shop'}, spec});
    else if (asked.endsWith('/configmaps')) answer(response, 200, {metadata: {}, items: [configMap]});
    else answer(response, 403, status(403, 'forbidden'));
    return true;
  });
  const {out} = await explain(api, 'po/web');
  expect(out).toContain('namespaceUnknown: whether namespace shop has a default is not known; ask somebody who may read it');
});

test('who may not see the pods of workloads is told so once', async () => {
  const api = await startFakeApi();
  api.intercept(({path: asked}, response) => {
    if (asked.endsWith('/deployments')) answer(response, 200, {metadata: {}, items: [deployment, deployment]});
    else if (asked === pods) answer(response, 403, status(403, 'forbidden'));
    else answer(response, 200, {metadata: {}, items: asked.endsWith('/configmaps') ? [configMap] : []});
    return true;
  });
  const {err} = await explain(api, 'deployments');
  expect(err.match(/apiForbidden: .*resources: \[pods\], verbs: \[list\]/g)).toHaveLength(1);
});

test('that there are no templates where they are looked for is told', async () => {
  const api = await apiWith({[at]: deployment, [`${pods}?app=web`]: [], '/api/v1/namespaces/pod-injector/configmaps': []});
  const {code, err} = await explain(api, 'deploy/web');
  expect(err).toContain('noTemplates: there are no templates in namespace pod-injector; ');
  expect(err).toContain('--injector-namespace');
  expect(code).toBe(1);
});

test('who may not see pods or webhook configurations is told what can be known without', async () => {
  const api = await startFakeApi();
  api.intercept(({path: asked}, response) => {
    if (asked === `${pods}/web`) answer(response, 200, podOf('web', noon));
    else if (asked.endsWith('/configmaps')) answer(response, 200, {metadata: {}, items: [configMap]});
    else answer(response, 403, status(403, 'forbidden'));
    return true;
  });
  const {code, out, err} = await explain(api, 'po/web');
  expect(out).toMatch(/^Pod shop\/web: not injected: webhookMissed: it was created before the webhook was registered, or /);
  expect(err).toContain('verbs: [list]');
  expect(code).toBe(1);
});

test('types and groups are written as for kubectl, and several objects at once', async () => {
  const api = await apiWith({[at]: deployment, [`${pods}?app=web`]: [], [`${pods}/web`]: podOf('web', noon)});
  const {out} = await explain(api, 'deployments.v1.apps/web', 'Pod/web', 'deployment.apps/web');
  expect(out.split('\n').filter((line) => /^\S/.test(line))).toEqual([
    expect.stringMatching(/^Pod shop\/web: not injected: createdBeforeWebhook: /),
    'Deployment shop/web: injected: agent',
    'Deployment shop/web: injected: agent',
  ]);
});

test('all objects of a type are explained when none is named', async () => {
  const api = await apiWith({[pods]: [podOf('web-1', noon), {metadata: {name: 'db', namespace: 'shop'}, spec}]});
  const {out} = await explain(api, 'pods', '-o', 'json');
  expect(JSON.parse(out)).toMatchObject([
    {kind: 'Pod', name: 'web-1', problem: true},
    {kind: 'Pod', name: 'db', code: 'notAsked', problem: false},
  ]);
});

test('-n, a Namespace and a Service are asked for where they are', async () => {
  const api = await apiWith({
    '/api/v1/namespaces/other': {metadata: {name: 'other', labels: {'pod-injector.dev/injection': 'yes'}}},
    '/api/v1/namespaces/other/services/web': {
      metadata: {name: 'web', namespace: 'other', annotations: {[key]: 'agent'}},
      spec: {selector: {a: 'b'}},
    },
  });
  const service = await explain(api, 'svc/web', '-n', 'other');
  expect(service.out).toMatch(/^Service other\/web: not injected: annotationMisplaced: /);
  const namespace = await explain(api, 'ns/other');
  expect(namespace.out).toMatch(/^Namespace other: not injected: namespaceLabel: /);
});

test.each<[string, readonly string[], string]>([
  [
    'an object that is not there',
    ['deploy/gone'],
    'objectMissing: there is no Deployment shop/gone; look at what there is: kubectl get deployments -n shop',
  ],
  ['a context that is not there', ['deploy/web', '--context', 'two'], 'give one of these with --context: one'],
])('%s ends with 2, and says what to do', async (_, words, message) => {
  const {code, out, err} = await explain(await apiWith({}), ...words);
  expect({code, out}).toEqual({code: 2, out: ''});
  expect(err).toContain(message);
});
