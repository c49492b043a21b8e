import {debianImage} from '../../../scripts/cluster/node/images.ts';
import {applyAll} from './example.ts';
import {execIn, readyPods} from './pods.ts';
import {postgres, redis} from './programs.ts';

/** A server in a pod of its own: what an application finds somewhere else. */
export interface ServerPod {
  readonly name: string;
  readonly ip: string;
}

/** Runs a container in a pod of its own. @returns it once it is Ready, which is when it answers on the port */
export async function serverPod(namespace: string, name: string, container: object, port: number): Promise<ServerPod> {
  await applyPod(namespace, name, {readinessProbe: {tcpSocket: {port}, periodSeconds: 1}, ...container});
  const [{status}] = await readyPods(namespace, name);
  return {name, ip: status.podIP ?? ''};
}

function applyPod(namespace: string, name: string, container: object): Promise<string> {
  const spec = {terminationGracePeriodSeconds: 1, containers: [{name, image: debianImage, ...container}]};
  return applyAll([{apiVersion: 'v1', kind: 'Pod', metadata: {name, namespace}, spec}]);
}

/** Runs a Redis. */
export function redisPod(namespace: string, port: number): Promise<ServerPod> {
  return serverPod(namespace, 'redis', {command: redis(port)}, port);
}

/** Who a database belongs to. */
export interface Owner {
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** Runs a PostgreSQL. */
export function postgresPod(namespace: string, owner: Owner): Promise<ServerPod> {
  return serverPod(namespace, 'postgres', postgresContainer(owner), 5432);
}

/** A PostgreSQL that has an address and does not answer until it is let go. */
export async function heldPostgresPod(
  namespace: string,
  owner: Owner,
): Promise<ServerPod & {readonly letGo: () => Promise<void>}> {
  const name = 'postgres';
  await applyPod(namespace, name, postgresContainer(owner, 'until [ -e /tmp/go ]; do sleep 0.1; done'));
  const [{status}] = await readyPods(namespace, name);
  const letGo = async (): Promise<void> => void (await execIn(namespace, name, name, 'touch', '/tmp/go'));
  return {name, ip: status.podIP ?? '', letGo};
}

/** With the variables of PostgreSQL's own image, and a user who has a name in this one. */
function postgresContainer({user, password, database}: Owner, first?: string): object {
  const env = {POSTGRES_USER: user, POSTGRES_PASSWORD: password, POSTGRES_DB: database, PGDATA: '/tmp/database'};
  return {
    command: postgres(first),
    env: Object.entries(env).map(([name, value]) => ({name, value})),
    securityContext: {runAsUser: 70, runAsGroup: 70},
  };
}

/** Asks a PostgreSQL in its own pod. @returns the first value of the first row */
export async function sql(namespace: string, pod: string, owner: Owner, statement: string): Promise<string> {
  const address = `postgres://${owner.user}:${owner.password}@127.0.0.1/${owner.database}`;
  return execIn(namespace, pod, pod, 'psql', '-At', address, '-c', statement);
}
