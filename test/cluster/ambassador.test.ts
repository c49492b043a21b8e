import {beforeEach, describe, expect, test} from 'vitest';
import type {JsonObject} from '../../src/core/json.ts';
import {at} from '../helpers/objects.ts';
import {set} from '../helpers/set.ts';
import {eventually, kubectl, kubectlOk} from './harness/index.ts';
import {podInjector} from './live/cli.ts';
import {
  ask,
  bare,
  deployment,
  envOf,
  fromSecret,
  injectKey,
  literal,
  nameOf,
  patternCluster,
  readStored,
  withHost,
  without,
} from './live/pattern-workloads.ts';
import {apply, replace, type Stored} from './live/state.ts';

const cluster = patternCluster();

describe('an ambassador that a workload asks for', () => {
  describe.each([
    ['literal', literal],
    ['from a Secret', fromSecret],
  ])('its values %s', (_, env) => {
    let object: JsonObject = {};
    let before: Stored;
    beforeEach(async () => {
      object = deployment(env, {annotations: ask('redis')});
      await apply(cluster.namespace, object);
      before = await readStored(cluster, object);
    });

    test('takes them, and the app talks to localhost', () => {
      const [host, port] = env;
      expect(envOf(before.template, 'app')).toEqual([
        {name: 'REDIS_HOST', value: '127.0.0.1'},
        {name: 'REDIS_PORT', value: '6379'},
      ]);
      expect(envOf(before.template, 'redis')).toEqual([
        {...host, name: 'UPSTREAM_HOST'},
        {...port, name: 'UPSTREAM_PORT'},
      ]);
    });

    test.each<[string, () => Promise<unknown>]>([
      ['apply', () => apply(cluster.namespace, object)],
      ['apply --server-side', () => apply(cluster.namespace, object, '--server-side', '--force-conflicts')],
      ['replace', () => replace(cluster.namespace, object)],
      ['annotate', () => kubectlOk(['annotate', 'deployment', nameOf(object), '-n', cluster.namespace, 'example.com/team=blue'])],
    ])('starts no rollout by kubectl %s of the same manifest', async (how, again) => {
      await again();
      const after = await readStored(cluster, object);
      expect(after.template).toEqual(before.template);
      expect(after.versions).toBe(1);
      // A change of its annotations is a generation of a Deployment, too: pkg/registry/apps/deployment/strategy.go.
      const generations = how.startsWith('apply') ? 0 : 1;
      expect(at(after.object, 'metadata', 'generation')).toBe(Number(at(before.object, 'metadata', 'generation')) + generations);
    });

    test.each<[string, JsonObject]>([
      ['a literal', {value: 'redis.new'}],
      ['a source', {valueFrom: {configMapKeyRef: {name: 'redis', key: 'host'}}}],
    ])('takes %s that the manifest changes to, by apply and by server-side apply', async (_what, change) => {
      await apply(cluster.namespace, withHost(object, change));
      const after = await readStored(cluster, object);
      expect(envOf(after.template, 'redis')).toEqual([
        {name: 'UPSTREAM_HOST', ...change},
        {name: 'UPSTREAM_PORT', value: '6380'},
      ]);
      expect(envOf(after.template, 'app')).toEqual(envOf(before.template, 'app'));
      await apply(cluster.namespace, object, '--server-side', '--force-conflicts');
      expect((await readStored(cluster, object)).template).toEqual(before.template);
    });

    test.each<[string, () => Promise<unknown>]>([
      ['apply without the annotation', () => apply(cluster.namespace, bare(object))],
      ['apply with "false"', () => apply(cluster.namespace, set(object, ['metadata', 'annotations', injectKey], 'false'))],
      ['annotate', () => kubectlOk(['annotate', 'deployment', nameOf(object), '-n', cluster.namespace, `${injectKey}-`])],
      [
        'server-side apply',
        async () => {
          await apply(cluster.namespace, object, '--server-side', '--force-conflicts');
          await apply(cluster.namespace, bare(object), '--server-side', '--force-conflicts');
        },
      ],
    ])('gives them back when it is no longer asked for, by kubectl %s', async (how, take) => {
      await take();
      const after = await readStored(cluster, object);
      const {spec} = await without(cluster, bare(object));
      expect(envOf(after.template, 'app')).toEqual(env);
      expect(after.template['spec']).toEqual(at(spec, 'template', 'spec'));
      // "false" counts for the pods too, so that is written there, and no template.
      const status = at(after.template, 'metadata', 'annotations', 'pod-injector.dev/status');
      expect(how.endsWith('"false"') ? at(JSON.parse(String(status)), 'templates') : status).toEqual(
        how.endsWith('"false"') ? [] : undefined,
      );
    });

    test('comes back with its upstream by kubectl rollout undo, and takes what the manifest says next', async () => {
      const changed = withHost(object, {value: 'redis.new'});
      await apply(cluster.namespace, changed);
      await eventually(async () => (await readStored(cluster, object)).versions === 2, {what: 'the second version'});
      const second = await readStored(cluster, object);
      await kubectlOk(['rollout', 'undo', 'deployment', nameOf(object), '-n', cluster.namespace]);
      const after = await readStored(cluster, object);
      expect(after.template).toEqual(before.template);
      await apply(cluster.namespace, changed);
      const last = await readStored(cluster, object);
      expect(last.template).toEqual(second.template);
      expect(last.versions).toBe(2);
    });

    test('is told another upstream by kubectl set env, until the manifest is applied again', async () => {
      const by = ['set', 'env', 'deployment', nameOf(object), '-n', cluster.namespace, '-c', 'redis', 'UPSTREAM_PORT=6381'];
      await kubectlOk(by);
      const edited = await readStored(cluster, object);
      expect(envOf(edited.template, 'redis')).toEqual([
        {...env[0], name: 'UPSTREAM_HOST'},
        {name: 'UPSTREAM_PORT', value: '6381'},
      ]);
      expect(envOf(edited.template, 'app')).toEqual(envOf(before.template, 'app'));
      await apply(cluster.namespace, object);
      expect((await readStored(cluster, object)).template).toEqual(before.template);
    });

    test('is taken out of the live object by uninject, and what remains is the manifest', async () => {
      const live = await kubectlOk(['get', 'deployment', nameOf(object), '-n', cluster.namespace, '-o', 'json']);
      const {code, stdout} = await podInjector(['uninject', '-f', '-', '-o', 'json'], live);
      expect(code).toBe(0);
      const {spec} = await without(cluster, object);
      expect(at(JSON.parse(stdout), 'spec', 'template', 'spec')).toEqual(at(spec, 'template', 'spec'));
    });
  });

  test.each(['StatefulSet', 'DaemonSet'] as const)('of a %s comes back by kubectl rollout undo, too', async (kind) => {
    const object = deployment(literal, {annotations: ask('redis')}, kind);
    await apply(cluster.namespace, object);
    const before = await readStored(cluster, object);
    await apply(cluster.namespace, withHost(object, {value: 'redis.new'}));
    await eventually(async () => (await readStored(cluster, object)).versions === 2, {what: 'the second version'});
    await kubectlOk(['rollout', 'undo', kind.toLowerCase(), nameOf(object), '-n', cluster.namespace]);
    expect((await readStored(cluster, object)).template).toEqual(before.template);
  });

  test('refuses what cannot be moved, with what to write instead', async () => {
    const object = deployment([], {annotations: ask('db')});
    const withFrom = set(object, ['spec', 'template', 'spec', 'containers', 0, 'envFrom'], [{configMapRef: {name: 'db'}}]);
    const {code, stderr} = await kubectl(['apply', '-n', cluster.namespace, '-f', '-'], {input: withFrom});
    expect(code).toBe(1);
    expect(stderr).toContain('DB_HOST');
    expect(stderr).toContain('envFrom');
  });
});
