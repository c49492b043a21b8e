import * as fc from 'fast-check';
import {afterAll, describe, expect, test} from 'vitest';
import {readAddress} from '../../src/core/address.ts';
import {uninject} from '../../src/core/inject.ts';
import type {JsonObject} from '../../src/core/json.ts';
import {readTemplate} from '../../src/core/template/read.ts';
import type {Ambassador, TemplateSnapshot} from '../../src/core/template.ts';
import {frozen} from '../helpers/frozen.ts';
import {propertyRuns} from '../helpers/property-runs.ts';
import {at, create, deployment, pod, update} from '../helpers/objects.ts';
import {environmentOf} from './ambassador-world.ts';

const texts = ['redis', '$(A)', 'r.$(B).svc', '$$(A)', '$(SVC)', '$(REDIS_HOST)', '$(C)x', '', '127.0.0.1', '$('] as const;
const ports = ['6380', '6379', '$(PORT)', '$(C)', ''] as const;
const urls = [
  'redis://u:$(A)@h:1/0',
  '$(A):6380',
  'h',
  'redis://$(B).svc:$(PORT)/$(A)',
  '[::1]:7',
  'a:1,b:2',
  '$(A)',
  'redis://h/2',
] as const;

const from = (source: JsonObject): JsonObject => ({valueFrom: source});
const sources = fc.constantFrom<JsonObject>(
  from({configMapKeyRef: {name: 'c', key: 'host'}}),
  from({configMapKeyRef: {name: 'c', key: 'gone', optional: true}}),
  from({secretKeyRef: {name: 's', key: 'host', optional: true}}),
  from({fieldRef: {fieldPath: 'status.hostIP'}}),
  from({resourceFieldRef: {resource: 'limits.cpu'}}),
  from({resourceFieldRef: {resource: 'limits.cpu', containerName: 'web'}}),
  from({fileKeyRef: {volumeName: 'v', path: 'p', key: 'k'}}),
  {},
  {value: null, valueFrom: null},
);
const valued = (values: readonly string[], weight = 5): fc.Arbitrary<JsonObject> =>
  fc.oneof({weight, arbitrary: fc.constantFrom(...values).map((value) => ({value}))}, {weight: 1, arbitrary: sources});
const named = (name: string, values: readonly string[]): fc.Arbitrary<JsonObject> =>
  valued(values).map((value) => ({name, ...value}));
const missing: JsonObject = from({configMapKeyRef: {name: 'c', key: 'gone', optional: true}});
const definition: fc.Arbitrary<JsonObject> = fc.oneof(
  {weight: 4, arbitrary: fc.constantFrom('A', 'B').chain((name) => named(name, ['a', '$(B)', 'x$(A)', '$(SVC)']))},
  {weight: 1, arbitrary: fc.constantFrom('A', 'B').map((name) => ({name, ...missing}))},
  {
    weight: 2,
    arbitrary: fc.constantFrom<JsonObject>(
      {name: 'PORT', value: '6381'},
      {name: 'PORT', value: '6379'},
      {name: 'PORT', ...from({configMapKeyRef: {name: 'c', key: 'port'}})},
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('UPSTREAM_HOST', 'OTHER', '__proto__').chain((name) => named(name, ['o', '$(REDIS_HOST)'])),
  },
);
const end: fc.Arbitrary<JsonObject> = fc.oneof(named('REDIS_HOST', texts), named('REDIS_PORT', ports), named('REDIS_URL', urls));
const filled = fc
  .record({
    before: fc.array(definition, {maxLength: 4}),
    ends: fc.tuple(named('REDIS_HOST', texts), named('REDIS_PORT', ports), named('REDIS_URL', urls)),
    count: fc.constantFrom(3, 3, 3, 3, 1, 0),
    after: fc.array(fc.oneof({weight: 3, arbitrary: definition}, {weight: 1, arbitrary: end}), {maxLength: 2}),
  })
  .map(({before, ends, count, after}) => [...before, ...ends.slice(0, count), ...after]);
const env = fc.oneof(
  {weight: 8, arbitrary: filled},
  {weight: 1, arbitrary: fc.constantFrom<readonly JsonObject[] | null | undefined>([], null, undefined)},
);
const containers = (name: string, own = env): fc.Arbitrary<JsonObject> =>
  fc.tuple(own, fc.integer({min: 0, max: 7})).map(([variables, choice]) => ({
    name,
    image: `${name}:1`,
    ...(variables === undefined ? {} : {env: variables}),
    ...(choice === 0 ? {envFrom: [{configMapRef: {name: 'm'}}]} : {}),
    ...(choice === 1 ? {ports: [{containerPort: 6379}]} : {}),
  }));
const specs: fc.Arbitrary<JsonObject> = env.chain((shared) =>
  fc
    .record({
      web: containers('web', fc.constant(shared)),
      // Containers of one application mostly say the same.
      worker: fc.option(containers('worker', fc.oneof({weight: 3, arbitrary: fc.constant(shared)}, {weight: 1, arbitrary: env}))),
      custom: fc.option(
        fc.array(
          fc.constantFrom<JsonObject>(
            {name: 'UPSTREAM_HOST', value: 'mine'},
            {name: 'TIMEOUT', value: '9'},
            {name: 'A', value: 'z'},
          ),
        ),
        {freq: 6},
      ),
      hostNetwork: fc.integer({min: 0, max: 20}).map((choice) => choice === 0),
    })
    .map(({web, worker, custom, hostNetwork}) => ({
      containers: [
        web,
        ...(worker === null ? [] : [worker]),
        ...(custom === null ? [] : [{name: 'redis-proxy', image: 'auto', env: custom}]),
      ],
      ...(hostNetwork ? {hostNetwork} : {}),
    })),
);

const fallback = (name: string, value: string): fc.Arbitrary<unknown> => fc.constantFrom<unknown>(name, {name, default: value});
const pairs = fc.record({
  redirect: fc.constant({host: 'REDIS_HOST', port: 'REDIS_PORT'}),
  upstream: fc.record(
    {host: fallback('UPSTREAM_HOST', 'default-host'), port: fallback('UPSTREAM_PORT', '3333')},
    {requiredKeys: ['host']},
  ),
});
const byUrl = fc.record({
  redirect: fc.constant({url: 'REDIS_URL'}),
  upstream: fc.oneof(
    fc.record({host: fc.constant('UPSTREAM_HOST'), port: fallback('UPSTREAM_PORT', '3333')}),
    fc.record({url: fallback('UPSTREAM_URL', 'redis://default-host:3333/9')}),
    fc.record({url: fc.constant('UPSTREAM_URL'), host: fc.constant('UPSTREAM_HOST')}),
  ),
});
const snapshots: fc.Arbitrary<TemplateSnapshot> = fc
  .record({
    entry: fc.oneof(pairs, pairs, byUrl),
    own: fc.constantFrom<JsonObject[]>([], [{name: 'TIMEOUT', value: '5'}], [{name: 'B', value: 'own'}]),
    native: fc.constantFrom('never', 'never', 'always'),
    init: fc.boolean(),
  })
  .map(({entry, own, native, init}) => {
    const document = {
      pattern: 'ambassador',
      native,
      ambassador: [{listen: 6379, ...entry}],
      containers: [{name: 'redis-proxy', image: 'proxy:1', env: own}],
      ...(init ? {initContainers: [{name: 'wait', image: 'wait:1'}]} : {}),
    };
    const {entry: read} = readTemplate(JSON.stringify(document), {name: 'redis', format: 'template', source: 'redis.yaml'});
    if (read.kind === 'broken') throw new Error(JSON.stringify(read.faults));
    return new Map([['redis', read]]);
  });

const tried = {injected: 0, all: 0};
function law(check: (spec: JsonObject, templates: TemplateSnapshot, object: JsonObject) => void, numRuns = 1000): void {
  fc.assert(
    fc.property(specs, snapshots, (spec, templates) => {
      const object = frozen(pod('redis', spec));
      const outcome = create(object, templates);
      tried.all += 1;
      if (outcome.verdict.kind !== 'injected') {
        expect(outcome.verdict.kind).toBe('refused');
        expect(outcome.object).toBe(object);
        return;
      }
      tried.injected += 1;
      check(spec, templates, frozen(outcome.object));
    }),
    propertyRuns({numRuns, seed: 20_264}),
  );
}

const containersOf = (object: JsonObject): readonly JsonObject[] => [
  ...(at(object, 'spec', 'containers') as JsonObject[]),
  ...((at(object, 'spec', 'initContainers') ?? []) as JsonObject[]),
];
const containerOf = (object: JsonObject, name: string): JsonObject =>
  containersOf(object).find((one) => one['name'] === name) ?? {};
const ambassadorOf = (templates: TemplateSnapshot): Ambassador => {
  const entry = templates.get('redis');
  if (entry?.kind !== 'good' || entry.template.ambassador[0] === undefined) throw new Error('no ambassador');
  return entry.template.ambassador[0];
};

/** The remote end as the app sees it: what is absent or empty is undefined. */
function endOf(
  container: JsonObject,
  {redirect}: Ambassador,
): {host?: string | undefined; port?: string | undefined; url?: string | undefined} {
  const environment = environmentOf({...container, env: container['env'] ?? []});
  // What the Services set counts as little as nothing here: none of them has such a name.
  const read = (name: string): string | undefined => environment.get(name) || undefined;
  if (!('url' in redirect))
    return {host: read(redirect.host), port: redirect.port === undefined ? undefined : read(redirect.port)};
  const url = read(redirect.url);
  const address = url === undefined ? undefined : readAddress(url);
  return {url, host: address?.host, port: address?.port};
}

describe('an ambassador that was injected', () => {
  test('is where the app goes, and knows what the app knew', () => {
    law((spec, templates, object) => {
      const ambassador = ambassadorOf(templates);
      const turned = (spec['containers'] as JsonObject[]).filter(
        (one) => one['name'] !== 'redis-proxy' && one['env'] !== containerOf(object, String(one['name']))['env'],
      );
      expect(turned.length).toBeGreaterThan(0);
      const {upstream} = ambassador;
      for (const before of turned) {
        const now = endOf(containerOf(object, String(before['name'])), ambassador);
        expect(now).toMatchObject({host: '127.0.0.1', port: '6379'});
        const then = endOf(before, ambassador);
        for (const name of ['redis-proxy', ...(containerOf(object, 'wait')['name'] === undefined ? [] : ['wait'])]) {
          const told = environmentOf(containerOf(object, name));
          for (const key of ['host', 'port', 'url'] as const) {
            const one = upstream[key];
            if (one === undefined) continue;
            const isMine = name === 'redis-proxy' && key === 'host' && JSON.stringify(spec).includes('"mine"');
            // A url's parts are those of its default, too.
            const ofDefault =
              then.url === undefined && upstream.url?.default !== undefined ? readAddress(upstream.url.default) : undefined;
            const expected =
              then[key] ??
              (isStated(before, ambassador, key) ? undefined : (one.default ?? (key === 'url' ? undefined : ofDefault?.[key])));
            expect(told.get(one.name) || undefined).toBe(isMine ? 'mine' : expected);
          }
        }
      }
    });
  });

  test('leaves every other variable of the app as it was, in its place', () => {
    law((spec, _templates, object) => {
      for (const before of spec['containers'] as JsonObject[]) {
        if (before['name'] === 'redis-proxy') continue;
        const own = (before['env'] ?? []) as JsonObject[];
        const now = (containerOf(object, String(before['name']))['env'] ?? []) as JsonObject[];
        expect(now.slice(0, own.length).map((one) => one['name'])).toEqual(own.map((one) => one['name']));
        expect(now.filter((one) => !String(one['name']).startsWith('REDIS_'))).toEqual(
          own.filter((one) => !String(one['name']).startsWith('REDIS_')),
        );
      }
    });
  });

  test('goes without a trace, and comes once', () => {
    law((spec, templates, object) => {
      expect(uninject(object).object).toEqual(pod('redis', spec));
      const again = create(object, templates);
      expect(again.object).toBe(object);
      expect(again.verdict.kind).toBe('alreadyInjected');
    });
  });

  test('starts no rollout when the same manifest is applied again', () => {
    law((spec, templates) => {
      const original = frozen(deployment({'pod-injector.dev/inject': 'redis'}, {}, spec));
      const live = frozen(create(original, templates).object);
      const merged = structuredClone(live);
      for (const one of at(merged, 'spec', 'template', 'spec', 'containers') as {name: string; env?: JsonObject[]}[]) {
        const mine = (spec['containers'] as JsonObject[]).find((other) => other['name'] === one.name);
        const names = ((mine?.['env'] ?? []) as JsonObject[]).map((item) => item['name']);
        // Client-side apply merges by name, so no list with a name twice can be applied that way.
        if (new Set(names).size < names.length) return;
        one.env = one.env?.map((item) => ({
          ...item,
          ...((mine?.['env'] ?? []) as JsonObject[]).find((other) => other['name'] === item['name']),
        })) as JsonObject[];
      }
      for (const object of [original, frozen(merged)])
        expect(at(update(live, object, templates).object, 'spec', 'template')).toEqual(at(live, 'spec', 'template'));
    }, 600);
  });
});

/** Whether the app's own variable says something, if only by a key that is missing or a reference to nothing: no default then. */
function isStated(container: JsonObject, {redirect}: Ambassador, key: 'host' | 'port' | 'url'): boolean {
  if ('url' in redirect && key === 'port') return false;
  const name = 'url' in redirect ? redirect.url : key === 'port' ? redirect.port : redirect.host;
  const last = ((container['env'] ?? []) as JsonObject[]).findLast((one) => one['name'] === name);
  return Boolean(last?.['value']) || Boolean(last?.['valueFrom']);
}

afterAll(() => {
  // A law that hardly ever applies proves nothing.
  expect(tried.injected / tried.all).toBeGreaterThan(0.2);
  console.log(`ambassadors: ${tried.injected} of ${tried.all} were injected`);
});
