import {X509Certificate} from 'node:crypto';
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest';
import {issueCertificates} from '../../src/server/issue.ts';
import {api, controlPlane, eventually, kubectlOk, makeNamespace, type Injector} from './harness/index.ts';
import {install, type Installation} from './rig/install.ts';
import {containersOf, createPod, deploymentManifest, podsOf, sidecar} from './rig/pods.ts';
import {createPodsMeanwhile} from './rig/stream.ts';

const configurations = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';

let installation: Installation;
let namespace = '';
let injectors: Injector[] = [];

async function startAll(overlay: 'base' | 'overlays/strict'): Promise<void> {
  [installation, namespace] = await Promise.all([install(overlay), makeNamespace()]);
  await installation.putTemplate('agent', sidecar('agent', 'agent:1'));
  injectors = [await installation.startReady()];
}

/** How long something took, printed: how fast it heals is for people to judge, on the machine that it ran on. */
async function timed(what: string, wait: () => Promise<unknown>): Promise<void> {
  const startMs = performance.now();
  await wait();
  console.log(`${what}: ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
}

let count = 0;
/** Resolves when a new pod is injected with this image. */
async function untilInjected(image = 'agent:1', timeoutMs = 30_000): Promise<void> {
  await eventually(
    async () => {
      count += 1;
      const {status, pod, message} = await createPod(namespace, `heal-${count}`, 'agent');
      if (status !== 201) throw new Error(message);
      return pod.spec.containers.some((container) => container.name === 'agent' && container.image === image);
    },
    {what: `a pod with ${image}`, timeoutMs},
  );
}

/** What `/readyz` of each answers with. */
function stateOf(processes: readonly Injector[]): Promise<number[]> {
  return Promise.all(processes.map(async (injector) => (await injector.health('/readyz')).status));
}

async function bundle(): Promise<string> {
  const {body} = await api(`${configurations}/${installation.configuration}`);
  const {webhooks} = body as {webhooks: readonly {clientConfig: {caBundle?: string}}[]};
  const bundles = new Set(webhooks.map(({clientConfig}) => clientConfig.caBundle ?? ''));
  return [...bundles].join('|');
}

async function servedCertificate(): Promise<X509Certificate> {
  const {body} = await api(`/api/v1/namespaces/${installation.namespace}/secrets/pod-injector-certs`);
  const data = (body as {data?: Record<string, string>}).data ?? {};
  return new X509Certificate(Buffer.from(data['tls.crt'] ?? '', 'base64'));
}

describe('with failurePolicy Fail for what asks', () => {
  beforeAll(() => startAll('overlays/strict'));
  afterAll(() => installation.remove());
  afterEach(async () => {
    // Whatever happened: no pod was admitted without what it asked for.
    const pods = (await podsOf(namespace)).filter((pod) => !containersOf(pod).includes('agent'));
    expect(pods.map(({metadata}) => metadata.name)).toEqual([]);
  });

  test('an API server that is started again: templates that change meanwhile and later are seen', async () => {
    const plane = controlPlane();
    await plane.stopApiServer();
    await injectors[0]?.logged('a watch fails, and is tried again and again');
    expect((await injectors[0]?.health('/readyz?verbose'))?.text).toContain('the last known state is served');
    await plane.startApiServer();
    await installation.putTemplate('agent', sidecar('agent', 'agent:2'));
    await timed('API server restarted, new template in force after', () => untilInjected('agent:2', 60_000));
    await injectors[0]?.logged('a watch works again', 30_000);
  });

  test('a compacted etcd: what changed while nobody watched is seen by a new list', async () => {
    const plane = controlPlane();
    await installation.putTemplate('agent', sidecar('agent', 'agent:3'));
    await plane.compactEtcd();
    await plane.restartApiServer();
    await timed('watch answered with 410, template in force after', () => untilInjected('agent:3', 60_000));
    await installation.putTemplate('agent', sidecar('agent', 'agent:1'));
    await timed('next template in force after', () => untilInjected('agent:1'));
    expect(await stateOf(injectors)).toEqual([200]);
  });

  test('an API server that freezes for a while: nobody dies, and what stands still goes on', async () => {
    const plane = controlPlane();
    await plane.pauseApiServer();
    // What the process tries meanwhile is the renewal of its Lease.
    await injectors[0]?.logged('leads no more', 30_000);
    expect((await injectors[0]?.health('/readyz'))?.status).toBe(200);
    await plane.resumeApiServer();
    await timed('API server resumed, pods injected after', () => untilInjected('agent:1', 60_000));
    await timed('and the replica leads again after', () =>
      eventually(() => injectors[0]?.log().filter(({msg}) => msg === 'leads').length === 2, {
        what: 'it to lead',
        timeoutMs: 60_000,
      }),
    );
  });

  test('connections that are cut while pods are made: each pod is injected or refused', async () => {
    const stream = createPodsMeanwhile(namespace, 'cut', 'agent');
    for (let cut = 0; cut < 10; cut += 1) {
      const before = stream.creations.length;
      await eventually(() => stream.creations.length > before + 2, {what: 'more pods', intervalMs: 5});
      installation.balancer.cut();
    }
    const {admitted, refused} = await stream.stop();
    console.log(`10 times cut: ${admitted.length} pods admitted, ${refused.length} refused`);
    expect(admitted.filter(({pod}) => !containersOf(pod).includes('agent'))).toEqual([]);
  });

  test('a process that is killed: pods are refused until another one serves, and a Deployment gets all of its pods', async () => {
    await kubectlOk(['create', '-n', namespace, '-f', '-'], {input: deploymentManifest('web', 'agent', 0)});
    await injectors[0]?.kill();
    const {status, message} = await createPod(namespace, 'nobody', 'agent');
    expect(status).toBe(500);
    expect(message).toContain('failed calling webhook "objects.pod-injector.dev"');
    await kubectlOk(['scale', '-n', namespace, 'deployment/web', '--replicas=3']);
    await timed('killed and started again, ready after', async () => {
      injectors = [await installation.start()];
      installation.serve(...injectors);
      await injectors[0]?.ready();
    });
    await timed('and the pods of the Deployment are there after', () =>
      eventually(async () => (await podsOf(namespace)).filter(({metadata}) => metadata.name.startsWith('web-')).length === 3, {
        what: 'three pods',
        timeoutMs: 60_000,
      }),
    );
  });

  test('a caBundle that somebody overwrites is put right', async () => {
    const before = await bundle();
    const {ca} = await issueCertificates(Date.now());
    const wrong = Buffer.from(ca).toString('base64');
    const body = [0, 1].map((index) => ({op: 'replace', path: `/webhooks/${index}/clientConfig/caBundle`, value: wrong}));
    const path = `${configurations}/${installation.configuration}`;
    await api(path, {method: 'PATCH', body, contentType: 'application/json-patch+json'});
    // The process that was started before leads once the killed one's Lease has run out.
    await timed('caBundle right again after', () =>
      eventually(async () => (await bundle()) === before, {what: 'the caBundle', timeoutMs: 45_000}),
    );
    expect(await bundle()).toBe(before);
    await untilInjected();
  });

  test('the shipped manifests applied again take nothing away from the caBundle', async () => {
    const before = await bundle();
    await installation.apply();
    expect(await bundle()).toBe(before);
    await untilInjected();
  });

  test('a Secret that is removed comes back, with a certificate that is trusted when it is served', async () => {
    const stream = createPodsMeanwhile(namespace, 'secret', 'agent');
    const before = await servedCertificate();
    const path = `/api/v1/namespaces/${installation.namespace}/secrets/pod-injector-certs`;
    expect((await api(path, {method: 'DELETE'})).status).toBe(200);
    await timed('removed Secret: new certificate served after', () =>
      eventually(async () => (await servedCertificate()).serialNumber !== before.serialNumber, {
        what: 'another certificate',
        timeoutMs: 60_000,
      }),
    );
    const {admitted, refused} = await stream.stop();
    expect(refused.map(({message}) => message)).toEqual([]);
    console.log(`${admitted.length} pods meanwhile, none refused`);
  });

  test('a certificate that is near its end is renewed, and no pod is refused meanwhile', async () => {
    const names = [`pod-injector-webhook.${installation.namespace}.svc`];
    // Good from three hours ago, and for half an hour more: less than a third is left.
    const pair = await issueCertificates(Date.now() - 2 * hourMs, names, 2.5 * hourMs);
    const path = `/api/v1/namespaces/${installation.namespace}/secrets/pod-injector-certs`;
    const {data} = (await api(path)).body as {data: Record<string, string>};
    const authorities = encode(decode(data['ca.crt'] ?? '') + pair.ca);
    // The trust first, as the injector does it itself, so that nothing is refused on account of this test.
    await putSecret(path, {...data, 'ca.crt': authorities});
    await eventually(async () => decode(await bundle()).includes(pair.ca.trim()), {what: 'the trust'});
    await untilInjected();
    const stream = createPodsMeanwhile(namespace, 'renewal', 'agent');
    await putSecret(path, {'tls.crt': encode(pair.cert), 'tls.key': encode(pair.key), 'ca.crt': authorities});
    const {serialNumber} = new X509Certificate(pair.cert);
    await timed('certificate near its end: the next one served after', () =>
      eventually(
        async () => {
          const now = await servedCertificate();
          return now.serialNumber !== serialNumber && Date.parse(now.validTo) > Date.now() + 24 * hourMs;
        },
        {what: 'a certificate for long', timeoutMs: 60_000},
      ),
    );
    const {admitted, refused} = await stream.stop();
    expect(refused.map(({message}) => message)).toEqual([]);
    console.log(`${admitted.length} pods meanwhile, none refused`);
  });
});

const hourMs = 3_600_000;

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}

function decode(text: string): string {
  return Buffer.from(text, 'base64').toString();
}

async function putSecret(path: string, data: Record<string, string>): Promise<void> {
  const secret = (await api(path)).body as object;
  const {status} = await api(path, {method: 'PUT', body: {...secret, data}});
  expect(status).toBe(200);
}

describe('two replicas', () => {
  beforeAll(() => startAll('overlays/strict'));
  afterAll(() => installation.remove());

  test('the leader is killed: the other one serves on, leads, and puts a caBundle right', async () => {
    const [first] = injectors;
    const second = await installation.start();
    installation.serve(...injectors, second);
    await second.ready();
    expect(second.log().some(({msg}) => msg === 'leads')).toBe(false);
    await second.logged('another replica leads');
    const before = await bundle();
    await first?.kill();
    installation.serve(second);
    await untilInjected();
    const body = [0, 1].map((index) => ({op: 'replace', path: `/webhooks/${index}/clientConfig/caBundle`, value: ''}));
    const path = `${configurations}/${installation.configuration}`;
    await api(path, {method: 'PATCH', body, contentType: 'application/json-patch+json'});
    await timed('leader killed: the other one leads after', () => second.logged('leads', 45_000));
    await timed('and the caBundle is right after', () =>
      eventually(async () => (await bundle()) === before, {what: 'the caBundle'}),
    );
    await untilInjected();
    expect((await podsOf(namespace)).filter((pod) => !containersOf(pod).includes('agent'))).toEqual([]);
    injectors = [second];
  });

  test('a leader that is stopped gives the Lease to the other one at once', async () => {
    const [first] = injectors;
    const second = await installation.start();
    installation.serve(...injectors, second);
    await second.ready();
    expect(await first?.stop()).toBe(0);
    installation.serve(second);
    await timed('leader stopped: the other one leads after', () => second.logged('leads', 10_000));
    await untilInjected();
  });
});

describe('with failurePolicy Ignore', () => {
  beforeAll(() => startAll('base'));
  afterAll(() => installation.remove());

  test('what was missed in an outage is counted, and the next change of a workload mends it', async () => {
    await injectors[0]?.kill();
    const stream = createPodsMeanwhile(namespace, 'outage', 'agent');
    const atPod = deploymentManifest('by-pod', 'agent');
    const own = deploymentManifest('by-workload', undefined) as {metadata: object};
    const atWorkload = {...own, metadata: {...own.metadata, annotations: {'pod-injector.dev/inject': 'agent'}}};
    for (const input of [atPod, atWorkload]) await kubectlOk(['create', '-n', namespace, '-f', '-'], {input});
    await eventually(() => stream.creations.length > 20, {what: 'twenty pods'});
    const inForce = async (name: string): Promise<string[][]> =>
      (await podsOf(namespace)).filter(({metadata}) => metadata.name.startsWith(name)).map(containersOf);
    await eventually(async () => (await inForce('by-')).length === 2, {what: 'the pods of the Deployments'});
    injectors = [await installation.startReady()];
    const {admitted, refused} = await stream.stop();
    const missed = admitted.filter(({pod}) => !containersOf(pod).includes('agent'));
    console.log(`${admitted.length} pods in an outage and after, ${missed.length} missed, ${refused.length} refused`);
    expect(refused).toEqual([]);
    expect(missed.length).toBeGreaterThan(0);
    expect(admitted.slice(-1).map(({pod}) => containersOf(pod))).toEqual([['app', 'agent']]);
    expect(await inForce('by-')).toEqual([['app'], ['app']]);

    for (const name of ['by-pod', 'by-workload']) {
      await kubectlOk(['-n', namespace, 'set', 'env', `deployment/${name}`, 'CHANGED=yes']);
      await eventually(async () => (await inForce(name)).some((names) => names.includes('agent')), {
        what: `${name} to be mended`,
      });
    }
  });
});
