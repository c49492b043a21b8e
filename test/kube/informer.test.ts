import {createServer} from 'node:http';
import {expect, onTestFinished, test} from 'vitest';
import {createClient} from '../../src/cluster/client.ts';
import {startInformer, type Informer, type InformerOptions} from '../../src/cluster/informer.ts';
import type {Fault} from '../../src/core/errors.ts';
import type {JsonObject} from '../../src/core/json.ts';
import {listening, portOf} from '../server/harness.ts';
import {answer, startFakeApi, status, type FakeApi} from './fake-api.ts';

interface Observed {
  readonly informer: Informer;
  readonly changes: string[][];
  readonly faults: Fault[];
  recoveries(): number;
}

const path = '/api/v1/namespaces/pod-injector/configmaps';

function observe(api: Pick<FakeApi, 'client'>, options: Partial<InformerOptions> = {}): Observed {
  const changes: string[][] = [];
  const faults: Fault[] = [];
  let recoveries = 0;
  const informer = startInformer({
    client: api.client,
    path,
    now: Date.now,
    random: () => 0.5,
    onChange: (keys) => changes.push([...keys]),
    onFault: (fault) => faults.push(fault),
    onRecovered: () => (recoveries += 1),
    ...options,
    timing: {firstRetryMs: 5, mostRetryMs: 20, ...options.timing},
  });
  onTestFinished(() => informer.stop());
  return {informer, changes, faults, recoveries: () => recoveries};
}

function names({informer}: Observed): string[] {
  return [...informer.objects().keys()].toSorted();
}

test('what is listed and what a watch tells is held, and gone when it is deleted', async () => {
  const api = await startFakeApi();
  api.putSilently('a');
  const observed = observe(api);
  await observed.informer.synced;
  expect(names(observed)).toEqual(['a']);
  await expect.poll(api.open).toBe(1);
  api.put('b');
  await expect.poll(() => names(observed)).toEqual(['a', 'b']);
  api.put('a', {data: {key: 'v'}});
  await expect.poll(() => observed.informer.objects().get('a')?.['data']).toEqual({key: 'v'});
  api.remove('a');
  await expect.poll(() => names(observed)).toEqual(['b']);
  expect(observed.changes).toEqual([['a'], ['b'], ['a'], ['a']]);
  expect(observed.faults).toEqual([]);
});

test('selectors, bookmarks and a time limit go to the API server', async () => {
  const api = await startFakeApi();
  const observed = observe(api, {labelSelector: 'a=b', fieldSelector: 'metadata.name=x', metadataOnly: true});
  await observed.informer.synced;
  await expect.poll(api.open).toBe(1);
  const [list, watch] = api.seen;
  expect(Object.fromEntries(list?.query ?? [])).toMatchObject({labelSelector: 'a=b', fieldSelector: 'metadata.name=x'});
  expect(list?.headers.accept).toContain('as=PartialObjectMetadataList;');
  expect(Object.fromEntries(watch?.query ?? [])).toEqual({
    labelSelector: 'a=b',
    fieldSelector: 'metadata.name=x',
    watch: 'true',
    allowWatchBookmarks: 'true',
    timeoutSeconds: '240',
    resourceVersion: '1',
  });
  expect(watch?.headers.accept).toContain('as=PartialObjectMetadata;');
});

test('a bookmark moves the resource version, and the next watch goes on from there', async () => {
  const api = await startFakeApi();
  const observed = observe(api);
  await expect.poll(api.open).toBe(1);
  api.send(JSON.stringify({type: 'BOOKMARK', object: {metadata: {resourceVersion: '77'}}}));
  api.end('ended');
  await expect.poll(api.watches).toBe(2);
  expect(api.seen.at(-1)?.query.get('resourceVersion')).toBe('77');
  expect(api.lists()).toBe(1);
  expect(observed.changes).toEqual([]);
});

test.each([
  ['as an event', (api: FakeApi) => api.send(JSON.stringify({type: 'ERROR', object: status(410, 'too old resource version')}))],
  [
    'as the answer to a watch',
    (api: FakeApi) => {
      let refused = false;
      api.intercept(({query}, response) => {
        if (refused || query.get('watch') !== 'true') return false;
        refused = true;
        answer(response, 410, status(410, 'Expired'));
        return true;
      });
      api.end('ended');
    },
  ],
])('a 410 %s leads to a new list, which finds what was missed', async (_how, expire) => {
  const api = await startFakeApi();
  api.putSilently('deleted');
  const observed = observe(api);
  await expect.poll(api.open).toBe(1);
  api.putSilently('missed');
  expire(api);
  await expect.poll(() => names(observed)).toEqual(['deleted', 'missed']);
  expect(api.lists()).toBe(2);
  // What did not change is not told again.
  expect(observed.changes).toEqual([['deleted'], ['missed']]);
  expect(observed.faults).toEqual([]);
});

test('a watch that is cut is begun again where it was, and one trouble is told once', async () => {
  const api = await startFakeApi();
  const observed = observe(api);
  await expect.poll(api.open).toBe(1);
  api.put('a');
  await expect.poll(() => names(observed)).toEqual(['a']);
  api.end('cut');
  await expect.poll(api.watches).toBe(2);
  expect(api.seen.at(-1)?.query.get('resourceVersion')).toBe('2');
  api.put('b');
  await expect.poll(() => names(observed)).toEqual(['a', 'b']);
  expect(observed.faults.map(({code}) => code)).toEqual(['apiUnreachable']);
  expect(observed.recoveries()).toBe(1);
});

test('an API server that is away leaves the last good state, and is found again', async () => {
  const first = await startFakeApi();
  first.putSilently('a');
  const observed = observe(first);
  await expect.poll(first.open).toBe(1);
  let tries = 0;
  first.intercept((_seen, response) => {
    tries += 1;
    response.destroy();
    return true;
  });
  first.end('cut');
  await expect.poll(() => tries).toBeGreaterThan(3);
  expect(names(observed)).toEqual(['a']);
  expect(observed.informer.isSynced()).toBe(true);
  expect(observed.informer.fault()?.code).toBe('apiUnreachable');
  expect(observed.faults).toHaveLength(1);
  first.intercept(undefined);
  await expect.poll(observed.recoveries).toBe(1);
  expect(observed.informer.fault()).toBeUndefined();
});

test('a 403 names the rule that RBAC lacks, for the list and for the watch', async () => {
  const api = await startFakeApi();
  const forbid = (what: 'list' | 'watch' | undefined): void => {
    api.intercept(({query}, response) => {
      const isWatch = query.get('watch') === 'true';
      if (what === undefined || isWatch !== (what === 'watch')) return false;
      answer(response, 403, status(403, 'configmaps is forbidden: User "me" cannot do that'));
      return true;
    });
  };
  forbid('list');
  const observed = observe(api);
  await expect.poll(() => observed.faults).toHaveLength(1);
  expect(observed.faults[0]).toEqual({
    code: 'apiForbidden',
    message: `the API server forbids GET ${path} (configmaps is forbidden: User "me" cannot do that)`,
    fix: 'allow it in a Role in namespace pod-injector: {apiGroups: [""], resources: [configmaps], verbs: [list]}',
  });
  expect(observed.informer.isSynced()).toBe(false);
  forbid('watch');
  await observed.informer.synced;
  await expect.poll(() => observed.faults).toHaveLength(2);
  expect(observed.faults[1]?.fix).toContain('verbs: [watch]');
  forbid(undefined);
  await expect.poll(api.open).toBe(1);
  expect(observed.informer.fault()).toBeUndefined();
});

test('each wait is longer than the one before, up to the most', async () => {
  const api = await startFakeApi();
  const times: number[] = [];
  api.intercept((_seen, response) => {
    times.push(performance.now());
    answer(response, 500, status(500, 'etcdserver: leader changed'));
    return true;
  });
  // The longest jitter, so that each wait is the whole.
  observe(api, {random: () => 1, timing: {firstRetryMs: 20, mostRetryMs: 80}});
  await expect.poll(() => times.length, {timeout: 5000}).toBeGreaterThan(5);
  const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  // A timer may be late, never early by more than its rounding.
  for (const [index, least] of [20, 40, 80, 80, 80].entries()) expect(waits[index]).toBeGreaterThan(least - 2);
});

test('watches that end at once are not begun a thousand times a second', async () => {
  const api = await startFakeApi();
  let watches = 0;
  api.intercept(({query}, response) => {
    if (query.get('watch') !== 'true') return false;
    watches += 1;
    response.writeHead(200).end();
    return true;
  });
  const sleeps: number[] = [];
  observe(api, {random: () => (sleeps.push(1), 1), timing: {firstRetryMs: 5, mostRetryMs: 10}});
  await expect.poll(() => watches).toBeGreaterThan(3);
  expect(sleeps.length).toBeGreaterThanOrEqual(watches - 1);
});

test('everything is listed anew from time to time, which finds what no watch told', async () => {
  const api = await startFakeApi();
  const observed = observe(api, {timing: {relistMs: 1200, watchMs: 1000}});
  await expect.poll(api.open).toBe(1);
  api.putSilently('missed');
  // The fake keeps to no time limit by itself.
  expect(api.seen.at(-1)?.query.get('timeoutSeconds')).toBe('1');
  const ending = setInterval(() => api.end('ended'), 100);
  onTestFinished(() => clearInterval(ending));
  await expect.poll(() => names(observed), {timeout: 5000}).toEqual(['missed']);
  expect(api.lists()).toBe(2);
});

test('an object in many chunks, with characters cut in two, arrives whole', async () => {
  const api = await startFakeApi();
  const observed = observe(api);
  await expect.poll(api.open).toBe(1);
  const text = 'ß€😀'.repeat(100_000);
  api.put('big', {data: {text}});
  await expect.poll(() => observed.informer.objects().get('big')?.['data']).toEqual({text});
});

test('a long list comes in pages, and is begun anew when its pages are gone', async () => {
  const api = await startFakeApi();
  let expired = false;
  api.intercept(({query}, response) => {
    if (query.get('watch') === 'true') return false;
    const item = (name: string): JsonObject => ({metadata: {name, resourceVersion: '1'}});
    if (query.get('continue') === null)
      answer(response, 200, {metadata: {resourceVersion: '9', continue: 'next'}, items: [item('a')]});
    else if (!expired) {
      expired = true;
      answer(response, 410, status(410, 'The provided continue parameter is too old'));
    } else answer(response, 200, {metadata: {resourceVersion: '9'}, items: [item('b')]});
    return true;
  });
  const observed = observe(api);
  await observed.informer.synced;
  expect(names(observed)).toEqual(['a', 'b']);
  expect(observed.faults).toEqual([]);
});

test('an error while handling an event is no end: everything is listed again', async () => {
  const api = await startFakeApi();
  let broken = true;
  const handled: string[] = [];
  const observed = observe(api, {
    onChange: (keys) => {
      if (broken && keys.includes('b')) throw new Error('a fault of ours');
      handled.push(...keys);
    },
  });
  await expect.poll(api.open).toBe(1);
  api.put('b');
  await expect.poll(() => observed.faults.map(({code}) => code)).toEqual(['informerFailed']);
  broken = false;
  await expect.poll(api.open).toBe(1);
  api.put('c');
  await expect.poll(() => handled).toContain('c');
});

test('a stopped informer calls nobody, and stops while the API server is silent', async () => {
  const api = await startFakeApi();
  const observed = observe(api);
  await expect.poll(api.open).toBe(1);
  await observed.informer.stop();
  await expect.poll(api.open).toBe(0);
  expect(observed.faults).toEqual([]);
  const silent = await startFakeApi();
  silent.intercept(() => true);
  const other = observe(silent);
  await expect.poll(() => silent.seen.length).toBe(1);
  await other.informer.stop();
  await other.informer.synced;
  expect(other.faults).toEqual([]);
  expect(other.informer.isSynced()).toBe(false);
});

test('a proxy that answers with a page of its own is told from an API server', async () => {
  const server = createServer((_request, response) =>
    response.writeHead(200, {'content-type': 'text/html'}).end('<html>hello</html>'),
  );
  await listening(server);
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${portOf(server)}`;
  const client = createClient({
    server: url,
    namespace: undefined,
    authorize: () => Promise.resolve({headers: {}}),
    close: () => undefined,
  });
  expect(await client.request({path: '/version'})).toMatchObject({kind: 'failed', fault: {code: 'apiBadAnswer'}});
});
