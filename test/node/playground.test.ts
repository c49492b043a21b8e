import {execFile} from 'node:child_process';
import path from 'node:path';
import {promisify} from 'node:util';
import {expect, test} from 'vitest';
import {archivesIn} from '../../scripts/cluster/node/images.ts';
import {pauseImage} from '../../scripts/cluster/node/settings.ts';
import {eventually, kubectlOk} from '../cluster/harness/index.ts';
import {startRunner, type Traces} from './rig/runner.ts';

const images = (name: string): readonly string[] => (archivesIn(process.env) ?? []).filter((file) => file.includes(name));

test('the commands that the playground prints show an injected pod at work, and Ctrl-C takes everything away', async () => {
  const runner = await startRunner(['play'], {
    POD_INJECTOR_IMAGES: [...images('pause'), ...images('debian')].join(path.delimiter),
  });
  await runner.said('The log of the injector');
  const [settings = '', ...commands] = [...runner.words().matchAll(/^ {2}(export|kubectl) .+$/gm)].map(([line]) => line.trim());
  const run = async (command: string): Promise<string> =>
    (await promisify(execFile)('bash', ['-c', `${settings}\n${command}`])).stdout;
  const [apply = '', rollout = '', logs = '', exec = ''] = commands;
  expect(commands).toHaveLength(4);
  await run(apply);
  expect(await run(rollout)).toContain('successfully rolled out');
  const printed = async (): Promise<string | false> => (await run(logs)) || false;
  expect(await eventually(printed, {what: 'the orders'})).toMatch(/^[\d:]+ one more order\n/);
  expect(await run(exec)).toContain('orders.log');
  // What the cluster's validating webhook says of a template.
  const broken =
    "kubectl get configmap print-logs -n pod-injector -o yaml | sed 's/pattern: sidecar/pattern: sidecart/' | kubectl apply -f -";
  await expect(run(`set -o pipefail; ${broken}`)).rejects.toThrow('did you mean `sidecar`');

  const traces = await runner.traces();
  expectRunning(traces, 'tail -n +1 -F');
  process.kill(runner.pid, 'SIGINT');
  expect(await runner.exit).toBe(130);
  await runner.leavesNothing(traces);
});

test('a node whose runner crashes leaves no process, mount, cgroup or file', async () => {
  const runner = await startRunner(['node', ...images('pause')]);
  await runner.said('export KUBECONFIG=');
  const [, kubeconfig = ''] = /KUBECONFIG=(\S+)/.exec(runner.words()) ?? [];
  const container = {name: 'app', image: pauseImage, command: ['sh', '-c', 'echo runs; exec sleep 4242']};
  const pod = {apiVersion: 'v1', kind: 'Pod', metadata: {name: 'app'}, spec: {containers: [container]}};
  await kubectlOk(['apply', '-f', '-'], {input: pod, kubeconfig});
  await kubectlOk(['wait', '--for=condition=Ready', 'pod/app', '--timeout=55s'], {kubeconfig});
  const traces = await runner.traces();
  expectRunning(traces, 'sleep 4242');
  const main = traces.processes.find(({args}) => / \S+script\.mjs node /.test(args));
  process.kill(main?.pid ?? 0, 'SIGKILL');
  expect(await runner.exit).not.toBe(0);
  await runner.leavesNothing(traces);
});

test('a node that is interrupted while it starts leaves nothing either', async () => {
  const runner = await startRunner(['node', ...images('debian')]);
  await runner.said('starting a node …');
  const isImporting = async (): Promise<Traces | false> => {
    const now = await runner.traces();
    return now.processes.some(({args}) => args.includes('images import')) && now;
  };
  const traces = await eventually(isImporting, {what: 'an image to be imported'});
  process.kill(runner.pid, 'SIGTERM');
  expect(await runner.exit).toBe(143);
  await runner.leavesNothing(traces);
});

/** These tests would find nothing left of what never was. */
function expectRunning({processes, cgroups}: Traces, inPod: string): void {
  const all = processes.map(({args}) => args).join('\n');
  for (const part of ['watchdog.mjs', 'kube-apiserver', 'kubelet', 'containerd-shim', inPod]) expect(all).toContain(part);
  expect(cgroups).not.toEqual([]);
}
