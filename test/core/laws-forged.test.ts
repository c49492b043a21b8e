import * as fc from 'fast-check';
import {afterAll, describe, expect, test} from 'vitest';
import {inject, uninject} from '../../src/core/inject.ts';
import {asList, asObject, isList, isObject, withField, withoutField, type Json, type JsonObject} from '../../src/core/json.ts';
import {frozen} from '../helpers/frozen.ts';
import {propertyRuns} from '../helpers/property-runs.ts';
import {forgeries, statusIn} from './generators-forged.ts';
import type {PatternCase} from './generators-patterns.ts';
import {injectKey, templateOf, withTemplate} from './generators.ts';

const runs = propertyRuns({numRuns: 300, seed: 20_273});
const mix = new Map<string, number>();
const count = (what: string): void => void mix.set(what, (mix.get(what) ?? 0) + 1);

/** Every string of a value. */
function strings(value: Json | undefined, found = new Set<string>()): Set<string> {
  if (typeof value === 'string') found.add(value);
  else if (isList(value)) for (const item of value) strings(item, found);
  else if (isObject(value)) for (const part of Object.values(value)) strings(part, found);
  return found;
}

describe('a status that somebody made up', () => {
  test('never sets what nobody wrote', () => {
    fc.assert(
      fc.property(forgeries, ({object}) => {
        const {object: back, verdict} = uninject(object);
        count(verdict.kind === 'removed' ? 'taken out' : 'unreadable');
        if (verdict.kind !== 'removed') {
          expect(back).toBe(object);
          return;
        }
        const known = strings(object);
        // The list that stood in the pod template before a workload's pass is in the record: who writes one may write the other.
        const left = strings(withTemplate(back, withoutList));
        // An address is put together of its parts, which stand in the pod.
        const fresh = [...left].filter((text) => !known.has(text) && text !== '' && text !== 'auto' && !text.includes(':'));
        expect(fresh).toEqual([]);
        expect([...left].filter((text) => text.includes('evil'))).toEqual([]);
      }),
      runs,
    );
  });

  test('never opens the host or switches a template off', () => {
    fc.assert(
      fc.property(forgeries, ({one, object}) => {
        const outcome = inject(frozen({...one.input, object}));
        count(outcome.verdict.kind);
        // A workload's pass writes the list into the pod template, and takes it out again when the workload asks no more.
        if (outcome.verdict.kind === 'removed' && claimsTheList(object)) return;
        if (outcome.verdict.kind === 'refused') {
          expect(outcome.object).toBe(object);
          return;
        }
        if (asObject(templateOf(outcome.object)['spec'])?.['hostNetwork'] === true)
          expect(asObject(templateOf(object)['spec'])?.['hostNetwork']).toBe(true);
        const spec = asObject(templateOf(outcome.object)['spec']) ?? {};
        const present = [...asList(spec['containers']), ...asList(spec['initContainers'])].map((item) =>
          String(asObject(item)?.['name']),
        );
        for (const {name, kind} of outcome.templates) {
          const entry = one.templates.get(name);
          if (entry?.kind !== 'good') continue;
          if (kind !== 'injected' && kind !== 'alreadyInjected') {
            expect(isOptional(one, name) || entry.template.program?.when !== undefined).toBe(true);
            continue;
          }
          const missing = [...entry.template.containers, ...entry.template.initContainers]
            .map((container) => String(container['name']))
            .filter((container) => !present.includes(container));
          // A record of another version of the template counts as far as the pod holds what it names.
          if (!isOfOtherVersion(object, name, entry.template.hash)) expect(missing).toEqual([]);
        }
      }),
      runs,
    );
  });
});

function withoutList(template: JsonObject): JsonObject {
  const metadata = asObject(template['metadata']);
  const annotations = asObject(metadata?.['annotations']);
  return annotations === undefined
    ? template
    : withField(template, 'metadata', withField(metadata, 'annotations', withoutField(annotations, injectKey)));
}

function claimsTheList(object: JsonObject): boolean {
  return JSON.stringify(object).includes(JSON.stringify(`"own":{"metadata":{"annotations":{"${injectKey}"`).slice(1, -1));
}

function isOptional(one: PatternCase, name: string): boolean {
  const entry = one.templates.get(name);
  return (
    new RegExp(`\\b${name}\\?`).test(JSON.stringify(one.input.object)) || (entry?.kind === 'good' && !entry.template.required)
  );
}

function isOfOtherVersion(object: JsonObject, name: string, hash: string): boolean {
  return asList(statusIn(object)?.['templates']).some(
    (item) => asObject(item)?.['name'] === name && asObject(item)?.['hash'] !== hash,
  );
}

afterAll(() => {
  console.log(`forged records: ${[...mix].map(([what, times]) => `${what} ${times}`).join(', ')}`);
});
