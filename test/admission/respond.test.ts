import {describe, expect, test} from 'vitest';
import {warningsOf} from '../../src/admission/respond.ts';
import type {JsonObject} from '../../src/core/json.ts';
import type {Note} from '../../src/core/outcome.ts';
import {snapshot} from '../helpers/templates.ts';
import {at, deployment, pod} from '../helpers/objects.ts';
import {patched} from '../helpers/review.ts';
import {admit, context} from './context.ts';

const onTemplate = (inject: string): JsonObject => deployment(undefined, {annotations: {'pod-injector.dev/inject': inject}});

describe('a refusal', () => {
  test('denies with 422, the reason code, what is wrong and what to do', () => {
    const {response} = admit(pod('agnt'));
    expect(response.allowed).toBe(false);
    expect(response.status).toMatchObject({code: 422, reason: 'Invalid'});
    expect(response.status?.message).toBe(
      'pod-injector: Pod refused: templateMissing: there is no template "agnt"; did you mean agent?',
    );
    expect(response.auditAnnotations).toMatchObject({verdict: 'refused', reason: 'templateMissing'});
  });

  test('names each fault', () => {
    const object = pod('agent,nope', {
      containers: [{name: 'web', image: 'web:1', volumeMounts: [{name: 'mine', mountPath: '/logs'}]}],
      volumes: [
        {name: 'mine', emptyDir: {}},
        {name: 'logs', hostPath: {path: '/logs'}},
      ],
    });
    const message = admit(object).response.status?.message ?? '';
    for (const code of ['templateMissing', 'volumeConflict', 'mountPathConflict']) expect(message).toContain(`${code}: `);
    expect(message).toContain('/logs');
  });

  test('never denies a workload for what only its pods ask', () => {
    const {response} = admit(onTemplate('agnt'));
    expect(response.allowed).toBe(true);
    expect(response.warnings).toEqual([
      'pod-injector: its pods will be refused: templateMissing: there is no template "agnt"; did you mean agent?',
    ]);
  });

  test('denies a workload that asks for itself', () => {
    expect(admit(deployment({'pod-injector.dev/inject': 'agnt'})).response).toMatchObject({allowed: false, status: {code: 422}});
  });
});

describe('a workload', () => {
  test('whose pods will be injected is told so, and stays', () => {
    const {response} = admit(onTemplate('agent,setup'));
    expect(response).toMatchObject({allowed: true, warnings: ['pod-injector: its pods get agent, setup when they are created']});
    expect(response).not.toHaveProperty('patch');
  });

  test('whose pod template holds it all already is told nothing', () => {
    const injected = patched(pod('agent'), admit(pod('agent')).response);
    const object = deployment(undefined, injected['metadata'] as JsonObject, injected['spec'] as JsonObject);
    expect(admit(object).response).not.toHaveProperty('warnings');
  });

  test('that asks for itself is rewritten, and its second review is empty', () => {
    const object = deployment({'pod-injector.dev/inject': 'agent'});
    const first = admit(object).response;
    const stored = patched(object, first);
    expect(at(stored, 'spec', 'template', 'spec', 'containers', 1, 'name')).toBe('agent');
    const again = admit(stored).response;
    expect(again).toMatchObject({auditAnnotations: {verdict: 'alreadyInjected', templates: 'agent'}});
    expect(again).not.toHaveProperty('patch');
    expect(again).not.toHaveProperty('warnings');
  });

  test('that is applied again as its author wrote it keeps the old pod template', () => {
    const object = deployment({'pod-injector.dev/inject': 'agent'});
    const oldObject = patched(object, admit(object).response);
    const newer = {...context, templates: snapshot({agent: 'pattern: sidecar\ncontainers: [{name: agent, image: agent:2}]\n'})};
    const {response} = admit(object, {operation: 'UPDATE', oldObject}, newer);
    expect(patched(object, response)).toEqual(oldObject);
    const scaled = {...oldObject, spec: {...(oldObject['spec'] as JsonObject), replicas: 5}};
    expect(admit(scaled, {operation: 'UPDATE', oldObject}, newer).response).not.toHaveProperty('patch');
  });

  test('that no longer asks loses what was put in', () => {
    const object = deployment({'pod-injector.dev/inject': 'agent'});
    const oldObject = patched(object, admit(object).response);
    const without = {...oldObject, metadata: {name: 'web'}};
    const {response} = admit(without, {operation: 'UPDATE', oldObject});
    expect(patched(without, response)).toEqual(deployment(undefined));
    expect(response.auditAnnotations).toMatchObject({verdict: 'removed', templates: 'agent'});
    expect(response.warnings?.[0]).toMatch(/^pod-injector: removed: agent: /);
  });
});

describe('warnings', () => {
  const note = (message: string): Note => ({code: 'kept', message});
  const outcome = (notes: readonly Note[]): Parameters<typeof warningsOf>[0] => ({
    verdict: {kind: 'injected'},
    object: {},
    templates: [],
    notes,
  });

  test('are at most 256 characters each, and say that they were cut', () => {
    const [warning = ''] = warningsOf(outcome([note('x'.repeat(1000))]));
    expect(warning).toHaveLength(256);
    expect(warning.endsWith('…')).toBe(true);
  });

  test('are a dozen at most, the last one with the number of the others', () => {
    const twelve = Array.from({length: 12}, (_, index) => note(String(index)));
    expect(warningsOf(outcome(twelve))).toHaveLength(12);
    const many = warningsOf(outcome([...twelve, note('12'), note('13')]));
    expect(many).toHaveLength(12);
    expect(many.at(-1)).toBe('pod-injector: … and 3 more');
    expect(many.join('').length).toBeLessThan(4096);
  });

  test('come with an injection too: a key that nothing reads, a template that was left out', () => {
    const {response} = admit(pod('agent,nope?', {}, {annotations: {'pod-injector.dev/injct': 'agent'}}));
    expect(response).toHaveProperty('patch');
    expect(response.warnings).toEqual([
      expect.stringMatching(/^pod-injector: unknownAnnotation: .*injct; did you mean pod-injector\.dev\/inject\?$/),
      expect.stringMatching(/^pod-injector: templateSkipped: .*nope/),
    ]);
  });
});

describe('what is logged and audited', () => {
  const secret = 'correct-horse';
  const object = pod(
    'agent,nope?',
    {
      containers: [{name: 'web', image: `web:${secret}`, env: [{name: 'TOKEN', value: secret}], args: [secret]}],
      volumes: [{name: 'mine', hostPath: {path: `/${secret}`}}],
    },
    {annotations: {note: secret, 'pod-injector.dev/x': secret}, labels: {note: secret}},
  );

  test.each<[string, JsonObject]>([
    ['an injection', object],
    [
      'a refusal',
      {
        ...object,
        metadata: {...(object['metadata'] as JsonObject), annotations: {'pod-injector.dev/inject': 'nope', note: secret}},
      },
    ],
  ])('of %s holds no value of the object or the template', (_, reviewed) => {
    const {log, response} = admit(reviewed);
    expect(JSON.stringify(log)).not.toContain(secret);
    expect(JSON.stringify([log, response.auditAnnotations, response.warnings])).not.toContain('template-secret');
    expect(JSON.stringify([response.auditAnnotations, response.warnings, response.status])).not.toContain(secret);
  });

  test('names who, what and how much', () => {
    const {log, response} = admit(pod('agent'), {uid: 'u', namespace: 'shop'});
    expect(log).toEqual({
      uid: 'u',
      operation: 'CREATE',
      kind: 'Pod',
      namespace: 'shop',
      name: 'web',
      verdict: 'injected',
      reason: '',
      templates: 'agent',
      patchBytes: Buffer.from(response.patch ?? '', 'base64').length,
      dryRun: false,
    });
  });

  test('a kind that somebody made up is no label of a metric', () => {
    expect(admit({apiVersion: 'v1', kind: 'x'.repeat(50), metadata: {}}).log.kind).toBe('other');
  });
});
