import {describe, expect, test} from 'vitest';
import {uninject} from '../../src/core/inject.ts';
import type {JsonObject} from '../../src/core/json.ts';
import {movedPaths} from '../../src/core/moved.ts';
import {frozen} from '../helpers/frozen.ts';
import {create, pod} from '../helpers/objects.ts';
import {snapshot} from '../helpers/templates.ts';
import {app, envOf, faultsOf, redisUrl, secret} from './ambassador-fixtures.ts';

const upstream = '{host: UPSTREAM_HOST, port: UPSTREAM_PORT}';
const byParts = snapshot({redis: redisUrl});
const whole = snapshot({redis: redisUrl.replace(upstream, '{url: UPSTREAM_URL}')});
const withDefault = snapshot({redis: redisUrl.replace('port: UPSTREAM_PORT', 'port: {name: UPSTREAM_PORT, default: 6379}')});

const url = (value: string): JsonObject => ({name: 'REDIS_URL', value});
const values = (object: JsonObject, name: string): unknown[] | undefined => envOf(object, name)?.map((item) => item['value']);

function injected(spec: JsonObject, templates = byParts): JsonObject {
  const object = frozen(pod('redis', spec));
  const outcome = create(object, templates);
  expect(outcome.verdict).toEqual({kind: 'injected'});
  expect(uninject(outcome.object).object).toEqual(object);
  expect(create(outcome.object, templates).object).toBe(outcome.object);
  return outcome.object;
}

describe('an address in one variable', () => {
  test.each([
    ['redis://user:secret@redis.shop:6380/0?ttl=1', 'redis://user:secret@127.0.0.1:6379/0?ttl=1', 'redis.shop', '6380'],
    ['redis.shop:6380', '127.0.0.1:6379', 'redis.shop', '6380'],
    ['[fd00::1]:06380', '127.0.0.1:6379', '[fd00::1]', '06380'],
  ])('%s becomes %s', (text, turned, host, port) => {
    const object = injected(app([url(text)]));
    expect(values(object, 'web')).toEqual([turned]);
    expect(values(object, 'redis-proxy')?.slice(0, 2)).toEqual([host, port]);
  });

  test('is told whole to an upstream that wants it whole', () => {
    const object = injected(app([url('redis://user:secret@redis.shop/0')]), whole);
    expect(values(object, 'web')).toEqual(['redis://user:secret@127.0.0.1:6379/0']);
    expect(values(object, 'redis-proxy')?.[0]).toBe('redis://user:secret@redis.shop/0');
  });

  test('without a port has the default of the template, and none again afterwards', () => {
    const object = injected(app([url('redis://redis.shop/0')]), withDefault);
    expect(values(object, 'web')).toEqual(['redis://127.0.0.1:6379/0']);
    expect(values(object, 'redis-proxy')?.slice(0, 2)).toEqual(['redis.shop', '6379']);
  });

  test('takes along what host and port refer to, and leaves the password where it is', () => {
    const env = [
      {name: 'PASSWORD', valueFrom: secret},
      {name: 'HOST', value: 'redis'},
      {name: 'PORT', valueFrom: {configMapKeyRef: {name: 'c', key: 'port'}}},
      url('redis://:$(PASSWORD)@$(HOST).shop:$(PORT)/0'),
    ];
    const object = injected(app(env));
    expect(envOf(object, 'redis-proxy')?.slice(0, 4)).toEqual([
      env[1],
      {name: 'UPSTREAM_HOST', value: '$(HOST).shop'},
      env[2],
      {name: 'UPSTREAM_PORT', value: '$(PORT)'},
    ]);
    expect(values(object, 'web')?.[3]).toBe('redis://:$(PASSWORD)@127.0.0.1:6379/0');
  });

  test('may differ between containers in what stays with them', () => {
    const spec = {
      containers: ['redis.shop:6379/0', 'redis.shop:6379/1', 'redis.shop/2'].map((text, index) => ({
        name: `web${index}`,
        image: 'web:1',
        env: [url(text)],
      })),
    };
    const object = injected(spec, withDefault);
    expect([0, 1, 2].map((index) => values(object, `web${index}`)?.[0])).toEqual([
      '127.0.0.1:6379/0',
      '127.0.0.1:6379/1',
      '127.0.0.1:6379/2',
    ]);
    expect(faultsOf(create(pod('redis', spec), whole))).toMatch(/^redirectConflict: the containers "web0" and "web1" have/);
  });

  test("finds its old host and port beside the author's own words for the upstream", () => {
    const own = {name: 'redis-proxy', image: 'auto', env: [{name: 'UPSTREAM_PORT', value: '1'}]};
    const object = injected({containers: [{name: 'web', image: 'web:1', env: [url('redis://u:p@redis.shop:6380/0')]}, own]});
    expect(envOf(object, 'redis-proxy')).toContainEqual({name: 'REDIS_URL', value: 'redis.shop:6380'});
  });

  test('that is absent is added where upstream.url has a default', () => {
    const templates = snapshot({
      redis: redisUrl.replace(upstream, '{url: {name: UPSTREAM_URL, default: "redis://redis.prod/0"}}'),
    });
    const object = injected(app(undefined), templates);
    expect(envOf(object, 'web')).toEqual([url('redis://127.0.0.1:6379/0')]);
    expect(values(object, 'redis-proxy')?.[0]).toBe('redis://redis.prod/0');
    const unsure = create(pod('redis', app(undefined, {envFrom: [{configMapRef: {name: 'c'}}]})), templates);
    expect(faultsOf(unsure)).toMatch(/^redirectFromEnvFrom: /);
  });

  test('keeps a change by hand of what is not the remote end', () => {
    const object = injected(app([url('redis://redis.shop:6380/0')]));
    const text = JSON.stringify(object).replace('redis://127.0.0.1:6379/0', 'redis://127.0.0.1:6379/7');
    expect(values(uninject(JSON.parse(text) as JsonObject).object, 'web')).toEqual(['redis://redis.shop:6380/7']);
  });

  test('is told in the report by both of its parts', () => {
    const [outcome] = create(pod('redis', app([url('redis:1')])), byParts).templates;
    expect(movedPaths(outcome?.added ?? {})).toEqual([
      'containers/web/env/REDIS_URL → containers/redis-proxy/env/UPSTREAM_HOST',
      'containers/web/env/REDIS_URL → containers/redis-proxy/env/UPSTREAM_PORT',
    ]);
  });
});

describe('an address is refused', () => {
  test.each<[string, JsonObject[], string]>([
    [
      'from a Secret',
      [{name: 'REDIS_URL', valueFrom: secret}],
      'redirectNotLiteral: REDIS_URL in the container "web" has a valueFrom',
    ],
    [
      'of several hosts',
      [url('redis://a:1,b:2/0')],
      'redirectUnreadable: REDIS_URL in the container "web" is not the address of one host',
    ],
    [
      'that is all one reference',
      [{name: 'X', value: 'redis:1'}, url('$(X)')],
      'redirectUnreadable: REDIS_URL in the container "web" has a host by $(NAME) and no port, which may stand in NAME or not',
    ],
    ['with a reference that is more than a host', [{name: 'X', value: 'redis://h'}, url('$(X):1')], 'redirectUnreadable'],
    ['with a reference that is more than a port', [{name: 'X', value: '1/0'}, url('h:$(X)')], 'redirectUnreadable'],
    ['without a port', [url('redis://redis/0')], 'redirectMissing: the address in REDIS_URL of the container "web" has no port'],
    ['that is absent', [], 'redirectMissing: the container "web" has no value for REDIS_URL'],
    ['that is the ambassador itself', [url('redis://localhost:6379')], 'redirectLoop'],
  ])('%s', (_, env, expected) => {
    const outcome = create(pod('redis', app(env)), byParts);
    expect(faultsOf(outcome)).toContain(expected);
    // It may hold a password.
    expect(faultsOf(outcome)).not.toContain('a:1');
  });
});
