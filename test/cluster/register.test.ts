import {readdir} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {freePorts} from '../../scripts/cluster/ports.ts';
import {api, controlPlane, eventually, kubectlGet, makeNamespace, startInjector, type Injector} from './harness/index.ts';

interface Registered {
  readonly injector: Injector;
  readonly namespace: string;
  /** Names of the configurations, of both kinds, that are there now. */
  configurations(): Promise<string[]>;
}

const templates = path.resolve('examples/templates');

async function register(host = '127.0.0.1', addressed?: number): Promise<Registered> {
  const [port = 0] = await freePorts(1);
  const args = ['--templates', templates, '--port', String(port), '--register-url', `https://${host}:${addressed ?? port}`];
  const injector = await startInjector({args, kubeconfig: controlPlane().kubeconfig});
  const namespace = await makeNamespace();
  const configurations = async (): Promise<string[]> => {
    const both = 'mutatingwebhookconfigurations,validatingwebhookconfigurations';
    const {items} = await kubectlGet<{items: {metadata: {name: string}}[]}>(both);
    return items.map(({metadata}) => metadata.name).filter((name) => name.startsWith('pod-injector-dev-'));
  };
  return {injector, namespace, configurations};
}

function makePod(namespace: string) {
  const metadata = {name: 'web', annotations: {'pod-injector.dev/inject': 'log-shipper'}};
  const body = {apiVersion: 'v1', kind: 'Pod', metadata, spec: {containers: [{name: 'web', image: 'web:1'}]}};
  return api(`/api/v1/namespaces/${namespace}/pods?dryRun=All`, {method: 'POST', body});
}

test.each<['SIGINT' | 'SIGTERM', string]>([
  ['SIGINT', '127.0.0.1'],
  ['SIGTERM', 'localhost'],
])(
  'a process that registers itself gets the reviews as soon as it is ready, and takes itself out on %s',
  async (signal, host) => {
    expect(await readdir(templates)).toContain('log-shipper.yaml');
    const {injector, namespace, configurations} = await register(host);
    await injector.ready();
    await injector.logged('the API server calls us');
    const answer = await makePod(namespace);
    expect(answer.status).toBe(201);
    expect(JSON.stringify(answer.body)).toContain('pod-injector.dev/status');
    const names = await configurations();
    expect([names.length, new Set(names).size]).toEqual([2, 1]);
    process.kill(injector.pid, signal);
    expect(await injector.exit).toBe(0);
    expect(await configurations()).toEqual([]);
    expect(JSON.stringify((await makePod(namespace)).body)).not.toContain('pod-injector.dev/status');
  },
);

test('at an address where nobody listens it is not ready, and says that the API server did not call', async () => {
  const [nobody = 0] = await freePorts(1);
  const {injector, configurations} = await register('127.0.0.1', nobody);
  await injector.logged('registered as a webhook of the cluster');
  await eventually(
    async () =>
      (await injector.health('/readyz')).text.includes(`the API server did not call https://127.0.0.1:${nobody}/mutate`),
    {
      what: 'the probe to say so',
    },
  );
  expect((await injector.health('/readyz')).status).toBe(503);
  expect(await injector.stop()).toBe(0);
  expect(await configurations()).toEqual([]);
});
