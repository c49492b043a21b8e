import {randomBytes} from 'node:crypto';
import {stringify} from 'yaml';
import {beforeAll, expect, test} from 'vitest';
import {debianImage} from '../../scripts/cluster/node/images.ts';
import {eventually, kubectlGet, kubectlOk} from '../cluster/harness/index.ts';
import {applyAll, applyExample, putExamples} from './rig/example.ts';
import {putTemplate} from './rig/install.ts';
import {names, ownNamespace, podsOf, printed, restricted, statusOf, type Pod} from './rig/pods.ts';
import {nginx, script} from './rig/programs.ts';
import {installed} from './rig/ready-made.ts';

beforeAll(async () => {
  await installed();
  await putExamples('otel-collector', 'cloud-sql-proxy', 'log-shipper');
});

interface Job {
  readonly status: {
    readonly active?: number;
    readonly conditions?: readonly {readonly type: string; readonly status: string}[];
  };
}

async function isComplete(namespace: string, name: string): Promise<boolean> {
  const {status} = await kubectlGet<Job>(`job/${name}`, '-n', namespace);
  return status.conditions?.some(({type, status: is}) => type === 'Complete' && is === 'True') ?? false;
}

/** Waits until a Job is complete. @returns its one pod */
async function completed(namespace: string, name: string): Promise<Pod> {
  await eventually(() => isComplete(namespace, name), {what: `the Job ${name} to complete`, intervalMs: 300});
  const [pod, ...others] = await podsOf(namespace, name);
  if (pod === undefined || others.length > 0) throw new Error(`${name} has ${others.length + 1} pods`);
  return pod;
}

/** A Job whose container prints a line and ends. */
function shortJob(namespace: string, template: string, more: object = {}): object {
  const container = {name: 'work', image: debianImage, command: script('echo done | tee "${LOG_DIR:-/tmp}/work.log"')};
  const metadata = {annotations: {'pod-injector.dev/inject': template}};
  const spec = {restartPolicy: 'Never', terminationGracePeriodSeconds: 1, containers: [container], ...more};
  return {apiVersion: 'batch/v1', kind: 'Job', metadata: {name: 'work', namespace}, spec: {template: {metadata, spec}}};
}

test('native-sidecar: the first init container of a Job uses the collector already, and the Job ends', async () => {
  const namespace = await ownNamespace({labels: restricted});
  const reports = (what: string): readonly string[] =>
    script(`wget -qO- --post-data=x "$OTEL_EXPORTER_OTLP_ENDPOINT/v1/traces?$OTEL_SERVICE_NAME=${what}"`);
  const containers = {download: {command: reports('downloads')}, import: {command: reports('imports')}};
  const said = await applyExample('native-sidecar', {namespace, containers});
  expect(said).not.toMatch(/never complete/);
  const pod = await completed(namespace, 'import-catalogue');
  expect(names(pod.spec.initContainers)).toEqual(['otel-collector', 'download']);
  expect(pod.status.phase).toBe('Succeeded');
  const log = await printed(namespace, pod.metadata.name, 'otel-collector', 'import-catalogue=imports');
  expect(log).toContain('import-catalogue=downloads');
  // The collector ended after the work, and by being told to.
  const [collector, work] = ['otel-collector', 'import'].map((name) => statusOf(pod, name)?.state.terminated);
  expect(collector?.exitCode).toBe(0);
  expect(Date.parse(collector?.finishedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(work?.finishedAt ?? ''));
});

test('cloud-sql-proxy: the Job of a CronJob finds its database through the proxy, and ends', async () => {
  const namespace = await ownNamespace({labels: restricted});
  await applyAll([{apiVersion: 'v1', kind: 'ServiceAccount', metadata: {name: 'orders', namespace}}]);
  const asks = script('wget -qO- "http://$DATABASE_HOST:5432/"');
  const wish = {namespace, containers: {report: {command: asks}, orders: {command: asks}}};
  const said = await applyExample('cloud-sql-proxy', {...wish, kinds: ['CronJob']});
  expect(said).not.toMatch(/never complete/);
  // Now, not at night.
  await kubectlOk(['create', 'job', 'now', '--from=cronjob/orders-report', '-n', namespace]);
  const pod = await completed(namespace, 'now');
  expect(names(pod.spec.initContainers)).toEqual(['cloud-sql-proxy']);
  await printed(namespace, pod.metadata.name, 'report', 'shop-production:europe-west1:orders');
});

test('log-shipper: a classic sidecar in a Job is warned about, and the Job does not complete', async () => {
  const namespace = await ownNamespace();
  const said = await applyAll([shortJob(namespace, 'log-shipper')]);
  expect(said).toMatch(/Warning: .*log-shipper.* may never complete/);
  const pod = await eventually(
    async () => {
      const [one] = await podsOf(namespace, 'work');
      return one !== undefined && statusOf(one, 'work')?.state.terminated?.exitCode === 0 ? one : undefined;
    },
    {what: 'the work to be done', intervalMs: 300},
  );
  await printed(namespace, pod.metadata.name, 'log-shipper', 'done');
  // Longer than a Job with a native sidecar takes from there.
  const patience = {what: 'the Job', timeoutMs: 5000, intervalMs: 500};
  await expect(eventually(() => isComplete(namespace, 'work'), patience)).rejects.toThrow('Waited 5 s for the Job');
  const {status} = await kubectlGet<Job>('job/work', '-n', namespace);
  expect(status.active).toBe(1);
});

test('an init container of the template prepares its native sidecar, which the application’s init container uses', async () => {
  const namespace = await ownNamespace();
  const name = `prepared-${randomBytes(4).toString('hex')}`;
  const volumeMounts = [{name: 'site', mountPath: '/site'}];
  await putTemplate(
    name,
    stringify({
      pattern: 'sidecar',
      native: 'always',
      initContainers: [{name: 'prepare', image: debianImage, command: script('echo prepared > /site/page'), volumeMounts}],
      containers: [
        {
          name: 'serve',
          image: debianImage,
          command: nginx('server { listen 127.0.0.1:8000; root /site; }'),
          startupProbe: {exec: {command: ['nc', '-z', '127.0.0.1', '8000']}, periodSeconds: 1, failureThreshold: 30},
          volumeMounts,
        },
      ],
      volumes: [{name: 'site', emptyDir: {}}],
    }),
  );
  const asks = script('echo "it is `wget -qO- http://127.0.0.1:8000/page`"');
  const initContainers = [{name: 'ask', image: debianImage, command: asks}];
  await applyAll([shortJob(namespace, name, {initContainers})]);
  const pod = await completed(namespace, 'work');
  expect(names(pod.spec.initContainers)).toEqual(['prepare', 'serve', 'ask']);
  await printed(namespace, pod.metadata.name, 'ask', 'it is prepared');
});
