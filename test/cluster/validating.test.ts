import path from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {freePorts} from '../../scripts/cluster/ports.ts';
import {api, controlPlane, eventually, kubectl, kubectlOk, makeNamespace, startInjector, type Injector} from './harness/index.ts';
import {install, type Installation} from './rig/install.ts';
import {sidecar} from './rig/pods.ts';

const label = 'pod-injector.dev/template';
const good = sidecar('agent', 'agent:1');
const broken = 'pattern: sidecar\ncontainres: []\ncontainers:\n- name: agent\n';

let installation: Installation;
let injector: Injector;
let namespace = '';
beforeAll(async () => {
  installation = await install();
  ({namespace} = installation);
  injector = await installation.startReady();
  // What is late is let through, and this machine may be busy.
  const patience = [{op: 'replace', path: '/webhooks/0/timeoutSeconds', value: 30}];
  const configuration = `validatingwebhookconfiguration/${installation.configuration}`;
  await kubectlOk(['patch', configuration, '--type=json', '-p', JSON.stringify(patience)]);
  // The API server hears of each configuration by itself.
  await untilChecked();
});
afterAll(() => installation.remove());

function configMap(name: string, data: object, labels: object = {[label]: 'true'}): object {
  return {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name, namespace, labels}, data};
}
const template = (name: string, text: string): object => configMap(name, {template: text});

const apply = (object: object, ...flags: readonly string[]) => kubectl(['apply', '-f', '-', ...flags], {input: object});
const applied = async (object: object): Promise<void> => expect(await apply(object)).toMatchObject({code: 0});

function untilChecked(where = namespace): Promise<unknown> {
  const probe = {...template('probe', broken), metadata: {name: 'probe', labels: {[label]: 'true'}}};
  return eventually(async () => (await apply(probe, '-n', where, '--dry-run=server')).code === 1, {what: 'a refusal'});
}

/** The reviews of this ConfigMap so far, and certainly those of writes that were answered. */
async function reviewsOf(name: string): Promise<string[]> {
  const marker = `marker-${Math.trunc(performance.now())}`;
  await apply(template(marker, good), '--dry-run=server');
  await injector.logged((line) => line['name'] === marker);
  const lines = injector.log().filter((line) => line['name'] === name && line['kind'] === 'ConfigMap');
  return lines.map((line) => [line['operation'], line['verdict'], line['reason']].filter(Boolean).join(' '));
}

/** Puts objects there while no injector answers. */
async function unchecked(...objects: readonly object[]): Promise<void> {
  installation.serve();
  installation.balancer.cut();
  try {
    for (const object of objects) await applied(object);
  } finally {
    installation.serve(injector);
  }
  await untilChecked();
}

describe('kubectl apply of a template', () => {
  test('that is broken is refused, with each fault and its place', async () => {
    const {code, stderr} = await apply(template('refused', broken));
    expect(code).toBe(1);
    expect(stderr).toContain('admission webhook "templates.pod-injector.dev" denied the request');
    expect(stderr).toContain('the template "refused" is broken:\n');
    expect(stderr).toMatch(new RegExp(`^configmap/${namespace}/refused\\[template\\]:2:1: unknownKey: .*containers`, 'm'));
    expect(stderr).toMatch(new RegExp(`^configmap/${namespace}/refused\\[template\\]:4:3: `, 'm'));
    expect(await kubectl(['get', 'configmap', 'refused', '-n', namespace])).toMatchObject({code: 1});
    expect(await reviewsOf('refused')).toEqual(['CREATE refused templateBroken']);
  });

  test('that is good is stored, with what it is warned of', async () => {
    const {code, stderr} = await apply(template('warned', `${sidecar('warned', 'warned')}  imagePullpolicy: Always\n`));
    expect(code).toBe(0);
    const place = `Warning: pod-injector: configmap/${namespace}/warned[template]`;
    expect(stderr).toContain(`${place}:5:3: unknownField: `);
    expect(stderr).toMatch(/^Warning: pod-injector: \S+: image\w+: /m);
    expect(await reviewsOf('warned')).toEqual(['CREATE accepted']);
  });

  test('that breaks a good one is refused, and the good one stays', async () => {
    await applied(template('stays', good));
    expect((await apply(template('stays', broken))).code).toBe(1);
    expect(await kubectlOk(['get', 'configmap', 'stays', '-n', namespace, '-o', 'jsonpath={.data.template}'])).toBe(good);
    expect(await reviewsOf('stays')).toEqual(['CREATE accepted', 'UPDATE refused templateBroken']);
  });

  test('on the server’s side is checked, too', async () => {
    expect((await apply(template('server-side', broken), '--server-side')).stderr).toContain(
      'server-side[template]:2:1: unknownKey',
    );
    expect((await apply(template('server-side', good), '--server-side')).code).toBe(0);
    expect((await apply(template('server-side', broken), '--server-side')).code).toBe(1);
    expect(await reviewsOf('server-side')).toEqual([
      'CREATE refused templateBroken',
      'CREATE accepted',
      'UPDATE refused templateBroken',
    ]);
  });

  test('with a label that is neither "true" nor "false" is refused with what to write', async () => {
    const {stderr} = await apply(configMap('labelled', {template: good}, {[label]: 'yes'}));
    expect(stderr).toContain(`configmap/${namespace}/labelled: templateLabel: `);
    expect(stderr).toContain('write "true"');
  });

  test('of an Initializer is refused when its config is broken', async () => {
    const {stderr} = await apply(configMap('old-initializer', {config: 'containers: {}\n'}, {}));
    expect(stderr).toContain(`configmap/${namespace}/old-initializer[config]:1:13: `);
  });

  test('that gets its name from the API server is checked under that name', async () => {
    const metadata = {generateName: 'made-', labels: {[label]: 'true'}};
    const body = {...template('', broken), metadata};
    const {status, body: answer} = await api(`/api/v1/namespaces/${namespace}/configmaps`, {method: 'POST', body});
    expect(status).toBe(422);
    expect((answer as {message: string}).message).toMatch(
      new RegExp(`configmap/${namespace}/made-\\w+\\[template\\]:2:1: unknownKey`),
    );
  });

  test('of a mebibyte of what the API server writes as six bytes each is checked', async () => {
    const rest = 1024 * 1024 - broken.length - 'template'.length - 4;
    const lines = `# ${'<'.repeat(97)}\n`.repeat(Math.trunc(rest / 100));
    const collection = `/api/v1/namespaces/${namespace}/configmaps`;
    const made = await api(collection, {method: 'POST', body: template('large', `${good}${lines}`)});
    expect(made.status).toBe(201);
    // The old one and the new one, so twelve of them.
    const changed = await api(`${collection}/large`, {method: 'PUT', body: template('large', `${broken}${lines}`)});
    expect(changed.status).toBe(422);
    expect(JSON.stringify(changed.body)).toContain('large[template]:2:1: unknownKey');
    await kubectlOk(['delete', 'configmap', 'large', '-n', namespace]);
    expect(await reviewsOf('large')).toEqual(['CREATE accepted', 'UPDATE refused templateBroken']);
  });
});

describe('what is no template never waits', () => {
  test.each<[string, object, object]>([
    ['unlabelled', {template: broken}, {}],
    ['labelled-false', {template: broken}, {[label]: 'false'}],
    ['labelled-otherwise', {template: broken}, {app: 'web'}],
  ])('a ConfigMap that is %s', async (name, data, labels) => {
    await applied(configMap(name, data, labels));
    await kubectlOk(['annotate', 'configmap', name, '-n', namespace, 'a=b']);
    await kubectlOk(['delete', 'configmap', name, '-n', namespace]);
    expect(await reviewsOf(name)).toEqual([]);
  });

  test('one that is only called like an Initializer’s', async () => {
    await applied(configMap('none-initializer', {conf: 'x'}, {}));
    expect(await reviewsOf('none-initializer')).toEqual([]);
  });

  test('the cluster’s own kube-root-ca.crt', async () => {
    await kubectlOk(['annotate', 'configmap', 'kube-root-ca.crt', '-n', namespace, 'a=b']);
    await kubectlOk(['delete', 'configmap', 'kube-root-ca.crt', '-n', namespace]);
    await eventually(async () => (await kubectl(['get', 'configmap', 'kube-root-ca.crt', '-n', namespace])).code === 0, {
      what: 'it to be made again',
    });
    expect(await reviewsOf('kube-root-ca.crt')).toEqual([]);
  });

  test('a template in a namespace that is not the injector’s', async () => {
    const other = await makeNamespace();
    const {apiVersion, kind, data} = template('elsewhere', broken) as Record<string, object>;
    await kubectlOk(['apply', '-n', other, '-f', '-'], {
      input: {apiVersion, kind, data, metadata: {name: 'elsewhere', labels: {[label]: 'true'}}},
    });
    expect(await reviewsOf('elsewhere')).toEqual([]);
  });
});

describe('nobody is locked out', () => {
  test('while no injector answers every template goes in', async () => {
    await unchecked(template('outage', broken));
    expect(await reviewsOf('outage')).toEqual([]);
    await kubectlOk(['delete', 'configmap', 'outage', '-n', namespace]);
  });

  test('a broken one that is there may be annotated, is told so, and its text is checked when it changes', async () => {
    await unchecked(template('left', broken));
    const {code, stderr} = await kubectl(['annotate', 'configmap', 'left', '-n', namespace, 'team=platform']);
    expect(code).toBe(0);
    expect(stderr).toContain(`Warning: pod-injector: still broken: configmap/${namespace}/left[template]:2:1: unknownKey`);
    const otherwise = await apply(template('left', `${broken}# and a comment\n`));
    expect(otherwise.code).toBe(1);
    await applied(template('left', good));
    expect(await reviewsOf('left')).toEqual([
      'UPDATE skipped contentUnchanged',
      'UPDATE refused templateBroken',
      'UPDATE accepted',
    ]);
  });

  test.each([
    ['taken off', `${label}-`],
    ['set to "false"', `${label}=false`],
  ])('a broken one may have its label %s', async (what, word) => {
    const name = `off-${what.replaceAll(/\W+/g, '')}`;
    await unchecked(template(name, broken));
    await kubectlOk(['label', 'configmap', name, '-n', namespace, word, '--overwrite']);
    expect(await reviewsOf(name)).toEqual([]);
    // And is checked when it comes back.
    expect((await kubectl(['label', 'configmap', name, '-n', namespace, `${label}=true`, '--overwrite'])).code).toBe(1);
  });

  test('a broken one of an Initializer’s name may lose its label, although its name keeps it a template', async () => {
    const data = {config: 'containers: {}\n'};
    await unchecked(configMap('kept-initializer', data));
    await kubectlOk(['label', 'configmap', 'kept-initializer', '-n', namespace, `${label}-`]);
    expect(await reviewsOf('kept-initializer')).toEqual(['UPDATE skipped labelRemoved']);
  });

  test('a broken one may be deleted, also one that a finalizer holds', async () => {
    const held = template('held', broken) as {metadata: object};
    await unchecked(template('gone', broken), {...held, metadata: {...held.metadata, finalizers: ['example.dev/hold']}});
    await kubectlOk(['delete', 'configmap', 'gone', '-n', namespace]);
    await kubectlOk(['delete', 'configmap', 'held', '-n', namespace, '--wait=false']);
    const finalizers = JSON.stringify({metadata: {finalizers: null}});
    await kubectlOk(['patch', 'configmap', 'held', '-n', namespace, '--type=merge', '-p', finalizers]);
    expect((await kubectl(['get', 'configmap', 'held', '-n', namespace])).code).toBe(1);
  });
});

test('a process that registers itself checks templates, also with templates from files, and ends it at its end', async () => {
  const own = await makeNamespace();
  const [port = 0] = await freePorts(1);
  const url = `https://127.0.0.1:${port}`;
  const injectorOfFiles = await startInjector({
    args: ['--templates', path.resolve('examples/templates'), '--namespace', own, '--port', String(port), '--register-url', url],
    kubeconfig: controlPlane().kubeconfig,
  });
  await injectorOfFiles.ready();
  await untilChecked(own);
  expect(await injectorOfFiles.stop()).toBe(0);
  const {metadata, ...rest} = template('after', broken) as {metadata: object};
  await kubectlOk(['apply', '-f', '-'], {input: {...rest, metadata: {...metadata, namespace: own}}});
});
