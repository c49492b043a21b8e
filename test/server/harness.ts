import {mkdtemp, rm} from 'node:fs/promises';
import {request, type Agent, type RequestOptions} from 'node:https';
import type {AddressInfo, Server} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {onTestFinished} from 'vitest';
import type {Handled, ReviewLog} from '../../src/admission/handle.ts';
import {buildApp, type App, type AppDeps} from '../../src/server/app.ts';
import {readCertificate, type Certificate, type KeyPair} from '../../src/server/certificate.ts';
import {issueCertificates} from '../../src/server/issue.ts';
import {createLog} from '../../src/server/log.ts';
import {createMetrics, type Metrics} from '../../src/server/metrics.ts';

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pod-injector-'));
  onTestFinished(() => rm(folder, {recursive: true, force: true}));
  return folder;
}

/** A new pair, as a certificate that was read. */
export async function newCertificate(
  nowMs = Date.now(),
  validityMs?: number,
): Promise<Certificate & {readonly pair: Required<KeyPair>}> {
  const pair = await issueCertificates(nowMs, [], validityMs);
  const certificate = readCertificate(pair, 'test');
  if ('code' in certificate) throw new Error(certificate.message);
  return {...certificate, pair};
}

export interface RunningApp {
  readonly app: App;
  readonly port: number;
  readonly certificate: Certificate & {readonly pair: Required<KeyPair>};
  readonly metrics: Metrics;
  /** The log lines so far, parsed. */
  log(): Record<string, unknown>[];
}

const emptyLog: ReviewLog = {
  uid: '',
  operation: 'CREATE',
  kind: 'Pod',
  namespace: 'shop',
  name: 'web',
  verdict: 'skipped',
  reason: 'notAsked',
  templates: '',
  patchBytes: 0,
  dryRun: false,
};

/** A stand-in for the admission: allows everything and says how much arrived. */
export function allowAll(body: unknown): Handled {
  const uid = String((body as {request?: {uid?: string}}).request?.uid);
  return {
    status: 200,
    body: JSON.stringify({apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: {uid, allowed: true}}),
    log: {...emptyLog, uid},
  };
}

/** The app on a free port, with real TLS; closed after the test. */
export async function startApp(deps: Partial<AppDeps> = {}): Promise<RunningApp> {
  const certificate = await newCertificate();
  let lines = '';
  const {logger} = await createLog({level: 'debug', format: 'json', colour: false, to: (text) => (lines += text)});
  const metrics = createMetrics({templates: () => new Map(), certificateNotAfterMs: () => certificate.notAfterMs}, false);
  const app = await buildApp({review: allowAll, validate: allowAll, certificate, logger, metrics, ...deps});
  await listening(app.server);
  onTestFinished(() => {
    app.server.close();
    app.server.closeAllConnections();
  });
  const log = (): Record<string, unknown>[] => parseLines(lines);
  return {app, port: portOf(app.server), certificate, metrics, log};
}

export function parseLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

export async function listening(server: Server): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly text: string;
  /** Whether an earlier connection carried it. */
  readonly reused: boolean;
}

export interface Call extends Omit<RequestOptions, 'headers'> {
  readonly headers?: Readonly<Record<string, string>>;
  readonly ca: string;
  readonly port: number;
  readonly body?: string | Buffer;
  readonly agent?: Agent | false;
}

/** One request over real TLS that verifies the certificate. */
export async function call({body, ...options}: Call): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const headers = {'content-type': 'application/json', ...options.headers};
    const defaults = {host: '127.0.0.1', path: '/mutate', method: 'POST'};
    const outgoing = request({...defaults, ...options, headers}, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (chunk: string) => (text += chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        resolve({status: incoming.statusCode ?? 0, headers: incoming.headers, text, reused: outgoing.reusedSocket});
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** An AdmissionReview of a pod whose environment holds `secret`. */
export function review(uid: string, secret = 'none', padding = ''): string {
  return JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid,
      kind: {group: '', version: 'v1', kind: 'Pod'},
      resource: {group: '', version: 'v1', resource: 'pods'},
      namespace: 'shop',
      operation: 'CREATE',
      object: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {name: 'web', annotations: {padding}},
        spec: {containers: [{name: 'web', image: 'nginx', env: [{name: 'TOKEN', value: secret}]}]},
      },
    },
  });
}
