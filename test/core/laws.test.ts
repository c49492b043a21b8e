import {isDeepStrictEqual} from 'node:util';
import * as fc from 'fast-check';
import jsonPatch from 'fast-json-patch';
import {afterAll, describe, expect, test} from 'vitest';
import {handleReview} from '../../src/admission/handle.ts';
import {inject, uninject} from '../../src/core/inject.ts';
import {asList, asObject, isObject, type Json, type JsonObject} from '../../src/core/json.ts';
import type {Outcome} from '../../src/core/outcome.ts';
import {diff} from '../../src/core/patch.ts';
import {frozen} from '../helpers/frozen.ts';
import {creations, injectKey, statusKey, templateOf, type Scenario} from './generators.ts';

const runs = {numRuns: 400, seed: 20_261, ...(process.env['SEED'] === undefined ? {} : {seed: Number(process.env['SEED'])})};

/** Holds the law for the outcomes of random creations. */
function law(check: (input: Scenario, outcome: Outcome) => void, scenarios: fc.Arbitrary<Scenario> = creations(), more: fc.Parameters<[Scenario]> = {}): void {
  fc.assert(
    fc.property(scenarios, (scenario) => {
      const input = frozen(scenario);
      check(input, inject(input));
    }),
    {...runs, ...more},
  );
}

const mix = {runs: 0, injected: 0, substantial: 0, refused: 0, skipped: 0, other: 0};

describe('every creation', () => {
  test('gives a patch that makes the injected object of the one that came', () => {
    law((input, outcome) => {
      const operations = diff(input.object, outcome.object);
      const copy = JSON.parse(JSON.stringify(input.object)) as JsonObject;
      const patched = jsonPatch.applyPatch(copy, structuredClone(operations) as jsonPatch.Operation[], true, false, true).newDocument;
      expect(isDeepStrictEqual(patched, outcome.object)).toBe(true);
      // What the API server gets is text.
      expect(isDeepStrictEqual(JSON.parse(JSON.stringify(outcome.object)), outcome.object)).toBe(true);
      mix.runs += 1;
      if (outcome.verdict.kind === 'injected') mix.injected += 1;
      else if (outcome.verdict.kind === 'refused') mix.refused += 1;
      else if (outcome.verdict.kind === 'skipped') mix.skipped += 1;
      else mix.other += 1;
      if (outcome.verdict.kind === 'injected' && operations.length >= 3) mix.substantial += 1;
    }, creations(), {numRuns: 1000});
    expect(mix.substantial).toBeGreaterThan(mix.runs / 3);
    expect(mix.refused).toBeGreaterThan(mix.runs / 10);
  });

  test('changes nothing when it is injected a second time', () => {
    law((input, first) => {
      const second = inject(frozen({...input, object: first.object}));
      expect(second.object).toBe(first.object);
      expect(diff(first.object, second.object)).toEqual([]);
      if (first.verdict.kind === 'injected') expect(second.verdict.kind).toBe('alreadyInjected');
      if (first.object === input.object) expect(second.verdict).toEqual(first.verdict);
    });
  });

  test('leaves a refused object the very same', () => {
    law((input, outcome) => {
      if (outcome.verdict.kind !== 'refused') return;
      expect(outcome.object).toBe(input.object);
      expect(outcome.verdict.faults.length).toBeGreaterThan(0);
    });
  });

  test('says of each fault and note what it is', () => {
    law((_, outcome) => {
      const faults = outcome.verdict.kind === 'refused' ? outcome.verdict.faults : [];
      for (const said of [...faults, ...outcome.notes]) {
        expect(said.code).toMatch(/^[a-z][A-Za-z]+$/);
        expect(said.message).not.toMatch(/undefined|\[object|\.$/);
      }
    });
  });

  test('names in the outcome the templates in the order of the list', () => {
    law((_, outcome) => {
      const names = outcome.templates.map((one) => one.name);
      expect(new Set(names).size).toBe(names.length);
      const asked = statusList(outcome.object);
      if (outcome.verdict.kind === 'injected') expect(asked).toEqual(names);
    });
  });
});

describe('the injected pod', () => {
  test('has no name, volume or mount path twice, and no mount without its volume, where the author had none such', () => {
    law((input, outcome) => {
      const [before, after] = [problems(input.object), problems(outcome.object)];
      expect(after.filter((problem) => !before.includes(problem))).toEqual([]);
    });
  });

  test("holds the author's containers, variables, mounts and unknown fields as they were", () => {
    law((input, outcome) => {
      const [before, after] = [templateOf(input.object), templateOf(outcome.object)];
      const template = (name: string): boolean => name === 'agent' || name === 'agent-init';
      for (const list of ['containers', 'initContainers', 'volumes']) {
        const items = objects(after, list);
        for (const item of objects(before, list)) {
          const now = items.find((other) => other['name'] === item['name']);
          expect(now).toBeDefined();
          // A container under the template's name gains whatever it does not state; every other one gains what `app` gives.
          if (list === 'volumes') expect(now).toEqual(item);
          else if (!template(String(item['name']))) expect(now === undefined ? [] : lost(item, now)).toEqual([]);
        }
        const kept = items.filter((item) => objects(before, list).some((other) => other['name'] === item['name']));
        expect(kept.map((item) => item['name'])).toEqual(objects(before, list).map((item) => item['name']));
      }
      expect(unknownFields(outcome.object)).toEqual(expect.arrayContaining(unknownFields(input.object)));
    });
  });

  test('gains nothing that the outcome does not list as added', () => {
    law((input, outcome) => {
      if (outcome.verdict.kind !== 'injected') return;
      const added = outcome.templates.flatMap((one) => one.added);
      const [before, after] = [templateOf(input.object), templateOf(outcome.object)];
      for (const list of ['containers', 'initContainers', 'volumes']) {
        const old = new Set(objects(before, list).map((item) => item['name']));
        for (const item of objects(after, list)) {
          if (!old.has(item['name'])) expect(added).toContain(`${list}/${String(item['name'])}`);
        }
      }
      for (const item of objects(before, 'containers')) {
        const now = objects(after, 'containers').find((other) => other['name'] === item['name']);
        if (now !== undefined && !isDeepStrictEqual(now, item)) expect(added.some((path) => path.startsWith(`containers/${String(item['name'])}/`))).toBe(true);
      }
    });
  });

  test('has the containers of the templates in the order of the list', () => {
    law((input, outcome) => {
      const last = outcome.templates.filter((one) => {
        const entry = input.templates.get(one.name);
        return one.kind === 'injected' && entry?.kind === 'good' && entry.template.position === 'last';
      });
      if (outcome.object === input.object) return;
      for (const list of ['containers', 'initContainers']) {
        const places = objects(templateOf(outcome.object), list).map((item) => `${list}/${String(item['name'])}`);
        const wanted = last.flatMap((one) => one.added.filter((path) => places.includes(path)));
        expect(places.filter((place) => wanted.includes(place))).toEqual(wanted);
      }
    });
  });
});

test('taking an injection out again gives what the author wrote', () => {
  law((input, outcome) => {
    if (outcome.object === input.object) {
      expect(uninject(outcome.object).object).toEqual(input.object);
      return;
    }
    const back = uninject(frozen(outcome.object));
    expect(back.verdict.kind).toBe('removed');
    expect(back.object).toEqual(input.object);
    expect(isDeepStrictEqual(back.object, input.object)).toBe(true);
    expect(Object.keys(templateOf(back.object))).toEqual(Object.keys(templateOf(input.object)));
  }, creations(), {numRuns: 800});
});

describe('an annotation', () => {
  test('of whatever text leaves everything but the templates as it is', () => {
    const texts = fc.oneof(fc.string(), fc.string({unit: 'binary'}), fc.json(), fc.constantFrom('${params.x}', '$patch: delete', '\n- name: evil', 'agent\u0000', 'agent,agent?'));
    fc.assert(
      fc.property(creations({kind: 'Pod', at: 'pod'}), texts, texts, (scenario, text, status) => {
        const metadata = asObject(scenario.object['metadata']);
        const annotations = {...asObject(metadata?.['annotations']), [injectKey]: text, [statusKey]: status, 'initializer.kubernetes.io/agent': 'false'};
        const object: JsonObject = {...scenario.object, metadata: {...metadata, annotations}};
        const outcome = inject(frozen({...scenario, object}));
        const names = objects(templateOf(outcome.object), 'containers').map((item) => String(item['name']));
        const possible = ['shared', ...scenario.templates.keys(), ...objects(object, 'containers').map((item) => String(item['name']))];
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
        const request = {uid, dryRun, operation: 'CREATE', namespace: namespace.name, kind: {group: '', version: 'v1', kind: String(object['kind'])}, object};
        const {status, body} = handleReview(frozen({apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request}), {templates, namespaceOf: () => namespace});
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
    const field = fc.oneof(junk, fc.array(fc.oneof(junk, fc.dictionary(fc.constantFrom('name', 'env', 'ports', 'volumeMounts', 'mountPath', 'image', '__proto__'), junk))));
    const pods = fc.record(
      {
        kind: fc.constantFrom<Json>('Pod', 'Deployment', 'CronJob'),
        apiVersion: fc.constantFrom<Json>('v1', 'apps/v1', 'batch/v1'),
        metadata: fc.oneof(junk, fc.constant({annotations: {[injectKey]: 'agent,proxy?,extras'}})),
        spec: fc.oneof(junk, fc.dictionary(fc.constantFrom('containers', 'initContainers', 'volumes', 'template', 'nodeSelector', 'tolerations', 'resources'), field)),
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
      {...runs, numRuns: 800},
    );
  });
});

afterAll(() => {
  const share = (count: number): string => `${Math.round((100 * count) / Math.max(1, mix.runs))} %`;
  console.log(`creations: ${mix.runs}, injected ${share(mix.injected)} (${share(mix.substantial)} of three or more changes), refused ${share(mix.refused)}, skipped ${share(mix.skipped)}, other ${share(mix.other)}`);
});

function objects(template: JsonObject, list: string): readonly JsonObject[] {
  return asList(asObject(template['spec'])?.[list]).filter((item) => isObject(item));
}

/** The names of the templates in the status, as the injection wrote them. */
function statusList(object: JsonObject): unknown {
  const annotations = asObject(asObject(templateOf(object)['metadata'])?.['annotations']);
  const status = annotations?.[statusKey];
  return typeof status === 'string' ? (JSON.parse(status) as {templates: {name: string}[]}).templates.map((entry) => entry.name) : undefined;
}

/** What the API server would refuse: names and paths that stand twice, mounts without a volume. */
function problems(object: JsonObject): string[] {
  const template = templateOf(object);
  const found: string[] = [];
  const twice = (what: string, names: readonly unknown[]): void => {
    for (const name of names.filter((one, index) => names.indexOf(one) !== index)) found.push(`${what} ${String(name)}`);
  };
  const containers = [...objects(template, 'containers'), ...objects(template, 'initContainers')];
  const volumes = objects(template, 'volumes').map((volume) => volume['name']);
  twice('container', containers.map((container) => container['name']));
  twice('volume', volumes);
  for (const container of containers) {
    const mounts = asList(container['volumeMounts']).filter((mount) => isObject(mount));
    twice(`mount path of ${String(container['name'])}`, mounts.map((mount) => String(mount['mountPath']).replace(/\/+/g, '/').replace(/(.)\/$/, '$1')));
    for (const mount of mounts) if (!volumes.includes(mount['name'])) found.push(`mount of ${String(container['name'])} without volume ${String(mount['name'])}`);
  }
  return found;
}

/** The fields of a container that are gone or changed; a list may have gained items, and what was null or empty may be filled. */
function lost(before: JsonObject, after: JsonObject): string[] {
  return Object.keys(before).filter((key) => {
    const [old, now] = [before[key], Object.hasOwn(after, key) ? after[key] : undefined];
    if (isDeepStrictEqual(old, now)) return false;
    if (old === null) return now === undefined;
    return !(Array.isArray(old) && Array.isArray(now) && old.every((item, index) => isDeepStrictEqual(item, now[index])));
  });
}

/** Where the hostile and unknown fields stand, and what they hold. */
function unknownFields(value: Json | undefined, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item: Json) => unknownFields(item, `${path}/${String(asObject(item)?.['name'] ?? '')}`));
  const object = asObject(value);
  if (object === undefined) return [];
  return Object.keys(object).flatMap((key) => (['unknownField', '__proto__', 'constructor'].includes(key) ? [`${path}/${key}=${JSON.stringify(object[key])}`] : unknownFields(object[key], `${path}/${key}`)));
}
