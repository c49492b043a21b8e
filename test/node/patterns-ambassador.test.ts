import {beforeAll, expect, test} from 'vitest';
import {eventually, kubectlGet} from '../cluster/harness/index.ts';
import {applyAll, applyExample, putExamples} from './rig/example.ts';
import {execIn, names, ownNamespace, printed, readyPods, restricted} from './rig/pods.ts';
import {script, serving} from './rig/programs.ts';
import {installed} from './rig/ready-made.ts';
import {postgresPod, redisPod, sql} from './rig/servers.ts';

beforeAll(async () => {
  await installed();
  await putExamples('redis-ambassador', 'pgbouncer');
});

interface Deployment {
  readonly spec: {readonly template: {readonly spec: {readonly containers: readonly Record<string, unknown>[]}}};
}

/** How many commands a pod's twemproxy has carried over. */
async function requestsThrough(namespace: string, pod: string): Promise<number> {
  const {redis} = JSON.parse(await execIn(namespace, pod, 'cart', 'nc', '127.0.0.1', '9902')) as {
    // A pool's servers, among numbers of its own.
    readonly redis: Readonly<Record<string, number | {readonly requests: number}>>;
  };
  return Object.values(redis).reduce<number>((sum, one) => sum + (typeof one === 'number' ? 0 : one.requests), 0);
}

test('redis-ambassador: an application that knows REDIS_HOST and REDIS_PORT finds the Redis elsewhere through the proxy', async () => {
  const namespace = await ownNamespace({labels: restricted});
  const elsewhere = await ownNamespace();
  const redis = await redisPod(elsewhere, 6380);
  await applyAll([{apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'redis', namespace}, data: {host: redis.ip}}]);
  const asks = `redis-cli -h "$REDIS_HOST" -p "$REDIS_PORT" set cart "by $REDIS_HOST:$REDIS_PORT" > healthz`;
  await applyExample('redis-ambassador', {namespace, containers: {cart: {command: serving(8080, asks)}}});
  const [pod] = await readyPods(namespace, 'cart', 2);
  const {name} = pod.metadata;

  expect(await execIn(elsewhere, 'redis', 'redis', 'redis-cli', '-p', '6380', 'get', 'cart')).toBe('by 127.0.0.1:6379');
  // The proxy has the values that the application had: that of the ConfigMap, and the literal.
  const variables = ['printenv', 'UPSTREAM_HOST', 'UPSTREAM_PORT'];
  expect(await execIn(namespace, name, 'redis-ambassador', ...variables)).toBe(`${redis.ip}\n6380`);
  // It was the proxy that carried the command over: it counts them.
  await eventually(async () => (await requestsThrough(namespace, name)) >= 1, {what: 'the proxy to have counted a command'});
  // And the author's manifest stands as it was applied.
  const {spec} = await kubectlGet<Deployment>('deployment/cart', '-n', namespace);
  const [cart, ...others] = spec.template.spec.containers;
  expect(others).toEqual([]);
  expect(cart?.['env']).toContainEqual({name: 'REDIS_PORT', value: '6380'});
  expect(cart?.['env']).toContainEqual({
    name: 'REDIS_HOST',
    valueFrom: {configMapKeyRef: {name: 'redis', key: 'host'}},
  });
});

test('pgbouncer: an application that knows one DATABASE_URL talks to its database through the pool', async () => {
  const namespace = await ownNamespace({labels: restricted});
  const elsewhere = await ownNamespace();
  const owner = {user: 'billing', password: 'open-sesame', database: 'billing'};
  const postgres = await postgresPod(elsewhere, owner);
  const secret = {apiVersion: 'v1', kind: 'Secret', metadata: {name: 'billing-database', namespace}};
  await applyAll([{...secret, stringData: {password: owner.password}}]);
  const asks = script(`psql -At "$DATABASE_URL" -c "create table bills (id int)" && echo "asked \${DATABASE_URL##*@}"
exec sleep infinity`);
  const hosts = {'postgres.database': postgres.ip};
  await applyExample('pgbouncer', {namespace, hosts, replicas: 1, containers: {billing: {command: asks}}});
  const [pod] = await readyPods(namespace, 'billing');
  expect(names(pod.spec.initContainers)).toEqual(['pgbouncer']);
  await printed(namespace, pod.metadata.name, 'billing', 'asked 127.0.0.1:6432/billing');
  expect(await sql(elsewhere, 'postgres', owner, 'select count(*) from bills')).toBe('0');
  // What arrived came from the pool, which the application can ask, being who it is there.
  const pool = `psql -At "\${DATABASE_URL%/*}/pgbouncer" -c "show databases"`;
  const [, mine] = (await execIn(namespace, pod.metadata.name, 'billing', 'bash', '-c', pool)).match(/^(billing\|.*)$/m) ?? [];
  // Of the pod's annotation.
  expect(mine?.split('|').slice(0, 6)).toEqual(['billing', 'postgres.database', '5432', 'billing', '', '5']);
});
