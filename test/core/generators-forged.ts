import * as fc from 'fast-check';
import {inject} from '../../src/core/inject.ts';
import {asObject, withField, type Json, type JsonObject} from '../../src/core/json.ts';
import {frozen} from '../helpers/frozen.ts';
import {junk, places, replacedAt} from './generators-odd.ts';
import {patternCases, type PatternCase} from './generators-patterns.ts';
import {injectKey, statusKey, templateOf, withTemplate} from './generators.ts';

const names = ['web', 'worker', 'agent', 'redis-proxy', 'db-proxy', 'exporter', 'redis-init', 'migrate'] as const;
const variables = [
  'REDIS_HOST',
  'REDIS_PORT',
  'REDIS_URL',
  'DB_HOST',
  'A',
  'LEVEL',
  'UPSTREAM_HOST',
  'UPSTREAM_PORT',
  '__proto__',
] as const;

const place: fc.Arbitrary<Json> = fc.oneof(
  {weight: 4, arbitrary: fc.tuple(fc.constantFrom(...names), fc.constantFrom(...variables)).map((one) => one as Json)},
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(...names), fc.constantFrom(...variables), fc.constantFrom(6379, 5432, -1))
      .map((one) => one as Json),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('initContainers', 'containers', 'volumes'), fc.constantFrom(0, 1, -1, 1e9, 0.5))
      .map((one) => one as Json),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Json>([], [7], ['web'], ['redis-proxy', 'A', 6379, 'A'], ['redis-proxy', 'A', 6379, '']),
  },
);
const prior = fc.constantFrom<Json>('auto', 'evil:1', '', 0, [], {}, {a: 'b'}, true, null, 'Always', 30);

/** A tree as an attacker may write it: what it names is mostly there. */
const tree: fc.Arbitrary<Json> = fc.letrec<{node: Json; leaf: Json}>((tie) => ({
  leaf: fc.oneof(
    {weight: 4, arbitrary: fc.constant<Json>(1)},
    {weight: 2, arbitrary: place.map((one) => ({'<': one}))},
    {weight: 2, arbitrary: prior.map((one) => ({'~': one}))},
    {weight: 1, arbitrary: fc.tuple(place, prior).map(([one, other]) => ({'<': one, value: {'~': other}}))},
  ),
  node: fc.oneof(
    {maxDepth: 4},
    tie('leaf'),
    fc.dictionary(
      fc.constantFrom('env', 'image', 'valueFrom', 'value', 'volumeMounts', ...names, ...variables, '/var/log'),
      tie('node'),
      {minKeys: 1, maxKeys: 3, noNullPrototype: true},
    ),
  ),
})).node;
const inContainers = fc.dictionary(
  fc.constantFrom(...names),
  fc.oneof(
    tree,
    fc.record({
      env: fc.dictionary(fc.constantFrom(...variables), tree, {minKeys: 1, maxKeys: 3, noNullPrototype: true}),
    }) as fc.Arbitrary<Json>,
  ),
  {minKeys: 1, maxKeys: 4, noNullPrototype: true},
);
const added = fc.oneof(
  {weight: 1, arbitrary: tree},
  {
    weight: 40,
    arbitrary: fc.record(
      {
        spec: fc.record(
          {containers: inContainers, initContainers: inContainers, volumes: tree, hostNetwork: tree},
          {requiredKeys: ['containers']},
        ),
        metadata: fc.record({
          annotations: fc.dictionary(fc.constantFrom(injectKey, 'x', 'y', 'prometheus.io/scrape', 'z'), tree, {
            minKeys: 1,
            maxKeys: 1,
            noNullPrototype: true,
          }),
        }),
      },
      {requiredKeys: ['spec']},
    ),
  },
);

/** A status that names the templates asked for, and says of them what it likes. */
function invented(one: PatternCase): fc.Arbitrary<JsonObject> {
  const annotations = {
    ...asObject(asObject(one.input.object['metadata'])?.['annotations']),
    ...asObject(asObject(templateOf(one.input.object)['metadata'])?.['annotations']),
  };
  const asked = String(annotations[injectKey])
    .split(',')
    .map((name) => name.replace('?', ''));
  const entry = (name: string): fc.Arbitrary<JsonObject> => {
    const known = one.templates.get(name);
    const hash = known?.kind === 'good' ? known.template.hash : 'x';
    return fc
      .record({
        name: fc.constant(name),
        hash: fc.constantFrom(hash, hash, '000000000000'),
        added: fc.option(added, {nil: undefined}),
        skipped: fc.constantFrom(undefined, undefined, undefined, 'windows', 'whenFalse', 'portConflict'),
      })
      .map((all) => Object.fromEntries(Object.entries(all).filter(([, part]) => part !== undefined)));
  };
  return fc
    .tuple(
      fc.constantFrom('pod', 'workload'),
      fc.subarray(['web', 'worker', 'redis-proxy', 'agent']),
      fc.tuple(...asked.map(entry)),
      fc.option(fc.oneof(tree, fc.constant<Json>({metadata: {annotations: {[injectKey]: 1}}})), {nil: undefined, freq: 2}),
    )
    .map(([at, app, templates, own]) => ({v: 1, at, app, ...(own === undefined ? {} : {own}), templates}));
}

const withStatus = (object: JsonObject, status: JsonObject): JsonObject =>
  withTemplate(object, (template) => {
    const metadata = asObject(template['metadata']) ?? {};
    return withField(
      template,
      'metadata',
      withField(metadata, 'annotations', withField(asObject(metadata['annotations']), statusKey, JSON.stringify(status))),
    );
  });

/** The status of the injection itself, changed at some places. */
function tampered(one: PatternCase): fc.Arbitrary<JsonObject> {
  const status = statusIn(inject(one.input).object) ?? {v: 1, at: 'pod', app: [], templates: []};
  const part = fc.oneof({weight: 2, arbitrary: tree}, {weight: 1, arbitrary: junk});
  return fc.array(fc.tuple(fc.nat(), part), {minLength: 1, maxLength: 3}).map((changes) =>
    changes.reduce<JsonObject>((value, [at, by]) => {
      const deep = places(value).filter((path) => path.length > 2);
      return deep.length === 0 ? value : (replacedAt(value, deep[at % deep.length] ?? [], by) as JsonObject);
    }, status),
  );
}

/** The status that an object carries, read as JSON. */
export function statusIn(object: JsonObject): JsonObject | undefined {
  const text = asObject(asObject(templateOf(object)['metadata'])?.['annotations'])?.[statusKey];
  return typeof text === 'string' ? (JSON.parse(text) as JsonObject) : undefined;
}

/** An object that was forged: where it comes from, and with its status. */
export interface Forgery {
  readonly one: PatternCase;
  readonly object: JsonObject;
}

/** An object, asked or injected, with a status that somebody made up. */
export const forgeries: fc.Arbitrary<Forgery> = patternCases(fc.constantFrom('pod', 'podTemplate', 'workload')).chain((one) =>
  fc.tuple(fc.constant(one), fc.oneof(invented(one), tampered(one)), fc.boolean()).map(([, status, isInjected]) => {
    const base = isInjected ? inject(one.input).object : one.input.object;
    return {one, object: frozen(withStatus(base, status))};
  }),
);
