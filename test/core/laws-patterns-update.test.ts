import {isDeepStrictEqual} from 'node:util';
import * as fc from 'fast-check';
import {afterAll, describe, expect, test} from 'vitest';
import {inject} from '../../src/core/inject.ts';
import {asList, asObject, withField, withoutField, type JsonObject} from '../../src/core/json.ts';
import {frozen} from '../helpers/frozen.ts';
import {propertyRuns} from '../helpers/property-runs.ts';
import {patternTemplates} from './generators-patterns-template.ts';
import {patternCases} from './generators-patterns.ts';
import {injectKey, templateOf, withTemplate} from './generators.ts';
import {edits, statusOf, storedForm, update, withoutAnnotation, type Stored} from './generators-workload.ts';

const runs = propertyRuns({numRuns: 150, seed: 20_272});
const mix = new Map<string, number>();
const count = (what: string): void => void mix.set(what, (mix.get(what) ?? 0) + 1);

/** A workload that was injected, and the next release of the templates. */
const stored: fc.Arbitrary<Stored> = fc
  .tuple(patternCases(fc.constant('workload')), patternTemplates)
  .map(([one, release]) => {
    const {view: _, ...input} = one.input;
    const outcome = inject(input);
    return {
      [fc.toStringMethod]: () =>
        `${String((one as unknown as Record<symbol, () => string>)[fc.toStringMethod]?.())}\nrelease ${JSON.stringify(release.texts)}`,
      verdict: outcome.verdict.kind,
      ...frozen({input, original: input.object, stored: outcome.object, release: release.templates}),
    };
  })
  .filter(({verdict}) => verdict === 'injected');

function law(check: (one: Stored, edit: (template: JsonObject) => JsonObject) => void): void {
  fc.assert(
    fc.property(stored, edits, (one, [name, edit]) => {
      count(name);
      check(one, edit);
    }),
    runs,
  );
}

function expectTemplate(object: JsonObject, wanted: JsonObject): void {
  if (!isDeepStrictEqual(templateOf(object), templateOf(wanted))) expect(templateOf(object)).toEqual(templateOf(wanted));
}

describe('an update of a workload with templates of all patterns', () => {
  test("that changes nothing of the author's leaves the pod template, whatever the templates are by now", () => {
    law((one) => {
      for (const templates of [one.input.templates, one.release]) {
        expectTemplate(update(one, one.stored, one.original, templates).object, one.stored);
        expect(update(one, one.stored, one.stored, templates).object).toBe(one.stored);
      }
    });
  });

  test('that changes nothing leaves it as the API server stores it, too', () => {
    law((one) => {
      const live = frozen(withTemplate(one.stored, storedForm));
      const manifest = frozen(withTemplate(one.original, storedForm));
      expectTemplate(update(one, live, manifest, one.release).object, live);
      expectTemplate(update(one, live, frozen(applied(live, one.original)), one.release).object, live);
    });
  });

  test("of the author's part comes to what a new creation gives, with the same templates and with the next release", () => {
    law((one, edit) => {
      fc.pre(!isDeepStrictEqual(edit(templateOf(one.original)), templateOf(one.original)));
      for (const templates of [one.input.templates, one.release]) {
        const wanted = inject({...one.input, templates, object: withTemplate(one.original, edit)});
        for (const object of [withTemplate(one.original, edit), withTemplate(one.stored, edit)]) {
          const outcome = update(one, one.stored, frozen(object), templates);
          if (wanted.verdict.kind === 'refused') {
            count('refused');
            expect(outcome.verdict.kind).toBe('refused');
            expect(outcome.object).toBe(object);
          } else expectTemplate(outcome.object, wanted.object);
        }
      }
    });
  });

  test("that takes the annotation away, or says false, gives the author's pod template back", () => {
    law((one) => {
      for (const object of [one.stored, one.original]) {
        const gone = update(one, one.stored, frozen(withoutAnnotation(object)));
        expectTemplate(gone.object, one.original);
        const off = update(one, one.stored, frozen(asking(object, 'false')));
        expect(inject({...one.input, object: frozen(asking(one.original, 'false'))}).object).toEqual(
          withTemplate(off.object, (template) => template),
        );
      }
    });
  });

  test('that asks for fewer templates comes to what a new creation with these gives', () => {
    law((one) => {
      const asked = String(asObject(asObject(one.original['metadata'])?.['annotations'])?.[injectKey]).split(',');
      fc.pre(asked.length > 1);
      const fewer = asked.slice(1).join(',');
      const wanted = inject({...one.input, object: asking(one.original, fewer)});
      for (const object of [one.stored, one.original]) {
        const outcome = update(one, one.stored, frozen(asking(object, fewer)));
        if (wanted.verdict.kind === 'refused') expect(outcome.verdict.kind).toBe('refused');
        else expectTemplate(outcome.object, wanted.object);
      }
    });
  });

  test('that brings back an earlier revision keeps it as it was', () => {
    law((one, edit) => {
      fc.pre(!isDeepStrictEqual(edit(templateOf(one.original)), templateOf(one.original)));
      const later = update(one, one.stored, frozen(withTemplate(one.stored, edit)), one.release);
      fc.pre(
        later.verdict.kind === 'injected' &&
          !String(statusOf(one.stored)).includes('skipped') &&
          statusOf(later.object) !== statusOf(one.stored),
      );
      count('rollback');
      const back = frozen(withTemplate(later.object, () => templateOf(one.stored)));
      expect(update(one, later.object, back, one.release).object).toBe(back);
    });
  });

  test('makes pods that are injected already', () => {
    law((one) => {
      const pod: JsonObject = frozen({apiVersion: 'v1', kind: 'Pod', ...templateOf(one.stored)});
      const outcome = inject({...one.input, templates: one.input.templates, object: pod});
      // Which name and kind the workload has may be other at the pod, but no template here looks at them.
      expect(outcome.object).toBe(pod);
    });
  });
});

/** The workload with another list of templates. */
function asking(object: JsonObject, text: string): JsonObject {
  const metadata = asObject(object['metadata']) ?? {};
  return withField(
    object,
    'metadata',
    withField(metadata, 'annotations', withField(asObject(metadata['annotations']), injectKey, text)),
  );
}

/** What `kubectl apply` sends: the manifest's fields laid over the live object's, lists merged by name. */
function applied(live: JsonObject, manifest: JsonObject): JsonObject {
  const wanted = asObject(templateOf(manifest)['spec']) ?? {};
  return withTemplate(live, (template) => {
    const spec = asObject(template['spec']) ?? {};
    const lists = ['containers', 'initContainers'].flatMap((list) => {
      if (spec[list] === undefined) return [];
      return [
        [
          list,
          asList(spec[list]).map((item) => laidOver(asObject(item) ?? {}, named(wanted[list], asObject(item)?.['name']))),
        ] as const,
      ];
    });
    return {...template, spec: {...spec, ...Object.fromEntries(lists)}};
  });
}

function laidOver(live: JsonObject, own: JsonObject | undefined): JsonObject {
  if (own?.['env'] === undefined || own['env'] === null) return live;
  const env = asList(live['env']).map((item) => ({...asObject(item), ...named(own['env'], asObject(item)?.['name'])}));
  const rest = asList(own['env']).filter((item) => named(live['env'], asObject(item)?.['name']) === undefined);
  return env.length + rest.length === 0 ? withoutField(live, 'env') : withField(live, 'env', [...env, ...rest] as JsonObject[]);
}

function named(list: unknown, name: unknown): JsonObject | undefined {
  return asObject(asList(list).find((item) => asObject(item)?.['name'] === name));
}

afterAll(() => {
  console.log(`updates of patterns: ${[...mix].map(([what, times]) => `${what} ${times}`).join(', ')}`);
});
