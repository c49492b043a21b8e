import * as fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {Json, JsonObject} from '../../src/core/json.ts';
import {at} from '../helpers/objects.ts';
import {several} from './live/several.ts';
import {pairs} from './live/specs.ts';
import {defaulted, injected, patched, patchedByKubectl, served, unordered, type Author} from './live/strategic-merge.ts';

const cases = fc.sample(pairs, {numRuns: 250, seed: 5});

describe('merging a template’s spec and container under the author’s is what a strategic merge patch makes', () => {
  test('of what he wrote, of what the API server makes of it, and of it with empty values', async () => {
    let differing = 0;
    await several(cases, async (one) => {
      const theirs = await patched(one, one);
      expect(theirs).toBeTypeOf('object');
      const expected = unordered(theirs);

      const bare = injected(one, one);
      expect(unordered(await served(bare))).toEqual(expected);

      const full = injected(one, await defaulted(one));
      expect(unordered(await served(full))).toEqual(expected);

      const emptier = injected(one, one.emptier);
      expect(unordered(await served(emptier))).toEqual(expected);
      const literal = await patched(one, one.emptier);
      if (JSON.stringify(unordered(literal)) !== JSON.stringify(expected)) differing += 1;
    });
    console.log(`strategic merges: ${cases.length}, of which ${differing} differ where the author wrote empty values`);
    // The patch takes null for a deletion, and an empty list of scalars for the list.
    expect(differing).toBeGreaterThan(20);
  });

  test.each(['server', 'client'])('which kubectl patch --type=strategic --dry-run=%s makes, too', async (where) => {
    await several(cases.slice(0, 12), async (one) => {
      const spec = await patchedByKubectl(one, one, where);
      expect(unordered(await served(spec))).toEqual(unordered(await served(injected(one, one))));
    });
  });

  test('but for the order: where nothing in common orders them, the author’s new items stand behind the template’s, and in a patch before them', async () => {
    const env = (...names: readonly string[]): Json => names.map((name) => ({name, value: name}));
    await several(orders, async ([first, second]) => {
      const sides = {base: {}, agent: {name: 'agent', image: 'agent:1', env: env(...first)}};
      const author = {own: {}, mine: {name: 'agent', image: 'agent:2', env: env(...second)}};
      expect(namesOf(await patched(sides, author))).toEqual(patchOrder(first, second));
      const ours = namesOf(injected(sides, author));
      expect(ours.filter((name) => second.includes(name))).toEqual(second);
      expect(new Set(ours)).toEqual(new Set([...first, ...second]));
      // So that a variable of the author's may refer to the template's, where a patch has them after his.
      const common = first.filter((name) => second.includes(name));
      if (second.filter((name) => first.includes(name)).join() !== common.join()) return;
      expect(ours.filter((name) => first.includes(name))).toEqual(first);
      if (common.length === 0) expect(ours).toEqual([...first, ...second]);
    });
  });

  test('but for tolerations and envFrom, which the patch replaces and which are united here', async () => {
    const from = (name: string): JsonObject => ({configMapRef: {name}});
    const tolerates = (key: string): JsonObject => ({key, operator: 'Exists', effect: 'NoSchedule'});
    const lists: [string[], string[]][] = [
      [['a'], ['b']],
      [['a', 'b'], ['b']],
      [['a'], ['b', 'a', 'c']],
      [['a', 'c'], []],
    ];
    for (const [first, second] of lists) {
      const side = (names: readonly string[]): {spec: JsonObject; container: JsonObject} =>
        names.length === 0
          ? {spec: {}, container: {}}
          : {spec: {tolerations: names.map(tolerates)}, container: {envFrom: names.map(from)}};
      const author = (names: readonly string[]): Author => ({
        own: side(names).spec,
        mine: {name: 'agent', image: 'agent:2', ...side(names).container},
      });
      const sides = {base: side(first).spec, agent: {name: 'agent', image: 'agent:1', ...side(first).container}};
      const united = [...second, ...first.filter((name) => !second.includes(name))];
      const ours = await served(injected(sides, author(second)));
      expect(ours).toEqual(await patched(sides, author(united)));
      if (second.length > 0 && united.length > second.length) expect(await patched(sides, author(second))).not.toEqual(ours);
    }
  });
});

const someNames = fc.shuffledSubarray(['A', 'B', 'C', 'D'], {minLength: 1});
const orders = fc.sample(fc.tuple(someNames, someNames), {numRuns: 40, seed: 7});

/** Of two lists without repetition. Source: mergeSortedSlice in apimachinery's pkg/util/strategicpatch/patch.go. */
function patchOrder(base: readonly string[], patch: readonly string[]): readonly string[] {
  const baseOnly = base.filter((name) => !patch.includes(name));
  const result: string[] = [];
  for (const name of patch) {
    while (baseOnly.length > 0 && base.indexOf(baseOnly[0] ?? '') < base.indexOf(name)) result.push(baseOnly.shift() ?? '');
    result.push(name);
  }
  return [...result, ...baseOnly];
}

function namesOf(spec: JsonObject | string): string[] {
  return (at(spec, 'containers', 0, 'env') as readonly JsonObject[]).map((one) => String(one['name']));
}

describe('where a strategic merge patch comes to what nobody meant, the author’s part is whole', () => {
  const probe = (handler: JsonObject): JsonObject => ({livenessProbe: {periodSeconds: 5, ...handler}});

  // The base's container, the author's, and what he would have to say in a patch to get the same.
  test.each<[string, JsonObject, JsonObject, JsonObject, string]>([
    [
      'a value for a source',
      {env: [{name: 'A', valueFrom: {fieldRef: {fieldPath: 'metadata.name'}}}]},
      {env: [{name: 'A', value: '1'}]},
      {env: [{name: 'A', value: '1', valueFrom: null}]},
      'may not be specified when `value` is not empty',
    ],
    [
      'a source for a value',
      {env: [{name: 'A', value: '1'}]},
      {env: [{name: 'A', valueFrom: {secretKeyRef: {name: 's', key: 'k'}}}]},
      {env: [{name: 'A', value: null, valueFrom: {secretKeyRef: {name: 's', key: 'k'}}}]},
      'may not be specified when `value` is not empty',
    ],
    [
      'another source',
      {env: [{name: 'A', valueFrom: {configMapKeyRef: {name: 'c', key: 'k'}}}]},
      {env: [{name: 'A', valueFrom: {secretKeyRef: {name: 's', key: 'k'}}}]},
      {env: [{name: 'A', valueFrom: {configMapKeyRef: null, secretKeyRef: {name: 's', key: 'k'}}}]},
      'may not have more than one field specified at a time',
    ],
    [
      'another probe',
      probe({httpGet: {path: '/a', port: 80}}),
      probe({tcpSocket: {port: 81}}),
      probe({httpGet: null, tcpSocket: {port: 81}}),
      'may not specify more than 1 handler type',
    ],
    [
      'another handler',
      {lifecycle: {preStop: {exec: {command: ['a']}}}},
      {lifecycle: {preStop: {httpGet: {port: 80, path: '/b'}}}},
      {lifecycle: {preStop: {exec: null, httpGet: {port: 80, path: '/b'}}}},
      'may not specify more than 1 handler type',
    ],
    [
      'another kind of profile',
      {securityContext: {seccompProfile: {type: 'Localhost', localhostProfile: 'a.json'}}},
      {securityContext: {seccompProfile: {type: 'RuntimeDefault'}}},
      {securityContext: {seccompProfile: {type: 'RuntimeDefault', localhostProfile: null}}},
      'can only be set when seccomp type is',
    ],
  ])('%s: the patch keeps both, and the API server refuses them', async (_, base, own, exact, refusal) => {
    const sides = {base: {}, agent: {name: 'agent', image: 'agent:1', ...base}};
    const author = (fields: JsonObject): Author => ({own: {}, mine: {name: 'agent', image: 'agent:2', ...fields}});
    expect(await patched(sides, author(own))).toContain(refusal);
    expect(unordered(await served(injected(sides, author(own))))).toEqual(unordered(await patched(sides, author(exact))));
  });

  // What each side states, what a patch comes to, and what we come to.
  test.each<[string, JsonObject, JsonObject, readonly string[], unknown, unknown]>([
    [
      'a port of two protocols is two ports, by the list’s keys of server-side apply',
      {ports: [{containerPort: 53, protocol: 'TCP'}]},
      {ports: [{containerPort: 53, protocol: 'UDP'}]},
      ['ports'],
      [{containerPort: 53, protocol: 'UDP'}],
      [
        {containerPort: 53, protocol: 'TCP'},
        {containerPort: 53, protocol: 'UDP'},
      ],
    ],
    [
      'a mount path with a slash at its end is the same path',
      {volumeMounts: [{mountPath: '/data', name: 'logs'}]},
      {volumeMounts: [{mountPath: '/data/', name: 'data'}]},
      ['volumeMounts'],
      [
        {mountPath: '/data/', name: 'data'},
        {mountPath: '/data', name: 'logs'},
      ],
      [{mountPath: '/data/', name: 'data'}],
    ],
    [
      'what equals the default counts as unset, because the API server may have filled it in',
      {terminationMessagePolicy: 'FallbackToLogsOnError'},
      {terminationMessagePolicy: 'File'},
      ['terminationMessagePolicy'],
      'File',
      'FallbackToLogsOnError',
    ],
    ['null counts as unset, as in a manifest', {workingDir: '/w'}, {workingDir: null}, ['workingDir'], undefined, '/w'],
    [
      'an empty list counts as unset, because the API server drops most',
      {command: ['a']},
      {command: []},
      ['command'],
      undefined,
      ['a'],
    ],
  ])('%s', async (_, base, own, where, theirs, ours) => {
    const sides = {base: {}, agent: {name: 'agent', image: 'agent:1', ...base}};
    const author: Author = {own: {}, mine: {name: 'agent', image: 'agent:2', ...own}};
    expect(at(await patched(sides, author), 'containers', 0, ...where)).toEqual(theirs);
    expect(at(await served(injected(sides, author)), 'containers', 0, ...where)).toEqual(ours);
  });

  // Neither side is wrong by itself, so nothing is left out here: the API server names the field.
  test.each<[string, JsonObject, JsonObject, string]>([
    [
      'requests over limits',
      {resources: {requests: {cpu: '500m'}}},
      {resources: {limits: {cpu: '100m'}}},
      'must be less than or equal to cpu limit',
    ],
    [
      'privileged without escalation',
      {securityContext: {allowPrivilegeEscalation: false}},
      {securityContext: {privileged: true}},
      'cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
    ],
  ])('what the two together make impossible is refused in both: %s', async (_, base, own, refusal) => {
    const sides = {base: {}, agent: {name: 'agent', image: 'agent:1', ...base}};
    const author: Author = {own: {}, mine: {name: 'agent', image: 'agent:2', ...own}};
    expect(await patched(sides, author)).toContain(refusal);
    expect(await served(injected(sides, author))).toContain(refusal);
  });

  test('two constraints of one topology key stand side by side, by the list’s keys of server-side apply', async () => {
    const constraint = (whenUnsatisfiable: string): JsonObject => ({
      topologySpreadConstraints: [{maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable}],
    });
    const sides = {base: constraint('DoNotSchedule'), agent: {name: 'agent', image: 'agent:1'}};
    const author: Author = {own: constraint('ScheduleAnyway'), mine: {name: 'agent', image: 'agent:2'}};
    const of = (spec: JsonObject | string): unknown[] =>
      (at(spec, 'topologySpreadConstraints') as readonly JsonObject[]).map((one) => one['whenUnsatisfiable']);
    expect(of(await patched(sides, author))).toEqual(['ScheduleAnyway']);
    expect(of(await served(injected(sides, author)))).toEqual(['DoNotSchedule', 'ScheduleAnyway']);
  });
});
