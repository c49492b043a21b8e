import {describe, expect, test} from 'vitest';
import {uninject} from '../../src/core/inject.ts';
import type {JsonObject} from '../../src/core/json.ts';
import {movedPaths} from '../../src/core/moved.ts';
import {frozen} from '../helpers/frozen.ts';
import {create, pod} from '../helpers/objects.ts';
import {snapshot} from '../helpers/templates.ts';
import {address, app, envOf, redis, redisWith, secret} from './ambassador-fixtures.ts';

const templates = snapshot({redis});

/** The injected pod; it is proven that the way back leads to the pod that came, and that a second review changes nothing. */
function injected(spec: JsonObject, list = templates, asked = 'redis'): JsonObject {
  const object = frozen(pod(asked, spec));
  const outcome = create(object, list);
  expect(outcome.verdict).toEqual({kind: 'injected'});
  expect(uninject(outcome.object).object).toEqual(object);
  expect(create(outcome.object, list)).toMatchObject({verdict: {kind: 'alreadyInjected'}, object: outcome.object});
  return outcome.object;
}

describe("the app's variables", () => {
  test('point at the ambassador, and it gets what they held, before its own', () => {
    const object = injected(app([{name: 'A', value: '1'}, ...address, {name: 'Z', value: '$(REDIS_HOST)'}]));
    expect(envOf(object, 'web')).toEqual([
      {name: 'A', value: '1'},
      {name: 'REDIS_HOST', value: '127.0.0.1'},
      {name: 'REDIS_PORT', value: '6379'},
      {name: 'Z', value: '$(REDIS_HOST)'},
    ]);
    expect(envOf(object, 'redis-proxy')).toEqual([
      {name: 'UPSTREAM_HOST', value: 'redis.shop'},
      {name: 'UPSTREAM_PORT', value: '6380'},
      {name: 'TIMEOUT', value: '5'},
    ]);
  });

  test('that come from a Secret move with all that their source says', () => {
    const [, port] = address as [JsonObject, JsonObject];
    const object = injected(app([{name: 'REDIS_HOST', valueFrom: secret}, port]));
    expect(envOf(object, 'web')).toEqual([
      {name: 'REDIS_HOST', value: '127.0.0.1'},
      {name: 'REDIS_PORT', value: '6379'},
    ]);
    expect(envOf(object, 'redis-proxy')?.[0]).toEqual({name: 'UPSTREAM_HOST', valueFrom: secret});
  });

  test('that name a resource of their container name that container where they go', () => {
    const [host] = address as [JsonObject, JsonObject];
    const source = (own: JsonObject): JsonObject => ({
      name: 'REDIS_PORT',
      valueFrom: {resourceFieldRef: {resource: 'limits.cpu', ...own}},
    });
    for (const own of [{}, {containerName: ''}, {containerName: 'web'}]) {
      const object = injected(app([host, source(own)]));
      expect(envOf(object, 'redis-proxy')?.[1]?.['valueFrom']).toEqual({
        resourceFieldRef: {resource: 'limits.cpu', containerName: 'web'},
      });
    }
  });

  test('keep every other field, and what is empty beside a source comes back', () => {
    const object = injected(
      app([
        {name: 'REDIS_HOST', value: '', valueFrom: secret, unknown: 1},
        {name: 'REDIS_PORT', value: '6380', valueFrom: null},
      ]),
    );
    expect(envOf(object, 'web')?.[0]).toEqual({name: 'REDIS_HOST', value: '127.0.0.1', unknown: 1});
  });

  test('that stand there twice count by the last', () => {
    const object = injected(app([{name: 'REDIS_HOST', value: 'old'}, ...address, {name: 'REDIS_HOST', value: 'new'}]));
    expect(envOf(object, 'web')?.map((item) => item['value'])).toEqual(['old', 'redis.shop', '6379', '127.0.0.1']);
    expect(envOf(object, 'redis-proxy')?.[0]?.['value']).toBe('new');
  });

  test('that look like numbers stay strings', () => {
    const object = injected(
      app([
        {name: 'REDIS_HOST', value: '1e3'},
        {name: 'REDIS_PORT', value: '06379'},
      ]),
    );
    expect(
      envOf(object, 'redis-proxy')
        ?.slice(0, 2)
        .map((item) => item['value']),
    ).toEqual(['1e3', '06379']);
  });

  test('of a host alone leave the port to the app', () => {
    const list = redisWith([', port: REDIS_PORT', ''], [', port: UPSTREAM_PORT', ', port: {name: UPSTREAM_PORT, default: 6380}']);
    const object = injected(app([{name: 'REDIS_HOST', value: 'redis.shop'}]), list);
    expect(
      envOf(object, 'redis-proxy')
        ?.slice(0, 2)
        .map((item) => item['value']),
    ).toEqual(['redis.shop', '6380']);
  });

  test('that no upstream variable takes go to one of the same name', () => {
    const list = redisWith(['upstream: {host: UPSTREAM_HOST, port: UPSTREAM_PORT}', 'upstream: {host: UPSTREAM_HOST}']);
    expect(envOf(injected(app(address), list), 'redis-proxy')?.[1]).toEqual({name: 'REDIS_PORT', value: '6380'});
  });
});

describe('a variable that is absent', () => {
  const list = redisWith(['port: UPSTREAM_PORT', 'port: {name: UPSTREAM_PORT, default: 6379}']);
  const both = redisWith(
    ['port: UPSTREAM_PORT', 'port: {name: UPSTREAM_PORT, default: 6379}'],
    ['host: UPSTREAM_HOST', 'host: {name: UPSTREAM_HOST, default: redis.prod}'],
  );
  const ours = [
    {name: 'REDIS_HOST', value: '127.0.0.1'},
    {name: 'REDIS_PORT', value: '6379'},
  ];

  test('is added where the template has a default, because the app would go to a port of its own choice', () => {
    const object = injected(app([{name: 'REDIS_HOST', value: 'redis.shop'}, {name: 'A'}]), list);
    expect(envOf(object, 'web')).toEqual([ours[0], {name: 'A'}, ours[1]]);
    expect(envOf(object, 'redis-proxy')?.[1]).toEqual({name: 'UPSTREAM_PORT', value: '6379'});
  });

  test.each([
    ['absent', undefined],
    ['null', null],
    ['empty', []],
  ])('is added to an environment that is %s, and goes again', (_, env) => {
    const object = injected(app(env), both);
    expect(envOf(object, 'web')).toEqual(ours);
    expect(envOf(object, 'redis-proxy')?.[0]).toEqual({name: 'UPSTREAM_HOST', value: 'redis.prod'});
  });

  test.each<JsonObject>([{}, {value: ''}, {value: null}, {value: '', valueFrom: null}])(
    'counts as absent where it is empty: %o',
    (empty) => {
      const object = injected(
        app([
          {name: 'REDIS_HOST', ...empty},
          {name: 'REDIS_PORT', value: '6380'},
        ]),
        both,
      );
      expect(envOf(object, 'web')?.map((item) => item['value'])).toEqual(['127.0.0.1', '6379']);
      expect(
        envOf(object, 'redis-proxy')
          ?.slice(0, 2)
          .map((item) => item['value']),
      ).toEqual(['redis.prod', '6380']);
    },
  );
});

describe('what a moved value refers to', () => {
  const value = (text: string): JsonObject => ({name: 'REDIS_HOST', value: text});
  const [, port] = address as [JsonObject, JsonObject];

  test('comes along, with what that refers to, and stays with the app too', () => {
    const env = [
      {name: 'ZONE', valueFrom: {configMapKeyRef: {name: 'c', key: 'zone'}}},
      {name: 'OTHER', value: 'x'},
      {name: 'DOMAIN', value: '$(ZONE).svc'},
      value('redis.$(DOMAIN)'),
      port,
    ];
    const object = injected(app(env));
    expect(envOf(object, 'redis-proxy')?.slice(0, 4)).toEqual([
      env[0],
      env[2],
      {...env[3], name: 'UPSTREAM_HOST'},
      {...port, name: 'UPSTREAM_PORT'},
    ]);
    expect(envOf(object, 'web')?.slice(0, 3)).toEqual(env.slice(0, 3));
  });

  test('is nothing where it is escaped, and where nobody defines it before', () => {
    const object = injected(app([value('$$(ZONE)$(LATER)$('), port, {name: 'LATER', value: '1'}, {name: 'ZONE', value: '2'}]));
    expect(envOf(object, 'redis-proxy')?.map((item) => item['name'])).toEqual(['UPSTREAM_HOST', 'UPSTREAM_PORT', 'TIMEOUT']);
    expect(envOf(object, 'redis-proxy')?.[0]?.['value']).toBe('$$(ZONE)$(LATER)$(');
  });

  test('is the last definition before it', () => {
    const object = injected(
      app([{name: 'X', value: '1'}, {name: 'X', value: '2'}, value('$(X)'), {name: 'X', value: '3'}, port]),
    );
    expect(envOf(object, 'redis-proxy')?.[0]).toEqual({name: 'X', value: '2'});
  });

  test('may be shared by host and port', () => {
    const env = [{name: 'X', value: '63'}, value('h$(X)'), {name: 'REDIS_PORT', value: '$(X)80'}];
    expect(envOf(injected(app(env)), 'redis-proxy')?.map((item) => item['name'])).toEqual([
      'X',
      'UPSTREAM_HOST',
      'UPSTREAM_PORT',
      'TIMEOUT',
    ]);
  });
});

describe('several containers of the app', () => {
  const two = (env: readonly JsonObject[], more: JsonObject = {}): JsonObject => ({
    containers: [...(app(address)['containers'] as JsonObject[]), {name: 'worker', image: 'w:1', env, ...more}],
  });

  test('that say the same are all redirected', () => {
    const object = injected(two([...address].toReversed()));
    expect(envOf(object, 'worker')).toEqual([
      {name: 'REDIS_PORT', value: '6379'},
      {name: 'REDIS_HOST', value: '127.0.0.1'},
    ]);
  });

  test('of which one has none of the variables are redirected but for that one', () => {
    const object = injected(two([{name: 'A', value: '1'}]));
    expect(envOf(object, 'worker')).toEqual([{name: 'A', value: '1'}]);
  });

  test('of which one has an envFrom instead are told to look there', () => {
    const outcome = create(pod('redis', two([], {envFrom: [{configMapRef: {name: 'c'}}]})), templates);
    expect(outcome.templates[0]?.kept).toEqual(['containers/worker/envFrom']);
  });

  test('include init containers where the template names them; else those keep the old value', () => {
    const spec = {...app(address), initContainers: [{name: 'migrate', image: 'm:1', env: address}]};
    expect(envOf(injected(spec), 'migrate', 'initContainers')).toEqual(address);
    const named = redisWith(['containers:', 'app: {initContainers: [migrate]}\ncontainers:']);
    expect(envOf(injected(spec, named), 'migrate', 'initContainers')?.[0]).toEqual({name: 'REDIS_HOST', value: '127.0.0.1'});
  });
});

describe("the ambassador's containers", () => {
  test('all get the old values, its init containers too', () => {
    const list = redisWith(['containers:', 'initContainers: [{name: wait, image: "w:1"}]\ncontainers:']);
    expect(envOf(injected(app(address), list), 'wait', 'initContainers')).toHaveLength(2);
  });

  test('keep what the author wrote in one, who is told; the old value goes beside it', () => {
    const own = {name: 'redis-proxy', image: 'auto', env: [{name: 'UPSTREAM_HOST', value: 'mine'}]};
    const spec = {containers: [...(app(address)['containers'] as JsonObject[]), own]};
    const object = injected(spec);
    expect(envOf(object, 'redis-proxy')).toEqual([
      {name: 'UPSTREAM_HOST', value: 'mine'},
      {name: 'UPSTREAM_PORT', value: '6380'},
      {name: 'REDIS_HOST', value: 'redis.shop'},
      {name: 'TIMEOUT', value: '5'},
    ]);
    expect(create(pod('redis', spec), templates).templates[0]?.kept).toEqual(['containers/redis-proxy/env/UPSTREAM_HOST/value']);
  });

  test('may be native sidecars, one that the author customised too', () => {
    const list = redisWith(['containers:', 'native: always\ncontainers:']);
    const own = {name: 'redis-proxy', image: 'auto', env: [{name: 'MORE', value: '1'}]};
    for (const spec of [app(address), {containers: [own, ...(app(address)['containers'] as JsonObject[])]}]) {
      const object = injected(spec, list);
      expect(envOf(object, 'redis-proxy', 'initContainers')?.[0]).toEqual({name: 'UPSTREAM_HOST', value: 'redis.shop'});
    }
  });

  test('may declare the port on which they listen', () => {
    const list = redisWith(['image: proxy:1', 'image: proxy:1\n  ports: [{containerPort: 6379}]']);
    expect(envOf(injected(app(address), list), 'redis-proxy')).toHaveLength(3);
  });
});

describe('several ambassadors', () => {
  const db = redis.replaceAll('redis', 'db').replaceAll('REDIS', 'DB').replace('6379', '5432');
  const more = [
    {name: 'DB_HOST', valueFrom: secret},
    {name: 'DB_PORT', value: '5433'},
  ];

  test('of different templates each take their own variables, in any order', () => {
    for (const asked of ['redis,db', 'db,redis']) {
      const object = injected(app([...address, ...more]), snapshot({redis, db}), asked);
      expect(envOf(object, 'web')?.map((item) => item['value'])).toEqual(['127.0.0.1', '6379', '127.0.0.1', '5432']);
      expect(envOf(object, 'db-proxy')?.[0]?.['valueFrom']).toEqual(secret);
    }
  });

  test('may be of one template', () => {
    const list = redisWith([
      'containers:',
      '- listen: 5432\n  redirect: {host: DB_HOST, port: DB_PORT}\n  upstream: {host: DB_UP, port: DB_UP_PORT}\ncontainers:',
    ]);
    const object = injected(app([...address, ...more]), list);
    expect(envOf(object, 'redis-proxy')?.map((item) => item['name'])).toEqual([
      'UPSTREAM_HOST',
      'UPSTREAM_PORT',
      'DB_UP',
      'DB_UP_PORT',
      'TIMEOUT',
    ]);
  });

  test('that are optional leave no trace when the port is taken', () => {
    const list = snapshot({redis, db: db.replace('5432', '6379')});
    const object = frozen(pod('redis,db?', app([...address, ...more])));
    const outcome = create(object, list);
    expect(outcome.templates.map((one) => one.kind)).toEqual(['injected', 'skipped']);
    expect(outcome.templates[1]?.reason).toBe('portConflict');
    expect(envOf(outcome.object, 'web')?.slice(2)).toEqual(more);
    expect(uninject(outcome.object).object).toEqual(object);
  });
});

test('the report says what was moved where, and does not call it added', () => {
  const [outcome] = create(pod('redis', app(address)), templates).templates;
  expect(movedPaths(outcome?.added ?? {})).toEqual([
    'containers/web/env/REDIS_HOST → containers/redis-proxy/env/UPSTREAM_HOST',
    'containers/web/env/REDIS_PORT → containers/redis-proxy/env/UPSTREAM_PORT',
  ]);
});
