import {isDeepStrictEqual} from 'node:util';
import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {inject, uninject} from '../../src/core/inject.ts';
import {asList, asObject, isObject, type Json, type JsonObject} from '../../src/core/json.ts';
import type {Outcome} from '../../src/core/outcome.ts';
import {namesIn} from '../../src/core/scene.ts';
import type {Template, TemplateEntry, TemplateSnapshot} from '../../src/core/template.ts';
import {frozen} from '../helpers/frozen.ts';
import {propertyRuns} from '../helpers/property-runs.ts';
import {creations, templateOf, withTemplate, type Scenario} from './generators.ts';
import {problems} from './generators-facts.ts';

const runs = propertyRuns({numRuns: 500, seed: 20_262});

const natives = fc.array(fc.constantFrom<Template['native']>('auto', 'auto', 'always', 'never'), {minLength: 4, maxLength: 4});

/** The templates of a scenario, each native or not, and giving to init containers or not. */
function withNatives(templates: TemplateSnapshot, choices: readonly Template['native'][], appInit: boolean): TemplateSnapshot {
  const entries = [...templates].map(([name, entry], index): [string, TemplateEntry] => {
    if (entry.kind !== 'good') return [name, entry];
    const {template} = entry;
    const app = appInit ? {...template.app, initContainers: ['*']} : template.app;
    return [name, {kind: 'good', template: {...template, native: choices[index] ?? 'never', app}}];
  });
  return new Map(entries);
}

const scenarios = (options?: Parameters<typeof creations>[0]): fc.Arbitrary<Scenario> =>
  fc
    .tuple(creations(options), natives, fc.boolean(), fc.constantFrom(28, 31, 32, 36, 36, 36))
    .map(([scenario, choices, appInit, serverMinor]) => ({
      ...scenario,
      templates: withNatives(scenario.templates, choices, appInit),
      serverMinor,
    }));

function law(
  check: (input: Scenario, outcome: Outcome) => void,
  options?: Parameters<typeof creations>[0],
  more: {readonly numRuns?: number} = {},
): void {
  fc.assert(
    fc.property(scenarios(options), (scenario) => {
      const input = frozen(scenario);
      check(input, inject(input));
    }),
    {...runs, ...more},
  );
}

const namesOf = (object: JsonObject, list: 'containers' | 'initContainers'): readonly string[] =>
  namesIn(asObject(templateOf(object)['spec'])?.[list]);

/** The templates that were injected with native sidecars, in the order of the list. */
function nativeOnes(input: Scenario, outcome: Outcome): readonly Template[] {
  return outcome.templates.flatMap((one) => {
    const entry = input.templates.get(one.name);
    if (one.kind !== 'injected' || entry?.kind !== 'good' || entry.template.containers.length === 0) return [];
    return one.native === true || entry.template.native === 'always' ? [entry.template] : [];
  });
}

test('what prepares a native sidecar comes before it, and it before what the application prepares', () => {
  const mix = {injected: 0, native: 0};
  law((input, outcome) => {
    if (outcome.verdict.kind !== 'injected' || outcome.object === input.object) return;
    mix.injected += 1;
    const [before, after] = [namesOf(input.object, 'initContainers'), namesOf(outcome.object, 'initContainers')];
    for (const template of nativeOnes(input, outcome)) {
      mix.native += 1;
      const [own, made] = [template.initContainers, template.containers].map((list) =>
        list.map((container) => after.indexOf(String(container['name']))),
      ) as [number[], number[]];
      expect(Math.min(...made)).toBeGreaterThanOrEqual(0);
      expect([...own, ...made]).toEqual([...own, ...made].toSorted((a, b) => a - b));
      // What the author wrote of a template's own preparation stays where it is.
      if (template.initContainers.some((container) => before.includes(String(container['name'])))) continue;
      const application = after
        .filter((name) => before.includes(name) && name !== 'agent-init')
        .map((name) => after.indexOf(name));
      expect(Math.max(...made)).toBeLessThan(Math.min(Number.POSITIVE_INFINITY, ...application));
    }
  });
  // The law is of no worth where nothing native was injected.
  expect(mix.injected).toBeGreaterThan(runs.numRuns / 4);
  expect(mix.native).toBeGreaterThan(mix.injected / 3);
});

test('native templates of one position keep the order of the list', () => {
  law((input, outcome) => {
    if (outcome.object === input.object) return;
    const before = namesOf(input.object, 'initContainers');
    const after = namesOf(outcome.object, 'initContainers');
    for (const position of ['first', 'last'] as const) {
      const names = nativeOnes(input, outcome)
        .filter((template) => template.position === position)
        .flatMap((template) => [...template.initContainers, ...template.containers].map((container) => String(container['name'])))
        .filter((name) => !before.includes(name) && !before.includes(`${name}-init`));
      expect(after.filter((name) => names.includes(name))).toEqual(names);
    }
  });
});

test('the containers that stay containers stand where they stood without native sidecars', () => {
  law((input, outcome) => {
    const templates = withNatives(input.templates, [], false);
    const classic = inject({...input, templates});
    const kinds = (one: Outcome): readonly string[] => one.templates.map((template) => template.kind);
    if (outcome.object === input.object || !isDeepStrictEqual(kinds(classic), kinds(outcome))) return;
    const moved = new Set(
      nativeOnes(input, outcome).flatMap((template) => template.containers.map((one) => String(one['name']))),
    );
    expect(namesOf(outcome.object, 'containers')).toEqual(
      namesOf(classic.object, 'containers').filter((name) => !moved.has(name)),
    );
  });
});

test('a second injection changes nothing, whatever version the cluster has become', () => {
  law((input, first) => {
    if (first.verdict.kind !== 'injected' || first.object === input.object) return;
    const again = [31, 36].map((serverMinor) => inject(frozen({...input, object: first.object, serverMinor})).object);
    expect(again.every((object) => object === first.object)).toBe(true);
  });
});

test('no name, volume or mount path stands twice that did not before', () => {
  law((input, outcome) => {
    const before = problems(input.object);
    expect(problems(outcome.object).filter((problem) => !before.includes(problem))).toEqual([]);
  });
});

test('taking it out again gives what the author wrote', () => {
  let moved = 0;
  law(
    (input, outcome) => {
      if (outcome.object === input.object) return;
      if (namesOf(input.object, 'containers').some((name) => namesOf(outcome.object, 'initContainers').includes(name)))
        moved += 1;
      const back = uninject(frozen(outcome.object)).object;
      expect(isDeepStrictEqual(back, input.object)).toBe(true);
      const keys = (object: JsonObject): readonly string[] => Object.keys(asObject(templateOf(object)['spec']) ?? {});
      expect(keys(back)).toEqual(keys(input.object));
    },
    {},
    {numRuns: runs.numRuns * 3},
  );
  expect(moved).toBeGreaterThan(10);
});

/** What `kubectl apply` makes of the stored containers: the manifest's in its order, as they are stored, then the others. */
function applied(stored: JsonObject, manifest: JsonObject): JsonObject {
  const listOf = (object: JsonObject): readonly Json[] => asList(asObject(templateOf(object)['spec'])?.['containers']);
  const [live, wanted] = [listOf(stored), listOf(manifest)];
  const named = (list: readonly Json[], item: Json): Json | undefined =>
    list.find((other) => isObject(other) && isObject(item) && other['name'] === item['name']);
  const containers = [
    ...wanted.map((item) => named(live, item) ?? item),
    ...live.filter((item) => named(wanted, item) === undefined),
  ];
  return withTemplate(stored, (template) => ({...template, spec: {...asObject(template['spec']), containers}}));
}

test('the same manifest once more, replaced or applied, starts no rollout', () => {
  law(
    (input, first) => {
      if (first.verdict.kind !== 'injected' || input.view === 'pods') return;
      const stored = frozen(first.object);
      for (const object of [input.object, applied(stored, input.object)]) {
        const again = inject(frozen({...input, operation: 'UPDATE', object, oldObject: stored}));
        expect(isDeepStrictEqual(templateOf(again.object), templateOf(stored))).toBe(true);
      }
    },
    {kind: 'Deployment', at: 'workload'},
  );
});
