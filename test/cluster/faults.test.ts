import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {api, controlPlane, eventually, kubectl, kubectlOk, makeNamespace, startInjector, type Injector} from './harness/index.ts';
import {install, type Installation} from './rig/install.ts';
import {containersOf, createPod, sidecar} from './rig/pods.ts';

const configurations = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';

/** Whether the process runs and answers; a crash loop would begin with the end of it. */
async function expectAlive(injector: Injector): Promise<void> {
  expect((await injector.health('/livez')).status).toBe(200);
}

async function readiness(injector: Injector): Promise<{status: number; text: string}> {
  return injector.health('/readyz?verbose');
}

/** Waits until readiness says this. */
function saysNotReady(injector: Injector, words: string | RegExp): Promise<unknown> {
  return eventually(
    async () => {
      const {status, text} = await readiness(injector);
      expect(text).toMatch(words);
      return status === 503;
    },
    {what: `readyz to say ${String(words)}`},
  );
}

/** All that was logged, as text. */
function logText(injector: Injector): string {
  return injector
    .log()
    .map((line) => JSON.stringify(line))
    .join('\n');
}

describe('where no cluster is found', () => {
  test('without templates and a cluster serve says what to give', async () => {
    await expect(startInjector()).rejects.toThrow(
      /ended with 2[\s\S]*--kubeconfig FILE or --context NAME[\s\S]*--templates PATH/,
    );
  });

  test('a kubeconfig that is not there is named', async () => {
    await expect(startInjector({args: ['--kubeconfig', '/nowhere/kubeconfig']})).rejects.toThrow(
      /ended with 2[\s\S]*\/nowhere\/kubeconfig[\s\S]*--kubeconfig/,
    );
  });

  test('a context that is not there is named, with those that are', async () => {
    const {kubeconfig} = controlPlane();
    await expect(startInjector({args: ['--kubeconfig', kubeconfig, '--context', 'nobody']})).rejects.toThrow(
      /ended with 2[\s\S]*nobody[\s\S]*give one of these with --context: /,
    );
  });

  test('an API server that nobody reaches: it waits, unready, says so, and does not ask all the time', async () => {
    const file = path.join(controlPlane().folder, 'unreachable.kubeconfig');
    const kubeconfig = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{name: 'away', cluster: {server: 'https://127.0.0.1:1'}}],
      users: [{name: 'away', user: {token: 'none'}}],
      contexts: [{name: 'away', context: {cluster: 'away', user: 'away'}}],
      'current-context': 'away',
    };
    await writeFile(file, JSON.stringify(kubeconfig));
    const injector = await startInjector({args: ['--kubeconfig', file, '--secret-name', 'certs']});
    await saysNotReady(injector, /\[-\]templates .*https:\/\/127\.0\.0\.1:1 can't be reached: .*check that the API server runs/);
    await expectAlive(injector);
    // One line for each thing that is watched, however often it is tried.
    await injector.logged('a watch fails, and is tried again and again');
    expect(injector.log().length).toBeLessThan(20);
    expect(await injector.stop()).toBe(0);
  });

  test('credentials that nobody knows are told apart from an API server that is away', async () => {
    const plane = controlPlane();
    const good = JSON.parse(await kubectlOk(['config', 'view', '--raw', '-o', 'json'])) as {users: {user: object}[]};
    const file = path.join(plane.folder, 'stranger.kubeconfig');
    await writeFile(file, JSON.stringify({...good, users: good.users.map((user) => ({...user, user: {token: 'stranger'}}))}));
    const injector = await startInjector({args: ['--kubeconfig', file, '--secret-name', 'certs']});
    await saysNotReady(injector, /\[-\]templates .*does not accept the credentials.*check the service account token/);
    await expectAlive(injector);
    expect(await injector.stop()).toBe(0);
  });
});

describe('where the cluster does not give what is needed', () => {
  let installation: Installation;
  let namespace = '';
  beforeAll(async () => {
    [installation, namespace] = await Promise.all([install(), makeNamespace()]);
    await installation.putTemplate('agent', sidecar('agent', 'agent:1'));
  });
  afterAll(() => installation.remove());

  test('reads that are forbidden: it names the rule to add, and goes on by itself when it was added', async () => {
    const own = installation.namespace;
    const binding = await kubectlOk(['get', 'rolebinding', 'pod-injector', '-n', own, '-o', 'json']);
    await kubectlOk(['delete', 'rolebinding', 'pod-injector', '-n', own]);
    const mayList = ['auth', 'can-i', 'list', 'configmaps', '-n', own];
    const as = `system:serviceaccount:${own}:pod-injector`;
    await eventually(async () => (await kubectl(mayList, {as})).code !== 0, {what: 'the rule to be gone'});
    const injector = await installation.start();
    await saysNotReady(
      injector,
      `allow it in a Role in namespace ${own}: {apiGroups: [""], resources: [configmaps], verbs: [list]}`,
    );
    await expectAlive(injector);
    await kubectlOk(['create', '-f', '-'], {input: withoutServerFields(binding)});
    await injector.ready();
    await injector.logged('a watch works again');
    expect(await injector.stop()).toBe(0);
  });

  test('reads that are forbidden later on: what is known is served on, and said', async () => {
    const injector = await installation.startReady();
    const binding = await kubectlOk(['get', 'clusterrolebinding', installation.namespace, '-o', 'json']);
    await kubectlOk(['delete', 'clusterrolebinding', installation.namespace]);
    // Watches that stand are not asked for their rights again.
    await controlPlane().restartApiServer();
    await eventually(async () => (await readiness(injector)).text.includes('{apiGroups: [""], resources: [namespaces], verbs:'), {
      what: 'the missing rule to be named',
      timeoutMs: 30_000,
    });
    expect((await readiness(injector)).status).toBe(200);
    const {pod} = await eventually(
      async () => {
        const made = await createPod(namespace, 'known', 'agent');
        return made.status === 201 ? made : undefined;
      },
      {what: 'a pod'},
    );
    expect(containersOf(pod)).toEqual(['app', 'agent']);
    await kubectlOk(['create', '-f', '-'], {input: withoutServerFields(binding)});
    await eventually(async () => (await readiness(injector)).text.includes('[+]namespaces ok\n'), {
      what: 'it to go on',
      timeoutMs: 30_000,
    });
    expect(await injector.stop()).toBe(0);
  });

  test('a Secret that may not be written is named with its rule', async () => {
    const own = installation.namespace;
    const binding = await kubectlOk(['get', 'rolebinding', 'pod-injector-certificates', '-n', own, '-o', 'json']);
    await kubectlOk(['delete', 'rolebinding', 'pod-injector-certificates', '-n', own]);
    const as = `system:serviceaccount:${own}:pod-injector`;
    const may = ['auth', 'can-i', 'create', 'secrets', '-n', own];
    await eventually(async () => (await kubectl(may, {as})).code !== 0, {what: 'the rule to be gone'});
    const injector = await installation.start();
    await saysNotReady(injector, /\[-\]certificate .*resources: \[secrets\]/);
    await saysNotReady(injector, /\[-\]leader-election .*resources: \[leases\]/);
    await expectAlive(injector);
    await kubectlOk(['create', '-f', '-'], {input: withoutServerFields(binding)});
    await injector.ready();
    expect(await injector.stop()).toBe(0);
  });

  test('a namespace that is not there: it waits, names it, and stays alive', async () => {
    const {kubeconfig} = controlPlane();
    const args = ['--kubeconfig', kubeconfig, '--namespace', 'not-there', '--secret-name', 'certs'];
    const injector = await startInjector({args: [...args, '--webhook-configuration', 'not-there']});
    await saysNotReady(injector, /\[-\]leader-election .*namespaces "not-there" not found/);
    await saysNotReady(injector, /\[-\]certificate .*namespaces "not-there" not found/);
    await expectAlive(injector);
    expect(await injector.stop()).toBe(0);
  });

  test.each([
    ['nothing', {}],
    ['text that is no PEM', {'tls.crt': 'rubbish', 'tls.key': 'rubbish', 'ca.crt': 'rubbish'}],
  ])('a Secret that holds %s is made anew by the leader, and it says why', async (_, data) => {
    const secret = `/api/v1/namespaces/${installation.namespace}/secrets/pod-injector-certs`;
    const injector = await installation.startReady();
    const found = (await api(secret)).body as {data: object};
    const broken = Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]));
    const {status} = await api(secret, {method: 'PUT', body: {...found, data: {'tls.crt': '', 'tls.key': '', ...broken}}});
    expect(status).toBe(200);
    await injector.logged('made the certificate anew', 30_000);
    expect(logText(injector)).toContain('what the cluster holds is not good');
    const {pod} = await eventually(
      async () => {
        const made = await createPod(namespace, 'renewed', 'agent');
        if (made.status === 201 && containersOf(made.pod).includes('agent')) return made;
        await kubectlOk(['delete', 'pod', '-n', namespace, 'renewed', '--ignore-not-found', '--force']);
        return undefined;
      },
      {what: 'pods to be injected again', timeoutMs: 30_000},
    );
    expect(containersOf(pod)).toEqual(['app', 'agent']);
    await kubectlOk(['delete', 'pod', '-n', namespace, 'renewed', '--force']);
    await injector.ready();
    expect(await injector.stop()).toBe(0);
  });

  test('a webhook configuration that is deleted in an emergency is not made again, and readyz and log say that nobody calls', async () => {
    const injector = await installation.startReady();
    await api(`${configurations}/${installation.configuration}`, {method: 'DELETE'});
    await injector.logged('the webhook configuration does not exist: nothing calls us');
    const {status, text} = await eventually(
      async () => {
        const answer = await readiness(injector);
        return answer.text.includes('so nothing calls this webhook; apply the manifests again') ? answer : undefined;
      },
      {what: 'readyz to say so'},
    );
    expect(status).toBe(200);
    expect(text).toContain('[+]webhook-configuration ok: ');
    expect(containersOf((await createPod(namespace, 'free', 'agent')).pod)).toEqual(['app']);
    // A restart makes none either.
    expect(await injector.stop()).toBe(0);
    const next = await installation.start();
    await next.ready();
    expect((await api(`${configurations}/${installation.configuration}`)).status).toBe(404);
    // The manifests bring it back, without a caBundle, which is filled in.
    await installation.apply();
    installation.serve(next);
    await eventually(
      async () => {
        const {body} = await api(`/api/v1/namespaces/${namespace}/pods?dryRun=All`, {
          method: 'POST',
          body: {
            apiVersion: 'v1',
            kind: 'Pod',
            metadata: {name: 'back', annotations: {'pod-injector.dev/inject': 'agent'}},
            spec: {containers: [{name: 'app', image: 'app:1'}]},
          },
        });
        return containersOf(body as Parameters<typeof containersOf>[0]).includes('agent');
      },
      {what: 'pods to be injected again', timeoutMs: 30_000},
    );
    expect(await next.stop()).toBe(0);
  });
});

/** An object as its author would write it, to be made again. */
function withoutServerFields(json: string): object {
  const {metadata, ...rest} = JSON.parse(json) as {metadata: {name: string; namespace?: string}};
  const {name, namespace} = metadata;
  return {...rest, metadata: {name, ...(namespace === undefined ? {} : {namespace})}};
}
