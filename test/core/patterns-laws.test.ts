import {isDeepStrictEqual} from 'node:util';
import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {inject, uninject} from '../../src/core/inject.ts';
import type {Template, TemplateEntry, TemplateSnapshot} from '../../src/core/template.ts';
import {frozen} from '../helpers/frozen.ts';
import {creations} from './generators.ts';

/** What makes of the generators' sidecars one of each pattern, by their names. */
const patterns: Readonly<Record<string, Partial<Template>>> = {
  agent: {ambassador: [{listen: 7777, redirect: {host: 'HOST'}, upstream: {host: {name: 'UP_HOST', default: 'db'}}}]},
  proxy: {ambassador: [{listen: 7778, redirect: {url: 'LEVEL'}, upstream: {url: {name: 'UP', default: 'redis://db:1'}}}]},
  extras: {adapter: {reads: [], metrics: {port: 9113, path: '/stats', name: 'stats', podMonitor: {scrape: 'yes'}}}},
};

function ofAllPatterns(templates: TemplateSnapshot, native: Template['native']): TemplateSnapshot {
  return new Map(
    [...templates].map(([name, entry]): [string, TemplateEntry] => {
      if (entry.kind !== 'good' || entry.template.containers.length === 0) return [name, entry];
      // What the template gives to the application must not be what it redirects.
      const app = {...entry.template.app, env: [], initContainers: name === 'extras' ? ['*'] : []};
      return [name, {kind: 'good', template: {...entry.template, app, native, ...patterns[name]}}];
    }),
  );
}

test('all patterns together, native or not, are injected once, and taken out again without a trace', () => {
  let injected = 0;
  fc.assert(
    fc.property(creations(), fc.constantFrom<Template['native']>('auto', 'never'), (scenario, native) => {
      const input = frozen({...scenario, templates: ofAllPatterns(scenario.templates, native), serverMinor: 36});
      const {object} = inject(input);
      if (object === input.object) return;
      injected += 1;
      expect(inject(frozen({...input, object})).object).toBe(object);
      expect(isDeepStrictEqual(uninject(frozen(object)).object, input.object)).toBe(true);
    }),
    {numRuns: 800, seed: 20_263},
  );
  expect(injected).toBeGreaterThan(200);
});
