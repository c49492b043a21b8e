import {describe, expect, test} from 'vitest';
import type {JsonObject} from '../../src/core/json.ts';
import {create, pod} from '../helpers/objects.ts';
import {snapshot} from '../helpers/templates.ts';
import {address, app, faultsOf, redis, redisWith, secret} from './ambassador-fixtures.ts';

const templates = snapshot({redis});
const [host, port] = address as [JsonObject, JsonObject];
const envFrom = [{configMapRef: {name: 'c'}}];
const refusal = (spec: JsonObject, list = templates, asked = 'redis'): string => faultsOf(create(pod(asked, spec), list));

describe('a variable that cannot be redirected is refused', () => {
  test.each<[string, JsonObject, RegExp]>([
    [
      'absent',
      app(undefined),
      /^redirectMissing: the container "web" has no value for REDIS_HOST\nredirectMissing: .* REDIS_PORT$/,
    ],
    ['empty', app([{name: 'REDIS_HOST'}, port]), /^redirectMissing: the container "web" has no value for REDIS_HOST$/],
    ['half absent', app([host]), /^redirectMissing: the container "web" has no value for REDIS_PORT$/],
    ['perhaps from envFrom', app(undefined, {envFrom}), /^redirectFromEnvFrom: the container "web" has no REDIS_HOST in env, so/],
    ['half perhaps from envFrom', app([host], {envFrom}), /^redirectFromEnvFrom: .* REDIS_PORT in env/],
    ['empty, envFrom or not', app([{name: 'REDIS_HOST', value: ''}, port], {envFrom}), /^redirectMissing: /],
    [
      'a number',
      app([host, {name: 'REDIS_PORT', value: 6379}]),
      /^redirectUnreadable: REDIS_PORT in the container "web" is not a string$/,
    ],
    [
      'written twice, at last empty',
      app([host, port, {name: 'REDIS_HOST'}]),
      /^redirectUnreadable: REDIS_HOST stands .* twice, at last empty$/,
    ],
    [
      'from a file of a volume',
      app([{name: 'REDIS_HOST', valueFrom: {fileKeyRef: {volumeName: 'v', path: 'p', key: 'k'}}}, port]),
      /^redirectImmovable: REDIS_HOST in the container "web" has a valueFrom.fileKeyRef, so it cannot move/,
    ],
    [
      'of a source that nobody knows yet',
      app([{name: 'REDIS_HOST', valueFrom: {cloudRef: {}}}, port]),
      /^redirectImmovable: .* valueFrom.cloudRef/,
    ],
    [
      'on the ambassador already',
      app([
        {...host, value: 'localhost'},
        {...port, value: '6379'},
      ]),
      /^redirectLoop: /,
    ],
  ])('%s', (_, spec, expected) => {
    expect(refusal(spec)).toMatch(expected);
  });

  test('absent, though there is a default, where envFrom may have it', () => {
    const list = redisWith([upstreamText, '{host: {name: UP, default: h}, port: {name: UP_PORT, default: 1}}']);
    expect(refusal(app([]), list)).toBe('injected');
    expect(refusal(app([], {envFrom}), list)).toMatch(/^redirectFromEnvFrom: .*\nredirectFromEnvFrom: /);
  });

  test('where there is no application', () => {
    expect(refusal({containers: [{name: 'istio-proxy', image: 'i:1', env: address}]})).toMatch(/^redirectMissing: no container/);
    expect(refusal(app(address), redisWith(['containers:', 'app: {containers: [wbe]}\ncontainers:']))).toMatch(
      /^appContainerMissing: .*"wbe", and the pod has web\n/,
    );
  });
});

const upstreamText = '{host: UPSTREAM_HOST, port: UPSTREAM_PORT}';

describe('what a value refers to and cannot come along is refused', () => {
  const value = {name: 'REDIS_HOST', value: '$(X).shop'};
  test.each<[string, JsonObject, RegExp]>([
    [
      'not defined, perhaps in envFrom',
      app([value, port], {envFrom}),
      /^redirectImmovable: REDIS_HOST .* refers to \$\(X\), which may come from the container's envFrom/,
    ],
    ['optional, else from envFrom', app([{name: 'X', valueFrom: secret}, value, port], {envFrom}), /^redirectImmovable: /],
    [
      'from a file',
      app([{name: 'X', valueFrom: {fileKeyRef: {key: 'k'}}}, value, port]),
      /^redirectImmovable: X .* valueFrom.fileKeyRef/,
    ],
    [
      'with two values',
      app([{name: 'X', value: '1'}, {name: 'Y', value: '$(X)'}, {name: 'X', value: '2'}, {...value, value: '$(X)$(Y)'}, port]),
      /^redirectImmovable: X in the container "web" is referred to with two of its values/,
    ],
    [
      'optional, else another',
      app([{name: 'X', value: '1'}, {name: 'X', valueFrom: secret}, value, port]),
      /^redirectImmovable: X /,
    ],
  ])('%s', (_, spec, expected) => {
    expect(refusal(spec)).toMatch(expected);
  });

  test.each<[string, JsonObject, RegExp]>([
    [
      'another variable of the same name before it',
      app([host, {...host, valueFrom: secret, value: ''}, port]),
      /another REDIS_HOST before it/,
    ],
    ['an envFrom', app([{name: 'REDIS_HOST', valueFrom: secret}, port], {envFrom}), /beside an envFrom/],
  ])('a moved value that is optional beside %s', (_, spec, expected) => {
    expect(refusal(spec)).toMatch(expected);
  });

  test('in a container of the ambassador that has the name with another meaning', () => {
    const spec = app([{name: 'X', value: '1'}, value, port]);
    const env = (text: string): ReturnType<typeof redisWith> => redisWith(['{name: TIMEOUT, value: "5"}', text]);
    expect(refusal(spec, env('{name: X, value: "2"}'))).toMatch(
      /^redirectImmovable: .* refers to \$\(X\), and has X with another value/,
    );
    expect(refusal(spec, env('{name: X, value: "1"}'))).toBe('injected');
    const [web] = spec['containers'] as JsonObject[];
    const custom = {name: 'redis-proxy', image: 'auto', env: [{name: 'X', value: '3'}]};
    expect(refusal({containers: [web as JsonObject, custom]})).toMatch(/^redirectImmovable: /);
  });

  test('the name under which the ambassador is told the remote end', () => {
    const from = (text: string): JsonObject => ({name: 'REDIS_HOST', value: text});
    const own = {name: 'UPSTREAM_HOST', value: 'redis'};
    expect(refusal(app([own, from('$(UPSTREAM_HOST).shop'), port]))).toBe(
      "redirectImmovable: template redis: what moves to the ambassador's containers needs two variables UPSTREAM_HOST there, of different values",
    );
    expect(refusal(app([from('$(UPSTREAM_HOST).shop'), own, port]))).toBe(
      'redirectImmovable: template redis: what moves to UPSTREAM_HOST refers to $(UPSTREAM_HOST), which the application does not define before it, and the container "redis-proxy" may',
    );
  });

  test('nothing, where a container of the ambassador may have it', () => {
    const spec = app([value, port]);
    expect(refusal(spec)).toBe('injected');
    expect(refusal(spec, redisWith(['name: TIMEOUT', 'name: X']))).toMatch(
      /^redirectImmovable: .* which the application does not define/,
    );
    expect(refusal(spec, redisWith(['  image: proxy:1', '  image: proxy:1\n  envFrom: [{configMapRef: {name: c}}]']))).toMatch(
      /^redirectImmovable: /,
    );
  });

  test('where the author took every place for the old value', () => {
    const names = ['UPSTREAM_HOST', 'REDIS_HOST'];
    const custom = {name: 'redis-proxy', image: 'auto', env: names.map((name) => ({name, value: 'mine'}))};
    const [web] = app(address)['containers'] as JsonObject[];
    expect(refusal({containers: [web as JsonObject, custom]})).toMatch(/^redirectImmovable: .* has no place to go$/);
  });

  test('in time, however much refers to however much', () => {
    const chain = Array.from({length: 20_000}, (_, index) => ({name: `V${index}`, value: `$(V${index - 1})`}));
    expect(refusal(app([...chain, {name: 'REDIS_HOST', value: '$(V19999)'}, port]))).toBe('injected');
  });
});

describe('containers that differ are refused, by name', () => {
  const two = (env: readonly JsonObject[], other: readonly JsonObject[] = address): JsonObject => ({
    containers: [
      {name: 'web', image: 'web:1', env: other},
      {name: 'worker', image: 'w:1', env},
    ],
  });
  const differ =
    'redirectConflict: the containers "web" and "worker" have different values for REDIS_HOST and REDIS_PORT, and one ambassador has one remote end';

  test.each<[string, readonly JsonObject[], readonly JsonObject[]]>([
    ['in a value', [{...host, value: 'other'}, port], address],
    ['in a source', [{name: 'REDIS_HOST', valueFrom: secret}, port], address],
    [
      'in what a value refers to',
      [{name: 'X', value: '1'}, {...host, value: '$(X)'}, port],
      [{name: 'X', value: '2'}, {...host, value: '$(X)'}, port],
    ],
    ['in whose resources they mean', ...both({name: 'REDIS_PORT', valueFrom: {resourceFieldRef: {resource: 'limits.cpu'}}})],
  ])('%s', (_, env, other) => {
    expect(refusal(two(env, other))).toBe(differ);
  });

  function both(variable: JsonObject): [readonly JsonObject[], readonly JsonObject[]] {
    return [
      [host, variable],
      [host, variable],
    ];
  }

  test('in a value and a default', () => {
    const list = redisWith(['port: UPSTREAM_PORT', 'port: {name: UPSTREAM_PORT, default: 6379}']);
    expect(refusal(two([host]), list)).toBe(differ);
  });
});

describe('a port that is taken is refused, with both owners', () => {
  const other = 'pattern: sidecar\ncontainers: [{name: other, image: "o:1", ports: [{containerPort: 6379}]}]';
  const spec = app(address);
  test.each<[string, JsonObject, string, string]>([
    [
      'a container of the app',
      app(address, {ports: [{containerPort: 6379}]}),
      'redis',
      'portConflict: the ambassador of template redis listens on 6379, and so does "web" of the pod\'s author',
    ],
    [
      'an earlier template',
      spec,
      'other,redis',
      'portConflict: the ambassador of template redis listens on 6379, and so does "other" of template other',
    ],
    [
      'a later template',
      spec,
      'redis,other',
      'portConflict: the ambassador of template redis listens on 6379, and so does "other" of template other',
    ],
    [
      'another ambassador',
      app([...address, {name: 'DB', value: 'h'}]),
      'redis,db',
      'portConflict: template db: its ambassador listens on 6379, and so does an ambassador of template redis',
    ],
    [
      'the node',
      {...spec, hostNetwork: true},
      'redis',
      'portConflict: the ambassador of template redis listens on 6379, which is a port of the node',
    ],
    [
      'the node, by a later template',
      spec,
      'redis,host',
      'portConflict: the ambassador of template redis listens on 6379, which is a port of the node',
    ],
    [
      'a native sidecar of the app',
      {...spec, initContainers: [{name: 'n', image: 'n:1', restartPolicy: 'Always', ports: [{containerPort: 6379}]}]},
      'redis',
      'and so does "n" of',
    ],
  ])('by %s', (_, own, asked, expected) => {
    const db = redis
      .replaceAll('redis', 'db')
      .replace('{host: REDIS_HOST, port: REDIS_PORT}', '{host: DB}')
      .replace(upstreamText, '{host: UP}');
    const list = snapshot({
      redis,
      other,
      db,
      host: 'pattern: sidecar\nspec: {hostNetwork: true}\ncontainers: [{name: h, image: "h:1"}]',
    });
    expect(refusal(own, list, asked)).toContain(expected);
  });

  test('the node of another template is said once, and not of it', () => {
    const list = snapshot({redis, other: other.replaceAll('6379', '9000')});
    expect(refusal({...spec, hostNetwork: true}, list, 'redis,other').match(/a port of the node/g)).toHaveLength(1);
  });

  test('but not by what does not listen on it beside the ambassador', () => {
    const free = {
      ...app(address, {ports: [{containerPort: 6379, protocol: 'UDP'}]}),
      initContainers: [{name: 'init', image: 'i:1', ports: [{containerPort: 6379}]}],
    };
    expect(refusal(free)).toBe('injected');
  });
});

test('a variable that another ambassador has redirected is refused, and what refers to it', () => {
  const db = redis.replaceAll('redis', 'db').replace('6379', '5432').replaceAll('UPSTREAM', 'DB');
  const list = snapshot({
    redis,
    db,
    third: db.replaceAll('db-', 'third-').replace('{host: REDIS_HOST, port: REDIS_PORT}', '{host: OTHER, port: OTHER_PORT}'),
  });
  expect(refusal(app(address), list, 'redis,db')).toMatch(
    /^redirectConflict: template db redirects REDIS_HOST in the container "web", and so does .* redis\n/,
  );
  const referring = app([...address, {name: 'OTHER', value: '$(REDIS_HOST)'}, {name: 'OTHER_PORT', value: '1'}]);
  expect(refusal(referring, list, 'redis,third')).toMatch(
    /^redirectConflict: OTHER in the container "web" refers to \$\(REDIS_HOST\), which template redis/,
  );
  expect(refusal(referring, list, 'third,redis')).toBe('injected');
});

describe('an ambassador that is computed', () => {
  const computed = redis.replace(
    'pattern: ambassador',
    'pattern: ambassador\nparameters: {port: {default: 6379, type: integer}, name: {default: REDIS_HOST, type: string}}',
  );
  const list = snapshot({
    redis: computed.replace('listen: 6379', 'listen: ${params.port}').replace('host: REDIS_HOST', 'host: "${params.name}"'),
  });

  test('is injected once, and a record without its variables does not count', () => {
    const {object} = create(pod('redis', app(address)), list);
    expect(create(object, list)).toMatchObject({verdict: {kind: 'alreadyInjected'}, object});
    const bare = JSON.parse(JSON.stringify(object).replace(/,?\\"web\\":\{.*?\}\}\},/, '')) as JsonObject;
    expect(JSON.stringify(bare).length).toBeLessThan(JSON.stringify(object).length);
    // Taken out by that record, the ambassador leaves nothing that knows the remote end.
    expect(faultsOf(create(bare, list))).toMatch(/^redirectLoop: /);
  });

  test('and redirects a variable twice is refused', () => {
    const second = '- {listen: 1, redirect: {host: REDIS_HOST}, upstream: {host: UP}}\ncontainers:';
    const twice = snapshot({
      redis: computed.replace('host: REDIS_HOST', 'host: "${params.name}"').replace('containers:', second),
    });
    expect(refusal(app(address), twice)).toMatch(/^badValue: /);
  });
});
