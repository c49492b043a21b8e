import {writeFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import {createServer as createTlsServer} from 'node:https';
import path from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {accessRule} from '../../src/cluster/api-fault.ts';
import {createClient, type ApiClient} from '../../src/cluster/client.ts';
import {connect, type ClusterChoice} from '../../src/cluster/kubeconfig.ts';
import {listening, newCertificate, portOf, temporaryFolder} from '../server/harness.ts';
import {answer, startFakeApi, status} from './fake-api.ts';

test.each([
  [{path: '/api/v1/namespaces/shop/configmaps'}, {group: '', resource: 'configmaps', verb: 'list', namespace: 'shop'}],
  [
    {path: '/api/v1/namespaces', query: {watch: true}},
    {group: '', resource: 'namespaces', verb: 'watch'},
  ],
  [{path: '/api/v1/namespaces/shop'}, {group: '', resource: 'namespaces', verb: 'get', name: 'shop'}],
  [
    {method: 'POST', path: '/api/v1/namespaces/shop/events'},
    {group: '', resource: 'events', verb: 'create', namespace: 'shop'},
  ],
  [
    {method: 'PATCH', path: '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/pod-injector'},
    {group: 'admissionregistration.k8s.io', resource: 'mutatingwebhookconfigurations', verb: 'patch', name: 'pod-injector'},
  ],
  [
    {method: 'PUT', path: '/apis/coordination.k8s.io/v1/namespaces/shop/leases/x'},
    {group: 'coordination.k8s.io', resource: 'leases', verb: 'update', name: 'x', namespace: 'shop'},
  ],
  [{path: '/version'}, undefined],
] as const)('the RBAC rule of %j', (request, rule) => {
  expect(accessRule(request)).toEqual(rule);
});

test('a 403 says in which role the rule belongs', async () => {
  const api = await startFakeApi();
  api.intercept((_seen, response) => {
    answer(response, 403, status(403, 'namespaces is forbidden'));
    return true;
  });
  expect(await api.client.request({path: '/api/v1/namespaces'})).toMatchObject({
    kind: 'failed',
    status: 403,
    fault: {code: 'apiForbidden', fix: 'allow it in a ClusterRole: {apiGroups: [""], resources: [namespaces], verbs: [list]}'},
  });
});

test('no answer in time, a refused connection and an end on our side are told apart', async () => {
  const api = await startFakeApi();
  api.intercept(() => true);
  expect(await api.client.request({path: '/version', timeoutMs: 30})).toMatchObject({status: 0, fault: {code: 'apiTimeout'}});
  const ending = new AbortController();
  const asked = api.client.request({path: '/version', signal: ending.signal});
  ending.abort();
  expect(await asked).toMatchObject({status: 0, fault: {code: 'aborted'}});
  const gone = createServer();
  await listening(gone);
  const server = `http://127.0.0.1:${portOf(gone)}`;
  await new Promise((resolve) => gone.close(resolve));
  const client = createClient({server, namespace: undefined, authorize: () => Promise.resolve({}), close: () => undefined});
  expect(await client.request({path: '/version'})).toMatchObject({
    status: 0,
    fault: {code: 'apiUnreachable', fix: expect.stringMatching(/^check that the API server runs/)},
  });
});

test('credentials that are not there are a fault with their own words, tried again with each request', async () => {
  const api = await startFakeApi();
  let ready = false;
  const client = createClient({
    server: api.url,
    namespace: undefined,
    authorize: () => (ready ? Promise.resolve({headers: {authorization: 'Bearer t'}}) : Promise.reject(new Error('no token'))),
    close: () => undefined,
  });
  expect(await client.request({path: '/a'})).toMatchObject({
    fault: {code: 'credentialsFailed', message: expect.stringContaining('no token')},
  });
  ready = true;
  await client.request({path: '/a'});
  expect(api.seen.map(({headers}) => headers.authorization)).toEqual(['Bearer t']);
});

/** An API server over TLS that answers with the request's credentials, and counts connections. */
async function tlsServer(): Promise<{readonly url: string; readonly ca: string; connections(): number}> {
  const {pair} = await newCertificate();
  let connections = 0;
  const server = createTlsServer({cert: pair.cert, key: pair.key}, (request, response) => {
    answer(response, 200, {authorization: request.headers.authorization ?? ''});
  });
  server.on('secureConnection', () => (connections += 1));
  await listening(server);
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return {url: `https://127.0.0.1:${portOf(server)}`, ca: pair.ca, connections: () => connections};
}

async function kubeconfigOf(content: object): Promise<string> {
  const file = path.join(await temporaryFolder(), 'config');
  await writeFile(file, JSON.stringify({apiVersion: 'v1', kind: 'Config', ...content}));
  return file;
}

async function clientOf(choice: ClusterChoice): Promise<ApiClient> {
  const connection = await connect(choice);
  if ('code' in connection) throw new Error(connection.message);
  const client = createClient(connection);
  onTestFinished(() => client.close());
  return client;
}

test('a kubeconfig gives server, CA, token and namespace; connections are used again, and a new token file is read', async () => {
  const {url, ca, connections} = await tlsServer();
  const file = await kubeconfigOf({
    clusters: [{name: 'c', cluster: {server: `${url}/`, 'certificate-authority-data': Buffer.from(ca).toString('base64')}}],
    users: [{name: 'u', user: {token: 'secret'}}],
    contexts: [{name: 'one', context: {cluster: 'c', user: 'u', namespace: 'shop'}}],
    'current-context': 'one',
  });
  const client = await clientOf({kind: 'kubeconfig', path: file});
  expect([client.server, client.namespace]).toEqual([url, 'shop']);
  for (let count = 0; count < 3; count += 1) {
    expect(await client.request({path: '/a'})).toMatchObject({body: {authorization: 'Bearer secret'}});
  }
  expect(connections()).toBe(1);
});

test('a server whose certificate the CA did not sign is not talked to, with a user and without one', async () => {
  const {url} = await tlsServer();
  const other = (await newCertificate()).pair.ca;
  for (const users of [[{name: 'u', user: {token: 'secret'}}], []]) {
    const file = await kubeconfigOf({
      clusters: [{name: 'c', cluster: {server: url, 'certificate-authority-data': Buffer.from(other).toString('base64')}}],
      users,
      contexts: [{name: 'one', context: {cluster: 'c', user: 'u'}}],
      'current-context': 'one',
    });
    const client = await clientOf({kind: 'kubeconfig', path: file});
    expect(await client.request({path: '/a'})).toMatchObject({
      kind: 'failed',
      fault: {code: 'apiUnreachable', fix: expect.stringMatching(/^check the certificate authority of the kubeconfig/)},
    });
  }
});

test('a context that is not there is named with those that are, and an unreadable file with its name', async () => {
  const file = await kubeconfigOf({
    clusters: [{name: 'c', cluster: {server: 'https://127.0.0.1:1'}}],
    users: [],
    contexts: [
      {name: 'one', context: {cluster: 'c', user: 'u'}},
      {name: 'two', context: {cluster: 'c', user: 'u'}},
    ],
  });
  expect(await connect({kind: 'kubeconfig', path: file, context: 'three'})).toEqual({
    code: 'contextMissing',
    message: 'the kubeconfig has no context "three" with a cluster',
    fix: 'give one of these with --context: one, two',
    source: file,
  });
  expect(await connect({kind: 'kubeconfig', path: file})).toMatchObject({message: 'the kubeconfig has no current context'});
  expect(await connect({kind: 'kubeconfig', path: `${file}.none`})).toMatchObject({
    code: 'kubeconfigUnreadable',
    source: `${file}.none`,
  });
  await writeFile(file, '');
  expect(await connect({kind: 'kubeconfig', path: file})).toMatchObject({source: file});
});
