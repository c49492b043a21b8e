import {beforeAll, describe, expect, test} from 'vitest';
import type {JsonObject} from '../../src/core/json.ts';
import {at} from '../helpers/objects.ts';
import {set} from '../helpers/set.ts';
import {controlPlane, eventually, kubectl, kubectlGet, makeNamespace} from './harness/index.ts';
import {podInjector} from './live/cli.ts';
import {comparable, dryRun, podOf} from './live/dry-run.ts';
import type {ManifestOptions} from './live/manifest.ts';
import {
  ask,
  container,
  deployment,
  envOf,
  fromSecret,
  injectKey,
  nameOf,
  patternCluster,
  readStored,
  withLogs,
  without,
} from './live/pattern-workloads.ts';
import {apply, podsOf} from './live/state.ts';

const cluster = patternCluster();
const hasNative = (): boolean => Number(controlPlane().version.split('.')[1]) >= 32;

/** The one pod that the controller made of an applied Deployment. */
async function podFor(object: JsonObject, where = cluster.namespace): Promise<JsonObject> {
  await apply(where, object);
  const [pod] = await podsOf(where, nameOf(object));
  return pod ?? {};
}

describe('in the pods of a workload whose pod template asks', () => {
  test('an ambassador has the values, and the workload stays as it was written', async () => {
    const object = deployment(fromSecret, {podAnnotations: ask('redis')});
    const pod = await podFor(object);
    expect(envOf(pod, 'redis')).toEqual(envOf((await dryRun(cluster.namespace, podOf(object))).object, 'redis'));
    expect(envOf(pod, 'redis')).toContainEqual({...fromSecret[0], name: 'UPSTREAM_HOST'});
    const live = await readStored(cluster, object);
    expect(live.template['spec']).toEqual(at((await without(cluster, object))['spec'], 'template', 'spec'));
    await apply(cluster.namespace, object);
    expect((await readStored(cluster, object)).versions).toBe(1);
  });

  test('native: auto is native where the API server is 1.32 or newer', async () => {
    const pod = await podFor(deployment([], {podAnnotations: ask('agent')}));
    const init = (at(pod, 'spec', 'initContainers') ?? []) as readonly JsonObject[];
    expect(init.map((one) => [one['name'], one['restartPolicy']])).toEqual(hasNative() ? [['agent', 'Always']] : []);
    expect(container(pod, 'agent')).toMatchObject({image: 'agent:1', startupProbe: {httpGet: {path: '/', port: 8081}}});
  });

  test('native: always is native from 1.29 on, before the init containers of the app', async () => {
    const object = deployment([], {podAnnotations: ask('first')});
    const withInit = set(object, ['spec', 'template', 'spec', 'initContainers'], [{name: 'migrate', image: 'migrate:1'}]);
    const pod = await podFor(withInit);
    const init = at(pod, 'spec', 'initContainers') as readonly JsonObject[];
    expect(init.map((one) => [one['name'], one['restartPolicy']])).toEqual([
      ['first', 'Always'],
      ['migrate', undefined],
    ]);
  });

  test.each<[string, Readonly<Record<string, string>>, JsonObject]>([
    ['Prometheus finds it', {}, {'prometheus.io/scrape': 'true', 'prometheus.io/port': '9113', 'prometheus.io/path': '/metrics'}],
    ['a pod that is scraped in its own way stays so', {'prometheus.io/path': '/own'}, {'prometheus.io/path': '/own'}],
  ])('an adapter has its port and reads the volume, and %s', async (_, own, expected) => {
    const pod = await podFor(withLogs(deployment([], {podAnnotations: ask('exporter', own)})));
    expect(container(pod, 'exporter')?.['ports']).toEqual([{name: 'metrics', containerPort: 9113, protocol: 'TCP'}]);
    expect(container(pod, 'exporter')?.['volumeMounts']).toContainEqual({name: 'varlog', mountPath: '/var/log', readOnly: true});
    const annotations = Object.entries(at(pod, 'metadata', 'annotations') as JsonObject);
    expect(Object.fromEntries(annotations.filter(([name]) => name.startsWith('prometheus.io/')))).toEqual(expected);
  });

  test('expressions see the pod, its workload and its namespace', async () => {
    const object = deployment([], {podAnnotations: ask('agent')});
    const pod = await podFor(object);
    expect(envOf(pod, 'agent')).toEqual([
      {name: 'LEVEL', value: 'info'},
      {name: 'TWICE', value: '16160'},
      {name: 'OF', value: `Deployment ${nameOf(object)} in ${cluster.namespace}`},
    ]);
  });
});

describe('parameters', () => {
  const parameter = 'pod-injector.dev/agent.level';
  const level = (pod: unknown): unknown => at(envOf(pod, 'agent'), 0, 'value');
  let enabled = '';
  beforeAll(async () => {
    enabled = await makeNamespace({
      labels: {'pod-injector.dev/injection': 'enabled'},
      annotations: {[injectKey]: 'agent', [parameter]: 'of-namespace'},
    });
    await eventually(async () => level((await dryRun(enabled, podOf(deployment([], {})))).object) !== undefined, {
      what: 'the default of the namespace to count',
    });
  });

  test.each<[string, ManifestOptions, string]>([
    ['the pod template', {podAnnotations: ask('agent', {[parameter]: 'of-pod'})}, 'of-pod'],
    [
      'the pod template before the workload',
      {annotations: ask('agent', {[parameter]: 'of-workload'}), podAnnotations: {[parameter]: 'of-pod'}},
      'of-pod',
    ],
    ['the workload before the namespace', {annotations: ask('agent', {[parameter]: 'of-workload'})}, 'of-workload'],
    ['the namespace', {podAnnotations: ask('agent')}, 'of-namespace'],
    ['the namespace, whose default it is', {}, 'of-namespace'],
  ])('are those of %s', async (_, options, expected) => {
    expect(level(await podFor(deployment([], options), enabled))).toBe(expected);
  });

  test('never make more of a value than a string', async () => {
    const hostile = '100m"\n  - name: x\n${params.level} !!int 5';
    const pod = await podFor(deployment([], {podAnnotations: ask('agent', {[parameter]: hostile})}));
    expect(level(pod)).toBe(hostile);
    expect(at(pod, 'spec', 'containers', 'length')).toBe(hasNative() ? 1 : 2);
  });

  test('that the template does not know are refused with the nearest name', async () => {
    const object = deployment([], {annotations: ask('agent', {'pod-injector.dev/agent.levle': 'debug'})});
    const {code, stderr} = await kubectl(['apply', '-n', cluster.namespace, '-f', '-'], {input: object});
    expect(code).toBe(1);
    expect(stderr).toContain('level');
  });
});

describe('templates of all four patterns together', () => {
  const names = 'prepare,agent,redis,exporter';

  test.each<[string, ManifestOptions]>([
    ['the workload', {annotations: ask(names, {'pod-injector.dev/agent.level': 'debug'})}],
    ['the pod template', {podAnnotations: ask(names, {'pod-injector.dev/agent.level': 'debug'})}],
  ])('asked for by %s are what preview prints, come again unchanged, and go without a trace', async (_, options) => {
    const object = withLogs(deployment(fromSecret, options));
    await apply(cluster.namespace, object);
    const {object: live} = await readStored(cluster, object);

    const from = ['--kubeconfig', controlPlane().kubeconfig, '--injector-namespace', cluster.injector, '-n', cluster.namespace];
    const {code, stdout, stderr} = await podInjector(['preview', '-f', '-', '-o', 'json', ...from], JSON.stringify(object));
    expect(code, stderr).toBe(0);
    const [ours, theirs] = [
      await dryRun(cluster.namespace, podOf(live)),
      await without(cluster, podOf(JSON.parse(stdout) as JsonObject)),
    ];
    expect(comparable(theirs)).toEqual(comparable(ours.object));

    const again = await dryRun(cluster.namespace, podOf(ours.object));
    expect(comparable(again.object)).toEqual(comparable(ours.object));
    expect(again.warnings).toEqual([]);

    const back = await podInjector(['uninject', '-f', '-', '-o', 'json'], JSON.stringify(ours.object));
    expect(at(comparable(JSON.parse(back.stdout) as JsonObject), 'spec')).toEqual(
      at(comparable(await without(cluster, podOf(object))), 'spec'),
    );
    const [pod] = await podsOf(cluster.namespace, nameOf(object));
    expect(comparable(await kubectlGet<JsonObject>('pod', nameOf(pod ?? {}), '-n', cluster.namespace))['spec']).toEqual(
      comparable(ours.object)['spec'],
    );
  });
});
