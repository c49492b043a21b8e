import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import jsonPatch from 'fast-json-patch';
import {onTestFinished} from 'vitest';
import {createClient, type ApiClient} from '../../src/cluster/client.ts';
import type {JsonObject} from '../../src/core/json.ts';

interface Stored extends JsonObject {
  readonly metadata: {readonly name: string; readonly uid: string; readonly resourceVersion: string};
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** An API server of plain HTTP that keeps objects with resource versions, lists, watches and refuses conflicts; it checks nothing else. */
export interface ObjectServer {
  readonly client: ApiClient;
  /** Every request so far, watches and lists among them. */
  readonly requests: readonly SeenRequest[];
  /** By its path: `/api/v1/namespaces/a/secrets/b`. */
  get(path: string): Stored | undefined;
  /** As somebody else would, with what watches tell of it. */
  put(path: string, object: JsonObject): void;
  remove(path: string): void;
  /** Has answers to writes wait so long, while watches tell of them at once. */
  delayAnswers(milliseconds: number): void;
  /** What requests are answered with instead, from now on: a status, or nothing at all (the connection is cut). */
  refuse(when: ((request: SeenRequest) => number | 'cut' | undefined) | undefined): void;
}

const messages: Readonly<Record<number, string>> = {
  403: 'forbidden',
  404: 'not found',
  409: 'conflict',
  422: 'invalid',
  500: 'broken',
};

/** Starts one for the test that runs. */
export async function startObjectServer(): Promise<ObjectServer> {
  const objects = new Map<string, Stored>();
  const events: {readonly version: number; readonly type: string; readonly path: string; readonly object: Stored}[] = [];
  const watchers = new Set<() => void>();
  const requests: SeenRequest[] = [];
  let refusal: ((request: SeenRequest) => number | 'cut' | undefined) | undefined;
  let version = 1;

  const tell = (type: string, path: string, object: Stored): void => {
    events.push({version, type, path, object});
    for (const watcher of watchers) watcher();
  };
  const put = (path: string, object: JsonObject): Stored => {
    version += 1;
    const before = objects.get(path);
    const uid = before?.metadata.uid ?? `uid-${version}`;
    const metadata = {
      ...(object['metadata'] as object),
      name: path.split('/').at(-1) ?? '',
      uid,
      resourceVersion: String(version),
    };
    const stored = {...object, metadata} as Stored;
    objects.set(path, stored);
    tell(before === undefined ? 'ADDED' : 'MODIFIED', path, stored);
    return stored;
  };
  const remove = (path: string): void => {
    const before = objects.get(path);
    if (before === undefined) return;
    version += 1;
    objects.delete(path);
    tell('DELETED', path, {...before, metadata: {...before.metadata, resourceVersion: String(version)}});
  };

  let delayMs = 0;
  const send = (response: ServerResponse, status: number, body: unknown): void => {
    const end = (): void => void response.writeHead(status, {'content-type': 'application/json'}).end(JSON.stringify(body));
    if (delayMs > 0 && response.req.method !== 'GET') setTimeout(end, delayMs);
    else end();
  };
  const fail = (response: ServerResponse, status: number): void =>
    send(response, status, {kind: 'Status', code: status, message: messages[status] ?? 'failed'});
  const watch = (response: ServerResponse, url: URL, matches: (path: string) => boolean): void => {
    response.writeHead(200, {'content-type': 'application/json'});
    response.flushHeaders();
    let sent = Number(url.searchParams.get('resourceVersion'));
    const flush = (): void => {
      for (const event of events) {
        if (event.version <= sent) continue;
        sent = event.version;
        if (matches(event.path)) response.write(`${JSON.stringify({type: event.type, object: event.object})}\n`);
      }
    };
    watchers.add(flush);
    response.on('close', () => watchers.delete(flush));
    flush();
  };
  const read = (response: ServerResponse, url: URL): void => {
    const path = url.pathname;
    if (objects.has(path)) {
      send(response, 200, objects.get(path));
      return;
    }
    const wanted = /^metadata\.name=(.+)$/.exec(url.searchParams.get('fieldSelector') ?? '')?.[1];
    const isCollection = /(?:secrets|leases|configurations|pods)$/.test(path);
    if (!isCollection) {
      fail(response, 404);
      return;
    }
    const matches = (one: string): boolean => one.startsWith(`${path}/`) && (wanted === undefined || one === `${path}/${wanted}`);
    if (url.searchParams.get('watch') === 'true') {
      watch(response, url, matches);
      return;
    }
    const items = [...objects].flatMap(([one, object]) => (matches(one) ? [object] : []));
    send(response, 200, {metadata: {resourceVersion: String(version)}, items});
  };
  const write = (response: ServerResponse, {method, path, body}: SeenRequest, dryRun: boolean): void => {
    const name = (body as {metadata?: {name?: string}} | undefined)?.metadata?.name ?? '';
    const before = objects.get(path);
    if (method === 'POST') {
      const target = `${path}/${name}`;
      if (objects.has(target)) fail(response, 409);
      else send(response, 201, dryRun ? body : put(target, body as JsonObject));
    } else if (before === undefined) {
      fail(response, 404);
    } else if (method === 'PUT') {
      const {resourceVersion} = (body as Stored).metadata;
      if (resourceVersion !== undefined && resourceVersion !== before.metadata.resourceVersion) fail(response, 409);
      else send(response, 200, put(path, body as JsonObject));
    } else if (method === 'PATCH') {
      try {
        const patched = jsonPatch.applyPatch(structuredClone(before), body as jsonPatch.Operation[], true).newDocument;
        send(response, 200, put(path, patched));
      } catch {
        fail(response, 422);
      }
    } else {
      remove(path);
      send(response, 200, {kind: 'Status', status: 'Success'});
    }
  };

  const answer = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = await textOf(message);
    const url = new URL(message.url ?? '/', 'http://127.0.0.1');
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const request = {method: message.method ?? 'GET', path: url.pathname, body};
    requests.push(request);
    const refused = refusal?.(request);
    if (refused === 'cut') message.socket.destroy();
    else if (refused !== undefined) fail(response, refused);
    else if (request.method === 'GET') read(response, url);
    else write(response, request, url.searchParams.get('dryRun') === 'All');
  };
  const server = createServer((message, response) => void answer(message, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  const client = createClient({
    server: `http://127.0.0.1:${port}`,
    namespace: 'shop',
    authorize: () => Promise.resolve({headers: {}}),
    close: () => undefined,
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    client,
    requests,
    get: (path) => objects.get(path),
    put,
    remove,
    delayAnswers: (milliseconds) => {
      delayMs = milliseconds;
    },
    refuse: (when) => {
      refusal = when;
    },
  };
}

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
