import {isDeepStrictEqual} from 'node:util';
import * as fc from 'fast-check';
import {afterAll, describe, expect, test} from 'vitest';
import {inject} from '../../src/core/inject.ts';
import {asList, asObject, withField, type JsonObject} from '../../src/core/json.ts';
import {frozen} from '../helpers/frozen.ts';
import {propertyRuns} from '../helpers/property-runs.ts';
import {templateOf, withTemplate} from './generators.ts';
import {
  edits,
  inOrder,
  names,
  onSpec,
  statusOf,
  storedForm,
  update,
  withoutAnnotation,
  withoutStatus,
  workloads,
  type Stored,
} from './generators-workload.ts';

const runs = propertyRuns({numRuns: 120, seed: 20_262});

let tried = 0;
function law(check: (one: Stored) => void, numRuns = runs.numRuns): void {
  const property = fc.property(workloads, (one) => {
    tried += 1;
    check(one);
  });
  fc.assert(property, {...runs, numRuns});
}

describe('an update', () => {
  test('with the original manifest gives the pod template that is stored, whatever the templates are by now', () => {
    law((one) => {
      const {original, stored, release} = one;
      for (const templates of [one.input.templates, release]) {
        const outcome = update(one, stored, original, templates);
        expect(templateOf(outcome.object)).toEqual(templateOf(stored));
        expect(update(one, stored, stored, templates).object).toBe(stored);
      }
    });
  });

  test('with the original manifest gives what is stored, as the API server has defaulted both', () => {
    law((one) => {
      const manifest = frozen(withTemplate(one.original, storedForm));
      const outcome = inject({...one.input, object: manifest});
      if (outcome.verdict.kind !== 'injected') return;
      for (const injected of [outcome.object, one.stored]) {
        const stored = frozen(withTemplate(injected, storedForm));
        const again = update(one, stored, manifest, one.release);
        expect(templateOf(again.object)).toEqual(templateOf(stored));
      }
    });
  });

  test('that scales, or labels the workload, leaves the pod template the very same', () => {
    law((one) => {
      const scaled = {...one.stored, spec: {...asObject(one.stored['spec']), replicas: 5}};
      expect(update(one, one.stored, scaled, one.release).object).toBe(scaled);
    }, runs.numRuns / 2);
  });

  test("of the author's part comes to what a new creation of it gives, by a manifest as by a change of what is stored", () => {
    fc.assert(
      fc.property(workloads, edits, (one, [, edit]) => {
        fc.pre(!isDeepStrictEqual(edit(templateOf(one.original)), templateOf(one.original)));
        tried += 1;
        const wanted = inject({...one.input, object: withTemplate(one.original, edit)});
        const byManifest = update(one, one.stored, frozen(withTemplate(one.original, edit)));
        const byChange = update(one, one.stored, frozen(withTemplate(one.stored, edit)));
        for (const outcome of [byManifest, byChange]) {
          if (wanted.verdict.kind === 'refused') expect(outcome.verdict.kind).toBe('refused');
          else expect(templateOf(outcome.object)).toEqual(templateOf(wanted.object));
        }
      }),
      {...runs, numRuns: runs.numRuns * 2},
    );
  });

  test("of the author's part with another release of the templates comes to that release", () => {
    fc.assert(
      fc.property(workloads, edits, (one, [, edit]) => {
        fc.pre(!isDeepStrictEqual(edit(templateOf(one.original)), templateOf(one.original)));
        tried += 1;
        const wanted = inject({...one.input, templates: one.release, object: withTemplate(one.original, edit)});
        const outcome = update(one, one.stored, frozen(withTemplate(one.stored, edit)), one.release);
        if (wanted.verdict.kind === 'refused') expect(outcome.verdict.kind).toBe('refused');
        else expect(templateOf(outcome.object)).toEqual(templateOf(wanted.object));
      }),
      {...runs, numRuns: runs.numRuns * 2},
    );
  });

  test('is the last: the same one again changes nothing', () => {
    fc.assert(
      fc.property(workloads, edits, (one, [, edit]) => {
        fc.pre(!isDeepStrictEqual(edit(templateOf(one.original)), templateOf(one.original)));
        tried += 1;
        const first = update(one, one.stored, frozen(withTemplate(one.stored, edit)), one.release);
        if (first.verdict.kind === 'refused') return;
        const second = update(one, frozen(first.object), first.object, one.release);
        expect(second.object).toBe(first.object);
        const manifest = update(one, first.object, frozen(withTemplate(one.original, edit)), one.input.templates);
        expect(templateOf(manifest.object)).toEqual(templateOf(first.object));
      }),
      runs,
    );
  });

  test("that takes the annotation away gives the author's template back, by a manifest as by a change of what is stored", () => {
    law((one) => {
      const quiet = {...one.input, namespace: {name: 'shop'}};
      for (const object of [one.stored, one.original]) {
        const outcome = update({...one, input: quiet}, one.stored, frozen(withoutAnnotation(object)));
        expect(templateOf(outcome.object)).toEqual(templateOf(one.original));
        expect(isDeepStrictEqual(templateOf(outcome.object), templateOf(one.original))).toBe(true);
      }
    });
  });

  test('that brings back an earlier revision keeps it as it was', () => {
    fc.assert(
      fc.property(workloads, edits, (one, [, edit]) => {
        fc.pre(!isDeepStrictEqual(edit(templateOf(one.original)), templateOf(one.original)));
        tried += 1;
        const later = update(one, one.stored, frozen(withTemplate(one.stored, edit)), one.release);
        // What was left out as optional is judged by what the template says of itself today.
        fc.pre(
          later.verdict.kind === 'injected' &&
            !String(statusOf(one.stored)).includes('skipped') &&
            statusOf(later.object) !== statusOf(one.stored),
        );
        const back = withTemplate(later.object, () => templateOf(one.stored));
        const outcome = update(one, later.object, frozen(back), one.release);
        expect(outcome.object).toBe(back);
        expect(outcome.verdict.kind).toBe('alreadyInjected');
      }),
      runs,
    );
  });
});

describe('a change by hand of an injected container', () => {
  /** The name of the first container that the status knows as added whole. */
  const injectedContainer = ({original, stored}: Stored): string | undefined => {
    const written = new Set(names(asObject(templateOf(original)['spec'])?.['containers']));
    const added = names(asObject(templateOf(stored)['spec'])?.['containers']).find((name) => !written.has(name));
    return written.size === 0 ? undefined : added;
  };
  const byHand =
    (name: string) =>
    (template: JsonObject): JsonObject =>
      onSpec(template, (spec) =>
        withField(
          spec,
          'containers',
          asList(spec['containers']).map((item) =>
            asObject(item)?.['name'] === name ? {...asObject(item), stdin: true, command: ['by-hand']} : item,
          ),
        ),
      );

  test('stays through the next release of its template, and goes with it', () => {
    law((one) => {
      const name = injectedContainer(one);
      fc.pre(name !== undefined);
      const changed = update(one, one.stored, frozen(withTemplate(one.stored, byHand(name))));
      fc.pre(changed.verdict.kind !== 'refused');
      const wanted = templateOf(withTemplate(one.stored, byHand(name)));
      expect(inOrder(withoutStatus(templateOf(changed.object)))).toEqual(inOrder(withoutStatus(wanted)));
      expect(update(one, frozen(changed.object), changed.object, one.release).object).toBe(changed.object);
      const pod: JsonObject = frozen({apiVersion: 'v1', kind: 'Pod', ...templateOf(changed.object)});
      expect(inject({...one.input, templates: one.release, object: pod}).object).toBe(pod);
      const quiet = {...one, input: {...one.input, namespace: {name: 'shop'}}};
      const gone = update(quiet, changed.object, frozen(withoutAnnotation(changed.object)));
      expect(templateOf(gone.object)).toEqual(templateOf(one.original));
    });
  });

  test('that takes it out is undone', () => {
    law((one) => {
      const name = injectedContainer(one);
      fc.pre(name !== undefined);
      const without = withTemplate(one.stored, (template) =>
        onSpec(template, (spec) =>
          withField(
            spec,
            'containers',
            asList(spec['containers']).filter((item) => asObject(item)?.['name'] !== name),
          ),
        ),
      );
      const outcome = update(one, one.stored, frozen(without));
      expect(templateOf(outcome.object)).toEqual(templateOf(one.stored));
      expect(outcome.notes.map((note) => note.code)).toContain('handEditUndone');
    }, runs.numRuns / 2);
  });
});

afterAll(() => {
  console.log(`updates: ${tried} injected workloads were tried`);
});
