import {describe, expect, test} from 'vitest';
import {deploymentText, explained, podText, templateText, webhookText} from './explain-files.ts';

const ask = 'annotations: {pod-injector.dev/inject: agent}';
const noon = '2026-03-01T12:00:00Z';
const later = '2026-03-01T13:00:00Z';
const earlier = '2026-03-01T11:00:00Z';
const live = (metadata: string, made = noon): string => podText(`creationTimestamp: "${made}", ${metadata}`);
const webhook = webhookText(earlier);

describe('a live pod that should be injected and is not', () => {
  test.each<[string, readonly string[], string, RegExp]>([
    [
      'is older than the webhook',
      [live(ask), webhookText(later)],
      'createdBeforeWebhook',
      /12:00:00Z, before .* at 2026-03-01T13:00:00Z$/,
    ],
    [
      'is in a namespace that is left out',
      [live(ask).replace('shop', 'kube-system'), webhook],
      'namespaceExcluded',
      /kube-system/,
    ],
    [
      'is in a namespace that no entry selects',
      [live(ask), webhookText(earlier, {selector: 'matchLabels: {team: a}'})],
      'namespaceNotSelected',
      /selects namespace shop/,
    ],
    [
      'is in a cluster without our webhook',
      [live(ask), webhook.replaceAll('.pod-injector.dev', '.example.com')],
      'webhookMissing',
      /no MutatingWebhookConfiguration/,
    ],
    ['was missed by a webhook that was away', [live(ask), webhook], 'webhookMissed', /did not reach the webhook/],
    [
      'was missed by a webhook whose CA is not there yet',
      [live(ask), webhookText(earlier, {authority: ''})],
      'webhookMissed',
      /pod-injector has no caBundle/,
    ],
    [
      'was annotated later',
      [
        live(
          `${ask}, managedFields: [{manager: kubectl-annotate, time: "${later}", fieldsV1: {"f:metadata": {"f:annotations": {"f:pod-injector.dev/inject": {}}}}}]`,
        ),
        webhook,
      ],
      'askedLater',
      /was written on Pod shop\/web at 2026-03-01T13:00:00Z by kubectl-annotate/,
    ],
    [
      'is in a namespace that was enabled later',
      [
        live('labels: {app: web}'),
        webhook,
        `apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {pod-injector.dev/injection: enabled}, ${ask}, managedFields: [{manager: kubectl-label, time: "${later}", fieldsV1: {"f:metadata": {"f:labels": {"f:pod-injector.dev/injection": {}}}}}]}\n`,
      ],
      'askedLater',
      /pod-injector\.dev\/injection was written on namespace shop at 2026-03-01T13:00:00Z by kubectl-label/,
    ],
  ])('%s', async (_, documents, code, message) => {
    const [one] = await explained(documents);
    expect(one).toMatchObject({verdict: 'missed', problem: true, code});
    expect(one?.message).toMatch(message);
  });

  test('is not older than the webhook where it carries our record, though that is registered anew', async () => {
    const record = `'{"v":1,"at":"pod","app":["web"],"templates":[{"name":"other","hash":"x"}]}'`;
    const recorded = live(ask.replace('{', `{pod-injector.dev/status: ${record}, `));
    const [one] = await explained([recorded, webhookText(later)]);
    expect(one).toMatchObject({verdict: 'missed', code: 'webhookMissed'});
  });

  test('is older than its template', async () => {
    const templates = [templateText('agent', '', later)];
    expect(await explained([live(ask), webhook], {templates})).toMatchObject([
      {verdict: 'missed', code: 'templateMissingThen', fix: 'delete the pod and create it again'},
    ]);
  });

  test('that would be refused now is told so, and how it came in besides', async () => {
    const [one] = await explained([live('annotations: {pod-injector.dev/inject: gone}'), webhookText(later)]);
    expect(one).toMatchObject({verdict: 'refused', code: 'templateMissing', notes: [{code: 'createdBeforeWebhook'}]});
  });

  test.each<[string, string]>([
    ['ReplicaSet, name: web-5d9, uid: u', 'kubectl rollout restart deployment/web -n shop'],
    ['StatefulSet, name: db, uid: u', 'kubectl rollout restart statefulset/db -n shop'],
    ['ReplicaSet, name: plain, uid: u', 'kubectl delete pod web -n shop, and ReplicaSet plain makes a new one'],
    ['Job, name: once, uid: u', 'delete Job once and create it again'],
  ])('is made anew by what owns it: %s', async (owner, fix) => {
    const pod = live(
      `labels: {pod-template-hash: 5d9}, ownerReferences: [{apiVersion: apps/v1, kind: ${owner}, controller: true}], ${ask}`,
    );
    const [one] = await explained([pod, webhookText(later)]);
    expect(one?.fix).toBe(fix);
  });
});

describe('a live pod without an optional template', () => {
  const status = JSON.stringify({v: 1, at: 'pod', app: ['web'], templates: [{name: 'agent', skipped: 'templateMissing'}]});
  const pod = live(`annotations: {pod-injector.dev/inject: "agent?", pod-injector.dev/status: '${status}'}`);

  test('is told that the template was missing then, where it came later', async () => {
    expect(await explained([pod, webhook], {templates: [templateText('agent', '', later)]})).toMatchObject([
      {verdict: 'skipped', problem: false, code: 'templateMissingThen'},
    ]);
  });

  test('is told that it is there now, where the time is not known', async () => {
    expect(await explained([pod, webhook])).toMatchObject([
      {verdict: 'skipped', code: 'templateMissing', fix: 'agent is there now: what is created from now on gets it'},
    ]);
  });
});

describe('a live workload', () => {
  test('that asks itself and was not rewritten is a finding', async () => {
    const deployment = deploymentText({own: `creationTimestamp: "${noon}", ${ask}`});
    expect(await explained([deployment, webhook])).toMatchObject([{verdict: 'missed', code: 'webhookMissed'}]);
  });

  test('whose pod template asks is well, because its pods are still to be made', async () => {
    const deployment = deploymentText({own: `creationTimestamp: "${noon}"`, pod: ask});
    expect(await explained([deployment, webhookText(later)])).toMatchObject([{verdict: 'injected', problem: false}]);
  });

  test('in a namespace that is left out is a finding, refused or not', async () => {
    for (const name of ['agent', 'gone']) {
      const deployment = deploymentText({pod: ask.replace('agent', name)}).replace('shop', 'pod-injector');
      expect(await explained([deployment])).toMatchObject([{verdict: 'missed', code: 'namespaceExcluded'}]);
    }
  });
});
