import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {inject, uninject} from '../../src/core/inject.ts';
import type {InjectInput} from '../../src/core/input.ts';
import {asList, isObject, withField, type Json, type JsonObject} from '../../src/core/json.ts';
import {frozen} from '../helpers/frozen.ts';
import {propertyRuns} from '../helpers/property-runs.ts';
import {patternCases} from './generators-patterns.ts';
import {templateOf, withTemplate} from './generators.ts';
import {storedForm, update} from './generators-workload.ts';

const runs = propertyRuns({numRuns: 300, seed: 20_274});

/** The manifest's next version: other literal values of some variables, the same for all containers. */
function nextOf(manifest: JsonObject, changed: ReadonlySet<string>): JsonObject {
  const change = (item: Json): Json => {
    if (!isObject(item) || typeof item['value'] !== 'string' || !changed.has(String(item['name']))) return item;
    const value = String(item['name']).endsWith('PORT')
      ? '1234'
      : item['value'].replace(/r:|db|redis|^a$/, (old) => `new-${old}`);
    return withField(item, 'value', value);
  };
  return withTemplate(manifest, (template) => {
    const spec = template['spec'] as JsonObject;
    const lists = (['containers', 'initContainers'] as const).filter((list) => Array.isArray(spec[list]));
    return lists.reduce<JsonObject>((result, list) => {
      const containers = asList(spec[list]).map((item) =>
        isObject(item) && Array.isArray(item['env']) ? withField(item, 'env', item['env'].map(change)) : item,
      );
      return withField(result, 'spec', withField(result['spec'] as JsonObject, list, containers));
    }, template);
  });
}

/** As the API server stores it. */
const asStored = (object: JsonObject): JsonObject => withTemplate(object, storedForm);

const names = ['A', 'REDIS_HOST', 'REDIS_PORT', 'REDIS_URL', 'DB_HOST', 'DB_PORT', 'DB_URL'];

test('a rollback brings back what was injected, and the manifest that is applied then counts', () => {
  let rollbacks = 0;
  fc.assert(
    fc.property(patternCases(fc.constant('workload')), fc.subarray(names, {minLength: 1}), (one, changed) => {
      const {view: _, ...input} = one.input;
      const original = frozen(asStored(input.object));
      const next = frozen(asStored(nextOf(original, new Set(changed))));
      const [first, second] = [injected({...input, object: original}), injected({...input, object: next})];
      if (first === undefined || second === undefined) return;
      // By their records the two versions are the same.
      expect(statusText(first)).toEqual(statusText(second));
      rollbacks += 1;

      // By `kubectl rollout undo`: the pod template as it was, in the object of today.
      const undone = frozen(withTemplate(second, () => templateOf(first)));
      const base = {input, original, stored: second, release: input.templates};
      const object = frozen(asStored(update(base, second, undone).object));
      expect(templateOf(object)).toEqual(templateOf(first));
      expect(templateOf(uninject(object).object)).toEqual(templateOf(uninject(first).object));
      expect(templateOf(asStored(update(base, object, next).object))).toEqual(templateOf(second));
    }),
    runs,
  );
  console.log(`rollbacks: ${rollbacks}`);
  expect(rollbacks).toBeGreaterThan(runs.numRuns / 3);
});

/** What the API server stores where it is injected. */
function injected(input: InjectInput): JsonObject | undefined {
  const {verdict, object} = inject(input);
  return verdict.kind === 'injected' ? frozen(asStored(object)) : undefined;
}

function statusText(object: JsonObject): unknown {
  return (templateOf(object)['metadata'] as {annotations: JsonObject}).annotations['pod-injector.dev/status'];
}
