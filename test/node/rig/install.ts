import {mkdtemp, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {shippedImage} from '../../../scripts/cluster/node/shipped-image.ts';
import {controlPlane, kubectlOk} from '../../cluster/harness/index.ts';

/** The namespace of the shipped manifests. */
export const system = 'pod-injector';

/**
 * Installs an overlay of the shipped manifests as it is, but for the image and for the address of the API server: without kube-proxy
 * the one of its Service leads nowhere. Comes back when the rollout is complete.
 */
export async function install(overlay: 'base' | 'overlays/strict'): Promise<void> {
  const {folder, url} = controlPlane();
  const at = await mkdtemp(path.join(folder, 'overlay-'));
  const {hostname, port} = new URL(url);
  const [newName, newTag] = shippedImage.split(':');
  const environment = [
    {name: 'KUBERNETES_SERVICE_HOST', value: hostname},
    {name: 'KUBERNETES_SERVICE_PORT', value: port},
  ];
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [path.relative(at, path.resolve('manifests', overlay))],
    images: [{name: 'pod-injector', newName, newTag}],
    patches: [
      {
        target: {kind: 'Deployment', name: 'pod-injector'},
        patch: JSON.stringify(environment.map((value) => ({op: 'add', path: '/spec/template/spec/containers/0/env/-', value}))),
      },
    ],
  };
  await writeFile(path.join(at, 'kustomization.yaml'), JSON.stringify(kustomization));
  await kubectlOk(['apply', '-k', at]);
  await rolledOut(`deployment/${system}`, system);
}

/** Waits until a workload's rollout is complete, by its pods' own probes. */
export async function rolledOut(workload: string, namespace: string): Promise<void> {
  await kubectlOk(['rollout', 'status', workload, '-n', namespace, '--timeout=55s']);
}

/** Makes or replaces a template. */
export async function putTemplate(name: string, template: string): Promise<void> {
  const metadata = {name, namespace: system, labels: {'pod-injector.dev/template': 'true'}};
  await kubectlOk(['apply', '-f', '-'], {input: {apiVersion: 'v1', kind: 'ConfigMap', metadata, data: {template}}});
}
