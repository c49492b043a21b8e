import {afterAll, beforeAll, expect, test} from 'vitest';
import {api, eventually, kubectlOk, makeNamespace} from './harness/index.ts';
import {install, type Installation} from './rig/install.ts';
import {containersOf, createPod, deploymentManifest, post, sidecar} from './rig/pods.ts';

let installation: Installation;
beforeAll(async () => {
  installation = await install();
  await installation.putTemplate('agent', sidecar('agent', 'agent:1'));
  await installation.putTemplate(
    'setup',
    'pattern: init\ninitContainers:\n- name: setup\n  image: setup:1\n  resources: {requests: {cpu: 700m}}\n',
  );
  await installation.putTemplate('sized', `${sidecar('sized', 'sized:1')}  resources: {requests: {cpu: 500m, memory: 64Mi}}\n`);
  await installation.putTemplate('huge', `${sidecar('huge', 'huge:1')}  resources: {requests: {cpu: "3"}}\n`);
  await installation.putTemplate('root', `${sidecar('root', 'root:1')}  securityContext: {privileged: true}\n`);
  await installation.putTemplate('good', `${sidecar('good', 'good:1')}  securityContext: ${JSON.stringify(restricted)}\n`);
  await installation.startReady();
});
afterAll(() => installation.remove());

const restricted = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  capabilities: {drop: ['ALL']},
  seccompProfile: {type: 'RuntimeDefault'},
};

/** Makes a LimitRange or a ResourceQuota; admission hears of it a moment later. */
async function makeRule(namespace: string, kind: 'LimitRange' | 'ResourceQuota', spec: object): Promise<void> {
  const apiVersion = 'v1';
  await kubectlOk(['create', '-n', namespace, '-f', '-'], {input: {apiVersion, kind, metadata: {name: 'rule'}, spec}});
}

test('the token of the service account is mounted into injected containers, too', async () => {
  const namespace = await makeNamespace();
  const {pod} = await createPod(namespace, 'pod', 'agent,setup');
  expect(containersOf(pod)).toEqual(['app', 'agent']);
  const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount';
  for (const container of [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]) {
    expect(container.volumeMounts?.map(({mountPath}) => mountPath)).toEqual([tokenPath]);
  }
  expect(pod.spec.initContainers).toHaveLength(1);
});

test('defaults of a LimitRange reach injected containers, and leave what the template says', async () => {
  const namespace = await makeNamespace();
  const defaults = {type: 'Container', default: {cpu: '1', memory: '128Mi'}, defaultRequest: {cpu: '50m', memory: '32Mi'}};
  await makeRule(namespace, 'LimitRange', {limits: [defaults]});
  const pod = await eventually(
    async () => {
      const made = await createPod(namespace, `pod-${Math.random().toString(36).slice(2, 8)}`, 'agent,sized');
      return made.pod.spec.containers[0]?.resources?.limits === undefined ? undefined : made.pod;
    },
    {what: 'the LimitRange to count'},
  );
  expect(pod.spec.containers.map(({name, resources}) => [name, resources])).toEqual([
    ['app', {limits: {cpu: '1', memory: '128Mi'}, requests: {cpu: '50m', memory: '32Mi'}}],
    ['agent', {limits: {cpu: '1', memory: '128Mi'}, requests: {cpu: '50m', memory: '32Mi'}}],
    ['sized', {limits: {cpu: '1', memory: '128Mi'}, requests: {cpu: '500m', memory: '64Mi'}}],
  ]);
});

test('what a LimitRange refuses of an injected container is told with its numbers', async () => {
  const namespace = await makeNamespace();
  await makeRule(namespace, 'LimitRange', {limits: [{type: 'Container', default: {cpu: '1'}, max: {cpu: '2'}}]});
  const {message} = await eventually(
    async () => {
      const made = await createPod(namespace, `pod-${Math.random().toString(36).slice(2, 8)}`, 'huge');
      return made.status === 201 ? undefined : made;
    },
    {what: 'the LimitRange to count'},
  );
  expect(message).toMatch(/must be less than or equal to cpu limit|maximum cpu usage per Container is 2/);
});

test('a ResourceQuota counts injected containers, and what is over it is refused', async () => {
  const namespace = await makeNamespace();
  await makeRule(namespace, 'ResourceQuota', {hard: {'requests.cpu': '1'}});
  const used = async (): Promise<string | undefined> => {
    const {body} = await api(`/api/v1/namespaces/${namespace}/resourcequotas/rule`);
    return (body as {status?: {used?: Record<string, string>}}).status?.used?.['requests.cpu'];
  };
  await eventually(async () => (await used()) === '0', {what: 'the quota to be counted', timeoutMs: 30_000});
  const pod = (name: string): object => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name, annotations: {'pod-injector.dev/inject': 'sized'}},
    spec: {containers: [{name: 'app', image: 'app:1', resources: {requests: {cpu: '100m'}}}]},
  });
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  expect((await post(pods, pod('first'))).status).toBe(201);
  expect(await used()).toBe('600m');
  const second = await post(pods, pod('second'));
  expect(second.status).toBe(403);
  expect(second.message).toContain('exceeded quota: rule, requested: requests.cpu=600m, used: requests.cpu=600m');
});

test('a namespace of the restricted standard refuses a pod by the name of the injected container, and takes a good one', async () => {
  const namespace = await makeNamespace({labels: {'pod-security.kubernetes.io/enforce': 'restricted'}});
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const pod = (name: string): object => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name, annotations: {'pod-injector.dev/inject': name}},
    spec: {containers: [{name: 'app', image: 'app:1', securityContext: restricted}]},
  });
  const bad = await post(pods, pod('root'));
  expect(bad.status).toBe(403);
  expect(bad.message).toContain('violates PodSecurity "restricted:latest"');
  expect(bad.message).toContain('container "root"');
  expect(bad.message).not.toContain('"app"');
  const good = await post(pods, pod('good'));
  expect([good.status, containersOf(good.pod)]).toEqual([201, ['app', 'good']]);
});

test('what becomes of a refused pod of a Deployment stands in the events of its ReplicaSet', async () => {
  const namespace = await makeNamespace({labels: {'pod-security.kubernetes.io/enforce': 'restricted'}});
  await kubectlOk(['create', '-n', namespace, '-f', '-'], {input: deploymentManifest('web', 'root')});
  const message = await eventually(
    async () => {
      const {body} = await api(`/api/v1/namespaces/${namespace}/events`);
      const {items} = body as {items: readonly {reason: string; message: string}[]};
      return items.find(({reason}) => reason === 'FailedCreate')?.message;
    },
    {what: 'the event of the ReplicaSet'},
  );
  expect(message).toContain('"root"');
});
