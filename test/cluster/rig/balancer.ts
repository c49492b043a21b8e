import {connect, createServer, type AddressInfo, type Socket} from 'node:net';

/** What a Service is: one port that stays, before processes that come and go. */
export interface Balancer {
  readonly port: number;
  /** Sends the next connections there; those that stand, stay. Nobody: connections are refused. */
  setBackends(ports: readonly number[]): void;
  /** Cuts every connection that stands. */
  cut(): void;
  close(): Promise<void>;
}

/** Passes connections to 127.0.0.1 on, to the backends in turn. */
export async function startBalancer(): Promise<Balancer> {
  let backends: readonly number[] = [];
  let turn = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const port = backends[turn % Math.max(1, backends.length)];
    turn += 1;
    if (port === undefined) {
      client.destroy();
      return;
    }
    const backend = connect(port, '127.0.0.1');
    for (const socket of [client, backend]) {
      sockets.add(socket);
      socket
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(socket);
          client.destroy();
          backend.destroy();
        });
    }
    client.pipe(backend).pipe(client);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    port: (server.address() as AddressInfo).port,
    setBackends: (ports) => {
      backends = ports;
    },
    cut,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}
