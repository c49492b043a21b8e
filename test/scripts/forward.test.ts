import {once} from 'node:events';
import {mkdtemp, rm} from 'node:fs/promises';
import {connect, createServer, type AddressInfo, type Server} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {text} from 'node:stream/consumers';
import {expect, onTestFinished, test} from 'vitest';
import {forward} from '../../scripts/cluster/node/forward.ts';

async function serve(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

async function newSocket(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'forward-'));
  onTestFinished(() => rm(folder, {recursive: true, force: true}));
  return path.join(folder, 'socket');
}

/** A request that ends before its answer begins. */
async function ask(socket: string, request: string): Promise<string> {
  const connection = connect({path: socket, allowHalfOpen: true});
  connection.end(request);
  return text(connection);
}

test('what one side sends arrives at the other, also after one has ended', async () => {
  const server = createServer({allowHalfOpen: true}, (socket) => {
    let bytes = 0;
    socket.on('data', (chunk) => (bytes += chunk.length));
    socket.on('end', () => socket.end(`${bytes} bytes came`));
  });
  const port = await serve(server);
  const socket = await newSocket();
  await forward({path: socket}, {host: '127.0.0.1', port});
  const sizes = [1, 5_000_000, 0, 1000];
  const answers = await Promise.all(sizes.map((size) => ask(socket, 'x'.repeat(size))));
  expect(answers).toEqual(sizes.map((size) => `${size} bytes came`));
});

test('where nobody listens yet a connection is closed, and the next one is taken', async () => {
  const [near, far] = [await newSocket(), await newSocket()];
  await forward({path: near}, {path: far});
  expect(await ask(near, 'too early').catch(() => 'closed')).toMatch(/^(closed)?$/);
  const server = createServer((socket) => void socket.end('here'));
  const port = await serve(server);
  await forward({path: far}, {host: '127.0.0.1', port});
  await expect(ask(near, '')).resolves.toBe('here');
});
