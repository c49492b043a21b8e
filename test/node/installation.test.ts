import {randomInt} from 'node:crypto';
import {beforeAll, describe, expect, test} from 'vitest';
import {debianImage} from '../../scripts/cluster/node/images.ts';
import {eventually, kubectlGet, kubectlOk, makeNamespace} from '../cluster/harness/index.ts';
import {churn, type Churn} from './rig/churn.ts';
import {install, putTemplate, rolledOut, system} from './rig/install.ts';

const template = (seconds: number): string => `pattern: sidecar
containers:
- name: beside
  image: ${debianImage}
  command: [sleep, "${seconds}"]
`;

interface Pods {
  readonly items: readonly {readonly metadata: {readonly name: string}}[];
}

/** What happens to an installation in its life, each until it is over. */
const events = {
  'a rolling update': async () => {
    await kubectlOk(['rollout', 'restart', `deployment/${system}`, '-n', system]);
    await rolledOut(`deployment/${system}`, system);
  },
  'a replica that is killed': async () => {
    const {items} = await kubectlGet<Pods>('pods', '-n', system);
    await kubectlOk(['delete', 'pod', items[0]?.metadata.name ?? '', '-n', system, '--grace-period=0', '--force']);
    await rolledOut(`deployment/${system}`, system);
  },
  'another template': async () => putTemplate('beside', template(randomInt(3600, 86_400))),
  'another certificate': async () => {
    const before = await kubectlGet<{data: unknown}>('secret/pod-injector-certs', '-n', system);
    await kubectlOk(['delete', 'secret/pod-injector-certs', '-n', system]);
    await eventually(
      async () =>
        JSON.stringify((await kubectlGet<{data: unknown}>('secret/pod-injector-certs', '-n', system)).data) !==
        JSON.stringify(before.data),
      {what: 'a new certificate'},
    );
  },
} as const;

/** Waits until so many more pods were made. */
async function more(stream: Churn, count: number): Promise<void> {
  const wanted = stream.seen().length + count;
  await eventually(() => stream.seen().length >= wanted, {what: `${count} more pods`});
}

const uninjected = (pods: Awaited<ReturnType<Churn['stop']>>): readonly string[] =>
  pods.filter(({containers}) => !containers.includes('beside')).map(({name}) => name);

describe('the shipped manifests and the shipped image', () => {
  beforeAll(async () => {
    await install('overlays/strict');
    await putTemplate('beside', template(3600));
  });

  test('two replicas are ready by their own probes, in a namespace that enforces the restricted Pod Security Standard', async () => {
    const deployment = await kubectlGet<{status: {readyReplicas: number}}>(`deployment/${system}`, '-n', system);
    expect(deployment.status.readyReplicas).toBe(2);
    const namespace = await kubectlGet<{metadata: {labels: Record<string, string>}}>(`namespace/${system}`);
    expect(namespace.metadata.labels['pod-security.kubernetes.io/enforce']).toBe('restricted');
  });

  test('the image runs as nobody, on a root that it cannot write, and holds the bundle and nothing else of ours', async () => {
    const script = `const fs = require('node:fs');
      const write = () => { try { fs.writeFileSync('/app/probe', ''); return true; } catch { return false; } };
      console.log(JSON.stringify({user: process.getuid(), writes: write(), files: fs.readdirSync('/app', {recursive: true})}));`;
    const said = await kubectlOk(['exec', `deployment/${system}`, '-n', system, '--', 'node', '-e', script]);
    const {user, writes, files} = JSON.parse(said) as {user: number; writes: boolean; files: readonly string[]};
    expect({user, writes}).toEqual({user: 65534, writes: false});
    expect(files.filter((name) => !/\.(js|txt)$/.test(name)).toSorted()).toEqual(['LICENSE', 'package.json']);
    expect(files).toContain('cli.js');
  });

  describe.each(['strict', 'base'] as const)('while a Deployment goes on making pods (%s)', (kind) => {
    beforeAll(async () => {
      await install(kind === 'strict' ? 'overlays/strict' : 'base');
    });

    test.each(Object.entries(events))('%s', async (name, happen) => {
      const stream = await churn(await makeNamespace(), 'beside');
      await more(stream, 5);
      await happen();
      await more(stream, 10);
      const pods = await stream.stop();
      const missed = uninjected(pods);
      console.log(`${kind}: ${name}: ${pods.length} pods, ${missed.length} without their sidecar`);
      // Under Ignore a call that dies is a pod without injection, which is counted; under Fail its controller tries again.
      if (kind === 'strict') expect(missed).toEqual([]);
      else expect(missed.length).toBeLessThan(pods.length);
    });
  });
});
