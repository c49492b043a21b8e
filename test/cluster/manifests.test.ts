import {beforeAll, describe, expect, test} from 'vitest';
import {webhookNames} from '../../src/cluster/registration.ts';
import {templateWebhookName} from '../../src/cluster/template-registration.ts';
import {api, auditEvents, eventually, kubectl, kubectlOk, makeNamespace, type Injector} from './harness/index.ts';
import {callReplica, install, startReplica, system} from './installation.ts';

let applied: Awaited<ReturnType<typeof install>>;
let replica: Injector;
let plain = '';
let enabled = '';
beforeAll(async () => {
  applied = await install();
  await kubectlOk(['apply', '-f', 'test/fixtures/talks/initializer.configmap.yaml', '-n', system]);
  await kubectlOk(['apply', '-f', 'examples/templates/logging-agent.yaml']);
  replica = await startReplica('replica-1');
  await callReplica(replica);
  await replica.ready();
  [plain, enabled] = await Promise.all([makeNamespace(), makeNamespace({labels: {'pod-injector.dev/injection': 'enabled'}})]);
  // The API server hears of a configuration a moment after it was written.
  await eventually(
    async () => {
      const made = await api(`/api/v1/namespaces/${plain}/pods?dryRun=All`, {method: 'POST', body: pod('probe', {[ask]: agent})});
      return JSON.stringify(made.body).includes('pod-injector.dev/status');
    },
    {what: 'the API server to call the injector'},
  );
});

const ask = 'pod-injector.dev/inject';
const agent = 'logging-agent';
type Annotations = Readonly<Record<string, string>>;

function metadata(name: string, annotations: Annotations = {}): object {
  return {name, annotations, labels: {app: name}};
}
const podSpec = {containers: [{name: 'web', image: 'web:1'}]};
function pod(name: string, annotations?: Annotations): object {
  return {apiVersion: 'v1', kind: 'Pod', metadata: metadata(name, annotations), spec: podSpec};
}
interface Where {
  readonly own?: Annotations;
  readonly template?: Annotations;
  readonly jobs?: Annotations;
}
function deployment(name: string, {own, template}: Where = {}): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(name, own),
    spec: {
      replicas: 1,
      selector: {matchLabels: {app: name}},
      template: {metadata: metadata(name, template), spec: podSpec},
    },
  };
}
function cronJob(name: string, {own, jobs, template}: Where = {}): object {
  const podTemplate = {metadata: metadata(name, template), spec: {...podSpec, restartPolicy: 'Never'}};
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: metadata(name, own),
    spec: {schedule: '0 0 1 1 *', jobTemplate: {metadata: {annotations: jobs}, spec: {template: podTemplate}}},
  };
}

const collections: Readonly<Record<string, string>> = {
  Pod: 'api/v1/namespaces/NAMESPACE/pods',
  ReplicationController: 'api/v1/namespaces/NAMESPACE/replicationcontrollers',
  Deployment: 'apis/apps/v1/namespaces/NAMESPACE/deployments',
  ReplicaSet: 'apis/apps/v1/namespaces/NAMESPACE/replicasets',
  Job: 'apis/batch/v1/namespaces/NAMESPACE/jobs',
  CronJob: 'apis/batch/v1/namespaces/NAMESPACE/cronjobs',
};

async function send(namespace: string, object: object, update = false): Promise<void> {
  const {
    kind,
    metadata: {name},
  } = object as {kind: string; metadata: {name: string}};
  const collection = `/${(collections[kind] ?? '').replace('NAMESPACE', namespace)}`;
  const answer = await api(update ? `${collection}/${name}` : collection, {method: update ? 'PUT' : 'POST', body: object});
  expect(answer.status, JSON.stringify(answer.body)).toBe(update ? 200 : 201);
}

/** Which of our webhooks the newest write of the object was shown to. */
async function calledFor(namespace: string, name: string): Promise<string[]> {
  // Not what controllers write of its status.
  const isStatus = (reference: object): boolean => 'subresource' in reference;
  const events = (await auditEvents(namespace)).filter(({objectRef}) => objectRef.name === name && !isStatus(objectRef));
  const annotations = Object.entries(events.at(-1)?.annotations ?? {});
  expect(annotations.filter(([key]) => key.startsWith('failed-open'))).toEqual([]);
  const calls = annotations.flatMap(([key, value]) =>
    key.startsWith('mutation.webhook.admission.k8s.io/round_0_index_') ? [JSON.parse(value) as {webhook: string}] : [],
  );
  return calls.map(({webhook}) => webhook);
}

describe('the manifests', () => {
  test('are taken by the API server as they are, without a warning', () => {
    expect(applied.stderr).toBe('');
    expect(applied.stdout.trim().split('\n')).toHaveLength(16);
  });

  test.each(['overlays/strict', 'overlays/firewalled'])('%s is taken, too', async (overlay) => {
    const {code, stderr} = await kubectl(['apply', '--dry-run=server', '-k', `manifests/${overlay}`]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  test('strict makes only the entry of objects that ask refuse when nobody answers', async () => {
    const text = await kubectlOk(['create', '--dry-run=client', '-o', 'json', '-k', 'manifests/overlays/strict']);
    const objects = text
      .split(/^(?=\{$)/m)
      .map((part) => JSON.parse(part) as {kind: string; webhooks?: {name: string; failurePolicy: string}[]});
    const entries = objects.flatMap(({webhooks = []}) => webhooks);
    expect(Object.fromEntries(entries.map(({name, failurePolicy}) => [name, failurePolicy]))).toEqual({
      [webhookNames.namespaces]: 'Ignore',
      [webhookNames.objects]: 'Fail',
      [templateWebhookName]: 'Ignore',
    });
  });

  test('the one of cert-manager leaves no right to write, and says where its CA comes from', async () => {
    const text = await kubectlOk(['kustomize', 'manifests/overlays/cert-manager']);
    // One for each configuration.
    expect(text.split('cert-manager.io/inject-ca-from: pod-injector/pod-injector-webhook')).toHaveLength(3);
    expect(text).not.toContain('pod-injector-certificates');
    expect(text).toMatch(/name: POD_INJECTOR_CERT_DIR\n\s+value: \/certs/);
  });
});

describe('an object reaches the webhook', () => {
  const yes = {[ask]: agent};
  const legacy = {'initializer.kubernetes.io/logging-agent': 'true'};
  const objects = [webhookNames.objects];
  const namespaces = [webhookNames.namespaces];

  test.each<[string, object, readonly string[]]>([
    ['a pod without our annotations does not', pod('p-none'), []],
    ['a pod with somebody else’s does not', pod('p-other', {'example.dev/inject': 'x'}), []],
    ['a pod that asks does', pod('p-asks', yes), objects],
    ['a pod that opts out does', pod('p-out', {[ask]: 'false'}), objects],
    ['a pod with a legacy annotation does', pod('p-legacy', legacy), objects],
    ['a Deployment without any does not', deployment('d-none'), []],
    ['a Deployment that asks itself does', deployment('d-own', {own: yes}), objects],
    ['a Deployment whose pod template asks does', deployment('d-template', {template: yes}), objects],
    ['a CronJob whose Jobs ask does', cronJob('c-jobs', {jobs: yes}), objects],
    ['a CronJob whose pods ask does', cronJob('c-pods', {template: legacy}), objects],
    ['a CronJob without any does not', cronJob('c-none'), []],
  ])('%s', async (_, object, webhooks) => {
    await send(plain, object);
    expect(await calledFor(plain, (object as {metadata: {name: string}}).metadata.name)).toEqual(webhooks);
  });

  test('when its annotation is taken away: what was put in has to go', async () => {
    await send(plain, deployment('u-taken', {own: yes}));
    await send(plain, deployment('u-taken'), true);
    expect(await calledFor(plain, 'u-taken')).toEqual(objects);
    await send(plain, deployment('u-taken', {}), true);
    // Now neither the old nor the new one has any.
    expect(await calledFor(plain, 'u-taken')).toEqual([]);
  });

  test('not when a Deployment owns it, although it carries the same annotations', async () => {
    await send(plain, deployment('owner', {own: yes}));
    const created = await eventually(
      async () =>
        (await auditEvents(plain)).find(
          ({verb, objectRef}) =>
            verb === 'create' && objectRef.resource === 'replicasets' && objectRef.name?.startsWith('owner-'),
        ),
      {what: 'the ReplicaSet'},
    );
    expect(Object.keys(created.annotations ?? {}).filter((key) => key.startsWith('mutation.webhook'))).toEqual([]);
    const [{metadata: made}] = (
      JSON.parse(await kubectlOk(['get', 'rs', '-l', 'app=owner', '-n', plain, '-o', 'json'])) as {
        items: [{metadata: {annotations: Annotations}}];
      }
    ).items;
    expect(made.annotations[ask]).toBe(agent);
    // Its pods do.
    await eventually(
      async () => {
        const {items} = JSON.parse(await kubectlOk(['get', 'pods', '-l', 'app=owner', '-n', plain, '-o', 'json'])) as {
          items: {spec: {containers: {name: string}[]}}[];
        };
        return items[0]?.spec.containers.map(({name}) => name).includes('logging-agent');
      },
      {what: 'the injected pod'},
    );
  });

  test('in an enabled namespace every pod and workload, by one entry only', async () => {
    await send(enabled, pod('e-none'));
    expect(await calledFor(enabled, 'e-none')).toEqual(namespaces);
    await send(enabled, pod('e-asks', yes));
    expect(await calledFor(enabled, 'e-asks')).toEqual(namespaces);
    await send(enabled, deployment('e-deployment'));
    expect(await calledFor(enabled, 'e-deployment')).toEqual(namespaces);
  });

  test('never in the namespaces of the system and in our own', async () => {
    for (const namespace of [system, 'kube-system']) {
      const name = `x-${Math.trunc(performance.now())}`;
      const container = {
        ...podSpec.containers[0],
        securityContext: {
          allowPrivilegeEscalation: false,
          runAsNonRoot: true,
          capabilities: {drop: ['ALL']},
          seccompProfile: {type: 'RuntimeDefault'},
        },
      };
      await send(namespace, {...pod(name, yes), spec: {containers: [container]}});
      expect(await calledFor(namespace, name)).toEqual([]);
      await kubectlOk(['delete', 'pod', name, '-n', namespace, '--grace-period=0', '--force']);
    }
  });
});
