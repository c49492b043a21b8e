import {isDeepStrictEqual} from 'node:util';
import * as fc from 'fast-check';
import {afterAll, describe, expect, test} from 'vitest';
import {inject, uninject} from '../../src/core/inject.ts';
import {asList, asObject, withField, type JsonObject} from '../../src/core/json.ts';
import {equals} from '../../src/core/kubernetes/equality.ts';
import {frozen} from '../helpers/frozen.ts';
import {propertyRuns} from '../helpers/property-runs.ts';
import {creations, templateOf, withTemplate} from './generators.ts';
import {names, onSpec, served, storedForm, withoutStatus, withoutTwin, workloads, type Stored} from './generators-workload.ts';

const runs = propertyRuns({numRuns: 120, seed: 20_263});

let tried = 0;
function law(check: (one: Stored) => void, numRuns = runs.numRuns): void {
  const property = fc.property(workloads, (one) => {
    tried += 1;
    check(one);
  });
  fc.assert(property, {...runs, numRuns});
}

describe('a pod of an injected workload', () => {
  test('is injected already, whatever the templates are by now', () => {
    law((one) => {
      for (const templates of [one.input.templates, one.release]) {
        const pod: JsonObject = frozen({apiVersion: 'v1', kind: 'Pod', ...templateOf(one.stored)});
        const outcome = inject({...one.input, templates, object: pod});
        expect(outcome.object).toBe(pod);
        expect(outcome.verdict.kind).toBe('alreadyInjected');
      }
    });
  });

  test('gets back what another webhook took out of it', () => {
    law((one) => {
      const pod: JsonObject = frozen({apiVersion: 'v1', kind: 'Pod', ...templateOf(one.stored)});
      const spec = asObject(pod['spec']) ?? {};
      const written = asList(asObject(templateOf(one.original)['spec'])?.['volumes']);
      const volumes = asList(spec['volumes']);
      const stripped = volumes.filter((item) => written.some((other) => isDeepStrictEqual(other, item)));
      fc.pre(stripped.length < volumes.length);
      const outcome = inject(frozen({...one.input, object: onSpec(pod, () => withField(spec, 'volumes', stripped))}));
      expect(names(asObject(outcome.object['spec'])?.['volumes'])).toEqual(names(volumes));
      expect(names(asObject(outcome.object['spec'])?.['containers']).toSorted()).toEqual(names(spec['containers']).toSorted());
    });
  });

  test('that another injector adds a container to is left as it is', () => {
    law((one) => {
      const pod: JsonObject = {apiVersion: 'v1', kind: 'Pod', ...templateOf(one.stored)};
      const more = frozen(
        onSpec(pod, (spec) => withField(spec, 'containers', [...asList(spec['containers']), {name: 'mesh', image: 'mesh:1'}])),
      );
      expect(inject({...one.input, object: more}).object).toBe(more);
    }, runs.numRuns / 2);
  });
});

describe('what the API server fills in', () => {
  const pods = creations({kind: 'Pod', at: 'pod'});

  test('makes no difference to what is injected', () => {
    fc.assert(
      fc.property(pods, (input) => {
        const [bare, full] = [inject(input), inject({...input, object: served(input.object)})];
        expect(full.verdict.kind).toBe(bare.verdict.kind);
        expect(full.templates.map((one) => [one.name, one.kind])).toEqual(bare.templates.map((one) => [one.name, one.kind]));
        const [a, b] = [withoutStatus(bare.object), withoutStatus(full.object)];
        if (!equals('PodTemplateSpec', a, b))
          expect(equals('PodTemplateSpec', served(withoutTwin(a)), served(withoutTwin(b)))).toBe(true);
      }),
      {...runs, numRuns: runs.numRuns * 2},
    );
  });

  test('makes no difference to what the author gets back', () => {
    law((one) => {
      const back = uninject(frozen(withTemplate(one.stored, storedForm)));
      expect(equals('PodTemplateSpec', templateOf(back.object), storedForm(templateOf(one.original)))).toBe(true);
    });
  });

  test('makes no difference to an injection that is there', () => {
    fc.assert(
      fc.property(pods, (input) => {
        const first = inject(input);
        fc.pre(first.verdict.kind === 'injected');
        const full = frozen(served(first.object));
        const second = inject({...input, object: full});
        expect(second.object).toBe(full);
        expect(second.verdict.kind).toBe('alreadyInjected');
      }),
      {...runs, numRuns: runs.numRuns * 2},
    );
  });
});

afterAll(() => {
  console.log(`pods of workloads: ${tried} injected workloads were tried`);
});
