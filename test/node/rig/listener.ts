import {once} from 'node:events';
import {createServer as createHttpServer} from 'node:http';
import {createServer, type AddressInfo, type Server} from 'node:net';
import {onTestFinished} from 'vitest';
import {network} from '../../../scripts/cluster/node/settings.ts';

/** Something outside the cluster that pods reach: the tests are in the network of the node. */
export interface Listener {
  readonly host: string;
  readonly port: number;
  /** All that came so far. */
  received(): string;
}

/** Takes whatever pods send by TCP, until the test ends. */
export async function takeText(): Promise<Listener> {
  let text = '';
  const server = createServer((socket) => void socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk)));
  return {...(await listen(server)), received: () => text};
}

/** Answers every HTTP request with this text, until the test ends. */
export function servePage(page: string): Promise<Listener> {
  return serve(() => Promise.resolve({type: 'text/html', body: page}));
}

/** Answers every HTTP request with what this gives then, as JSON, until the test ends. */
export function serveJson(value: () => Promise<unknown>): Promise<Listener> {
  return serve(async () => ({type: 'application/json', body: JSON.stringify(await value())}));
}

async function serve(answer: () => Promise<{readonly type: string; readonly body: string}>): Promise<Listener> {
  let requests = '';
  const server = createHttpServer(({url}, response) => {
    requests += `${url}\n`;
    answer().then(
      ({type, body}) => response.setHeader('content-type', type).end(body),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  return {...(await listen(server)), received: () => requests};
}

async function listen(server: Server): Promise<{readonly host: string; readonly port: number}> {
  const host = network.gateway;
  server.listen(0, host);
  await once(server, 'listening');
  // Connections that pods keep go with the process.
  onTestFinished(() => void server.close());
  return {host, port: (server.address() as AddressInfo).port};
}
