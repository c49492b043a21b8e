import {randomInt} from 'node:crypto';
import {createServer} from 'node:net';

// Below what systems hand out to outgoing connections (32768 and up on Linux): a server that is stopped for a while gets its port back.
const lowest = 20_000;
const highest = 30_000;

/** So many different TCP ports of 127.0.0.1 on which nobody listens now. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(lowest, highest);
    if (!ports.has(port) && (await isFree(port))) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
