import {X509Certificate} from 'node:crypto';
import {expect, onTestFinished, test} from 'vitest';
import {eventually} from '../../scripts/cluster/eventually.ts';
import {startCertificates, type CertificatesOptions, type ClusterCertificates} from '../../src/cluster/certificates.ts';
import type {JsonObject} from '../../src/core/json.ts';
import {readCertificate} from '../../src/server/certificate.ts';
import {issueCertificates} from '../../src/server/issue.ts';
import {startObjectServer, type ObjectServer} from './object-server.ts';

const secretPath = '/api/v1/namespaces/pod-injector/secrets/pod-injector-certs';
const group = '/apis/admissionregistration.k8s.io/v1';
const configurationPath = `${group}/mutatingwebhookconfigurations/pod-injector`;
const validatingPath = `${group}/validatingwebhookconfigurations/pod-injector`;
const dayMs = 24 * 3_600_000;

interface Replica extends ClusterCertificates {
  /** Serial numbers of what was served, in order. */
  readonly served: string[];
  /** `level sentence` of each line. */
  readonly lines: string[];
  problems(): string[];
  notes(): string[];
}

function replica(server: ObjectServer, identity: string, options: Partial<CertificatesOptions> = {}): Replica {
  const served: string[] = [];
  const lines: string[] = [];
  const line = (level: string) => (fields: object, sentence: string) =>
    void lines.push(`${level} ${sentence} ${JSON.stringify(fields)}`);
  const certificates = startCertificates({
    client: server.client,
    namespace: 'pod-injector',
    serviceName: 'pod-injector-webhook',
    secretName: 'pod-injector-certs',
    leaseName: 'pod-injector',
    configurationName: 'pod-injector',
    identity,
    issue: issueCertificates,
    read: readCertificate,
    log: {info: line('info'), warn: line('warn'), error: line('error')},
    onChange: ({serialNumber}) => served.push(serialNumber),
    now: Date.now,
    monotonicMs: () => performance.now(),
    random: () => 0.5,
    pace: {settleMs: 200},
    queuePace: {burst: 100},
    electionTiming: {leaseDurationMs: 1500, renewDeadlineMs: 1000, retryPeriodMs: 200},
    informerTiming: {firstRetryMs: 50, mostRetryMs: 200},
    ...options,
  });
  onTestFinished(() => certificates.stop());
  return {
    ...certificates,
    served,
    lines,
    problems: () => certificates.checks.flatMap((check) => check.problem() ?? []),
    notes: () => certificates.checks.flatMap((check) => check.note() ?? []),
  };
}

function configuration(annotations: Readonly<Record<string, string>> = {}, names: readonly string[] = ['a', 'b']): JsonObject {
  const webhook = {clientConfig: {service: {name: 'pod-injector-webhook', namespace: 'pod-injector', path: '/'}}};
  const webhooks = names.map((name) => ({name: `${name}.pod-injector.dev`, ...webhook}));
  return {apiVersion: 'admissionregistration.k8s.io/v1', metadata: {annotations}, webhooks};
}

/** Puts both configurations there, as the manifests do: without a caBundle. */
function applyConfigurations(server: ObjectServer, annotations?: Readonly<Record<string, string>>): void {
  server.put(configurationPath, configuration(annotations));
  server.put(validatingPath, configuration(annotations, ['templates']));
}

const decode = (text: unknown): string => Buffer.from(String(text ?? ''), 'base64').toString();
const dataOf = (server: ObjectServer): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries((server.get(secretPath)?.['data'] ?? {}) as object).map(([key, value]) => [key, decode(value)]),
  );
const serialIn = (pem: string | undefined): string => new X509Certificate(pem ?? '').serialNumber;
/** The bundles of the entries, as PEM texts. */
const bundles = (server: ObjectServer, paths = [configurationPath, validatingPath]): string[] =>
  paths
    .flatMap((path) => (server.get(path)?.['webhooks'] ?? []) as {clientConfig: {caBundle?: string}}[])
    .map(({clientConfig}) => decode(clientConfig.caBundle));
/** Waits until all entries hold the authorities of the Secret. */
const areTrusted = (server: ObjectServer, count = 3) =>
  eventually(
    () => {
      const {'ca.crt': authorities} = dataOf(server);
      const all = bundles(server);
      return authorities !== undefined && all.length === count && all.every((bundle) => bundle === authorities);
    },
    {what: 'every entry to hold the authorities'},
  );
const certificatesIn = (bundle: string | undefined): number => (bundle ?? '').split('BEGIN CERTIFICATE').length - 1;
const isReady = (one: Replica) => eventually(() => one.problems().length === 0, {what: 'the replica to be ready'});
const putSecret = (server: ObjectServer, data: Readonly<Record<string, string>>): void =>
  server.put(secretPath, {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/tls',
    data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')])),
  });
const pairOf = async (validityMs: number) => {
  const {cert, key, ca} = await issueCertificates(Date.now(), [], validityMs);
  return {'tls.crt': cert, 'tls.key': key, 'ca.crt': ca};
};

test('the first start makes the Secret, and the leader puts its authority into every entry of both configurations', async () => {
  const server = await startObjectServer();
  applyConfigurations(server);
  const one = replica(server, 'one');
  expect(one.problems()[0]).toContain('no certificate was read from secret/pod-injector/pod-injector-certs yet');
  await isReady(one);
  expect(server.get(secretPath)).toMatchObject({type: 'kubernetes.io/tls'});
  const data = dataOf(server);
  expect(Object.keys(data)).toEqual(['tls.crt', 'tls.key', 'ca.crt']);
  expect(one.served).toEqual([serialIn(data['tls.crt'])]);
  await areTrusted(server);
  const leaf = new X509Certificate(data['tls.crt'] ?? '');
  expect(leaf.verify(new X509Certificate(data['ca.crt'] ?? '').publicKey)).toBe(true);
  expect(leaf.checkHost('pod-injector-webhook.pod-injector.svc')).toBeDefined();
});

test('all goes well when the watch tells of a write before it is answered', async () => {
  const server = await startObjectServer();
  applyConfigurations(server);
  server.delayAnswers(200);
  const one = replica(server, 'one');
  await isReady(one);
  expect(bundles(server)[0]).toBe(dataOf(server)['ca.crt']);
  // And nothing was made twice.
  expect(server.requests.filter(({method, path}) => method === 'POST' && path.endsWith('/secrets'))).toHaveLength(1);
});

test('another Service and namespace stand in the certificate', async () => {
  const server = await startObjectServer();
  const one = replica(server, 'one', {namespace: 'platform', serviceName: 'hooks'});
  await eventually(() => one.current(), {what: 'a certificate'});
  expect(new X509Certificate(one.current()?.pair.cert ?? '').checkHost('hooks.platform.svc')).toBeDefined();
});

test('replicas that start at once serve the same certificate: the first one to write makes it', async () => {
  const server = await startObjectServer();
  applyConfigurations(server);
  const all = ['a', 'b', 'c'].map((identity) => replica(server, identity));
  await Promise.all(all.map(isReady));
  expect(new Set(all.map((one) => one.current()?.serialNumber)).size).toBe(1);
  expect(all.flatMap((one) => one.served)).toHaveLength(3);
  expect(all.filter((one) => one.isLeader())).toHaveLength(1);
});

test('a caBundle that somebody overwrites or empties is mended, and nothing is written when all is well', async () => {
  const server = await startObjectServer();
  applyConfigurations(server);
  const one = replica(server, 'one');
  await isReady(one);
  await areTrusted(server);
  applyConfigurations(server);
  expect(one.problems()).toEqual([]);
  await areTrusted(server);
  const patches = server.requests.filter(({method}) => method === 'PATCH');
  expect(patches.map(({path}) => path).toSorted()).toEqual([
    configurationPath,
    configurationPath,
    validatingPath,
    validatingPath,
  ]);
  expect(patches.findLast(({path}) => path === configurationPath)?.body).toMatchObject([
    {op: 'test', path: '/metadata/uid'},
    {op: 'test'},
    {op: 'add'},
    {op: 'test'},
    {op: 'add'},
  ]);
});

test('two writers that undo each other do so at a pace', async () => {
  const server = await startObjectServer();
  applyConfigurations(server);
  const one = replica(server, 'one', {queuePace: {burst: 20, everyMs: 600_000}});
  await eventually(() => bundles(server)[0] !== '', {what: 'the first bundle'});
  const patches = (): number => server.requests.filter(({method}) => method === 'PATCH').length;
  for (let round = 0; round < 60; round += 1) {
    applyConfigurations(server);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(patches()).toBeGreaterThan(1);
  expect(patches()).toBeLessThanOrEqual(20);
  // What is left waits for its turn.
  expect(one.queueDepth()).toBeGreaterThan(0);
});

test.each([
  ['mutating', configurationPath, 'the webhook configuration does not exist: nothing calls us', 'so nothing calls this webhook'],
  [
    'validating',
    validatingPath,
    'the validating webhook configuration does not exist: no template is checked when it is applied',
    'so a broken template is not refused when it is applied',
  ],
])(
  'a deleted %s configuration is the emergency switch: it is not made again, the log and the probe say so, and applying it again heals',
  async (kind, path, line, note) => {
    const server = await startObjectServer();
    applyConfigurations(server);
    const one = replica(server, 'one');
    await isReady(one);
    await areTrusted(server);
    server.remove(path);
    await eventually(() => one.lines.some((text) => text.startsWith(`warn ${line}`)), {what: 'the log line'});
    expect(one.problems()).toEqual([]);
    expect(one.notes()).toHaveLength(1);
    expect(one.notes()[0]).toContain(
      `${kind}webhookconfiguration/pod-injector does not exist, ${note}; apply the manifests again`,
    );
    expect(server.get(path)).toBeUndefined();
    applyConfigurations(server);
    await areTrusted(server);
    await eventually(() => one.notes().length === 0, {what: 'the note to go'});
    expect(server.requests.filter((seen) => seen.method === 'POST' && seen.path.endsWith('configurations'))).toEqual([]);
  },
);

test.each(['cert-manager.io/inject-ca-from', 'cert-manager.io/inject-ca-from-secret'])(
  'a configuration with %s is not touched',
  async (annotation) => {
    const server = await startObjectServer();
    applyConfigurations(server, {[annotation]: 'pod-injector/x'});
    const one = replica(server, 'one');
    await isReady(one);
    await eventually(() => one.lines.some((line) => line.startsWith('info cert-manager keeps the caBundle')), {
      what: 'the log line',
    });
    expect(server.requests.filter(({method}) => method === 'PATCH')).toEqual([]);
  },
);

test('renewal: the new authority is trusted before the new certificate is served, and the old one stays until nobody serves it', async () => {
  const server = await startObjectServer();
  applyConfigurations(server);
  const old = await pairOf(20 * dayMs);
  putSecret(server, old);
  const history: {readonly bundle: number; readonly serial: string}[] = [];
  const options: Partial<CertificatesOptions> = {
    pace: {settleMs: 300, renewBeforeMs: 30 * dayMs, keepOldMs: 600},
    onChange: ({serialNumber}) => history.push({bundle: certificatesIn(bundles(server)[0]), serial: serialNumber}),
  };
  const one = replica(server, 'one', options);
  await eventually(() => one.isLeader(), {what: 'it to lead'});
  // A third of its time is left only after 13 days, so the clock goes on.
  const replicaLater = async (): Promise<Replica> => {
    await one.stop();
    const two = replica(server, 'two', {...options, now: () => Date.now() + 15 * dayMs});
    await eventually(() => two.isLeader(), {what: 'the second to lead'});
    return two;
  };
  const two = await replicaLater();
  await eventually(() => dataOf(server)['next.crt'], {what: 'the next certificate'});
  await eventually(() => certificatesIn(bundles(server)[0]) === 2, {what: 'both authorities in the bundle'});
  await eventually(() => history.length === 3, {what: 'the new certificate to be served'});
  const data = dataOf(server);
  expect(data['next.crt']).toBeUndefined();
  expect(history.map(({serial}) => serial)).toEqual([
    serialIn(old['tls.crt']),
    serialIn(old['tls.crt']),
    serialIn(data['tls.crt']),
  ]);
  // When it was first served both were trusted already.
  expect(history[2]?.bundle).toBe(2);
  await eventually(() => certificatesIn(bundles(server)[0]) === 1, {what: 'the old authority to leave the bundle'});
  const {'ca.crt': left} = dataOf(server);
  expect(left).not.toBe(old['ca.crt']);
  expect(bundles(server)[0]).toBe(left);
  expect(two.problems()).toEqual([]);
});

test('a replica that does not lead renews nothing, and serves what the leader made', async () => {
  const server = await startObjectServer();
  putSecret(server, await pairOf(20 * dayMs));
  const soon = {now: () => Date.now() + 15 * dayMs};
  const time = '2026-01-01T00:00:00.000000Z';
  server.put('/apis/coordination.k8s.io/v1/namespaces/pod-injector/leases/pod-injector', {
    spec: {holderIdentity: 'other', leaseDurationSeconds: 600, acquireTime: time, renewTime: time, leaseTransitions: 1},
  });
  const one = replica(server, 'one', soon);
  await isReady(one);
  expect(server.requests.filter(({method, path}) => method !== 'GET' && path.includes('secrets'))).toEqual([]);
  const made = await pairOf(365 * dayMs);
  putSecret(server, made);
  await eventually(() => one.current()?.serialNumber === serialIn(made['tls.crt']), {what: 'the new certificate'});
  expect(one.served).toHaveLength(2);
});

test.each<[string, (good: Readonly<Record<string, string>>) => Promise<Record<string, string>>]>([
  ['an empty key', async (good) => ({...good, 'tls.key': ''})],
  ['a certificate that is none', async (good) => ({...good, 'tls.crt': 'garbage'})],
  ['the key of another certificate', async (good) => ({...good, 'tls.key': (await pairOf(dayMs))['tls.key']})],
  ['the authority of another certificate', async (good) => ({...good, 'ca.crt': (await pairOf(dayMs))['ca.crt']})],
  ['an authority that is none', async (good) => ({...good, 'ca.crt': 'garbage'})],
  [
    'half an authority after the right one',
    async (good) => ({...good, 'ca.crt': `${good['ca.crt'] ?? ''}-----BEGIN CERTIFICATE-----\nAA==\n`}),
  ],
])('a Secret with %s is reported and made anew, while the last good certificate is served on', async (_, spoil) => {
  const server = await startObjectServer();
  applyConfigurations(server);
  const one = replica(server, 'one');
  await isReady(one);
  const [first] = one.served;
  putSecret(server, await spoil(dataOf(server)));
  await eventually(() => one.served.length === 2, {what: 'a new certificate'});
  await isReady(one);
  expect(one.served[1]).not.toBe(first);
  expect(one.lines.some((line) => line.startsWith('error what the cluster holds is not good'))).toBe(true);
  expect(one.lines.some((line) => line.startsWith('info made the certificate anew'))).toBe(true);
  expect(bundles(server)[0]).toBe(dataOf(server)['ca.crt']);
});

test('a certificate that has expired is made anew at once', async () => {
  const server = await startObjectServer();
  putSecret(server, await pairOf(-1000));
  const one = replica(server, 'one');
  await eventually(() => one.served.length === 2, {what: 'a good certificate'});
  await isReady(one);
  expect(one.current()?.notAfterMs).toBeGreaterThan(Date.now());
});

test('a certificate for another Service is renewed', async () => {
  const server = await startObjectServer();
  putSecret(server, await pairOf(365 * dayMs));
  const one = replica(server, 'one', {serviceName: 'renamed'});
  await eventually(() => one.served.length === 2, {what: 'a certificate of the new name'});
  expect(new X509Certificate(one.current()?.pair.cert ?? '').checkHost('renamed.pod-injector.svc')).toBeDefined();
});

test('a deleted Secret is made again: the certificate in use is served on until the new one is trusted', async () => {
  const server = await startObjectServer();
  applyConfigurations(server);
  const one = replica(server, 'one');
  await isReady(one);
  const before = dataOf(server);
  server.remove(secretPath);
  await eventually(() => server.get(secretPath), {what: 'the Secret'});
  expect(dataOf(server)['tls.crt']).toBe(before['tls.crt']);
  await eventually(() => one.served.length === 2, {what: 'the new certificate'});
  expect(dataOf(server)['tls.crt']).not.toBe(before['tls.crt']);
  expect(one.problems()).toEqual([]);
});

test('somebody else’s pair in the Secret is served and neither renewed nor thrown away', async () => {
  const server = await startObjectServer();
  applyConfigurations(server);
  const {cert, key, ca} = await issueCertificates(Date.now(), [], dayMs);
  putSecret(server, {'tls.crt': cert, 'tls.key': key, 'ca.crt': ca});
  // The mark of our own is in the issuer's name.
  const foreign = (pair: Parameters<typeof readCertificate>[0], source: string) => {
    const read = readCertificate(pair, source);
    return 'code' in read ? read : {...read, selfMade: false};
  };
  const one = replica(server, 'one', {read: foreign, now: () => Date.now() + dayMs - 60_000});
  await isReady(one);
  expect(one.served).toEqual([serialIn(cert)]);
  expect(dataOf(server)['tls.crt']).toBe(cert);
  expect(bundles(server)[0]).toBe(ca);
});

test.each([
  ['GET', 'secrets', 'get|list|watch'],
  ['POST', 'secrets', 'create'],
  ['GET', 'mutatingwebhookconfigurations', 'get|list|watch'],
  ['PATCH', 'mutatingwebhookconfigurations', 'patch'],
  ['GET', 'leases', 'get'],
  ['POST', 'leases', 'create'],
])(
  'without the right to %s %s the log and the probe name the rule, once, and all is well when it is given',
  async (method, resource, verbs) => {
    const server = await startObjectServer();
    applyConfigurations(server);
    server.refuse((request) => (request.method === method && request.path.includes(`/${resource}`) ? 403 : undefined));
    const one = replica(server, 'one', {queuePace: {firstRetryMs: 50, mostRetryMs: 100, burst: 100}});
    const rule = new RegExp(`resources: \\[${resource}\\], verbs: \\[(?:${verbs})\\]`);
    await eventually(() => rule.test(one.problems().join('\n')), {what: 'the probe to name the rule'});
    await eventually(
      () => one.lines.some((line) => line.startsWith('error') && rule.test(line.replaceAll(String.raw`\"`, '"'))),
      {
        what: 'the log line',
      },
    );
    await eventually(() => server.requests.filter((seen) => seen.method === method && seen.path.includes(resource)).length >= 4, {
      what: 'it to try again',
    });
    expect(one.lines.filter((line) => line.startsWith('error') && rule.test(line))).toHaveLength(1);
    server.refuse(undefined);
    await isReady(one);
  },
);

test.each([
  ['GET', 'get|list|watch'],
  ['PATCH', 'patch'],
])(
  'without the right to %s the validating configuration it is ready all the same, and the log and a note name the rule',
  async (method, verbs) => {
    const server = await startObjectServer();
    applyConfigurations(server);
    server.refuse((request) => (request.method === method && request.path.startsWith(`${group}/validating`) ? 403 : undefined));
    const one = replica(server, 'one', {queuePace: {firstRetryMs: 50, mostRetryMs: 100, burst: 100}});
    await isReady(one);
    const rule = new RegExp(`resources: \\[validatingwebhookconfigurations\\], verbs: \\[(?:${verbs})\\]`);
    await eventually(() => rule.test(one.notes().join('\n')), {what: 'the note'});
    expect(one.lines.filter((line) => line.startsWith('error') && rule.test(line))).toHaveLength(1);
    expect(one.problems()).toEqual([]);
    server.refuse(undefined);
    await areTrusted(server);
    await eventually(() => one.notes().length === 0, {what: 'the note to go'});
  },
);

test('what is known is served on while the API server is away', async () => {
  const server = await startObjectServer();
  applyConfigurations(server);
  const one = replica(server, 'one');
  await isReady(one);
  server.refuse(() => 'cut');
  await eventually(() => !one.isLeader(), {what: 'it to lead no more'});
  expect(one.problems()).toEqual([]);
  expect(one.current()).toBeDefined();
});
