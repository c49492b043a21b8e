import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {adviceOn} from '../../src/core/advice/advice.ts';
import {adviceCodes} from '../../src/core/advice/codes.ts';
import {readAdvised} from '../../src/core/advice/read-advised.ts';
import type {Json, JsonObject} from '../../src/core/json.ts';
import {readTemplate} from '../../src/core/template/read.ts';
import {propertyRuns} from '../helpers/property-runs.ts';

/** The words that advice looks for, so that any of them may hold anything. */
const words = [
  'containers',
  'initContainers',
  'volumes',
  'app',
  'spec',
  'metadata',
  'native',
  'name',
  'image',
  'env',
  'value',
  'resources',
  'requests',
  'limits',
  'cpu',
  'securityContext',
  'capabilities',
  'add',
  'drop',
  'ports',
  'hostPort',
  'hostPath',
  'hostNetwork',
  'volumeMounts',
  'mountPath',
  'annotations',
  'lifecycle',
  '__proto__',
] as const;

const {document} = fc.letrec<{document: JsonObject; value: Json}>((tie) => ({
  document: fc.dictionary(fc.constantFrom(...words), tie('value'), {maxKeys: 8}),
  value: fc.oneof(
    {depthSize: 'medium', withCrossShrink: true},
    fc.constantFrom<Json>(
      null,
      true,
      false,
      0,
      80,
      '',
      'ALL',
      'agent',
      'a:1',
      '/etc',
      '${params.x}',
      'TOKEN',
      '${params.x',
      'auto',
    ),
    tie('document'),
    fc.array(tie('value'), {maxLength: 3}),
  ),
}));

const container = fc.record(
  {
    image: fc.constantFrom('agent', 'agent:1'),
    env: fc.array(fc.record({name: fc.constantFrom('TOKEN', 'LEVEL'), value: fc.constantFrom('x', '')}), {maxLength: 1}),
    securityContext: fc.record({privileged: fc.boolean(), runAsNonRoot: fc.boolean()}, {requiredKeys: []}),
    resources: fc.constantFrom({}, {limits: {cpu: '1m'}}, {requests: {cpu: '1m', memory: '1Mi'}}),
  },
  {requiredKeys: ['image']},
);
const template = fc
  .record({native: fc.constantFrom('never', 'auto'), containers: fc.array(container, {minLength: 1, maxLength: 3})})
  .map((made) => ({
    pattern: 'sidecar',
    ...made,
    containers: made.containers.map((each, index) => ({name: `c${index}`, ...each})),
  }));

describe('advice', () => {
  test('is given for any document without a throw, by known codes alone', () => {
    fc.assert(
      fc.property(document, (given) => {
        for (const {code, level} of adviceOn(given, 'template')) {
          expect(Object.keys(adviceCodes)).toContain(code);
          expect(level).toBe('warning');
        }
      }),
      propertyRuns({numRuns: 500, seed: 20_267}),
    );
  });

  test('never changes what is read, stands where its path leads, and can be silenced code by code', () => {
    const origin = {name: 'a', format: 'template', source: 'a'} as const;
    fc.assert(
      fc.property(template, (given) => {
        const text = JSON.stringify(given, null, 2);
        const {entry, warnings} = readAdvised(text, origin);
        expect(entry).toEqual(readTemplate(text, origin).entry);
        expect(entry.kind).toBe('good');
        for (const {code, path, position} of warnings) {
          const key = path?.split('/').findLast((segment) => segment !== '' && !/^\d+$/.test(segment));
          if (path !== '' && !/\d$/.test(path ?? '')) expect(text.split('\n')[(position?.line ?? 0) - 1]).toContain(`"${key}"`);
          const rest = readAdvised(`# pod-injector:ignore ${code}\n${text}`, origin).warnings;
          expect(rest.map((warning) => warning.code)).toEqual(
            warnings.map((warning) => warning.code).filter((other) => other !== code),
          );
        }
      }),
    );
  });
});
