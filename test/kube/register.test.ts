import {expect, onTestFinished, test} from 'vitest';
import {eventually} from '../../scripts/cluster/eventually.ts';
import {readRegisterUrl, startRegistration, type Registration, type RegistrationPlan} from '../../src/cluster/register.ts';
import type {JsonObject} from '../../src/core/json.ts';
import {startObjectServer, type ObjectServer} from './object-server.ts';

const group = '/apis/admissionregistration.k8s.io/v1';
const collection = `${group}/mutatingwebhookconfigurations`;
const validating = `${group}/validatingwebhookconfigurations`;
const ca = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n';

function register(server: ObjectServer, options: Partial<RegistrationPlan> = {}): Registration & {readonly lines: string[]} {
  const lines: string[] = [];
  const line = (level: string) => (fields: object, sentence: string) =>
    void lines.push(`${level} ${sentence} ${JSON.stringify(fields)}`);
  const registration = startRegistration({
    client: server.client,
    url: new URL('https://127.0.0.1:8443/mutate'),
    ca,
    ownNamespace: 'pod-injector',
    log: {info: line('info'), warn: line('warn'), error: line('error')},
    random: () => 0,
    monotonicMs: () => performance.now(),
    queuePace: {firstRetryMs: 50, mostRetryMs: 100, burst: 100},
    ...options,
  });
  onTestFinished(() => registration.stop());
  return {...registration, lines};
}

const probes = (server: ObjectServer) => server.requests.filter(({method, path}) => method === 'POST' && path.endsWith('/pods'));
const nameOf = (request: {readonly body: unknown} | undefined): string =>
  (request?.body as {metadata: {name: string}} | undefined)?.metadata.name ?? '';
const webhooksIn = (object: JsonObject | undefined) =>
  (object?.['webhooks'] ?? []) as {name: string; clientConfig: JsonObject; failurePolicy: string}[];

test('it is registered by URL with its authority, and ready only when the API server has called it', async () => {
  const server = await startObjectServer();
  const registration = register(server);
  expect(registration.check.problem()).toContain('was not made yet');
  await eventually(() => probes(server).length >= 3, {what: 'dry runs'});
  const made = server.get(`${collection}/${registration.name}`);
  expect(webhooksIn(made).map(({clientConfig, failurePolicy}) => ({...clientConfig, failurePolicy}))).toEqual(
    Array.from({length: 2}, () => ({
      url: 'https://127.0.0.1:8443/mutate',
      caBundle: Buffer.from(ca).toString('base64'),
      failurePolicy: 'Ignore',
    })),
  );
  // And beside it the check of templates.
  expect(
    webhooksIn(server.get(`${validating}/${registration.name}`)).map(({name, clientConfig}) => ({name, ...clientConfig})),
  ).toEqual([
    {name: 'templates.pod-injector.dev', url: 'https://127.0.0.1:8443/validate', caBundle: Buffer.from(ca).toString('base64')},
  ]);
  // Dry runs succeed although nobody was called: that is what Ignore means, and no proof.
  expect(registration.check.problem()).toContain('the API server did not call https://127.0.0.1:8443/mutate');
  const name = nameOf(probes(server)[0]);
  registration.saw({name, dryRun: false});
  registration.saw({name: 'another', dryRun: true});
  expect(registration.check.problem()).toBeDefined();
  registration.saw({name, dryRun: true});
  expect(registration.check.problem()).toBeUndefined();
  expect(registration.lines.some((line) => line.startsWith('info the API server calls us'))).toBe(true);
});

test('it takes both configurations back at its end', async () => {
  const server = await startObjectServer();
  const registration = register(server);
  await eventually(() => server.get(`${collection}/${registration.name}`), {what: 'the configuration'});
  await registration.stop();
  expect(server.get(`${collection}/${registration.name}`)).toBeUndefined();
  expect(server.get(`${validating}/${registration.name}`)).toBeUndefined();
});

test('what can’t be taken back is named with the command that does it', async () => {
  const server = await startObjectServer();
  const registration = register(server);
  await eventually(() => server.get(`${collection}/${registration.name}`), {what: 'the configuration'});
  server.refuse(({method, path}) => (method === 'DELETE' && path.startsWith(validating) ? 403 : undefined));
  await registration.stop();
  expect(server.get(`${collection}/${registration.name}`)).toBeUndefined();
  const lines = registration.lines.filter((line) => line.startsWith('error the registration is still there'));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(`kubectl delete validatingwebhookconfiguration/${registration.name}`);
});

test('where the address has a path of its own, templates are checked beside it', async () => {
  const server = await startObjectServer();
  const registration = register(server, {url: new URL('https://proxy.example/trial/mutate')});
  await eventually(() => server.get(`${collection}/${registration.name}`), {what: 'the configuration'});
  const [entry] = webhooksIn(server.get(`${validating}/${registration.name}`));
  expect(entry?.clientConfig['url']).toBe('https://proxy.example/trial/validate');
});

test('what a killed process left behind is replaced, not doubled', async () => {
  const server = await startObjectServer();
  const first = register(server);
  await eventually(() => server.get(`${collection}/${first.name}`), {what: 'the configuration'});
  server.put(`${collection}/${first.name}`, {kind: 'MutatingWebhookConfiguration', metadata: {}, webhooks: []});
  const second = register(server);
  expect(second.name).toBe(first.name);
  await eventually(() => webhooksIn(server.get(`${collection}/${first.name}`)).length === 2, {what: 'its entries'});
});

test('without a known authority it says which file is missing, and goes on when it is there', async () => {
  const server = await startObjectServer();
  const registration = register(server, {ca: undefined});
  await eventually(() => registration.check.problem()?.includes('put it as ca.crt beside tls.crt'), {what: 'the words'});
  expect(server.requests).toEqual([]);
  registration.setAuthority(ca);
  await eventually(() => server.get(`${collection}/${registration.name}`), {what: 'the configuration'});
});

test('a new certificate brings its authority into the configuration', async () => {
  const server = await startObjectServer();
  const registration = register(server);
  await eventually(() => server.get(`${collection}/${registration.name}`), {what: 'the configuration'});
  registration.setAuthority('another');
  const wanted = Buffer.from('another').toString('base64');
  const entry = () => webhooksIn(server.get(`${collection}/${registration.name}`))[0];
  await eventually(() => entry()?.clientConfig['caBundle'] === wanted, {what: 'the new authority'});
  expect(entry()?.clientConfig['url']).toBe('https://127.0.0.1:8443/mutate');
});

test.each([
  ['mutating', collection],
  ['validating', validating],
])('a user who may not register the %s configuration is told the missing rule', async (kind, path) => {
  const server = await startObjectServer();
  server.refuse((request) => (request.method === 'POST' && request.path === path ? 403 : undefined));
  const registration = register(server);
  const rule = `in a ClusterRole: {apiGroups: ["admissionregistration.k8s.io"], resources: [${kind}webhookconfigurations], verbs: [create]}`;
  await eventually(() => registration.check.problem()?.includes(rule), {what: 'the rule'});
  expect(registration.lines.filter((line) => line.startsWith('error'))).toHaveLength(1);
});

test('the dry run is made in the namespace of the context, unless nothing is injected there', async () => {
  const server = await startObjectServer();
  register(server);
  await eventually(() => probes(server)[0], {what: 'a dry run'});
  expect(probes(server)[0]?.path).toBe('/api/v1/namespaces/shop/pods');
  const other = await startObjectServer();
  register(other, {client: {...other.client, namespace: 'kube-system'}});
  await eventually(() => probes(other)[0], {what: 'a dry run'});
  expect(probes(other)[0]?.path).toBe('/api/v1/namespaces/default/pods');
});

test.each([
  ['https://127.0.0.1:8443', 'https://127.0.0.1:8443/mutate'],
  ['https://host.example:8443/', 'https://host.example:8443/mutate'],
  ['https://[::1]:8443/mutate', 'https://[::1]:8443/mutate'],
  ['http://127.0.0.1:8443', undefined],
  ['https://me:secret@127.0.0.1:8443', undefined],
  ['https://127.0.0.1:8443/?x=1', undefined],
  ['https://127.0.0.1:8443/#x', undefined],
  ['127.0.0.1:8443', undefined],
  ['', undefined],
])('the address %j is read as %j', (text, href) => {
  expect(readRegisterUrl(text)?.href).toBe(href);
});
