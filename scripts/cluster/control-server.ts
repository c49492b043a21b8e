import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import type {ControlPlane} from './control-plane.ts';

/**
 * Lets other processes of this machine stop, start, pause and resume the API server: `POST /stop` and so on on 127.0.0.1. The answer
 * comes when it is done: 204, or 500 with what went wrong.
 * @returns the URL
 */
export async function serveControls(plane: ControlPlane): Promise<string> {
  const controls = new Map<string, () => void | Promise<void>>([
    ['/stop', () => plane.stopApiServer()],
    ['/start', () => plane.startApiServer()],
    ['/pause', () => plane.pauseApiServer()],
    ['/resume', () => plane.resumeApiServer()],
  ]);
  const server = createServer((request, response) => {
    const control = request.method === 'POST' ? controls.get(request.url ?? '') : undefined;
    if (control === undefined) {
      response.writeHead(404).end(`POST one of ${[...controls.keys()].join(', ')}\n`);
      return;
    }
    Promise.resolve()
      .then(control)
      .then(
        () => response.writeHead(204).end(),
        (error: unknown) => response.writeHead(500).end(`${error instanceof Error ? error.message : String(error)}\n`),
      );
  });
  await new Promise<void>((resolve, reject) => server.on('error', reject).listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
