import {isDeepStrictEqual} from 'node:util';
import * as fc from 'fast-check';
import {afterAll, describe, expect, test} from 'vitest';
import {inject, uninject} from '../../src/core/inject.ts';
import type {JsonObject} from '../../src/core/json.ts';
import type {Outcome} from '../../src/core/outcome.ts';
import type {Template, TemplateEntry, TemplateSnapshot} from '../../src/core/template.ts';
import {frozen} from '../helpers/frozen.ts';
import {propertyRuns} from '../helpers/property-runs.ts';
import {problems} from './generators-facts.ts';
import {patternCases, type PatternCase, type Place} from './generators-patterns.ts';
import {creations, templateOf, withTemplate} from './generators.ts';
import {served, storedForm} from './generators-workload.ts';

const runs = propertyRuns({numRuns: 400, seed: 20_271});
const mix = new Map<string, number>();

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

function law(check: (one: PatternCase, outcome: Outcome) => void, place?: fc.Arbitrary<Place>): void {
  fc.assert(
    fc.property(patternCases(place), (one) => {
      const input = frozen(one.input);
      const outcome = inject(input);
      const {verdict} = outcome;
      const what = verdict.kind === 'refused' ? `refused ${verdict.faults[0]?.code}` : verdict.kind;
      mix.set(what, (mix.get(what) ?? 0) + 1);
      check(one, frozen(outcome));
    }),
    runs,
  );
}

describe('templates of all patterns together', () => {
  test('are injected once', () => {
    law(({input}, first) => {
      const second = inject({...input, object: first.object});
      expect(second.object).toBe(first.object);
      if (first.verdict.kind === 'injected') expect(second.verdict.kind).toBe('alreadyInjected');
    });
  });

  test('are taken out again without a trace', () => {
    law(({input}, {object}) => {
      if (object === input.object) return;
      const back = uninject(object).object;
      if (!isDeepStrictEqual(back, input.object)) expect(back).toEqual(input.object);
      expect(JSON.stringify(back)).toBe(JSON.stringify(input.object));
    });
  });

  test('are whole or not there, and nothing stands twice', () => {
    law(({input}, {object, verdict}) => {
      if (verdict.kind === 'refused') expect(object).toBe(input.object);
      // Where the author mounts what the pod has not, an adapter that reads it has it no more.
      expect(problems(input.object).length > 0 ? [] : problems(object)).toEqual([]);
    });
  });

  test('come to the same pod from a manifest as from what the API server makes of it', () => {
    law(({input}, bare) => {
      const full = inject(frozen({...input, object: withTemplate(input.object, (one) => ({...one, ...served(one)}))}));
      expect(full.verdict.kind).toBe(bare.verdict.kind);
      expect(full.templates.map((one) => [one.name, one.kind])).toEqual(bare.templates.map((one) => [one.name, one.kind]));
    });
  });

  test('are known again in what the API server made of the result', () => {
    law(({input}, {object, verdict}) => {
      if (verdict.kind !== 'injected') return;
      const full = frozen(withTemplate(object, (one) => ({...one, ...served(one)})));
      const second = inject({...input, object: full});
      expect(second.verdict.kind).toBe('alreadyInjected');
      expect(second.object).toBe(full);
    });
  });

  test('are left alone when another injector adds a container afterwards', () => {
    law(({input}, {object, verdict}) => {
      if (verdict.kind !== 'injected') return;
      const more = frozen(
        withTemplate(object, (one) => {
          const spec = one['spec'] as {containers: JsonObject[]};
          return {
            ...one,
            spec: {
              ...spec,
              containers: [...spec.containers, {name: 'mesh', image: 'mesh:1', env: [{name: 'REDIS_HOST', value: 'r'}]}],
            },
          };
        }),
      );
      expect(inject({...input, object: more}).object).toBe(more);
    }, fc.constant('pod'));
  });

  test('give the author his part back from what the API server stores', () => {
    law(
      ({input}, {object}) => {
        if (object === input.object) return;
        const back = uninject(frozen(withTemplate(object, storedForm)));
        expect(storedForm(templateOf(back.object))).toEqual(storedForm(templateOf(input.object)));
      },
      fc.constantFrom('workload', 'podTemplate'),
    );
  });
});

test('templates of all patterns in a pod of any form are injected once, and taken out again without a trace', () => {
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
    {...runs, numRuns: runs.numRuns * 2},
  );
  expect(injected).toBeGreaterThan(runs.numRuns / 2);
});

afterAll(() => {
  console.log(
    `patterns: ${[...mix]
      .toSorted(([, a], [, b]) => b - a)
      .map(([what, count]) => `${what} ${count}`)
      .join(', ')}`,
  );
  const all = [...mix.values()].reduce((sum, one) => sum + one, 0);
  expect(mix.get('injected')).toBeGreaterThan(all / 3);
});
