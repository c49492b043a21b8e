import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {api, eventually, kubectlOk, makeNamespace, type Injector} from './harness/index.ts';
import {install, type Installation} from './rig/install.ts';
import {containersOf, createPod, deploymentManifest, podManifest, podsOf, sidecar, type Creation} from './rig/pods.ts';
import {createPodsMeanwhile} from './rig/stream.ts';

let installation: Installation;
let injector: Injector;
let namespace = '';
beforeAll(async () => {
  [installation, namespace] = await Promise.all([install(), makeNamespace()]);
  injector = await installation.startReady();
});
afterAll(() => installation.remove());

function agentsOf({pod}: Creation): string[] {
  return pod.spec.containers.filter(({name}) => name !== 'app').map(({name, image}) => `${name}=${image}`);
}

/** Resolves when the newest pod is so, with the number of pods until then. */
async function untilNewest(
  loop: {readonly creations: readonly Creation[]},
  what: string,
  isSo: (creation: Creation) => boolean,
): Promise<void> {
  await eventually(() => loop.creations.length > 0 && isSo(loop.creations.at(-1) as Creation), {what, intervalMs: 5});
}

async function eventsOn(name: string): Promise<string[]> {
  const {body} = await api(`/api/v1/namespaces/${installation.namespace}/events`);
  const {items} = body as {items: readonly {involvedObject: {kind: string; name: string}; reason: string; message: string}[]};
  return items
    .filter(({involvedObject}) => involvedObject.kind === 'ConfigMap' && involvedObject.name === name)
    .map(({reason, message}) => `${reason}: ${message}`);
}

test('a template that is made, changed, broken, mended and deleted: each pod has one right version, none is lost', async () => {
  await installation.putTemplate('agent', sidecar('agent', 'agent:1'));
  const loop = createPodsMeanwhile(namespace, 'life', 'agent');
  const at: number[] = [];
  // Each state of the template lasts for some pods.
  const marks = async (): Promise<void> => {
    const before = loop.creations.length;
    await eventually(() => loop.creations.length >= before + 20, {what: 'twenty pods', intervalMs: 5});
    at.push(loop.creations.length);
  };
  await untilNewest(loop, 'the first version', (creation) => agentsOf(creation)[0] === 'agent=agent:1');
  await marks();
  await installation.putTemplate('agent', sidecar('agent', 'agent:2'));
  await untilNewest(loop, 'the second version', (creation) => agentsOf(creation)[0] === 'agent=agent:2');
  await marks();
  // The check of templates would keep it out, but nobody has to have it, and an outage lets all through.
  await kubectlOk(['delete', 'validatingwebhookconfiguration', installation.configuration]);
  await eventually(() => installation.putTemplate('agent', 'pattern: sidecar\ncontainres: []\n').then(() => true), {
    what: 'the API server to check no more',
  });
  await injector.logged('template rejected, its last good version is still served');
  const [event] = await eventually(
    async () => {
      const events = await eventsOn('agent');
      return events.length > 0 ? events : undefined;
    },
    {what: 'the Event on the ConfigMap'},
  );
  expect(event).toContain('TemplateRejected: The last good version is still served');
  expect(event).toContain(`configmap/${installation.namespace}/agent[template]:2:1`);
  expect(event).toContain('containres');
  await marks();
  await installation.putTemplate('agent', sidecar('agent', 'agent:3'));
  await untilNewest(loop, 'the third version', (creation) => agentsOf(creation)[0] === 'agent=agent:3');
  await marks();
  await installation.deleteTemplate('agent');
  await untilNewest(loop, 'pods to be denied', ({status}) => status === 422);
  await marks();
  const {admitted, refused: denied} = await loop.stop();

  const versions = admitted.map((creation) => agentsOf(creation).join('+'));
  expect(versions.filter((version) => !/^agent=agent:[123]$/.test(version))).toEqual([]);
  // Never back to a version that was replaced.
  expect(versions).toEqual(versions.toSorted());
  expect(new Set(denied.map(({status}) => status))).toEqual(new Set([422]));
  expect(denied.at(-1)?.message).toContain('agent');
  // Nobody was denied while there was a template.
  expect(loop.creations.slice(0, at[3])).toEqual(expect.not.arrayContaining([expect.objectContaining({status: 422})]));
  expect((await podsOf(namespace)).filter(({metadata}) => metadata.name.startsWith('life-'))).toHaveLength(admitted.length);
  console.log(`${loop.creations.length} pods during five changes of a template; seen after ${at.join(', ')} pods`);
});

test('a template and a pod of it that are applied together: the pod is injected', async () => {
  for (let round = 0; round < 5; round += 1) {
    const name = `fresh-${round}`;
    await installation.putTemplate(name, sidecar(name, 'fresh:1'));
    const {status, pod, message} = await createPod(namespace, name, name);
    expect([status, message]).toEqual([201, '']);
    expect(containersOf(pod)).toEqual(['app', name]);
  }
});

test('a pod that came before its template is denied, and the next one a moment later is injected', async () => {
  expect((await createPod(namespace, 'early', 'late')).status).toBe(422);
  await installation.putTemplate('late', sidecar('late', 'late:1'));
  const {pod} = await eventually(
    async () => {
      const made = await createPod(namespace, 'early', 'late');
      return made.status === 201 ? made : undefined;
    },
    {what: 'the template to count', timeoutMs: 5000, intervalMs: 20},
  );
  expect(containersOf(pod)).toEqual(['app', 'late']);
});

test('a namespace with a default and a Deployment in it that are applied together: its pods are injected', async () => {
  await installation.putTemplate('standard', sidecar('standard', 'standard:1'));
  const name = `${namespace}-together`;
  const metadata = {
    name,
    labels: {'pod-injector.dev/injection': 'enabled'},
    annotations: {'pod-injector.dev/inject': 'standard'},
  };
  const items = [{apiVersion: 'v1', kind: 'Namespace', metadata}, deploymentManifest('web', undefined, 3)];
  await kubectlOk(['apply', '-n', name, '-f', '-'], {input: {apiVersion: 'v1', kind: 'List', items}});
  const pods = await eventually(
    async () => {
      const found = await podsOf(name);
      return found.length === 3 ? found : undefined;
    },
    {what: 'three pods'},
  );
  expect(pods.map(containersOf)).toEqual([0, 1, 2].map(() => ['app', 'standard']));
  await kubectlOk(['delete', 'namespace', name, '--wait=false']);
});

test('a default that is put on a namespace, changed and taken away counts for the next pod', async () => {
  await installation.putTemplate('one', sidecar('one', 'one:1'));
  await installation.putTemplate('two', sidecar('two', 'two:1'));
  const enabled = await makeNamespace({labels: {'pod-injector.dev/injection': 'enabled'}});
  const containers = async (): Promise<string[]> => {
    const pod = podManifest('pod', '') as {metadata: object};
    const body = {...pod, metadata: {name: 'pod'}};
    const answer = await api(`/api/v1/namespaces/${enabled}/pods?dryRun=All`, {method: 'POST', body});
    return containersOf(answer.body as Creation['pod']);
  };
  const becomes = (expected: readonly string[]): Promise<unknown> =>
    eventually(async () => (await containers()).join() === expected.join(), {what: expected.join(), timeoutMs: 5000});
  await becomes(['app']);
  await kubectlOk(['annotate', 'namespace', enabled, 'pod-injector.dev/inject=one']);
  await becomes(['app', 'one']);
  await kubectlOk(['annotate', '--overwrite', 'namespace', enabled, 'pod-injector.dev/inject=two']);
  await becomes(['app', 'two']);
  await kubectlOk(['annotate', 'namespace', enabled, 'pod-injector.dev/inject-']);
  await becomes(['app']);
});

describe('where there is much', () => {
  const configMap = (name: string, data: Readonly<Record<string, string>>, labels = {}): object => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {name, namespace: installation.namespace, labels},
    data,
  });
  const isTemplate = {'pod-injector.dev/template': 'true'};

  test('a template of nearly 1 MiB is answered with a clear word, and the others are served', async () => {
    const configMaps = `/api/v1/namespaces/${installation.namespace}/configmaps`;
    const long = `${sidecar('long', 'long:1')}  env:\n  - name: LONG\n    value: "${'x'.repeat(1_000_000)}"\n`;
    expect((await api(configMaps, {method: 'POST', body: configMap('long', {template: long}, isTemplate)})).status).toBe(201);
    const noise = configMap('noise', {text: '# '.repeat(500_000)});
    expect((await api(configMaps, {method: 'POST', body: noise})).status).toBe(201);
    await installation.putTemplate('short', sidecar('short', 'short:1'));
    const made = await createPod(namespace, 'short', 'short');
    expect(containersOf(made.pod)).toEqual(['app', 'short']);
    await injector.logged(({template}) => template === 'long');
    const asked = await createPod(namespace, 'long', 'long');
    console.log(`a pod that asks for a template of 1 MB: ${asked.status} ${asked.message.slice(0, 200)}`);
    if (asked.status === 201) expect(containersOf(asked.pod)).toEqual(['app', 'long']);
    else expect(asked.message).toMatch(/long/);
    expect((await injector.health('/livez')).status).toBe(200);
    await injector.ready();
  });

  test('a thousand ConfigMaps: all templates among them are served, after a restart too', async () => {
    const items = Array.from({length: 1000}, (_, index) =>
      configMap(
        `many-${index}`,
        index % 2 === 0 ? {template: sidecar('many', `many:${index}`)} : {text: 'x'.repeat(2000)},
        index % 2 === 0 ? isTemplate : {},
      ),
    );
    for (let start = 0; start < items.length; start += 50) {
      await Promise.all(
        items.slice(start, start + 50).map(async (body) => {
          const made = await api(`/api/v1/namespaces/${installation.namespace}/configmaps`, {method: 'POST', body});
          expect(made.status).toBe(201);
        }),
      );
    }
    const imageOf = async (name: string, template: string): Promise<string | undefined> =>
      (await createPod(namespace, name, template)).pod.spec.containers.at(-1)?.image;
    expect(await imageOf('first', 'many-0')).toBe('many:0');
    expect(await imageOf('last', 'many-998')).toBe('many:998');
    expect((await createPod(namespace, 'none', 'many-999')).status).toBe(422);
    await injector.stop();
    const startMs = performance.now();
    injector = await installation.startReady();
    console.log(`ready with a thousand ConfigMaps after ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
    expect(await imageOf('again', 'many-500')).toBe('many:500');
    expect((await injector.health('/livez')).status).toBe(200);
  });
});
