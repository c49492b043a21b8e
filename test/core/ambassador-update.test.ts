import {describe, expect, test} from 'vitest';
import {uninject} from '../../src/core/inject.ts';
import type {JsonObject} from '../../src/core/json.ts';
import {frozen} from '../helpers/frozen.ts';
import {at, create, deployment, pod, update} from '../helpers/objects.ts';
import {set} from '../helpers/set.ts';
import {snapshot} from '../helpers/templates.ts';
import {address, app, envOf, faultsOf, redis, redisUrl, secret} from './ambassador-fixtures.ts';

const templates = snapshot({redis});
const later = snapshot({redis: redis.replace('proxy:1', 'proxy:2')});
const ask = {'pod-injector.dev/inject': 'redis'};
const envPath = ['spec', 'template', 'spec', 'containers', 0, 'env'] as const;
const fromSecret = [{name: 'REDIS_HOST', valueFrom: secret}, address[1] as JsonObject];
const withEnv = (variables: readonly JsonObject[]): JsonObject => frozen(deployment(ask, {}, app(variables)));

/** What the API server stored of it, injected. */
function stored(object: JsonObject, list = templates): JsonObject {
  const outcome = create(object, list);
  expect(outcome.verdict).toEqual({kind: 'injected'});
  return frozen(outcome.object);
}

const proxyEnv = (object: JsonObject): readonly JsonObject[] => envOf(object, 'redis-proxy') ?? [];

/** The stored object with the author's variables laid over it, as client-side apply does: the fields of each are merged. */
function applied(live: JsonObject, variables: readonly JsonObject[]): JsonObject {
  const merged = (at(live, ...envPath) as JsonObject[]).map((item) => ({
    ...item,
    ...variables.find((one) => one['name'] === item['name']),
  }));
  return frozen(set(live, envPath, merged));
}

describe.each([
  ['literal', address],
  ['from a Secret', fromSecret],
])('the same manifest once more, its values %s', (_, variables) => {
  const original = withEnv(variables);
  const live = stored(original);

  test.each<[string, (object: JsonObject) => JsonObject]>([
    ['by apply', () => applied(live, variables)],
    ['by replace', () => original],
    ['by server-side apply, which takes our value away', () => frozen(set(live, envPath, [...variables]))],
    ['with nothing changed', () => live],
  ])('%s starts no rollout, whatever the template is today', (_how, change) => {
    for (const list of [templates, later]) {
      const outcome = update(live, change(original), list);
      expect(at(outcome.object, 'spec', 'template')).toEqual(at(live, 'spec', 'template'));
    }
  });

  test('is no change by hand, which would be worth a warning', () => {
    for (const arriving of [applied(live, variables), original, live]) {
      expect(update(live, arriving, templates).notes).toEqual([]);
    }
    const containers = ['spec', 'template', 'spec', 'containers'] as const;
    const without = frozen(set(live, containers, (at(live, ...containers) as JsonObject[]).slice(0, 1)));
    expect(update(live, without, templates).notes).toMatchObject([{code: 'handEditUndone'}]);
  });

  test('leaves it injected, and what is there is told again', () => {
    const [, told] = [create(original, templates), update(live, live, templates)].map(({templates: [one]}) => one);
    expect(told).toMatchObject({kind: 'alreadyInjected', added: create(original, templates).templates[0]?.added});
  });

  test('with a change elsewhere moves the values afresh', () => {
    const object = frozen(set(applied(live, variables), [...envPath.slice(0, -1), 'image'], 'web:2'));
    const outcome = update(live, object, later);
    expect(outcome.verdict).toEqual({kind: 'injected'});
    expect(at(outcome.object, ...envPath)).toEqual(at(live, ...envPath));
    expect(proxyEnv(outcome.object)).toEqual(proxyEnv(live));
    expect(uninject(outcome.object).object).toEqual(set(original, [...envPath.slice(0, -1), 'image'], 'web:2'));
  });

  test('without the annotation gives the values back', () => {
    const {annotations: _annotations, ...metadata} = live['metadata'] as JsonObject;
    for (const object of [live, applied(live, variables)]) {
      const outcome = update(live, frozen({...object, metadata}), templates);
      expect(outcome.verdict).toEqual({kind: 'removed'});
      expect(at(outcome.object, 'spec', 'template')).toEqual(at(original, 'spec', 'template'));
    }
  });

  test('injected again by a changed template gives the values back too', () => {
    const object = frozen(set(live, ['spec', 'template', 'metadata', 'labels'], {app: 'web', more: 'x'}));
    const outcome = update(live, object, snapshot({redis: redis.replace('UPSTREAM_HOST, port', 'REMOTE, port')}));
    expect(proxyEnv(outcome.object)[0]).toEqual({...(variables[0] as JsonObject), name: 'REMOTE'});
  });
});

describe('a value that is changed', () => {
  const live = stored(withEnv(address));

  test.each<[string, JsonObject, JsonObject]>([
    ['to another host', {value: 'redis.new'}, {value: 'redis.new'}],
    ['to a source', {value: '127.0.0.1', valueFrom: secret}, {valueFrom: secret}],
  ])('%s moves, and its other half stays what it was', (_, change, expected) => {
    const object = frozen(set(live, [...envPath, 0], {name: 'REDIS_HOST', ...change}));
    const outcome = update(live, object, templates);
    expect(outcome.verdict).toEqual({kind: 'injected'});
    expect(proxyEnv(outcome.object).slice(0, 2)).toEqual([
      {name: 'UPSTREAM_HOST', ...expected},
      {name: 'UPSTREAM_PORT', value: '6380'},
    ]);
    expect(at(outcome.object, ...envPath, 0)).toEqual({name: 'REDIS_HOST', value: '127.0.0.1'});
    expect(envOf(uninject(frozen(outcome.object)).object, 'web')).toEqual([{name: 'REDIS_HOST', ...expected}, address[1]]);
  });

  test('is gone, the update is refused with what to do', () => {
    const object = frozen(set(live, envPath, [address[1] as JsonObject]));
    expect(faultsOf(update(live, object, templates))).toMatch(/^redirectMissing: /);
  });
});

test('an address whose path the author changes moves afresh', () => {
  const list = snapshot({redis: redisUrl});
  const url = (value: string): readonly JsonObject[] => [{name: 'REDIS_URL', value}];
  const live = stored(withEnv(url('redis://redis.shop:6380/0')), list);
  const outcome = update(live, frozen(set(live, envPath, url('redis://redis.shop:6380/1'))), list);
  expect(at(outcome.object, ...envPath)).toEqual(url('redis://127.0.0.1:6379/1'));
  expect(
    proxyEnv(outcome.object)
      .slice(0, 2)
      .map((item) => item['value']),
  ).toEqual(['redis.shop', '6380']);
});

test('a variable that was added goes with the template, and stays in a second apply', () => {
  const list = snapshot({redis: redis.replace('port: UPSTREAM_PORT', 'port: {name: UPSTREAM_PORT, default: 6379}')});
  const original = withEnv([address[0] as JsonObject]);
  const live = stored(original, list);
  expect(update(live, applied(live, [address[0] as JsonObject]), list).object).toEqual(live);
  expect(uninject(live).object).toEqual(original);
});

test("a Job's template is put back as it was", () => {
  const job = (variables: readonly JsonObject[]): JsonObject =>
    frozen({...deployment(ask, {}, app(variables)), apiVersion: 'batch/v1', kind: 'Job'});
  const live = stored(job(fromSecret));
  expect(update(live, applied(live, fromSecret), templates).object).toEqual(live);
});

test('a pod of an injected workload is injected already', () => {
  const live = stored(withEnv(fromSecret));
  const object: JsonObject = frozen({apiVersion: 'v1', kind: 'Pod', ...(at(live, 'spec', 'template') as JsonObject)});
  for (const list of [templates, later]) expect(create(object, list)).toMatchObject({verdict: {kind: 'alreadyInjected'}, object});
});

test('without the container that knows the remote end the pod is refused, and nothing is guessed', () => {
  const {object} = create(pod('redis', app(address)), templates);
  const stripped = set(object, ['spec', 'containers'], (at(object, 'spec', 'containers') as JsonObject[]).slice(0, 1));
  expect(faultsOf(create(frozen(stripped), templates))).toMatch(
    /^redirectLoop: REDIS_HOST and REDIS_PORT in the container "web" points at 127.0.0.1:6379/,
  );
});

describe('a forged status', () => {
  const hash = (templates.get('redis') as unknown as {template: {hash: string}}).template.hash;
  const vault: JsonObject = {
    name: 'vault',
    image: 'v:1',
    env: [{name: 'TOKEN', valueFrom: {secretKeyRef: {name: 's', key: 't'}}}],
  };
  /** A pod with that record of the template, whatever else it holds. */
  const forged = (added: JsonObject, env: readonly JsonObject[], more: readonly JsonObject[] = []): JsonObject =>
    frozen(
      pod(
        'redis',
        {containers: [{name: 'web', image: 'web:1', env}, ...more]},
        {
          annotations: {
            'pod-injector.dev/status': JSON.stringify({v: 1, at: 'pod', app: ['web'], templates: [{name: 'redis', hash, added}]}),
          },
        },
      ),
    );
  const local = [
    {name: 'REDIS_HOST', value: '127.0.0.1'},
    {name: 'REDIS_PORT', value: '6379'},
  ];
  const proxy: JsonObject = {name: 'redis-proxy', image: 'proxy:1'};
  const tree = (env: JsonObject): JsonObject => ({spec: {containers: {'redis-proxy': 1, web: {env}}}});

  test.each<[string, JsonObject]>([
    ['nothing of the redirect', {spec: {containers: {'redis-proxy': 1}}}],
    ['one of its variables', tree({REDIS_HOST: {'<': ['redis-proxy', 'UPSTREAM_HOST']}})],
    [
      'variables that point elsewhere',
      tree({REDIS_HOST: {'<': ['redis-proxy', 'A']}, REDIS_PORT: {'<': ['redis-proxy', 'B', 6379]}}),
    ],
  ])('that names %s does not switch the redirect off', (_, added) => {
    const outcome = create(forged(added, address, [proxy]), templates);
    expect(outcome.verdict).toEqual({kind: 'injected'});
    expect(envOf(outcome.object, 'web')).toEqual(local);
  });

  test('that says the variables were only added is refused, because they go', () => {
    const outcome = create(forged(tree({REDIS_HOST: 1, REDIS_PORT: 1}), address, [proxy]), templates);
    expect(faultsOf(outcome)).toMatch(/^redirectMissing: /);
  });

  test('reads nothing from a container that it does not say was added, and writes to nothing that is not ours', () => {
    const steal = {'<': ['vault', 'TOKEN']};
    const containers = (object: JsonObject): unknown => at(uninject(object).object, 'spec', 'containers');
    expect(containers(forged({spec: {containers: {web: {env: {REDIS_HOST: steal}}}}}, local, [vault]))).toEqual([
      {name: 'web', image: 'web:1', env: local},
      vault,
    ]);
    expect(
      containers(forged({spec: {containers: {vault: {env: {OTHER: 1}}, web: {env: {REDIS_HOST: steal}}}}}, local, [vault])),
    ).toEqual([{name: 'web', image: 'web:1', env: local}, vault]);
    expect(containers(forged({spec: {containers: {vault: 1, web: {env: {REDIS_HOST: steal}}}}}, address, [vault]))).toEqual([
      {name: 'web', image: 'web:1', env: address},
    ]);
  });

  test.each<JsonObject>([
    {'<': []},
    {'<': ['__proto__', 'x']},
    {'<': ['redis-proxy', '__proto__', 6379, '__proto__']},
    {'<': ['redis-proxy', 'UPSTREAM_HOST'], valueFrom: 1, name: 1},
    {'<': [1, 2, 'a', {}]},
    {'<': 'redis-proxy'},
  ])('of odd places does no harm: %o', (node) => {
    const object = forged(tree({REDIS_HOST: node, REDIS_PORT: node}), local, [{...proxy, env: fromSecret}]);
    const {object: result} = uninject(object);
    expect(envOf(result, 'web')?.map((item) => item['name'])).toEqual(['REDIS_HOST', 'REDIS_PORT']);
    expect(['injected', 'refused', 'alreadyInjected']).toContain(create(object, templates).verdict.kind);
  });
});
