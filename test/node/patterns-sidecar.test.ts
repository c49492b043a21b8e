import {beforeAll, expect, onTestFinished, test} from 'vitest';
import {eventually, kubectlGet, kubectlOk} from '../cluster/harness/index.ts';
import {applyAll, applyExample, namespaceOf, putExample, putExamples} from './rig/example.ts';
import {system} from './rig/install.ts';
import {takeText, type Listener} from './rig/listener.ts';
import {execIn, names, ownNamespace, printed, readyPods, restricted, type Container} from './rig/pods.ts';
import {script, serving} from './rig/programs.ts';
import {installed} from './rig/ready-made.ts';

beforeAll(async () => {
  await installed();
  await putExamples('logging-agent', 'log-shipper');
});

interface Deployment {
  readonly metadata: {readonly generation: number};
  readonly spec: {readonly template: {readonly metadata: object; readonly spec: {readonly containers: readonly Container[]}}};
}

/**
 * Makes the ConfigMap of the application's team that the agents of the examples ask for: in the words of rsyslog, which stands in for
 * fluentd.
 * @returns the other end
 */
async function shipTo(namespace: string): Promise<Listener> {
  const listener = await takeText();
  const settings = `global(workDirectory="/dev/shm")
module(load="imfile")
template(name="line" type="string" string="%msg%\\n")
input(type="imfile" File="/var/log/*.log" Tag="app:")
action(type="omfwd" target="${listener.host}" port="${listener.port}" protocol="tcp" template="line")`;
  const metadata = {name: 'fluentd-config', namespace};
  await applyAll([{apiVersion: 'v1', kind: 'ConfigMap', metadata, data: {'fluentd.conf': settings}}]);
  return listener;
}

test('logging-agent: what the application writes under /var/log arrives at the other end', async () => {
  const namespace = await ownNamespace();
  const {received} = await shipTo(namespace);
  const writes = script('for n in 1 2 3; do echo "order $n is paid" >> /var/log/orders.log; done; exec sleep infinity');
  await applyExample('logging-agent', {namespace, containers: {'app-container': {command: writes}}});
  await eventually(() => received().includes('order 3'), {what: 'the lines at the other end'});
  expect(received().trim().split('\n')).toEqual([1, 2, 3].map((n) => expect.stringContaining(`order ${n} is paid`)));
});

test('log-shipper: what the application writes to the folder that it is told comes out of the sidecar', async () => {
  const namespace = await ownNamespace({labels: restricted});
  const works = serving(8080, 'echo "order 5 is packed" > "$LOG_DIR/checkout.log"; echo > healthz');
  await applyExample('log-shipper', {namespace, containers: {checkout: {command: works}}});
  for (const {metadata, spec} of await readyPods(namespace, 'checkout', 2)) {
    expect(names(spec.containers)).toEqual(['checkout', 'log-shipper']);
    await printed(namespace, metadata.name, 'log-shipper', 'order 5 is packed');
  }
});

test('customised-sidecar: the pod has the sidecar of the template with the wishes of its author', async () => {
  const namespace = await ownNamespace();
  // The application is told where to write.
  const writes = script('echo "found 12" > "$LOG_DIR/search.log"; exec sleep infinity');
  await applyExample('customised-sidecar', {namespace, containers: {search: {command: writes}}});
  const [pod] = await readyPods(namespace, 'search', 2);
  expect(names(pod.spec.containers)).toEqual(['search', 'log-shipper']);
  await printed(namespace, pod.metadata.name, 'log-shipper', 'found 12');
  const run = (...command: readonly string[]): Promise<string> => execIn(namespace, pod.metadata.name, 'log-shipper', ...command);
  // The author's.
  expect(await run('printenv', 'TZ')).toBe('Europe/Zurich');
  expect(pod.spec.containers[1]?.resources?.limits).toEqual({cpu: '100m', memory: '256Mi'});
  // The template's.
  expect(await run('printenv', 'POD_NAME')).toBe(pod.metadata.name);
  expect(await run('id', '-u')).toBe('10001');
  await expect(run('touch', '/var/log/app/new.log')).rejects.toThrow(/Read-only file system/);
});

test('namespace-default: a Deployment that asks for nothing ships its logs, and one that opts out is left alone', async () => {
  const {labels, annotations} = await namespaceOf('namespace-default');
  const namespace = await ownNamespace({labels, annotations});
  const writes = script('echo "shelf 3" > "$LOG_DIR/catalogue.log"; exec sleep infinity');
  const containers = {catalogue: {command: writes}, cache: {command: script('exec sleep infinity')}};
  await applyExample('namespace-default', {namespace, containers});
  const [catalogue] = await readyPods(namespace, 'catalogue');
  expect(names(catalogue.spec.containers)).toEqual(['catalogue', 'log-shipper']);
  await printed(namespace, catalogue.metadata.name, 'log-shipper', 'shelf 3');
  const [cache] = await readyPods(namespace, 'cache');
  expect(names(cache.spec.containers)).toEqual(['cache']);
});

test('workload-annotation: the sidecar stands in the Deployment, and a second apply starts no rollout', async () => {
  const namespace = await ownNamespace({labels: restricted});
  const writes = script('echo "invoice 9" > "$LOG_DIR/invoices.log"; exec sleep infinity');
  const apply = (): Promise<string> =>
    applyExample('workload-annotation', {namespace, containers: {invoices: {command: writes}}});
  await apply();
  const [pod] = await readyPods(namespace, 'invoices');
  await printed(namespace, pod.metadata.name, 'log-shipper', 'invoice 9');
  const stored = await kubectlGet<Deployment>('deployment/invoices', '-n', namespace);
  expect(names(stored.spec.template.spec.containers)).toEqual(['invoices', 'log-shipper']);
  await apply();
  const again = await kubectlGet<Deployment>('deployment/invoices', '-n', namespace);
  expect(again.metadata.generation).toBe(stored.metadata.generation);
});

test('initializer: the annotation and the ConfigMap of old times give an application its agent', async () => {
  const namespace = await ownNamespace();
  // It would win over logging-agent-initializer.
  await kubectlOk(['delete', 'configmap/logging-agent', '-n', system]);
  await putExample('initializer/templates/logging-agent-initializer.yaml');
  onTestFinished(() => kubectlOk(['delete', 'configmap/logging-agent-initializer', '-n', system]).then(() => undefined));
  const {received} = await shipTo(namespace);
  const writes = script('echo "hello" > /var/log/hello.log; exec sleep infinity');
  // The old format gives the application nothing: it mounts the agent's volume itself.
  const helloworld = {command: writes, volumeMounts: [{name: 'varlog', mountPath: '/var/log'}]};
  await eventually(
    async () => {
      await applyExample('initializer', {namespace, containers: {helloworld}});
      const {spec} = await kubectlGet<Deployment>('deployment/helloworld-with-annotation', '-n', namespace);
      return JSON.stringify(spec.template.metadata).includes('logging-agent-initializer');
    },
    {what: 'the other template to be gone'},
  );
  const [pod] = await readyPods(namespace, 'helloworld');
  expect(names(pod.spec.containers)).toEqual(['helloworld', 'logging-agent']);
  await eventually(() => received().includes('hello'), {what: 'the line at the other end'});
});
