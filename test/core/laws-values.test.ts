import * as fc from 'fast-check';
import {afterAll, expect, test} from 'vitest';
import {handleReview} from '../../src/admission/handle.ts';
import {inject, uninject} from '../../src/core/inject.ts';
import type {InjectInput} from '../../src/core/input.ts';
import {asList, asObject, isList, isObject, type Json, type JsonObject} from '../../src/core/json.ts';
import {parameterKey} from '../../src/core/annotations.ts';
import {frozen} from '../helpers/frozen.ts';
import {deployment, pod} from '../helpers/objects.ts';
import {propertyRuns} from '../helpers/property-runs.ts';
import {snapshot} from '../helpers/templates.ts';
import {hostileText, longTexts} from './generators-values.ts';
import {injectKey, statusKey, templateOf} from './generators.ts';

const runs = propertyRuns({numRuns: 400, seed: 20_277});
const mix = new Map<string, number>();

/** Every place where a string may come to stand, as a part of one and as the whole. */
const templates = snapshot({
  agent: `
pattern: sidecar
parameters:
  text: {type: string, maxLength: 300000}
  list: {type: array, items: {type: string}, default: []}
  map: {type: object, default: {}}
containers:
- name: agent
  image: agent:1
  command: [sh, -c, "echo \${params.text}"]
  args: \${params.list}
  env:
  - {name: TEXT, value: "\${params.text}"}
  - {name: BOTH, value: "<\${params.text}|\${params.text}>"}
  - {name: MAP, value: "\${params.map.?a.orValue('none')}"}
  - {name: LENGTH, value: "\${string(size(params.text))}"}
app: {env: [{name: APP_TEXT, value: "\${params.text}"}]}
metadata: {annotations: {text: "\${params.text}"}}
spec: {nodeSelector: {text: "\${params.text}"}}
`,
});

/** Objects that set the parameters, on the pod (template) or on the workload. */
const setters: readonly ((annotations: JsonObject) => JsonObject)[] = [
  (annotations) => pod(undefined, {}, {annotations: {[injectKey]: 'agent', ...annotations}}),
  (annotations) => deployment(undefined, {annotations: {[injectKey]: 'agent', ...annotations}}),
  (annotations) => deployment({[injectKey]: 'agent', ...annotations}),
];

const create = (object: JsonObject): InjectInput => ({
  operation: 'CREATE',
  object,
  namespace: {name: 'shop'},
  templates,
  view: 'pods',
});

/** A text that stands nowhere else. */
const mark = 'MARK-7f3a';

/** The value with the text where the mark stands, in values alone; what is counted is passed over. */
function marked(value: Json, text: string): Json {
  if (typeof value === 'string') return value.replaceAll(mark, () => text);
  if (isList(value)) return value.map((item) => marked(item, text));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, marked(part ?? null, text)]));
}

/** An object less what says how long a text is, and the record. */
function plain(object: JsonObject): unknown {
  const text = JSON.stringify(templateOf(object), (key, value: Json) =>
    key === statusKey || asObject(value)?.['name'] === 'LENGTH' ? null : value,
  );
  return JSON.parse(text) as unknown;
}

const law = (check: (text: string, put: (annotations: JsonObject) => JsonObject) => void): void =>
  fc.assert(
    fc.property(hostileText, fc.constantFrom(...setters), (text, put) => check(text, put)),
    runs,
  );

test('the text of a parameter stands where another text would, and changes nothing else', () => {
  law((text, put) => {
    const with_ = (value: string): JsonObject => frozen(put({[parameterKey('agent', 'text')]: value}));
    const usual = inject(create(with_(mark)));
    const outcome = inject(create(with_(text)));
    mix.set(outcome.verdict.kind, (mix.get(outcome.verdict.kind) ?? 0) + 1);
    expect(usual.verdict.kind).toBe('injected');
    expect(outcome.verdict.kind).toBe('injected');
    expect(plain(outcome.object)).toEqual(marked(plain(usual.object) as Json, text));
    expect(uninject(frozen(outcome.object)).object).toEqual(with_(text));
    expect(inject(create(outcome.object)).object).toBe(outcome.object);
  });
});

test('a list or a map out of an annotation holds the texts that were written, and is refused or taken whole', () => {
  law((text, put) => {
    const annotations = (list: string): JsonObject => ({
      [parameterKey('agent', 'text')]: 'x',
      [parameterKey('agent', 'list')]: list,
      [parameterKey('agent', 'map')]: JSON.stringify({a: text, __proto__x: text}),
    });
    const object = put(annotations(JSON.stringify([text, mark])));
    const outcome = inject(create(object));
    expect(outcome.verdict.kind).toBe('injected');
    const [, agent] = (asObject(templateOf(outcome.object)['spec'])?.['containers'] ?? []) as readonly JsonObject[];
    expect(agent?.['args']).toEqual([text, mark]);
    expect(asList(agent?.['env'])[2]).toEqual({name: 'MAP', value: text});
    // The text itself is a list only where it is one of strings.
    const odd = inject(create(put(annotations(text))));
    mix.set(`as a list ${odd.verdict.kind}`, (mix.get(`as a list ${odd.verdict.kind}`) ?? 0) + 1);
    if (odd.verdict.kind === 'refused') expect(odd.verdict.faults).toMatchObject([{code: 'badParameter'}]);
  });
});

function answerTo(object: JsonObject): string {
  const kind = {kind: object['kind'] ?? null, version: 'v1'};
  const request = {uid: 'u', operation: 'CREATE', namespace: 'shop', kind, object};
  const review = {apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request};
  return handleReview(review, {templates, namespaceOf: () => undefined}).body;
}

test('a list of templates is names, or is refused', () => {
  law((text, put) => {
    const object = put({[injectKey]: text});
    const outcome = inject(create(object));
    const codes = outcome.verdict.kind === 'refused' ? outcome.verdict.faults.map(({code}) => code) : [];
    expect(['badAnnotation', 'templateMissing', 'namespaceListMissing']).toEqual(expect.arrayContaining([...new Set(codes)]));
    if (codes.length === 0) expect(uninject(outcome.object).object).toEqual(object);
    expect(JSON.parse(answerTo(object))).toMatchObject({response: {uid: 'u'}});
  });
});

test.each(longTexts.map((text) => [JSON.stringify(text.slice(0, 2)), text]))(
  '200 KiB of %s are injected, or refused in a few words',
  (_, text) => {
    for (const put of setters) {
      for (const key of [injectKey, parameterKey('agent', 'text'), parameterKey('agent', 'list')]) {
        const object = frozen(put({[parameterKey('agent', 'text')]: 'x', [key]: text}));
        const outcome = inject(create(object));
        if (outcome.verdict.kind === 'refused') expect(JSON.stringify(outcome.verdict.faults).length).toBeLessThan(10_000);
        else expect(uninject(outcome.object).object).toEqual(object);
        expect(JSON.parse(answerTo(object))).toMatchObject({response: {uid: 'u'}});
      }
    }
  },
);

afterAll(() => {
  console.log(`values: ${[...mix].map(([what, times]) => `${what} ${times}`).join(', ')}`);
});
