import {expect, onTestFinished, test} from 'vitest';
import {formatVersion, readServerVersion, watchVersion} from '../../src/cluster/server-version.ts';
import type {JsonObject} from '../../src/core/json.ts';
import {answer, startFakeApi, type FakeApi} from './fake-api.ts';

async function serverOf(initial: JsonObject): Promise<{readonly api: FakeApi; become(version: JsonObject): void}> {
  const api = await startFakeApi();
  let version = initial;
  api.intercept((_seen, response) => {
    answer(response, 200, version);
    return true;
  });
  return {api, become: (next) => (version = next)};
}

test.each([
  [{major: '1', minor: '36', gitVersion: 'v1.36.3'}, '1.36'],
  [{major: '1', minor: '29+'}, '1.29'],
  [{major: '1', minor: '36', emulationMajor: '1', emulationMinor: '35'}, '1.35'],
  [{major: '1', minor: '36', emulationMajor: '1', emulationMinor: '36', minCompatibilityMinor: '35'}, '1.36'],
])('%j is %s', async (version, formatted) => {
  const {api} = await serverOf(version);
  const read = await readServerVersion(api.client);
  expect('code' in read ? read : formatVersion(read)).toBe(formatted);
});

test('an answer without a version is a fault', async () => {
  const {api} = await serverOf({major: '', minor: ''});
  expect(await readServerVersion(api.client)).toMatchObject({code: 'apiBadAnswer'});
});

test('an upgrade is noticed, the same version again is no news, and no answer changes nothing', async () => {
  const {api, become} = await serverOf({major: '1', minor: '35'});
  const versions: string[] = [];
  const watched = watchVersion(api.client, (version) => versions.push(formatVersion(version)));
  onTestFinished(() => watched.stop());
  await expect.poll(() => versions).toEqual(['1.35']);
  await watched.refresh();
  become({major: '1', minor: '36'});
  await watched.refresh();
  become({});
  await watched.refresh();
  expect(versions).toEqual(['1.35', '1.36']);
  expect(watched.current()).toEqual({major: 1, minor: 36});
});
