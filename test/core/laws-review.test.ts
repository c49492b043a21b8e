import {isDeepStrictEqual} from 'node:util';
import * as fc from 'fast-check';
import jsonPatch from 'fast-json-patch';
import {describe, expect, test} from 'vitest';
import {handleReview} from '../../src/admission/handle.ts';
import {inject} from '../../src/core/inject.ts';
import {asObject, type Json, type JsonObject} from '../../src/core/json.ts';
import {diff} from '../../src/core/patch.ts';
import {frozen} from '../helpers/frozen.ts';
import {propertyRuns} from '../helpers/property-runs.ts';
import {creations, injectKey, statusKey, templateOf} from './generators.ts';
import {objects} from './generators-facts.ts';

const runs = propertyRuns({numRuns: 250, seed: 20_264});

describe('an annotation', () => {
  test('of whatever text leaves everything but the templates as it is', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.string({unit: 'binary'}),
      fc.json(),
      fc.constantFrom('${params.x}', '$patch: delete', '\n- name: evil', 'agent\u0000', 'agent,agent?'),
    );
    fc.assert(
      fc.property(creations({kind: 'Pod', at: 'pod'}), texts, texts, (scenario, text, status) => {
        const metadata = asObject(scenario.object['metadata']);
        const annotations = {
          ...asObject(metadata?.['annotations']),
          [injectKey]: text,
          [statusKey]: status,
          'initializer.kubernetes.io/agent': 'false',
        };
        const object: JsonObject = {...scenario.object, metadata: {...metadata, annotations}};
        const outcome = inject(frozen({...scenario, object}));
        const names = objects(templateOf(outcome.object), 'containers').map((item) => String(item['name']));
        const possible = [
          'shared',
          ...scenario.templates.keys(),
          ...objects(object, 'containers').map((item) => String(item['name'])),
        ];
        expect(names.filter((name) => !possible.includes(name))).toEqual([]);
        for (const item of objects(object, 'containers')) expect(names).toContain(item['name']);
        if (outcome.object === object) return;
        const added = diff(object, outcome.object).map((operation) => operation.path.split('/')[1]);
        expect(added.every((root) => root === 'metadata' || root === 'spec')).toBe(true);
      }),
      runs,
    );
  });
});

describe('the answer to a review', () => {
  test('repeats the uid, and has patch and patchType together or not at all', () => {
    fc.assert(
      fc.property(creations(), fc.string({minLength: 1}), fc.boolean(), (scenario, uid, dryRun) => {
        const {object, templates, namespace} = scenario;
        const request = {
          uid,
          dryRun,
          operation: 'CREATE',
          namespace: namespace.name,
          kind: {group: '', version: 'v1', kind: String(object['kind'])},
          object,
        };
        const {status, body} = handleReview(frozen({apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request}), {
          templates,
          namespaceOf: () => namespace,
        });
        expect(status).toBe(200);
        const {response} = JSON.parse(body) as {response: Record<string, unknown>};
        expect(response['uid']).toBe(uid);
        expect('patch' in response).toBe('patchType' in response);
        const outcome = inject({...scenario, view: 'stored'});
        expect(response['allowed']).toBe(outcome.verdict.kind !== 'refused');
        expect('patch' in response).toBe(outcome.object !== object);
        if (!('patch' in response)) return;
        const operations = JSON.parse(Buffer.from(String(response['patch']), 'base64').toString()) as jsonPatch.Operation[];
        const copy = JSON.parse(JSON.stringify(object)) as JsonObject;
        expect(isDeepStrictEqual(jsonPatch.applyPatch(copy, operations, true).newDocument, outcome.object)).toBe(true);
      }),
      runs,
    );
  });

  test('is given to any JSON whatever', () => {
    const junk = fc.jsonValue({maxDepth: 3}) as fc.Arbitrary<Json>;
    const field = fc.oneof(
      junk,
      fc.array(
        fc.oneof(
          junk,
          fc.dictionary(fc.constantFrom('name', 'env', 'ports', 'volumeMounts', 'mountPath', 'image', '__proto__'), junk),
        ),
      ),
    );
    const pods = fc.record(
      {
        kind: fc.constantFrom<Json>('Pod', 'Deployment', 'CronJob'),
        apiVersion: fc.constantFrom<Json>('v1', 'apps/v1', 'batch/v1'),
        metadata: fc.oneof(junk, fc.constant({annotations: {[injectKey]: 'agent,proxy?,extras'}})),
        spec: fc.oneof(
          junk,
          fc.dictionary(
            fc.constantFrom('containers', 'initContainers', 'volumes', 'template', 'nodeSelector', 'tolerations', 'resources'),
            field,
          ),
        ),
      },
      {requiredKeys: ['kind', 'apiVersion']},
    );
    fc.assert(
      fc.property(creations(), pods, fc.constantFrom('CREATE', 'UPDATE'), (scenario, object, operation) => {
        const request = {uid: 'u', operation, object, oldObject: scenario.object};
        const review = {apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request};
        const {status, body} = handleReview(review, {templates: scenario.templates, namespaceOf: () => undefined});
        expect([200, 400]).toContain(status);
        expect(() => JSON.parse(body) as unknown).not.toThrow();
      }),
      {...runs, numRuns: runs.numRuns * 3},
    );
  });
});
