import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {explainObject} from '../../src/cli/explain/explain-object.ts';
import type {World} from '../../src/cli/explain/explanation.ts';
import {inject} from '../../src/core/inject.ts';
import type {JsonObject} from '../../src/core/json.ts';
import {creations} from '../core/generators.ts';
import {propertyRuns} from '../helpers/property-runs.ts';

const runs = propertyRuns({numRuns: 200, seed: 20_265});

/** The world of an injection: what the engine knows, and nothing of a cluster. */
function worldOf({templates, namespace}: Parameters<typeof inject>[0]): World {
  const metadata: JsonObject = {
    name: namespace.name,
    ...(namespace.labels === undefined ? {} : {labels: namespace.labels}),
    ...(namespace.annotations === undefined ? {} : {annotations: namespace.annotations}),
  };
  const namespaces = new Map([[namespace.name, {apiVersion: 'v1', kind: 'Namespace', metadata}]]);
  return {
    templates,
    namespaces,
    templateTimes: new Map(),
    unlabelled: new Set(),
    registration: {kind: 'unknown'},
    injectorNamespace: 'pod-injector',
  };
}

test('what is told of an object before it is created is what becomes of it', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(creations(), (input) => {
      const {serverMinor} = input;
      const subject = {object: input.object, namespace: input.namespace.name, pods: []};
      const told = explainObject(subject, {...worldOf(input), ...(serverMinor === undefined ? {} : {serverMinor})});
      const {foreignContainers: _, ...asked} = input;
      const {verdict, templates} = inject({...asked, view: 'pods'});
      seen.add(verdict.kind);
      expect(told.verdict).toBe(verdict.kind);
      expect(told.templates.map(({name}) => name)).toEqual(templates.map(({name}) => name));
      expect(told.templates.filter(({kind}) => kind !== 'skipped')).toEqual(
        templates.filter(({kind}) => kind !== 'skipped' && (kind !== 'injected' || verdict.kind !== 'refused')),
      );
      expect(told.isProblem).toBe(verdict.kind === 'refused');
    }),
    runs,
  );
  expect(seen).toContain('injected');
  expect(seen).toContain('refused');
});

test('no object is too odd to be explained', () => {
  const odd = fc.object({
    key: fc.constantFrom(
      'metadata',
      'annotations',
      'labels',
      'spec',
      'template',
      'pod-injector.dev/inject',
      '__proto__',
      'ownerReferences',
    ),
    maxDepth: 5,
  });
  fc.assert(
    fc.property(odd, fc.constantFrom('Pod', 'Deployment', 'Namespace', 'Service', 'CronJob'), (object, kind) => {
      const apiVersion = kind === 'Deployment' ? 'apps/v1' : kind === 'CronJob' ? 'batch/v1' : 'v1';
      const subject = {object: {...(object as JsonObject), apiVersion, kind}, namespace: 'shop', pods: []};
      const world = worldOf({operation: 'CREATE', object: {}, namespace: {name: 'shop'}, templates: new Map()});
      expect(explainObject(subject, world).subject).toBe(subject);
    }),
    runs,
  );
});
