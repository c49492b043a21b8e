import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import type {JsonObject} from '../../../src/core/json.ts';
import {covers, equals, withoutDefaults} from '../../../src/core/kubernetes/equality.ts';
import {defaultPullPolicy} from '../../../src/core/kubernetes/image.ts';

/** Specs as they were sent to a real API server, and as it stored them; written by `npm run generate -- --kubeconfig FILE`. */
const observed = JSON.parse(readFileSync(new URL('defaults.observed.json', import.meta.url), 'utf8')) as {
  readonly name: string;
  readonly sent: JsonObject;
  readonly stored: JsonObject;
}[];

test.each(observed)('what the API server made of $name equals what was sent', ({sent, stored}) => {
  expect(equals('PodSpec', sent, stored)).toBe(true);
  expect(equals('PodSpec', stored, sent)).toBe(true);
  expect(covers('PodSpec', sent, stored)).toBe(true);
});

test.each(observed)('$name less its defaults is the same before and after the API server', ({sent, stored}) => {
  const [before, after] = [withoutDefaults('PodSpec', sent), withoutDefaults('PodSpec', stored)];
  expect(equals('PodSpec', before, after)).toBe(true);
  // Quantities and the deprecated account are spelled otherwise; all else is gone.
  expect(shape(after)).toEqual(shape(before));
});

test('each image has the pull policy that the API server gave it', () => {
  const stored = observed.flatMap(
    (answer) => answer.stored['containers'] as unknown as {image: string; imagePullPolicy: string}[],
  );
  expect(stored.length).toBeGreaterThan(20);
  for (const {image, imagePullPolicy} of stored) expect([image, defaultPullPolicy(image)]).toEqual([image, imagePullPolicy]);
});

function shape(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll('"serviceAccount":', '"serviceAccountName":'), (key, part: unknown) =>
    ['cpu', 'memory', 'ephemeral-storage', 'storage'].includes(key) ? 'a quantity' : part,
  );
}
