import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {Handled} from '../../src/admission/handle.ts';
import {handleTemplateReview} from '../../src/admission/validate.ts';
import {readAdvised} from '../../src/core/advice/read-advised.ts';
import {formatFault} from '../../src/core/errors.ts';
import type {JsonObject} from '../../src/core/json.ts';
import {readTemplate} from '../../src/core/template/read.ts';
import {readConfigMap} from '../../src/templates/configmap.ts';
import {responseOf, reviewOf, type ReviewResponse} from '../helpers/review.ts';
import {propertyRuns} from '../helpers/property-runs.ts';

const label = 'pod-injector.dev/template';
const labelled = {[label]: 'true'};
const good = 'pattern: sidecar\ncontainers:\n- name: agent\n  image: agent:1\n';
const broken = 'pattern: sidecar\ncontainres: []\ncontainers:\n- name: agent\n';

function configMap(data: JsonObject | undefined, labels: JsonObject | null = labelled, name = 'agent'): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {name, namespace: 'pod-injector', ...(labels === null ? {} : {labels})},
    ...(data === undefined ? {} : {data}),
  };
}

function handle(review: unknown): Handled {
  return handleTemplateReview(review, (object) => readConfigMap(object, readAdvised));
}

function check(object: JsonObject, request: JsonObject = {}): ReviewResponse & Pick<Handled, 'log'> {
  const {status, body, log} = handle(reviewOf(object, request));
  expect(status).toBe(200);
  return {...responseOf(body), log};
}

const update = (oldObject: JsonObject, object: JsonObject) => check(object, {operation: 'UPDATE', oldObject});

describe('a broken template', () => {
  test('is refused with 422, and with a line for each fault as validate prints it', () => {
    const {allowed, status, auditAnnotations, log} = check(configMap({template: broken}));
    const {entry} = readTemplate(broken, {name: 'agent', format: 'template', source: 'configmap/pod-injector/agent[template]'});
    const faults = entry.kind === 'broken' ? entry.faults.map(formatFault) : [];
    expect(faults.length).toBeGreaterThan(1);
    expect(allowed).toBe(false);
    expect(status).toEqual({
      code: 422,
      reason: 'Invalid',
      message: ['pod-injector: the template "agent" is broken:', ...faults].join('\n'),
    });
    expect(auditAnnotations).toEqual({verdict: 'refused', reason: 'templateBroken', templates: 'agent'});
    expect(log).toMatchObject({
      kind: 'ConfigMap',
      operation: 'CREATE',
      verdict: 'refused',
      reason: 'templateBroken',
      templates: 'agent',
    });
  });

  test('of very many faults says how many are not shown', () => {
    const keys = Array.from({length: 30}, (_, index) => `unknown${index}: 1\n`).join('');
    const lines = check(configMap({template: good + keys})).status?.message.split('\n') ?? [];
    expect(lines).toHaveLength(22);
    expect(lines.at(-1)).toBe('… and 10 more');
  });

  test.each<[string, JsonObject, string]>([
    ['no text', configMap({}), 'agent: templateKeyMissing: '],
    ['text under a misspelt key', configMap({templat: good}), 'agent: templateKeyMissing: '],
    ['another word in its label', configMap({template: good}, {[label]: 'yes'}), 'agent: templateLabel: '],
    ['binaryData', {...configMap({template: good}), binaryData: {x: 'AA=='}}, 'agent: binaryData: '],
    [
      'a broken Initializer’s config',
      configMap({config: 'containers: {}\n'}, null, 'a-initializer'),
      'a-initializer[config]:1:13: ',
    ],
    ['__proto__ as a key of its own', configMap({template: `${good}__proto__: {}\n`}), 'agent[template]:5:1: unknownKey: '],
  ])('is one with %s', (_, object, words) => {
    expect(check(object).status?.message).toContain(`configmap/pod-injector/${words}`);
  });

  test('is named by the namespace of the request where its own says none', () => {
    const {namespace: _, ...metadata} = configMap({})['metadata'] as JsonObject;
    const {status} = check({...configMap({template: broken}), metadata}, {namespace: 'platform'});
    expect(status?.message).toContain('configmap/platform/agent[template]:2:1: ');
  });
});

describe('a good template', () => {
  test('is allowed without a word when there is none to say', () => {
    const silent = {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'x', namespace: 'pod-injector', labels: labelled}};
    const {body, log} = handleTemplateReview(reviewOf({...silent, data: {template: good}}), readConfigMap);
    expect(JSON.parse(body)).toEqual({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: {
        uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
        allowed: true,
        auditAnnotations: {verdict: 'accepted', templates: 'x'},
      },
    });
    expect(log).toMatchObject({verdict: 'accepted', reason: '', patchBytes: 0});
  });

  test('is allowed with the loader’s warnings and with advice, each with its place', () => {
    const text = `${good}  imagePullpolicy: Always\n`.replace('agent:1', 'agent');
    const {allowed, warnings = []} = check(configMap({template: text}));
    expect(allowed).toBe(true);
    const place = 'pod-injector: configmap/pod-injector/agent[template]';
    expect(warnings.some((warning) => warning.startsWith(`${place}:5:3: unknownField: `))).toBe(true);
    expect(warnings.some((warning) => warning.startsWith(`${place}:4:3: imageTag: `))).toBe(true);
  });

  test('has no more and no longer warnings than the API server passes on', () => {
    const fields = Array.from({length: 40}, (_, index) => `  unknown${'x'.repeat(250)}${index}: 1\n`).join('');
    const {warnings = []} = check(configMap({template: good + fields}));
    expect(warnings).toHaveLength(12);
    expect(Math.max(...warnings.map((warning) => warning.length))).toBe(256);
    expect(warnings.at(-1)).toMatch(/^pod-injector: … and \d\d more$/);
  });

  test('may replace a broken one, and may have __proto__ beside its text', () => {
    const object = JSON.parse(JSON.stringify(configMap({template: good})).replace('"template":', '"__proto__":"x","template":'));
    expect(update(configMap({template: broken}), object as JsonObject)).toMatchObject({
      allowed: true,
      log: {verdict: 'accepted'},
    });
  });
});

describe('an update of a broken template', () => {
  const before = configMap({template: broken});
  const annotated = (object: JsonObject): JsonObject => ({
    ...object,
    metadata: {...(object['metadata'] as JsonObject), annotations: {team: 'x'}, managedFields: []},
  });
  const proto = (value: string): JsonObject =>
    JSON.parse(JSON.stringify(before).replace('"template":', `"__proto__":"${value}","template":`)) as JsonObject;

  test.each<[string, JsonObject, JsonObject]>([
    ['only its annotations', before, annotated(before)],
    ['nothing', before, before],
    ['only another label', before, configMap({template: broken}, {...labelled, team: 'x'})],
    ['a missing binaryData to an empty one', before, {...before, binaryData: {}}],
    ['nothing of the data under __proto__', proto('x'), annotated(proto('x'))],
    [
      'nothing, where the label is wrong',
      configMap({template: good}, {[label]: 'yes'}),
      configMap({template: good}, {[label]: 'yes'}),
    ],
  ])('that changes %s is allowed, and says what is still broken', (_, oldObject, object) => {
    const {allowed, warnings, auditAnnotations} = update(oldObject, object);
    expect(allowed).toBe(true);
    expect(warnings?.[0]).toMatch(/^pod-injector: still broken: configmap\/pod-injector\/agent/);
    expect(auditAnnotations).toMatchObject({verdict: 'skipped', reason: 'contentUnchanged'});
  });

  test.each<[string, JsonObject, JsonObject]>([
    ['its text', before, configMap({template: `${broken}# more\n`})],
    ['other data', before, configMap({template: broken, note: 'x'})],
    ['its binaryData', before, {...before, binaryData: {x: 'AA=='}}],
    ['its data under __proto__', proto('x'), proto('y')],
    ['its label to "true"', configMap({template: broken}, null), before],
    ['its label from "false"', configMap({template: broken}, {[label]: 'false'}), before],
    ['its label from "true" to another word', before, configMap({template: broken}, {[label]: 'yes'})],
    ['a good text to a broken one', configMap({template: good}), before],
  ])('that changes %s is refused', (_, oldObject, object) => {
    expect(update(oldObject, object)).toMatchObject({allowed: false, status: {code: 422}});
  });

  test.each<[string, JsonObject, string]>([
    ['takes its label off', configMap({template: broken}, null), 'notATemplate'],
    ['takes all labels off', configMap({template: broken}, {}), 'notATemplate'],
    ['sets its label to "false"', configMap({template: broken}, {[label]: 'false'}), 'notATemplate'],
  ])('that %s is allowed, also with another text', (_, object, reason) => {
    expect(update(before, object)).toMatchObject({allowed: true, log: {verdict: 'skipped', reason}});
    expect(update(configMap({template: good}), object)).toMatchObject({allowed: true});
  });

  test('that takes the label off where the name keeps it a template is allowed', () => {
    const data = {config: 'containers: {}\n'};
    const [old, bare] = [labelled, null].map((labels) => configMap(data, labels, 'a-initializer')) as [JsonObject, JsonObject];
    expect(update(old, bare)).toMatchObject({allowed: true, log: {reason: 'labelRemoved'}});
    expect(update(bare, bare)).toMatchObject({allowed: true, log: {reason: 'contentUnchanged'}});
    expect(check(bare)).toMatchObject({allowed: false});
  });

  test('without an old object is judged by its text', () => {
    expect(check(before, {operation: 'UPDATE', oldObject: null})).toMatchObject({allowed: false});
  });
});

describe('what is not checked is allowed without a warning', () => {
  const object = configMap({template: broken});
  test.each<[string, JsonObject, JsonObject, string]>([
    ['a ConfigMap without the label', configMap({template: broken}, null), {}, 'notATemplate'],
    ['one that is labelled "false"', configMap({template: broken}, {[label]: 'false'}), {}, 'notATemplate'],
    ['kube-root-ca.crt', configMap({'ca.crt': 'x'}, null, 'kube-root-ca.crt'), {}, 'notATemplate'],
    ['a deletion', object, {operation: 'DELETE', object: null, oldObject: object}, 'notOurs'],
    ['an operation of the future', object, {operation: 'PATCHWORK'}, 'notOurs'],
    ['a subresource', object, {operation: 'UPDATE', subResource: 'status', oldObject: object}, 'notOurs'],
    ['another kind', {...object, kind: 'Secret'}, {}, 'notOurs'],
    ['a custom resource of that kind', {...object, apiVersion: 'example.dev/v1'}, {}, 'notOurs'],
    ['an object that is a list', object, {object: [object]}, 'notOurs'],
    ['no object', object, {object: null}, 'notOurs'],
  ])('%s', (_, given, request, reason) => {
    const response = check(given, request);
    expect(response.allowed).toBe(true);
    expect(response).not.toHaveProperty('warnings');
    expect(response.auditAnnotations).toEqual({verdict: 'skipped', reason});
    expect(response.log).toMatchObject({templates: '', kind: reason === 'notOurs' ? 'other' : 'ConfigMap'});
  });
});

test('what is no review is answered with a Status of 400', () => {
  const {status, body, log} = handle({kind: 'Pod'});
  expect([status, JSON.parse(body)]).toMatchObject([400, {kind: 'Status', reason: 'BadRequest'}]);
  expect(log).toMatchObject({verdict: 'badRequest', reason: 'notAReview'});
});

test('dryRun is answered with the same bytes, and the log says so', () => {
  const [wet, dry] = [false, true].map((dryRun) => handle(reviewOf(configMap({template: broken}), {dryRun})));
  expect(dry?.body).toBe(wet?.body);
  expect([wet?.log.dryRun, dry?.log.dryRun]).toEqual([false, true]);
});

test('whatever a ConfigMap holds, it is answered, and only one that is a broken template can be refused', () => {
  const scalar = fc.oneof(fc.string(), fc.constantFrom(good, broken, 'true', 'false'), fc.jsonValue());
  const part = fc.dictionary(fc.constantFrom('template', 'config', '__proto__', label, 'x'), scalar);
  const odd = fc.record(
    {
      apiVersion: fc.constant('v1'),
      kind: fc.constant('ConfigMap'),
      metadata: fc.oneof(
        fc.record({name: fc.constantFrom('agent', 'a-initializer'), labels: fc.oneof(part, fc.jsonValue())}),
        fc.jsonValue(),
      ),
      data: fc.oneof(part, fc.jsonValue()),
      binaryData: fc.oneof(part, fc.jsonValue()),
    },
    {requiredKeys: ['apiVersion', 'kind']},
  );
  const usual = fc
    .tuple(fc.constantFrom(good, broken), fc.constantFrom('true', 'false', 'yes', undefined))
    .map(([template, value]) => configMap({template}, value === undefined ? null : {[label]: value}));
  const object = fc.oneof(usual, odd);
  const seen = new Set<string>();
  fc.assert(
    fc.property(object, fc.option(object, {nil: null}), (given, old) => {
      const now = given as JsonObject;
      const answers = [old, given].map((oldObject) => {
        const operation = oldObject === null ? 'CREATE' : 'UPDATE';
        const request = {operation, oldObject, object: now} as JsonObject;
        const {status, body, log} = handle(reviewOf({apiVersion: 'v1', kind: 'ConfigMap', metadata: {}}, request));
        expect(status).toBe(200);
        seen.add(`${log.verdict} ${log.reason}`);
        return responseOf(body).allowed;
      });
      if (readConfigMap(now)?.entry.kind !== 'broken') expect(answers[0]).toBe(true);
      // What nobody changed is never in anybody's way.
      expect(answers[1]).toBe(true);
    }),
    propertyRuns({numRuns: 500, seed: 20_330}),
  );
  for (const word of ['accepted ', 'refused templateBroken', 'skipped notATemplate', 'skipped contentUnchanged']) {
    expect(seen).toContain(word);
  }
});
