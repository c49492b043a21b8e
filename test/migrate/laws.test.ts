import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {roots} from '../../src/core/expression/expression.ts';
import {asObject, type JsonObject} from '../../src/core/json.ts';
import {readTemplate} from '../../src/core/template/read.ts';
import {templateNameComplaint} from '../../src/core/template/names.ts';
import {escaped} from '../../src/migrate/escaped.ts';
import {readInjection} from '../../src/migrate/injection.ts';
import {templateNameOf} from '../../src/migrate/names.ts';
import {migrateObject} from '../../src/migrate/annotations.ts';
import {templateOfInitializer, templateOfInjection} from '../../src/migrate/template.ts';
import {propertyRuns} from '../helpers/property-runs.ts';

/** Texts with what templates read as expressions and escapes. */
const text = fc
  .array(
    fc.oneof(fc.constantFrom('$', '{', '}', '${', '$${', '$$', '$(A)', ...roots.map((root) => `\${${root}.x}`)), fc.string()),
  )
  .map((parts) => parts.join(''));

const origin = {name: 'a', format: 'template', source: 'a'} as const;

describe('migrating', () => {
  test('keeps each string, whatever a template would read in it', () => {
    fc.assert(
      fc.property(text, (value) => {
        const container = {name: 'a', image: 'a:1', args: [value], env: [{name: 'A', value}]};
        const made = templateOfInitializer({containers: [container]});
        const {entry} = readTemplate(JSON.stringify(made), origin);
        expect(entry.kind === 'good' ? entry.template.containers : entry.faults).toEqual([container]);
        expect(entry.kind === 'good' && entry.template.program).toBe(undefined);
      }),
      propertyRuns({numRuns: 100, seed: 20_301}),
    );
  });

  test('escapes nothing that means itself', () => {
    fc.assert(
      fc.property(text, (value) => value.includes('${') || escaped(value) === value),
      propertyRuns({numRuns: 100, seed: 20_302}),
    );
  });

  test('gives names that are right, or says why there is none', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z_.-]{1,80}(:[a-z0-9._-]*)?$/)), (request) => {
        const found = templateNameOf(request);
        expect('name' in found ? templateNameComplaint(found.name) : found.complaint).toBe(
          'name' in found ? undefined : found.complaint,
        );
      }),
      propertyRuns({numRuns: 100, seed: 20_303}),
    );
  });

  test('an injection’s env and mounts are in every container, the app’s and its own, where none of the name is', () => {
    const named = fc.uniqueArray(fc.record({name: fc.constantFrom('a', 'b', 'c'), value: fc.string()}), {
      selector: ({name}) => name,
    });
    fc.assert(
      fc.property(named, named, (env, own) => {
        const {injection} = readInjection({name: 'x', env, containers: [{name: 'c', image: 'c:1', env: own}]});
        const made = templateOfInjection(injection);
        const [container] = made['containers'] as JsonObject[];
        const expected = [...own, ...env.filter(({name}) => !own.some((item) => item.name === name))];
        expect(container?.['env'] ?? []).toEqual(escaped(expected));
        expect(asObject(made['app'])?.['env'] ?? []).toEqual(escaped(env));
      }),
      propertyRuns({numRuns: 100, seed: 20_304}),
    );
  });

  test('leaves an object without old annotations as the very same', () => {
    const annotations = fc.dictionary(
      fc.constantFrom('a', 'pod-injector.dev/inject', '__proto__', 'injector.tumblr.com/other'),
      fc.string(),
    );
    fc.assert(
      fc.property(annotations, fc.constantFrom('Pod', 'Service'), (given, kind) => {
        const object = {apiVersion: 'v1', kind, metadata: {name: 'x', annotations: given}};
        expect(migrateObject(object)).toEqual({object, changes: []});
        expect(migrateObject(object).object).toBe(object);
      }),
      propertyRuns({numRuns: 100, seed: 20_305}),
    );
  });

  test('is done once: migrated objects have nothing left to migrate', () => {
    const key = fc.constantFrom(
      'initializer.kubernetes.io/a',
      'initializer.kubernetes.io/b',
      'injector.tumblr.com/request',
      'other',
    );
    const annotations = fc.dictionary(key, fc.constantFrom('true', 'false', 'x:v1', 'x'));
    fc.assert(
      fc.property(annotations, annotations, annotations, (outer, between, inner) => {
        const object = {
          apiVersion: 'batch/v1',
          kind: 'CronJob',
          metadata: {annotations: outer},
          spec: {jobTemplate: {metadata: {annotations: between}, spec: {template: {metadata: {annotations: inner}, spec: {}}}}},
        };
        const once = migrateObject(object).object;
        expect(migrateObject(once).object).toBe(once);
      }),
      propertyRuns({numRuns: 100, seed: 20_306}),
    );
  });
});
