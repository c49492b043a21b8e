import {createServer, type Server, type ServerResponse} from 'node:http';
import {messageOf} from '../core/errors.ts';
import type {Metrics} from './metrics.ts';

/** One thing that must be in order, named as `/readyz` prints it. */
export interface Check {
  readonly name: string;
  /** What is missing and what to do; undefined when all is well. */
  problem(): string | undefined;
  /** What is worth knowing although all is well. */
  note?(): string | undefined;
}

/** What the health server answers with. */
export interface HealthSources {
  readonly live: readonly Check[];
  readonly ready: readonly Check[];
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>;
}

const paths = '/livez, /readyz (each with ?verbose) and /metrics';

/**
 * The server for probes and Prometheus, not yet listening: plain HTTP, because the kubelet's probes need no secret and a
 * broken certificate must not hide its own cause. `/livez` and `/readyz` answer 200 or 503 in the form of Kubernetes' own
 * (https://kubernetes.io/docs/reference/using-api/health-checks/); a failure always lists the checks.
 */
export function createHealthServer({live, ready, metrics}: HealthSources): Server {
  return createServer((request, response) => {
    // A body on these paths is nobody's.
    request.resume();
    const [path, query] = (request.url ?? '/').split('?', 2);
    const verbose = new URLSearchParams(query).has('verbose');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      send(response, 405, `use GET; there are ${paths}\n`);
      return;
    }
    switch (path ?? '') {
      case '/livez':
        sendChecks(response, 'livez', live, verbose);
        break;
      case '/readyz':
        sendChecks(response, 'readyz', ready, verbose);
        break;
      case '/metrics':
        metrics.text().then(
          (text) => send(response, 200, text, metrics.contentType),
          (error: unknown) => send(response, 500, `${messageOf(error)}\n`),
        );
        break;
      default:
        send(response, 404, `there are ${paths}\n`);
    }
  });
}

function sendChecks(response: ServerResponse, name: string, checks: readonly Check[], verbose: boolean): void {
  const results = checks.map((check) => ({name: check.name, problem: check.problem(), note: check.note?.()}));
  const passed = results.every(({problem}) => problem === undefined);
  const lines = results.map((one) => {
    if (one.problem !== undefined) return `[-]${one.name} ${one.problem}`;
    return one.note === undefined ? `[+]${one.name} ok` : `[+]${one.name} ok: ${one.note}`;
  });
  if (passed) send(response, 200, verbose ? `${lines.join('\n')}\n${name} check passed\n` : 'ok');
  else send(response, 503, `${lines.join('\n')}\n${name} check failed\n`);
}

function send(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, {'content-type': type, 'content-length': Buffer.byteLength(text), 'cache-control': 'no-store'});
  response.end(text);
}
