import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import {onTestFinished} from 'vitest';
import {createClient, type ApiClient} from '../../src/cluster/client.ts';
import type {JsonObject} from '../../src/core/json.ts';
import {listening, portOf} from '../server/harness.ts';

/** A request as the fake got it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

/** An API server of one collection over HTTP, whose misbehaviour is up to the test. */
export interface FakeApi {
  readonly url: string;
  readonly client: ApiClient;
  /** All requests so far. */
  readonly seen: Seen[];
  /** The lists and the watches among them. */
  lists(): number;
  watches(): number;
  /** How many watches are open. */
  open(): number;
  /** Makes or changes an object, and tells the watches. */
  put(name: string, fields?: JsonObject): void;
  remove(name: string): void;
  /** Changes the collection without telling anybody. */
  putSilently(name: string, fields?: JsonObject): void;
  /** Sends a line to each open watch. */
  send(line: string): void;
  /** Ends the watches: as the API server does, or by cutting the connection. */
  end(how: 'ended' | 'cut'): void;
  /** From now on this answers in the collection's place, where it gives true. */
  intercept(answerer: Answerer | undefined): void;
}

export type Answerer = (seen: Seen, response: ServerResponse) => boolean;

/** A status as the API server answers it. */
export function answer(response: ServerResponse, code: number, body: JsonObject): void {
  response.writeHead(code, {'content-type': 'application/json'});
  response.end(JSON.stringify(body));
}

export function status(code: number, message: string): JsonObject {
  return {kind: 'Status', apiVersion: 'v1', status: 'Failure', code, message};
}

/** Starts it; it ends with the test. */
export async function startFakeApi(): Promise<FakeApi> {
  const objects = new Map<string, JsonObject>();
  const watches = new Set<ServerResponse>();
  const seen: Seen[] = [];
  let version = 1;
  let answerer: Answerer | undefined;
  const put = (name: string, fields: JsonObject): {readonly type: string; readonly object: JsonObject} => {
    version += 1;
    const type = objects.has(name) ? 'MODIFIED' : 'ADDED';
    const metadata = {name, namespace: 'pod-injector', uid: `uid-${name}`, resourceVersion: String(version)};
    const object = {...fields, metadata: {...(fields['metadata'] as JsonObject | undefined), ...metadata}};
    objects.set(name, object);
    return {type, object};
  };
  const tell = (event: JsonObject): void => api.send(JSON.stringify(event));
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://fake');
      const one: Seen = {
        method: request.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: text === '' ? undefined : JSON.parse(text),
      };
      seen.push(one);
      if (answerer?.(one, response) === true) return;
      if (one.query.get('watch') === 'true') {
        response.writeHead(200, {'content-type': 'application/json'});
        response.flushHeaders();
        watches.add(response);
        response.on('close', () => watches.delete(response));
        return;
      }
      const name = /^.*\/(?:configmaps|namespaces)\/([^/]+)$/.exec(one.path)?.[1];
      if (one.method === 'POST') answer(response, 201, one.body as JsonObject);
      else if (name === undefined) {
        answer(response, 200, {kind: 'List', metadata: {resourceVersion: String(version)}, items: [...objects.values()]});
      } else {
        const object = objects.get(name);
        if (object === undefined) answer(response, 404, status(404, `${name} not found`));
        else answer(response, 200, object);
      }
    });
  });
  await listening(server);
  const url = `http://127.0.0.1:${portOf(server)}`;
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const isWatch = ({query}: Seen): boolean => query.get('watch') === 'true';
  const api: FakeApi = {
    url,
    client: createClient({
      server: url,
      namespace: undefined,
      authorize: () => Promise.resolve({headers: {}}),
      close: () => undefined,
    }),
    seen,
    lists: () => seen.filter((one) => one.method === 'GET' && one.path.endsWith('s') && !isWatch(one)).length,
    watches: () => seen.filter(isWatch).length,
    open: () => watches.size,
    put: (name, fields = {}) => tell(put(name, fields)),
    putSilently: (name, fields = {}) => void put(name, fields),
    remove: (name) => {
      const object = objects.get(name) ?? {};
      objects.delete(name);
      version += 1;
      tell({
        type: 'DELETED',
        object: {...object, metadata: {...(object['metadata'] as JsonObject), resourceVersion: String(version)}},
      });
    },
    send: (line) => {
      for (const watch of watches) watch.write(`${line}\n`);
    },
    end: (how) => {
      for (const watch of watches) {
        if (how === 'ended') watch.end();
        else watch.destroy();
      }
    },
    intercept: (next) => {
      answerer = next;
    },
  };
  return api;
}
