import {beforeAll, describe, expect, test} from 'vitest';
import {
  api,
  auditEvents,
  controlPlane,
  eventually,
  kubectl,
  kubectlGet,
  kubectlOk,
  makeNamespace,
  serviceAccountKubeconfig,
} from './harness/index.ts';

let namespace = '';
beforeAll(async () => {
  namespace = await makeNamespace();
});

const container = {name: 'web', image: 'web:1'};

function pod(name: string): object {
  return {apiVersion: 'v1', kind: 'Pod', metadata: {name, namespace}, spec: {containers: [container]}};
}

interface List {
  readonly items: readonly {
    readonly metadata: {readonly name: string; readonly ownerReferences?: readonly {readonly name: string}[]};
  }[];
}

describe('the control plane', () => {
  test('has the version that was asked for', async () => {
    const {body} = await api('/version');
    expect(body).toMatchObject({gitVersion: `v${process.env['K8S_VERSION']}`});
    expect(controlPlane().version).toBe(process.env['K8S_VERSION']);
  });

  test('makes pods, with the token of their service account mounted', async () => {
    await kubectlOk(['apply', '-f', '-'], {input: pod('plain')});
    expect(await kubectlGet('pod', 'plain', '-n', namespace)).toMatchObject({
      spec: {
        serviceAccountName: 'default',
        containers: [{volumeMounts: [{mountPath: '/var/run/secrets/kubernetes.io/serviceaccount'}]}],
      },
    });
  });

  test('makes a ReplicaSet and Pods of a Deployment', async () => {
    await kubectlOk(['create', 'deployment', 'web', '--image=web:1', '--replicas=2', '-n', namespace]);
    const pods = await eventually(
      async () => {
        const {items} = await kubectlGet<List>('pods', '-n', namespace, '-l', 'app=web');
        return items.length === 2 ? items : undefined;
      },
      {what: 'two pods'},
    );
    const replicaSets = await kubectlGet<List>('replicasets', '-n', namespace);
    expect(replicaSets.items.map(({metadata}) => metadata.ownerReferences?.[0]?.name)).toEqual(['web']);
    expect(pods.map(({metadata}) => metadata.ownerReferences?.[0]?.name)).toEqual(
      Array.from({length: 2}, () => replicaSets.items[0]?.metadata.name),
    );
  });

  test('lets a service account do what its roles allow, and no more', async () => {
    const kubeconfig = await serviceAccountKubeconfig(namespace, 'default');
    const get = ['get', 'configmap', 'kube-root-ca.crt', '-n', namespace, '-o', 'name'];
    const refused = await kubectl(get, {kubeconfig});
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`"system:serviceaccount:${namespace}:default" cannot get resource "configmaps"`);
    expect((await kubectl(get, {as: `system:serviceaccount:${namespace}:default`})).code).toBe(1);
    await kubectlOk([
      'create',
      'rolebinding',
      'view',
      '--clusterrole=view',
      `--serviceaccount=${namespace}:default`,
      '-n',
      namespace,
    ]);
    await eventually(async () => (await kubectl(get, {kubeconfig})).code === 0, {what: 'the role to count'});
  });

  test('records each write of a pod', async () => {
    const {status} = await api(`/api/v1/namespaces/${namespace}/pods`, {method: 'POST', body: pod('recorded')});
    expect(status).toBe(201);
    expect(await auditEvents(namespace)).toContainEqual(
      expect.objectContaining({
        verb: 'create',
        objectRef: expect.objectContaining({resource: 'pods', name: 'recorded'}),
        responseStatus: expect.objectContaining({code: 201}),
      }),
    );
  });

  test('keeps what it has when the API server is started again', async () => {
    const plane = controlPlane();
    await kubectlOk(['create', 'configmap', 'kept', '-n', namespace]);
    await plane.stopApiServer();
    await expect(api('/readyz')).rejects.toThrow('ECONNREFUSED');
    await plane.startApiServer();
    expect((await api('/readyz')).status).toBe(200);
    expect((await api(`/api/v1/namespaces/${namespace}/configmaps/kept`)).status).toBe(200);
    // The controllers have found it again, too.
    await kubectlOk(['create', 'deployment', 'later', '--image=web:1', '-n', namespace]);
    await eventually(async () => (await kubectlGet<List>('pods', '-n', namespace, '-l', 'app=later')).items.length === 1, {
      what: 'a pod of a Deployment that is made after the restart',
      timeoutMs: 60_000,
    });
  });

  test('answers nothing while the API server is paused', async () => {
    const plane = controlPlane();
    await plane.pauseApiServer();
    let answered = false;
    const answer = api('/readyz').then((response) => {
      answered = true;
      return response;
    });
    // Somebody else answers many times meanwhile, so that there was time to.
    for (let count = 0; count < 100; count += 1) await fetch(`${plane.etcdUrl}/health`);
    expect(answered).toBe(false);
    await plane.resumeApiServer();
    expect((await answer).status).toBe(200);
  });

  test('calls a watch from before a compaction and a restart too old', async () => {
    const plane = controlPlane();
    const before = (await api(`/api/v1/namespaces/${namespace}/configmaps`)).body as {metadata: {resourceVersion: string}};
    await kubectlOk(['create', 'configmap', 'newer', '-n', namespace]);
    await plane.compactEtcd();
    await plane.restartApiServer();
    const query = `watch=true&timeoutSeconds=1&resourceVersion=${before.metadata.resourceVersion}`;
    const {status, body} = await api(`/api/v1/namespaces/${namespace}/configmaps?${query}`);
    expect(status === 410 || JSON.stringify(body).includes('"code":410')).toBe(true);
  });
});
