import {beforeAll, expect, test} from 'vitest';
import {eventually} from '../cluster/harness/index.ts';
import {applyAll, applyExample, putExample, putExamples} from './rig/example.ts';
import {execIn, fetched, names, ownNamespace, podsOf, printed, readyPods, restricted} from './rig/pods.ts';
import {nginx, postgres, script} from './rig/programs.ts';
import {startPrometheus} from './rig/prometheus.ts';
import {installed} from './rig/ready-made.ts';
import {volumeFor} from './rig/volumes.ts';

beforeAll(async () => {
  await installed();
  await putExamples('nginx-exporter', 'redis-exporter', 'postgres-exporter', 'log-normaliser');
  await putExample('parameters/templates/statsd-exporter.yaml');
});

test('nginx-exporter: Prometheus finds the connections of nginx by the annotations', async () => {
  const namespace = await ownNamespace();
  // As the image of nginx reads its configuration.
  const serves = nginx('include /etc/nginx/conf.d/*.conf;');
  await applyExample('nginx-exporter', {namespace, containers: {nginx: {command: serves}}});
  const prometheus = await startPrometheus(namespace);
  const pods = await readyPods(namespace, 'storefront', 2);
  const [{metadata, status}] = pods;
  // The status page is for the pod alone; its metrics, in the standard form, are for everybody.
  expect((await fetch(`http://${status.podIP}:8080/stub_status`)).status).toBe(403);
  const text = await fetched(`http://${status.podIP}:9113/metrics`);
  expect(text).toMatch(/^nginx_connections_active [1-9]/m);
  const series = await prometheus.series('nginx_up == 1', 2);
  expect(new Set(series.map(({labels}) => labels['pod']))).toEqual(new Set(pods.map((pod) => pod.metadata.name)));
  expect(series.map(({labels}) => labels['instance'])).toContain(`${status.podIP}:9113`);
  expect(metadata.annotations).toMatchObject({'prometheus.io/scrape': 'true', 'prometheus.io/port': '9113'});
});

test('redis-exporter: what Redis says of itself, with the password of the Secret', async () => {
  const namespace = await ownNamespace({labels: restricted});
  await volumeFor(namespace, 'data-sessions-0');
  const secret = {apiVersion: 'v1', kind: 'Secret', metadata: {name: 'sessions', namespace}};
  await applyAll([{...secret, stringData: {password: 'open-sesame'}}]);
  // The program that the arguments of the image are for; its working directory is that of its data.
  const redis = {command: script('cd /data && exec redis-server "$0" "$@"')};
  await applyExample('redis-exporter', {namespace, containers: {redis}});
  const [{metadata, status}] = await readyPods(namespace, 'sessions');
  const ask = (...words: readonly string[]): Promise<string> =>
    execIn(namespace, metadata.name, 'redis', 'redis-cli', '--no-auth-warning', '-a', 'open-sesame', ...words);
  // It has no readinessProbe.
  await eventually(() => ask('mset', 'session:1', 'a', 'session:2', 'b'), {what: 'Redis to answer'});
  const text = await fetched(`http://${status.podIP}:9121/metrics`);
  expect(text).toMatch(/^redis_up 1$/m);
  expect(text).toMatch(/^redis_db_keys\{db="db0"\} 2$/m);
});

test('postgres-exporter: the statistics of the PostgreSQL beside it', async () => {
  const namespace = await ownNamespace({labels: restricted});
  await volumeFor(namespace, 'data-catalogue-database-0');
  const secret = (name: string, stringData: object): object => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {name, namespace},
    stringData,
  });
  await applyAll([
    secret('catalogue-database', {password: 'open-sesame'}),
    secret('catalogue-monitoring', {username: 'exporter', password: 'look-only'}),
  ]);
  await applyExample('postgres-exporter', {namespace, containers: {postgres: {command: postgres()}}});
  const prometheus = await startPrometheus(namespace);
  const [{metadata}] = await readyPods(namespace, 'catalogue-database');
  const address = 'postgres://postgres:open-sesame@127.0.0.1/catalogue';
  // All that the role needs, as the page of the example says.
  const role = "create role exporter login password 'look-only'; grant pg_monitor to exporter";
  const ask = (...words: readonly string[]): Promise<string> => execIn(namespace, metadata.name, 'postgres', ...words);
  // It has no readinessProbe.
  await eventually(() => ask('pg_isready', '-h', '127.0.0.1'), {what: 'PostgreSQL to answer'});
  await ask('psql', address, '-v', 'ON_ERROR_STOP=1', '-c', role);
  await prometheus.series('pg_up == 1');
  const [size] = await prometheus.series('pg_database_size_bytes{datname="catalogue"}');
  expect(size?.value).toBeGreaterThan(1e6);
});

test('log-normaliser: the lines of a log file of the application come out in one form', async () => {
  const namespace = await ownNamespace({labels: restricted});
  const line = '10.1.2.3 - ann [21/Nov/2026:16:00:00 +0000] "GET /wiki HTTP/1.1" 200 5120 "-" "Lynx"';
  const writes = script(`echo '${line}' > /var/log/app/access_log.log; exec sleep infinity`);
  await applyExample('log-normaliser', {namespace, replicas: 1, containers: {intranet: {command: writes}}});
  const [{metadata}] = await readyPods(namespace, 'intranet');
  const log = await printed(namespace, metadata.name, 'log-normaliser', '}\n');
  expect(JSON.parse(log)).toEqual({
    client: '10.1.2.3',
    method: 'GET',
    path: '/wiki',
    status: '200',
    service: 'intranet',
    pod: metadata.name,
  });
  await expect(execIn(namespace, metadata.name, 'log-normaliser', 'touch', '/input/mine')).rejects.toThrow(/Read-only/);
});

test('parameters: a port by annotation, memory by the Namespace, and a pod that the condition leaves alone', async () => {
  const namespace = await ownNamespace({
    labels: {'pod-injector.dev/injection': 'enabled'},
    annotations: {'pod-injector.dev/statsd-exporter.memory': '48Mi'},
  });
  // Again until it is taken: what is sent before the sidecar listens is lost, by the nature of StatsD.
  const counts = script(`until wget -qO- http://127.0.0.1:9102/metrics; do
  echo -n "searches:3|c" > "/dev/udp/$STATSD_HOST/$STATSD_PORT"; sleep 0.2; done
exec sleep infinity`);
  const said = await applyExample('parameters', {
    namespace,
    replicas: 1,
    containers: {search: {command: counts}, probe: {command: ['sleep', 'infinity']}},
  });
  const prometheus = await startPrometheus(namespace);
  const [search] = await readyPods(namespace, 'search');
  expect(await execIn(namespace, search.metadata.name, 'search', 'printenv', 'STATSD_PORT')).toBe('8125');
  expect(search.spec.containers[1]?.resources?.limits?.['memory']).toBe('48Mi');
  const [searches] = await prometheus.series('searches');
  expect(searches?.value).toBe(3);
  expect(said).toContain('statsd-exporter');
  await readyPods(namespace, 'node-probe');
  const [probe] = await podsOf(namespace, 'node-probe');
  expect(names(probe?.spec.containers)).toEqual(['probe']);
});
