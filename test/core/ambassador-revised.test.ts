import {describe, expect, test} from 'vitest';
import {uninject} from '../../src/core/inject.ts';
import type {JsonObject} from '../../src/core/json.ts';
import {frozen} from '../helpers/frozen.ts';
import {at, create, deployment, update} from '../helpers/objects.ts';
import {set} from '../helpers/set.ts';
import {snapshot} from '../helpers/templates.ts';
import {address, app, envOf, redis, redisUrl, secret} from './ambassador-fixtures.ts';

const templates = snapshot({redis});
const appEnv = ['spec', 'template', 'spec', 'containers', 0, 'env'] as const;

/** What the API server stored of a Deployment with these variables, injected. */
function stored(env: readonly JsonObject[], list = templates, asked = 'redis'): JsonObject {
  const outcome = create(frozen(deployment({'pod-injector.dev/inject': asked}, {}, app(env))), list);
  expect(outcome.verdict).toEqual({kind: 'injected'});
  return frozen(outcome.object);
}

/** The stored object with one of the ambassador's variables set by hand. */
function setByHand(live: JsonObject, variable: JsonObject): JsonObject {
  const env = (envOf(live, 'redis-proxy') ?? []).map((item) => (item['name'] === variable['name'] ? variable : item));
  const containers = (at(live, 'spec', 'template', 'spec', 'containers') as readonly JsonObject[]).map((item) =>
    item['name'] === 'redis-proxy' ? {...item, env} : item,
  );
  return frozen(set(live, ['spec', 'template', 'spec', 'containers'], containers));
}

const authors = (object: JsonObject): unknown => envOf(uninject(object).object, 'web');

describe('the remote end, changed where the ambassador holds it', () => {
  const live = stored(address);

  test.each<[string, JsonObject]>([
    ['to another value', {value: 'by.hand'}],
    ['to a source', {valueFrom: secret}],
  ])('%s, is the value of the application from then on', (_, value) => {
    const edited = setByHand(live, {name: 'UPSTREAM_HOST', ...value});
    const {object} = update(live, edited, templates);
    expect(object).toEqual(edited);
    expect(authors(object)).toEqual([{name: 'REDIS_HOST', ...value}, address[1]]);

    // The manifest's next word counts, and nothing of the change by hand is in its way.
    const next = frozen(set(object, [...appEnv, 0], {name: 'REDIS_HOST', value: 'redis.next'}));
    const {object: after} = update(object, next, templates);
    expect(after).toEqual(setByHand(live, {name: 'UPSTREAM_HOST', value: 'redis.next'}));
  });

  test('to what the application has not, is a customisation of the ambassador, and the application keeps its own', () => {
    const variable = {name: 'UPSTREAM_HOST', value: 'redis.$(TIMEOUT)'};
    const {object} = update(live, setByHand(live, variable), templates);
    expect(envOf(object, 'redis-proxy')).toContainEqual(variable);
    expect(envOf(object, 'redis-proxy')).toContainEqual({name: 'REDIS_HOST', value: 'redis.shop'});
    expect(authors(object)).toEqual(address);
  });

  test('to what is no address, is a customisation too', () => {
    const list = snapshot({redis: redisUrl.replace('host: UPSTREAM_HOST, port: UPSTREAM_PORT', 'url: UPSTREAM_URL')});
    const url = [{name: 'REDIS_URL', value: 'redis://a:6380/0'}];
    const variable = {name: 'UPSTREAM_URL', value: 'a b'};
    const one = stored(url, list);
    const {object} = update(one, setByHand(one, variable), list);
    expect(envOf(object, 'redis-proxy')).toContainEqual(variable);
    expect(authors(object)).toEqual(url);
  });

  test('to the port that the ambassador has, is the value of the application too', () => {
    const edited = setByHand(live, {name: 'UPSTREAM_PORT', value: '6379'});
    expect(update(live, edited, templates).object).toEqual(edited);
    expect(authors(edited)).toEqual([address[0], {name: 'REDIS_PORT', value: '6379'}]);
  });

  test('is a customisation where the application points elsewhere meanwhile', () => {
    const both = set(setByHand(live, {name: 'UPSTREAM_HOST', value: 'by.hand'}), [...appEnv, 0, 'value'], 'redis.new');
    const {object} = update(live, frozen(both), templates);
    expect(envOf(object, 'redis-proxy')).toContainEqual({name: 'UPSTREAM_HOST', value: 'by.hand'});
    expect(authors(object)).toEqual([{name: 'REDIS_HOST', value: 'redis.new'}, address[1]]);
  });

  test('is a customisation where a template gave the application its value', () => {
    const settings = 'pattern: sidecar\ncontainers: [{name: a, image: a:1}]\napp: {env: [{name: REDIS_HOST, value: redis.shop}]}';
    const list = snapshot({redis, settings});
    const given = stored([address[1] as JsonObject], list, 'settings,redis');
    const {object} = update(given, setByHand(given, {name: 'UPSTREAM_HOST', value: 'by.hand'}), list);
    expect(envOf(object, 'redis-proxy')).toContainEqual({name: 'UPSTREAM_HOST', value: 'by.hand'});
    expect(authors(object)).toEqual([address[1]]);
  });
});

describe('a rollback, which brings an old pod template whole', () => {
  const next = snapshot({redis: redis.replace('proxy:1', 'proxy:2')});
  const url = (value: string): readonly JsonObject[] => [{name: 'REDIS_URL', value}];
  const named = (host: string): readonly JsonObject[] => [
    {name: 'ZONE', value: host},
    {name: 'REDIS_HOST', value: 'redis.$(ZONE)'},
    address[1] as JsonObject,
  ];

  test.each<[string, readonly JsonObject[], readonly JsonObject[], ReturnType<typeof snapshot>]>([
    ['a host', address, [{name: 'REDIS_HOST', value: 'redis.new'}, address[1] as JsonObject], templates],
    ['a host and its port', address, address.map(({name}) => ({name, value: '6381'})), templates],
    ['a source', [{name: 'REDIS_HOST', valueFrom: secret}, address[1] as JsonObject], address, templates],
    ['an address', url('redis://a:6380/0'), url('redis://b:6381/0'), snapshot({redis: redisUrl})],
    ['a value by reference', named('shop'), named('new'), templates],
    ['a reference for a value', named('shop'), [named('new')[0], ...address] as JsonObject[], templates],
  ])('has the upstream of then, and the manifest of today counts again: %s', (_, first, second, list) => {
    const [one, two] = [stored(first, list), stored(second, list)];
    // By `kubectl rollout undo`: the pod template as it was, in the object of today.
    const undone = frozen(set(two, ['spec', 'template'], at(one, 'spec', 'template') as JsonObject));
    expect(update(two, undone, list).object).toEqual(undone);
    expect(authors(undone)).toEqual(first);
    const again = frozen(set(undone, [...appEnv], [...second]));
    expect(update(undone, again, list).object).toEqual(two);
  });

  test('is injected afresh, where the template is another one now', () => {
    const [one, two] = [stored(address), stored([{name: 'REDIS_HOST', value: 'redis.new'}, address[1] as JsonObject])];
    const undone = frozen(set(two, ['spec', 'template'], at(one, 'spec', 'template') as JsonObject));
    expect(update(two, undone, next).object).toEqual(stored(address, next));
  });
});
