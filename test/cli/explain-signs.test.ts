import {describe, expect, test} from 'vitest';
import {deploymentText, explained, podText} from './explain-files.ts';

const namespace = (metadata: string): string => `apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, ${metadata}}\n`;
const custom = (where: string): string =>
  `apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: web, namespace: shop${where === 'own' ? `, ${asks}` : ''}}
spec: {template: {metadata: {${where === 'template' ? asks : ''}}, spec: {containers: []}}}\n`;
const asks = 'annotations: {pod-injector.dev/inject: agent}';
const key = 'pod-injector.dev/inject';

describe('somebody meant to ask', () => {
  test.each<[string, readonly string[], string, string]>([
    [
      'a letter too few',
      [podText('annotations: {pod-injector.dev/injct: agent}')],
      'annotationMisspelt',
      `write ${key}: "agent"`,
    ],
    ['another domain', [podText('annotations: {pod-injector.io/inject: agent}')], 'annotationMisspelt', `write ${key}: "agent"`],
    ['another case', [podText('annotations: {pod-injector.dev/Inject: agent}')], 'annotationMisspelt', `write ${key}: "agent"`],
    [
      'a word of its own',
      [podText('annotations: {pod-injector.dev/sidecar: agent}')],
      'annotationMisspelt',
      `write ${key}: "agent"`,
    ],
    [
      'a dot for a slash',
      [podText('annotations: {pod-injector.dev.inject: agent}')],
      'annotationMisspelt',
      `write ${key}: "agent"`,
    ],
    [
      'misspelt on the workload',
      [deploymentText({own: 'annotations: {pod-injector.dev/injects: agent}'})],
      'annotationMisspelt',
      'under metadata.annotations',
    ],
    ['a label', [podText('labels: {pod-injector.dev/inject: agent}')], 'annotationMisplaced', 'under metadata.annotations'],
    [
      'a label of the pod template',
      [deploymentText({pod: 'labels: {pod-injector.dev/inject: agent}'})],
      'annotationMisplaced',
      'under spec.template.metadata.annotations',
    ],
    [
      'beside the metadata of the pod template',
      [deploymentText().replace('    metadata: {}', `    ${asks}`)],
      'annotationMisplaced',
      'under spec.template.metadata.annotations',
    ],
    [
      "the namespace's label",
      [podText('labels: {pod-injector.dev/injection: enabled}')],
      'annotationMisplaced',
      `write ${key}: NAME under metadata.annotations`,
    ],
    ['on a custom resource', [custom('own')], 'annotationMisplaced', 'under the pod template'],
    [
      'a label of the namespace that says true',
      [podText(''), namespace('labels: {pod-injector.dev/injection: "true"}, ' + asks)],
      'namespaceLabel',
      'kubectl label namespace shop pod-injector.dev/injection=enabled',
    ],
    [
      'a misspelt label of the namespace',
      [podText(''), namespace('labels: {pod-injector.dev/injektion: enabled}')],
      'namespaceLabel',
      'kubectl label namespace shop pod-injector.dev/injection=enabled',
    ],
    [
      'the label as an annotation of the namespace',
      [podText(''), namespace('annotations: {pod-injector.dev/injection: enabled}')],
      'namespaceLabel',
      'kubectl label namespace shop pod-injector.dev/injection=enabled',
    ],
    [
      'the annotation as a label of the namespace',
      [podText(''), namespace('labels: {pod-injector.dev/inject: agent}')],
      'namespaceLabel',
      `kubectl annotate namespace shop ${key}=agent`,
    ],
    [
      'a misspelt annotation of the namespace',
      [podText(''), namespace('labels: {pod-injector.dev/injection: enabled}, annotations: {pod-injector.dev/injec: agent}')],
      'annotationMisspelt',
      `kubectl annotate namespace shop ${key}=agent`,
    ],
  ])('%s', async (_, documents, code, fix) => {
    const [one] = await explained(documents);
    expect(one).toMatchObject({verdict: 'skipped', problem: true, code});
    expect(one?.fix).toContain(fix);
  });
});

describe('nobody asks, and that is no finding', () => {
  test.each<[string, readonly string[], string]>([
    ['nothing of ours', [podText('annotations: {sidecar.istio.io/inject: "true"}'), namespace('')], 'notAsked'],
    [
      'a namespace whose label turns its default off',
      [podText(''), namespace(`labels: {pod-injector.dev/injection: disabled}, ${asks}`)],
      'notAsked',
    ],
    [
      'a namespace that is enabled for those who ask with true',
      [podText(''), namespace('labels: {pod-injector.dev/injection: enabled}')],
      'namespaceListMissing',
    ],
    ['a namespace with a list for those who ask with true', [podText(''), namespace(asks)], 'namespaceLabel'],
  ])('%s', async (_, documents, code) => {
    expect(await explained(documents)).toMatchObject([{verdict: 'skipped', problem: false, code}]);
  });

  test('the pod template of a custom resource asks rightly, for its pods', async () => {
    expect(await explained([custom('template')])).toMatchObject([{name: 'web', problem: false, code: 'notOurs'}]);
  });

  test('where the namespace is not known, that is said', async () => {
    const [one] = await explained([podText('')]);
    expect(one?.notes).toMatchObject([{code: 'namespaceUnknown'}]);
  });

  test('objects that have nothing to do with us are not spoken of', async () => {
    expect(await explained(['apiVersion: v1\nkind: Service\nmetadata: {name: web}\n'])).toEqual([]);
  });
});

describe('an annotation on an object that another one controls', () => {
  const owned = (kind: string, apiVersion: string): string =>
    deploymentText({
      own: `${asks}, ownerReferences: [{apiVersion: ${apiVersion}, kind: ${kind}, name: boss, uid: u, controller: true}]`,
    });

  test('is a finding that names the one that counts', async () => {
    const [deployment] = await explained([
      owned('Deployment', 'apps/v1').replace('kind: Deployment\nmetadata', 'kind: ReplicaSet\nmetadata'),
    ]);
    expect(deployment).toMatchObject({problem: true, code: 'owned', fix: 'put the annotation on Deployment boss'});
    const [custom_] = await explained([owned('Rollout', 'argoproj.io/v1alpha1')]);
    expect(custom_).toMatchObject({
      problem: true,
      code: 'foreignOwner',
      fix: 'put the annotation on the pod template that Rollout boss holds',
    });
  });
});

describe('a Namespace alone', () => {
  test.each<[string, string, object]>([
    [
      'with a default',
      `labels: {pod-injector.dev/injection: enabled}, ${asks}`,
      {verdict: 'injected', problem: false, templates: [{name: 'agent'}]},
    ],
    [
      'whose default names a template that is missing',
      'labels: {pod-injector.dev/injection: enabled}, annotations: {pod-injector.dev/inject: agnt}',
      {verdict: 'refused', problem: true, code: 'templateMissing', fix: 'did you mean agent?'},
    ],
    ['without one', '', {verdict: 'skipped', problem: false, code: 'notAsked'}],
    [
      'with a wrong label',
      `labels: {pod-injector.dev/injection: "yes"}, ${asks}`,
      {verdict: 'skipped', problem: true, code: 'namespaceLabel'},
    ],
  ])('%s', async (_, metadata, expected) => {
    expect(await explained([namespace(metadata)])).toMatchObject([{name: 'shop', ...expected}]);
  });
});

test('a kind of others that asks on its pod template is told that its pods are injected, wherever else it asks', async () => {
  for (const own of ['', `, ${asks}`]) {
    const [one] = await explained([custom('template').replace('namespace: shop', `namespace: shop${own}`)]);
    expect(one).toMatchObject({
      verdict: 'skipped',
      problem: false,
      code: 'notOurs',
      message: expect.stringMatching(/^a Rollout itself stays as it is; its pods are injected when they are created/),
      fix: 'explain one of its pods: pod-injector explain pod/NAME',
    });
  }
});
