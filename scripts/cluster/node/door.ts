import path from 'node:path';
import type {ApiAccess} from '../api.ts';
import type {Outside} from '../cluster.ts';
import {writeKubeconfig} from '../kubeconfig.ts';
import {freePorts} from '../ports.ts';
import {forward} from './forward.ts';

/** The variables that tell the inner process of a sandbox where the way in begins: a port of the machine, and the socket behind it. */
const portVariable = 'POD_INJECTOR_DOOR_PORT';
const socketVariable = 'POD_INJECTOR_DOOR_SOCKET';

/**
 * Opens a way from the machine into the network of a sandbox that is not there yet: a port of 127.0.0.1 leads to a socket in a
 * folder that both see. Connections are closed until {@link answerDoor} is called inside.
 * @returns the variables for the inner process
 */
export async function openDoor(folder: string): Promise<Readonly<Record<string, string>>> {
  const [port = 0] = await freePorts(1);
  const socket = path.join(folder, 'api.sock');
  await forward({host: '127.0.0.1', port}, {path: socket});
  return {[portVariable]: String(port), [socketVariable]: socket};
}

/** Inside: has the socket lead to the API server, and writes a kubeconfig beside it. */
export async function answerDoor(env: Readonly<Record<string, string | undefined>>, access: ApiAccess): Promise<Outside> {
  const {hostname: host, port} = new URL(access.url);
  const socket = env[socketVariable] ?? '';
  await forward({path: socket}, {host, port: Number(port)});
  const url = `https://127.0.0.1:${env[portVariable] ?? ''}`;
  const kubeconfig = path.join(path.dirname(socket), 'kubeconfig');
  // The certificate is for the address inside, and for this name on every API server.
  await writeKubeconfig(kubeconfig, {...access, url}, 'admin', 'kubernetes.default.svc');
  return {url, kubeconfig};
}
