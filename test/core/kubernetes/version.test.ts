import {expect, test} from 'vitest';
import {minorOf, newestMinor, readServerVersion} from '../../../src/core/kubernetes/version.ts';

test('the newest minor version is that of the tables', () => {
  expect(newestMinor).toBeGreaterThanOrEqual(36);
});

test.each([
  ['1.31', 31],
  ['v1.31', 31],
  ['1.31.4', 31],
  ['1.31+', 31],
  ['v1.29.15', 29],
  ['v1.31.4-gke.1183000', 31],
  ['v1.30.2+k3s1', 30],
  ['v1.33.0-alpha.1+12ab', 33],
  [' 1.9 ', 9],
])('%j is read as minor version %i', (text, minor) => {
  expect(readServerVersion(text)).toBe(minor);
});

test.each(['', '31', '1', '1.', '2.0', '1.x', '1.31.', 'latest', '1.31 or so', 'v1.31.4 -x', '1.99999'])(
  '%j is no version',
  (text) => {
    expect(readServerVersion(text)).toBeUndefined();
  },
);

test.each([
  [{major: '1', minor: '36'}, 36],
  [{major: '1', minor: '32+'}, 32],
  [{major: '1', minor: '36', emulationMajor: '1', emulationMinor: '35'}, 35],
  [{major: '1', minor: '31', emulationMinor: '32'}, 31],
  [{major: '1', minor: ''}, undefined],
  [{}, undefined],
  ['1.31', undefined],
  [null, undefined],
])('an API server of %j behaves as %s', (body, minor) => {
  expect(minorOf(body)).toBe(minor);
});
