import {isDeepStrictEqual} from 'node:util';
import * as fc from 'fast-check';
import jsonPatch from 'fast-json-patch';
import {afterAll, describe, expect, test} from 'vitest';
import {addedPaths} from '../../src/core/added.ts';
import {inject, uninject} from '../../src/core/inject.ts';
import type {JsonObject} from '../../src/core/json.ts';
import type {Outcome} from '../../src/core/outcome.ts';
import {diff} from '../../src/core/patch.ts';
import {frozen} from '../helpers/frozen.ts';
import {propertyRuns} from '../helpers/property-runs.ts';
import {creations, templateOf, type Scenario} from './generators.ts';
import {lost, objects, problems, statusList, unknownFields} from './generators-facts.ts';

const runs = propertyRuns({numRuns: 250, seed: 20_261});

/** Holds the law for the outcomes of random creations. */
function law(
  check: (input: Scenario, outcome: Outcome) => void,
  scenarios: fc.Arbitrary<Scenario> = creations(),
  more: fc.Parameters<[Scenario]> = {},
): void {
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
    law(
      (input, outcome) => {
        const operations = diff(input.object, outcome.object);
        const copy = JSON.parse(JSON.stringify(input.object)) as JsonObject;
        const patched = jsonPatch.applyPatch(
          copy,
          structuredClone(operations) as jsonPatch.Operation[],
          true,
          false,
          true,
        ).newDocument;
        expect(isDeepStrictEqual(patched, outcome.object)).toBe(true);
        // What the API server gets is text.
        expect(isDeepStrictEqual(JSON.parse(JSON.stringify(outcome.object)), outcome.object)).toBe(true);
        mix.runs += 1;
        if (outcome.verdict.kind === 'injected') mix.injected += 1;
        else if (outcome.verdict.kind === 'refused') mix.refused += 1;
        else if (outcome.verdict.kind === 'skipped') mix.skipped += 1;
        else mix.other += 1;
        if (outcome.verdict.kind === 'injected' && operations.length >= 3) mix.substantial += 1;
      },
      creations(),
      {numRuns: runs.numRuns * 3},
    );
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
      const added = outcome.templates.flatMap((one) => (one.added === undefined ? [] : addedPaths(one.added)));
      const [before, after] = [templateOf(input.object), templateOf(outcome.object)];
      const unlisted = ['containers', 'initContainers', 'volumes'].flatMap((list) =>
        objects(after, list).filter((item) => {
          const path = `${list}/${String(item['name'])}`;
          const old = objects(before, list).find((other) => other['name'] === item['name']);
          if (old === undefined) return !added.includes(path);
          return !isDeepStrictEqual(old, item) && !added.some((one) => one.startsWith(`${path}/`));
        }),
      );
      expect(unlisted).toEqual([]);
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
        const wanted = last.flatMap(({added}) =>
          (added === undefined ? [] : addedPaths(added)).filter((path) => places.includes(path)),
        );
        expect(places.filter((place) => wanted.includes(place))).toEqual(wanted);
      }
    });
  });
});

test('taking an injection out again gives what the author wrote', () => {
  law(
    (input, outcome) => {
      if (outcome.object === input.object) {
        expect(uninject(outcome.object).object).toEqual(input.object);
        return;
      }
      const back = uninject(frozen(outcome.object));
      expect(back.verdict.kind).toBe('removed');
      expect(back.object).toEqual(input.object);
      expect(isDeepStrictEqual(back.object, input.object)).toBe(true);
      expect(Object.keys(templateOf(back.object))).toEqual(Object.keys(templateOf(input.object)));
    },
    creations(),
    {numRuns: runs.numRuns * 3},
  );
});

afterAll(() => {
  const share = (count: number): string => `${Math.round((100 * count) / Math.max(1, mix.runs))} %`;
  console.log(
    `creations: ${mix.runs}, injected ${share(mix.injected)} (${share(mix.substantial)} of three or more changes), refused ${share(mix.refused)}, skipped ${share(mix.skipped)}, other ${share(mix.other)}`,
  );
});
