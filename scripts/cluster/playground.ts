import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {webhookConfiguration} from '../../src/cluster/registration.ts';
import {askApi, type ApiAccess} from './api.ts';
import {bundleCli} from './bundle.ts';
import type {Cluster} from './cluster.ts';
import {eventually} from './eventually.ts';
import type {Member, Nursery} from './nursery.ts';
import {freePorts} from './ports.ts';
import {withProgress, type Say} from './progress.ts';

const templates = 'examples/templates';

/**
 * Starts the injector with the example templates, has the cluster call it, and says how to try it. Goes on until the injector ends
 * by itself; what calls this ends it otherwise.
 * @returns the exit code: 1
 */
export async function play(cluster: Cluster, nursery: Nursery, say: Say): Promise<number> {
  const injector = await withProgress(say, 'starting the injector', () => startInjector(cluster.facts, nursery));
  say(introduction(cluster, nursery.folder));
  const code = await injector.exit;
  say(`The injector ended by itself with ${code}; its log ends with\n${await injector.logTail()}`);
  return 1;
}

/** Says how to reach the control plane, and goes on for ever. */
export function stay({facts, env}: Cluster, say: Say): Promise<never> {
  say(`Kubernetes ${facts.version} on ${facts.url}, until Ctrl-C; logs in ${facts.folder}`);
  say(
    `export ${Object.entries(env)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')}`,
  );
  return new Promise(() => undefined);
}

async function startInjector(access: ApiAccess, nursery: Nursery): Promise<Member> {
  const {script} = await bundleCli(nursery.folder);
  const [port = 0, healthPort = 0] = await freePorts(2);
  const certificates = path.join(nursery.folder, 'injector-certificates');
  const flags = [`--templates=${templates}`, `--port=${port}`, `--health-port=${healthPort}`, `--cert-dir=${certificates}`];
  const injector = nursery.start(process.execPath, [script, 'serve', '--log-format=pretty', ...flags], {log: 'injector'});
  await eventually(async () => !injector.running() || (await fetch(`http://127.0.0.1:${healthPort}/readyz`)).ok, {
    what: 'the injector to be ready',
    timeoutMs: 30_000,
  });
  if (!injector.running()) throw new Error(`The injector did not start; its log ends with\n${await injector.logTail()}`);
  const authority = await readFile(path.join(certificates, 'ca.crt'));
  const clientConfig = {url: `https://127.0.0.1:${port}/mutate`, caBundle: authority.toString('base64')};
  const body = webhookConfiguration({name: 'pod-injector-playground', clientConfig, ownNamespace: 'pod-injector'});
  const url = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
  const {status, body: answer} = await askApi(access, url, {method: 'POST', body});
  if (status !== 201) throw new Error(`The webhook was not registered: ${JSON.stringify(answer)}`);
  await eventually(() => isCalled(access), {what: 'the API server to call the injector'});
  return injector;
}

/** Whether a pod that asks for a template would be injected. The API server takes a second to read a new registration. */
async function isCalled(access: ApiAccess): Promise<boolean> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name: 'trial', annotations: {'pod-injector.dev/inject': 'logging-agent'}},
    spec: {containers: [{name: 'app', image: 'app:1', volumeMounts: [{name: 'varlog', mountPath: '/var/log'}]}]},
  };
  const {body} = await askApi(access, '/api/v1/namespaces/default/pods?dryRun=All', {method: 'POST', body: pod});
  return JSON.stringify(body).includes('pod-injector.dev/status');
}

function introduction({facts}: Cluster, folder: string): string {
  return `
Kubernetes ${facts.version} on ${facts.url} calls pod-injector with ${templates}, until Ctrl-C.
There is no node: pods are made, injected, and stay Pending. In another terminal, here:

  export KUBECONFIG=${facts.kubeconfig} PATH="${path.dirname(facts.kubectl)}:$PATH"

  kubectl apply -f examples/logging-agent/input.yaml
  kubectl get pods -o custom-columns='POD:.metadata.name,CONTAINERS:.spec.containers[*].name'
  kubectl apply -f examples/initializer/input.yaml && kubectl get deployments -o yaml

  tail -f ${path.join(folder, 'injector.log')}
`;
}
