import {connect, createServer, type ListenOptions, type NetConnectOpts} from 'node:net';
import {once} from 'node:events';
import {pipeline} from 'node:stream';

/** Takes connections at one address and joins each with a new one to another, until this process ends. Comes back when it listens. */
export async function forward(from: ListenOptions, to: NetConnectOpts): Promise<void> {
  const server = createServer({allowHalfOpen: true}, (near) => {
    const far = connect({...to, allowHalfOpen: true});
    // Whichever side fails ends both; there is nobody to tell but the two.
    pipeline(near, far, near, () => undefined);
  });
  server.listen(from);
  await once(server, 'listening');
}
