import {execFile} from 'node:child_process';
import path from 'node:path';
import {promisify} from 'node:util';
import {bundleCli} from './bundle.ts';
import type {Cluster} from './cluster.ts';
import {eventually} from './eventually.ts';
import type {Member, Nursery} from './nursery.ts';
import {freePorts} from './ports.ts';
import {withProgress, type Say} from './progress.ts';

/** Applied before the injector starts: its namespace, then ConfigMaps of templates. */
const manifests = ['manifests/base/namespace.yaml', 'examples/templates', 'examples/playground/templates'];

/**
 * Puts the templates of the examples into the cluster, starts the injector on this machine as a developer of it would, and says how
 * to try it. Goes on until the injector ends by itself; what calls this ends it otherwise.
 * @returns the exit code: 1
 */
export async function play(cluster: Cluster, nursery: Nursery, say: Say): Promise<number> {
  const injector = await withProgress(say, 'starting the injector', () => startInjector(cluster, nursery));
  say(introduction(cluster, nursery.folder));
  const code = await injector.exit;
  say(`The injector ended by itself with ${code}; its log ends with\n${await injector.logTail()}`);
  return 1;
}

/** Says how to reach the control plane, and goes on for ever. */
export function stay({facts, outside, env}: Cluster, say: Say): Promise<never> {
  say(`Kubernetes ${facts.version} on ${outside.url}, until Ctrl-C; logs in ${facts.folder}`);
  // Where it is in a network of its own, the rest leads there.
  const variables = outside.url === facts.url ? env : {KUBECONFIG: outside.kubeconfig};
  say(
    `export ${Object.entries(variables)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')}`,
  );
  return new Promise(() => undefined);
}

async function startInjector({facts}: Cluster, nursery: Nursery): Promise<Member> {
  const {script} = await bundleCli(nursery.folder);
  const files = manifests.flatMap((manifest) => ['-f', manifest]);
  await promisify(execFile)(facts.kubectl, ['--kubeconfig', facts.kubeconfig, 'apply', ...files]);
  const [port = 0, healthPort = 0] = await freePorts(2);
  const flags = [
    `--kubeconfig=${facts.kubeconfig}`,
    `--register-url=https://localhost:${port}`,
    `--port=${port}`,
    `--health-port=${healthPort}`,
    `--cert-dir=${path.join(nursery.folder, 'injector-certificates')}`,
    '--log-format=pretty',
  ];
  const injector = nursery.start(process.execPath, [script, 'serve', ...flags], {log: 'injector'});
  // Which it is once the API server has called it.
  const isReady = async (): Promise<boolean> => (await fetch(`http://127.0.0.1:${healthPort}/readyz`)).ok;
  await eventually(async () => !injector.running() || isReady(), {what: 'the injector to be ready', timeoutMs: 60_000});
  if (!injector.running()) throw new Error(`The injector did not start; its log ends with\n${await injector.logTail()}`);
  return injector;
}

function introduction({facts, outside, hasNode}: Cluster, folder: string): string {
  const kind = hasNode
    ? 'A node runs its pods. In another terminal, as root, here:'
    : 'There is no node: pods are made and injected, and stay Pending. In another terminal, here:';
  return `
Kubernetes ${facts.version} on ${outside.url} calls pod-injector, until Ctrl-C.
${kind}

  export KUBECONFIG=${outside.kubeconfig} PATH="${path.dirname(facts.kubectl)}:$PATH"

${(hasNode ? commandsOnNode : commandsWithoutNode).map((line) => `  ${line}\n`).join('')}
The templates are ConfigMaps: kubectl get configmaps -n pod-injector
The log of the injector: tail -f ${path.join(folder, 'injector.log')}
`;
}

/** What the playground says to type where pods run. */
export const commandsOnNode = [
  'kubectl apply -f examples/playground/input.yaml',
  'kubectl rollout status deployment/shop',
  'kubectl logs deployment/shop -c print-logs --tail=3',
  'kubectl exec deployment/shop -c print-logs -- ls -l /var/log/app',
] as const;

const commandsWithoutNode = [
  'kubectl apply -f examples/playground/input.yaml',
  "kubectl get pods -o custom-columns='POD:.metadata.name,CONTAINERS:.spec.containers[*].name'",
  'kubectl apply -f examples/initializer/input.yaml',
  'kubectl get deployment helloworld-with-annotation -o yaml',
] as const;
