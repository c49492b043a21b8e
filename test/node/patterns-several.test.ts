import {beforeAll, expect, test} from 'vitest';
import {applyAll, applyExample, putExamples} from './rig/example.ts';
import {execIn, names, ownNamespace, printed, readyPods, restricted, statusOf} from './rig/pods.ts';
import {script, serving} from './rig/programs.ts';
import {installed} from './rig/ready-made.ts';
import {postgresPod, redisPod, sql} from './rig/servers.ts';

beforeAll(async () => {
  await installed();
  await putExamples('otel-collector', 'redis-ambassador', 'pgbouncer', 'log-normaliser');
});

test('several-templates: a collector and two ambassadors serve one application, in the order of the list', async () => {
  const namespace = await ownNamespace({labels: restricted});
  const elsewhere = await ownNamespace();
  const owner = {user: 'checkout', password: 'open-sesame', database: 'checkout'};
  const [postgres, redis] = await Promise.all([postgresPod(elsewhere, owner), redisPod(elsewhere, 6379)]);
  const secret = {apiVersion: 'v1', kind: 'Secret', metadata: {name: 'checkout-database', namespace}};
  await applyAll([{...secret, stringData: {password: owner.password}}]);
  const migrates = script(`psql "$DATABASE_URL" -c "create table baskets (seen_from text)" && echo "migrated \${DATABASE_URL##*@}"
wget -qO- --post-data=x "$OTEL_EXPORTER_OTLP_ENDPOINT/migrated"`);
  const works = `psql "$DATABASE_URL" -c "insert into baskets values ('\${DATABASE_URL##*@}')" &&
redis-cli -h "$REDIS_HOST" set seen-from "$REDIS_HOST" &&
wget -qO- --post-data=x "$OTEL_EXPORTER_OTLP_ENDPOINT/served" && echo > healthz`;
  const said = await applyExample('several-templates', {
    namespace,
    replicas: 1,
    hosts: {'postgres.database': postgres.ip, 'redis.shop': redis.ip},
    containers: {migrate: {command: migrates, args: []}, checkout: {command: serving(8080, works)}},
  });
  // It is optional, and says why it is not there.
  expect(said).toMatch(/Warning: .*log-normaliser/);
  const [pod] = await readyPods(namespace, 'checkout');
  const {name} = pod.metadata;
  expect(names(pod.spec.initContainers)).toEqual(['otel-collector', 'redis-ambassador', 'pgbouncer', 'migrate']);
  expect(names(pod.spec.containers)).toEqual(['checkout']);
  // The init container kept its direct way, and had the collector already.
  await printed(namespace, name, 'migrate', 'migrated postgres.database:5432/checkout');
  expect(await sql(elsewhere, 'postgres', owner, 'select seen_from from baskets')).toBe('127.0.0.1:6432/checkout');
  expect(await execIn(elsewhere, 'redis', 'redis', 'redis-cli', 'get', 'seen-from')).toBe('127.0.0.1');
  const log = await printed(namespace, name, 'otel-collector', '/served');
  expect(log).toContain('/migrated');
  expect(statusOf(pod, 'pgbouncer')?.restartCount).toBe(0);
});
