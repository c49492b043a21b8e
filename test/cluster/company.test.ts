import {afterAll, afterEach, beforeAll, expect, test} from 'vitest';
import {auditEvents, eventually, makeNamespace} from './harness/index.ts';
import {install, type Installation} from './rig/install.ts';
import {startOtherWebhook, type OtherWebhook} from './rig/other-webhook.ts';
import {containersOf, createPod, sidecar, type Creation} from './rig/pods.ts';

let installation: Installation;
let namespace = '';
let other: OtherWebhook | undefined;
beforeAll(async () => {
  installation = await install();
  await installation.putTemplate('agent', sidecar('agent', 'agent:1'));
  await installation.startReady();
});
afterEach(async () => {
  await other?.remove();
  other = undefined;
});
afterAll(() => installation.remove());

const proxy = {name: 'proxy', image: 'proxy:1'};
const addProxy = {op: 'add', path: '/spec/containers/-', value: proxy} as const;

/** Creates pods until the other webhook has been asked, which the API server hears of a moment after it was registered. */
async function createWithCompany(policy: 'before' | 'after', names: string): Promise<{pod: Creation; name: string}> {
  let attempt = 0;
  return eventually(
    async () => {
      attempt += 1;
      const name = `pod-${attempt}`;
      const pod = await createPod(namespace, name, names);
      return other !== undefined && other.calls() > 0 ? {pod, name} : undefined;
    },
    {what: `the webhook ${policy} ours to be called`},
  );
}

/** Which of our answers changed the pod, in the order of the calls. */
async function ourRounds(name: string): Promise<(boolean | undefined)[]> {
  const event = (await auditEvents(namespace)).find(
    ({objectRef, verb}) => verb === 'create' && objectRef.resource === 'pods' && objectRef.name === name,
  );
  const rounds = Object.entries(event?.annotations ?? {})
    .filter(([key]) => key.startsWith('mutation.webhook.admission.k8s.io/'))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, value]) => JSON.parse(value) as {configuration: string; mutated: boolean});
  return rounds.filter(({configuration}) => configuration === installation.configuration).map(({mutated}) => mutated);
}

test('one that adds a container before us leaves its own and ours', async () => {
  namespace = await makeNamespace();
  other = await startOtherWebhook('a-company', namespace, 'Never', () => [addProxy]);
  const {pod} = await createWithCompany('before', 'agent');
  expect(pod.status).toBe(201);
  expect(containersOf(pod.pod)).toEqual(['app', 'proxy', 'agent']);
});

test('one that adds a container after us has us called again, and we answer nothing new', async () => {
  namespace = await makeNamespace();
  other = await startOtherWebhook('z-company', namespace, 'Never', () => [addProxy]);
  const {pod, name} = await createWithCompany('after', 'agent');
  expect(containersOf(pod.pod)).toEqual(['app', 'agent', 'proxy']);
  expect(await ourRounds(name)).toEqual([true, false]);
});

test('one that strips our container after us gets it back once, with one record of it', async () => {
  namespace = await makeNamespace();
  other = await startOtherWebhook('z-company', namespace, 'Never', ({spec}) => {
    const index = spec.containers.findIndex(({name}) => name === 'agent');
    return index < 0 ? [] : [{op: 'remove', path: `/spec/containers/${index}`}];
  });
  const {pod, name} = await createWithCompany('after', 'agent');
  expect(containersOf(pod.pod)).toEqual(['app', 'agent']);
  expect(await ourRounds(name)).toEqual([true, true]);
  const status = pod.pod.metadata.annotations?.['pod-injector.dev/status'] ?? '{}';
  const {templates} = JSON.parse(status) as {templates: readonly {name: string}[]};
  expect(templates.map((template) => template.name)).toEqual(['agent']);
});

test('one that strips our record after us leaves one container of ours', async () => {
  namespace = await makeNamespace();
  other = await startOtherWebhook('z-company', namespace, 'Never', ({metadata}) =>
    metadata.annotations?.['pod-injector.dev/status'] === undefined
      ? []
      : [{op: 'remove', path: '/metadata/annotations/pod-injector.dev~1status'}],
  );
  const {pod} = await createWithCompany('after', 'agent');
  expect(pod.status).toBe(201);
  expect(containersOf(pod.pod)).toEqual(['app', 'agent']);
});

test('a warning comes once, however often we are called', async () => {
  namespace = await makeNamespace();
  other = await startOtherWebhook('z-company', namespace, 'IfNeeded', ({spec}) =>
    spec.containers.some(({name}) => name === 'proxy') ? [] : [addProxy],
  );
  const {pod, name} = await createWithCompany('after', 'agent,missing?');
  expect(containersOf(pod.pod)).toEqual(['app', 'agent', 'proxy']);
  expect((await ourRounds(name)).length).toBe(2);
  expect(pod.warnings.filter((warning) => warning.includes('missing'))).toHaveLength(1);
  expect(pod.warnings).toHaveLength(1);
});
