import * as fc from 'fast-check';
import {afterAll, describe, expect, test} from 'vitest';
import {inject, uninject} from '../../src/core/inject.ts';
import {readTemplate} from '../../src/core/template/read.ts';
import {frozen} from '../helpers/frozen.ts';
import {propertyRuns} from '../helpers/property-runs.ts';
import {mutated, mutations, retuned} from './generators-odd.ts';
import {patternNames} from './generators-patterns-template.ts';
import {patternCases} from './generators-patterns.ts';

const runs = propertyRuns({numRuns: 400, seed: 20_274});
const mix = new Map<string, number>();
const count = (what: string): void => void mix.set(what, (mix.get(what) ?? 0) + 1);

describe('an object that no API server would take', () => {
  test('is answered, and taken apart, without a crash', () => {
    fc.assert(
      fc.property(patternCases(), mutations, mutations, fc.boolean(), (one, odd, more, isInjected) => {
        const stored = inject(one.input).object;
        const object = frozen(mutated(isInjected ? stored : one.input.object, odd));
        const outcome = inject({...one.input, object});
        count(outcome.verdict.kind);
        if (outcome.verdict.kind === 'refused') expect(outcome.object).toBe(object);
        expect(inject({...one.input, object: outcome.object}).verdict.kind).toBeDefined();
        const oldObject = frozen(mutated(stored, more));
        expect(inject({...one.input, operation: 'UPDATE', object, oldObject}).verdict.kind).toBeDefined();
        expect(uninject(object).verdict.kind).toBeDefined();
        if (outcome.verdict.kind === 'injected' && !isInjected)
          expect(JSON.stringify(uninject(frozen(outcome.object)).object)).toBe(JSON.stringify(object));
      }),
      runs,
    );
  });
});

const changes = fc.array(fc.tuple(fc.nat(), fc.nat()), {minLength: 1, maxLength: 3});

describe('a template that somebody changed', () => {
  test('is refused with the place, or injects without a crash, whole or not at all', () => {
    fc.assert(
      fc.property(patternCases(), fc.constantFrom(...patternNames), changes, (one, name, tuning) => {
        const document = retuned(one.texts[name] ?? {}, tuning);
        const {entry} = readTemplate(JSON.stringify(document), {name, format: 'template', source: `${name}.yaml`});
        count(`template ${entry.kind}`);
        if (entry.kind === 'broken') {
          for (const fault of entry.faults)
            expect(fault).toMatchObject({message: expect.any(String) as string, source: `${name}.yaml`});
        }
        const input = frozen({...one.input, templates: new Map([...one.templates, [name, entry] as const])});
        const outcome = inject(input);
        if (outcome.verdict.kind === 'refused') expect(outcome.object).toBe(input.object);
        if (outcome.verdict.kind !== 'injected') return;
        expect(inject({...input, object: outcome.object}).object).toBe(outcome.object);
        expect(uninject(frozen(outcome.object)).object).toEqual(input.object);
      }),
      runs,
    );
  });
});

afterAll(() => {
  console.log(`odd objects: ${[...mix].map(([what, times]) => `${what} ${times}`).join(', ')}`);
});
