import {beforeAll, expect, test} from 'vitest';
import {applyAll, applyExample, putExample, putExamples} from './rig/example.ts';
import {servePage} from './rig/listener.ts';
import {fetched, names, ownNamespace, printed, readyPods, restricted, statusOf} from './rig/pods.ts';
import {nginx} from './rig/programs.ts';
import {installed} from './rig/ready-made.ts';
import {heldPostgresPod, sql} from './rig/servers.ts';
import {volumeFor} from './rig/volumes.ts';

beforeAll(installed);

test('web-content: the page is there before nginx serves it', async () => {
  const namespace = await ownNamespace();
  const page = '<h1>Fetched by an init container</h1>';
  const origin = await servePage(page);
  // Another address than kubernetes.io, which may be out of reach.
  const command = ['wget', '-O', '/work-dir/index.html', `http://${origin.host}:${origin.port}/`];
  await putExample('templates/web-content.yaml', {install: {command}});
  // As the image of nginx has it.
  const serves = nginx('server { listen 80; root /usr/share/nginx/html; }');
  await applyExample('web-content', {namespace, containers: {nginx: {command: serves}}});
  const [pod] = await readyPods(namespace, 'init-demo');
  expect(await fetched(`http://${pod.status.podIP}/`)).toBe(page);
  expect(origin.received()).toBe('/\n');
  expect(statusOf(pod, 'install')?.state.terminated?.exitCode).toBe(0);
});

test('database-init: no migration before the database answers, and no application before the migration', async () => {
  const namespace = await ownNamespace({labels: restricted});
  const elsewhere = await ownNamespace();
  await putExamples('wait-for-database', 'run-migrations');
  await volumeFor(namespace, 'data-ledger-0');
  const owner = {user: 'ledger', password: 'open-sesame', database: 'app'};
  const postgres = await heldPostgresPod(elsewhere, owner);
  const v1 = (kind: string, name: string, content: object): object => ({
    apiVersion: 'v1',
    kind,
    metadata: {name, namespace},
    ...content,
  });
  const migrations = {'V1__accounts.sql': 'create table accounts (id int);', 'V2__first.sql': 'insert into accounts values (7);'};
  await applyAll([
    v1('ConfigMap', 'ledger-defaults', {data: {'ledger.conf': 'currency=CHF\n'}}),
    v1('ConfigMap', 'database-migrations', {data: migrations}),
    v1('Secret', 'database-credentials', {stringData: {username: owner.user, password: owner.password}}),
  ]);
  const works = {command: ['bash', '-c', 'cat /config/ledger.conf && touch /data/mine && exec sleep infinity']};
  // The fix-config of the author has its own command.
  await applyExample('database-init', {namespace, hosts: {postgres: postgres.ip}, containers: {ledger: works}});
  await printed(namespace, 'ledger-0', 'wait-for-database', 'waiting for postgres:5432');
  await postgres.letGo();
  const [pod] = await readyPods(namespace, 'ledger');
  const order = ['fix-config', 'wait-for-database', 'run-migrations'];
  expect(names(pod.spec.initContainers)).toEqual(order);
  expect(order.map((name) => statusOf(pod, name)?.state.terminated?.exitCode)).toEqual([0, 0, 0]);
  expect(await sql(elsewhere, 'postgres', owner, 'select id from accounts')).toBe('7');
  await printed(namespace, 'ledger-0', 'ledger', 'currency=CHF');
});
