import {connect as connectTls} from 'node:tls';
import {afterEach, beforeAll, beforeEach, expect, test} from 'vitest';
import {issueCertificates} from '../../src/server/issue.ts';
import {api, eventually, kubectl, kubectlOk, makeNamespace, type Injector} from './harness/index.ts';
import {callReplica, install, secret, startReplica, system} from './installation.ts';

const group = '/apis/admissionregistration.k8s.io/v1';
const configuration = `${group}/mutatingwebhookconfigurations/pod-injector`;
const validating = `${group}/validatingwebhookconfigurations/pod-injector`;
const secretPath = `/api/v1/namespaces/${system}/secrets/${secret}`;
const dayMs = 24 * 3_600_000;

let namespace = '';
beforeAll(async () => {
  await install();
  await kubectlOk(['apply', '-f', 'examples/templates/logging-agent.yaml']);
  namespace = await makeNamespace();
});

let replicas: Injector[] = [];
async function start(name: string): Promise<Injector> {
  const replica = await startReplica(name);
  replicas.push(replica);
  return replica;
}
beforeEach(async () => {
  await kubectlOk(['apply', '-f', 'manifests/base/webhook-configuration.yaml', '-f', 'manifests/base/rbac-read.yaml']);
  await kubectlOk(['apply', '-f', 'manifests/base/rbac-certificates.yaml']);
  await kubectl(['delete', '--ignore-not-found', '-n', system, `secret/${secret}`, 'lease/pod-injector']);
});
afterEach(async () => {
  await Promise.all(replicas.map((replica) => replica.stop()));
  replicas = [];
});

async function bundles(): Promise<string[]> {
  const answers = await Promise.all([api(configuration), api(validating)]);
  const webhooks = answers.flatMap(({body}) => (body as {webhooks?: {clientConfig: {caBundle?: string}}[]}).webhooks ?? []);
  return webhooks.map(({clientConfig}) => clientConfig.caBundle ?? '');
}
async function data(): Promise<Readonly<Record<string, string>>> {
  return ((await api(secretPath)).body as {data?: Record<string, string>}).data ?? {};
}
async function isTrusted(): Promise<boolean> {
  const {'ca.crt': authorities} = await data();
  const all = await bundles();
  return authorities !== undefined && all.length === 3 && all.every((bundle) => bundle === authorities);
}

/** The fingerprint of what the process serves now. */
function served({port}: Injector): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({host: '127.0.0.1', port, rejectUnauthorized: false}, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

/** Has a pod made that asks for the agent, without keeping it. @returns whether it came back injected, or what was said */
async function injected(): Promise<boolean | string> {
  const metadata = {name: 'web', annotations: {'pod-injector.dev/inject': 'logging-agent'}};
  const body = {apiVersion: 'v1', kind: 'Pod', metadata, spec: {containers: [{name: 'web', image: 'web:1'}]}};
  const answer = await api(`/api/v1/namespaces/${namespace}/pods?dryRun=All`, {method: 'POST', body});
  const text = JSON.stringify(answer.body);
  return answer.status === 201 ? text.includes('pod-injector.dev/status') : text;
}

test('replicas that start at once serve one certificate, which the API server trusts through the Service’s name', async () => {
  const [one, two] = await Promise.all([start('one'), start('two')]);
  await Promise.all([one.ready(), two.ready()]);
  expect(await served(two)).toBe(await served(one));
  for (const replica of [one, two]) {
    await callReplica(replica);
    await eventually(async () => (await injected()) === true, {what: 'a pod that this replica injects'});
  }
  expect([one, two].flatMap((replica) => replica.log().filter(({msg}) => msg === 'leads'))).toHaveLength(1);
  const errors = [one, two].flatMap((replica) => replica.log().filter(({level}) => level === 'error'));
  expect(errors).toEqual([]);
});

test('a caBundle that somebody overwrites is mended within seconds', async () => {
  const one = await start('one');
  await one.ready();
  await callReplica(one);
  await eventually(async () => (await injected()) === true, {what: 'an injected pod'});
  const {ca} = await issueCertificates(Date.now());
  const caBundle = Buffer.from(ca).toString('base64');
  const body = [0, 1].map((index) => ({op: 'replace', path: `/webhooks/${index}/clientConfig/caBundle`, value: caBundle}));
  await api(configuration, {method: 'PATCH', contentType: 'application/json-patch+json', body});
  await api(validating, {method: 'PATCH', contentType: 'application/json-patch+json', body: body.slice(0, 1)});
  await eventually(isTrusted, {what: 'both caBundles to be mended', timeoutMs: 5000});
  await eventually(async () => (await injected()) === true, {what: 'an injected pod again'});
  // Manifests without a caBundle, applied anew, take nothing away.
  await kubectlOk(['apply', '-f', 'manifests/base/webhook-configuration.yaml']);
  expect(await isTrusted()).toBe(true);
});

test.each([
  ['mutating', configuration, 'the webhook configuration does not exist: nothing calls us', 'so nothing calls this webhook'],
  [
    'validating',
    validating,
    'the validating webhook configuration does not exist: no template is checked when it is applied',
    'so a broken template is not refused when it is applied',
  ],
])(
  'a deleted %s configuration stays deleted, the injector says so, and applying it again heals',
  async (kind, path, line, note) => {
    const one = await start('one');
    await one.ready();
    await kubectlOk(['delete', `${kind}webhookconfiguration`, 'pod-injector']);
    await one.logged(line);
    const {status, text} = await one.health('/readyz?verbose');
    expect(status).toBe(200);
    expect(text).toContain(`${kind}webhookconfiguration/pod-injector does not exist, ${note}`);
    expect((await api(path)).status).toBe(404);
    await kubectlOk(['apply', '-f', 'manifests/base/webhook-configuration.yaml']);
    await eventually(isTrusted, {what: 'the new configuration to get its caBundle'});
  },
);

test('a certificate is renewed under load, and the API server refuses no connection meanwhile', async () => {
  const old = await issueCertificates(Date.now() - 340 * dayMs);
  const files = {'tls.crt': old.cert, 'tls.key': old.key, 'ca.crt': old.ca};
  const body = {apiVersion: 'v1', kind: 'Secret', metadata: {name: secret}, type: 'kubernetes.io/tls', stringData: files};
  await api(`/api/v1/namespaces/${system}/secrets`, {method: 'POST', body});
  const one = await start('one');
  await one.ready();
  const first = await served(one);
  await callReplica(one);
  // What could hide behind Ignore is an error here.
  const strict = [0, 1].map((index) => ({op: 'replace', path: `/webhooks/${index}/failurePolicy`, value: 'Fail'}));
  await api(configuration, {method: 'PATCH', contentType: 'application/json-patch+json', body: strict});
  await eventually(async () => (await injected()) === true, {what: 'an injected pod'});
  const outcomes = new Set<boolean | string>();
  let pods = 0;
  await eventually(
    async () => {
      outcomes.add(await injected());
      pods += 1;
      return (await served(one)) !== first;
    },
    {what: 'the new certificate', timeoutMs: 40_000, intervalMs: 20},
  );
  for (let index = 0; index < 20; index += 1) outcomes.add(await injected());
  expect(outcomes).toEqual(new Set([true]));
  expect(pods).toBeGreaterThan(20);
  // Both, until every replica has heard of the new one.
  const {'ca.crt': authorities = ''} = await data();
  expect(Buffer.from(authorities, 'base64').toString()).toContain(old.ca.trim());
  expect(await isTrusted()).toBe(true);
});

test('a broken Secret is reported and made anew, and served without a restart', async () => {
  const one = await start('one');
  await one.ready();
  const first = await served(one);
  const body = [{op: 'replace', path: '/data/tls.key', value: ''}];
  await api(secretPath, {method: 'PATCH', contentType: 'application/json-patch+json', body});
  const line = await one.logged('what the cluster holds is not good');
  expect(line).toMatchObject({check: 'certificate', reason: 'certificateMissing'});
  await eventually(async () => (await served(one)) !== first, {what: 'a new certificate'});
  await one.ready();
  expect(await isTrusted()).toBe(true);
});

test('when the leader ends another one leads at once, and when it dies, after its Lease has run out', async () => {
  const one = await start('one');
  await one.logged('leads');
  const two = await start('two');
  await two.logged('another replica leads');
  expect(await one.stop()).toBe(0);
  await two.logged('leads', 6000);
  const three = await start('three');
  await three.logged('another replica leads');
  await two.kill();
  await three.logged('leads', 30_000);
  await api(configuration, {
    method: 'PATCH',
    contentType: 'application/json-patch+json',
    body: [{op: 'remove', path: '/webhooks/0/clientConfig/caBundle'}],
  });
  await eventually(isTrusted, {what: 'the new leader to mend the caBundle'});
});

interface Role {
  readonly rules: readonly {readonly resources: readonly string[]; readonly verbs: readonly string[]}[];
}

test.each([
  ['role', 'pod-injector-certificates', 'secrets', 'list'],
  ['role', 'pod-injector-certificates', 'secrets', 'create'],
  ['role', 'pod-injector-certificates', 'leases', 'create'],
  ['role', 'pod-injector-certificates', 'leases', 'get'],
  ['clusterrole', 'pod-injector-certificates', 'mutatingwebhookconfigurations', 'watch'],
  ['clusterrole', 'pod-injector-certificates', 'mutatingwebhookconfigurations', 'list'],
  ['clusterrole', 'pod-injector-certificates', 'mutatingwebhookconfigurations', 'patch'],
  ['role', 'pod-injector', 'configmaps', 'list'],
  ['clusterrole', 'pod-injector', 'namespaces', 'list'],
])(
  'without the rule of the %s %s for %s: %s, a log line and the probe name it, and all is well when it is back',
  async (kind, name, resource, verb) => {
    const where = kind === 'role' ? ['-n', system] : [];
    const role = JSON.parse(await kubectlOk(['get', kind, name, ...where, '-o', 'json'])) as Role;
    const rules = role.rules.map((rule) =>
      rule.resources.includes(resource) ? {...rule, verbs: rule.verbs.filter((one) => one !== verb)} : rule,
    );
    const patch = JSON.stringify({rules: rules.filter(({verbs}) => verbs.length > 0)});
    // What was there before would be trusted already.
    await api(configuration, {
      method: 'PATCH',
      contentType: 'application/json-patch+json',
      body: [{op: 'remove', path: '/webhooks/0/clientConfig/caBundle'}],
    });
    await kubectlOk(['patch', kind, name, ...where, '--type=merge', '-p', patch]);
    const one = await start('one');
    const rule = `resources: [${resource}], verbs: [${verb}]`;
    await eventually(async () => (await one.health('/readyz?verbose')).text.includes(rule), {what: `the probe to name ${rule}`});
    expect((await one.health('/readyz')).status).toBe(503);
    // The log is written in blocks.
    await one.logged((line) => JSON.stringify(line).includes(rule));
    await kubectlOk(['apply', '-f', 'manifests/base/rbac-read.yaml', '-f', 'manifests/base/rbac-certificates.yaml']);
    await one.ready(60_000);
  },
);

test('without the right to look after the validating configuration it injects all the same, and says which rule is missing', async () => {
  const role = JSON.parse(await kubectlOk(['get', 'clusterrole', 'pod-injector-certificates', '-o', 'json'])) as Role;
  const rules = role.rules.map((rule) => ({...rule, resources: ['mutatingwebhookconfigurations']}));
  await kubectlOk(['patch', 'clusterrole', 'pod-injector-certificates', '--type=merge', '-p', JSON.stringify({rules})]);
  const one = await start('one');
  await one.ready();
  const rule = 'resources: [validatingwebhookconfigurations], verbs: [list]';
  await eventually(async () => (await one.health('/readyz?verbose')).text.includes(rule), {what: `the probe to name ${rule}`});
  expect((await one.health('/readyz')).status).toBe(200);
  await callReplica(one);
  await eventually(async () => (await injected()) === true, {what: 'an injected pod'});
  await kubectlOk(['apply', '-f', 'manifests/base/rbac-certificates.yaml']);
  await eventually(isTrusted, {what: 'the validating configuration to get its caBundle', timeoutMs: 60_000});
});
