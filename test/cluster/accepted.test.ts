import * as fc from 'fast-check';
import {beforeAll, describe, expect, test} from 'vitest';
import {inject} from '../../src/core/inject.ts';
import type {InjectInput} from '../../src/core/input.ts';
import type {JsonObject} from '../../src/core/json.ts';
import {problems} from '../core/generators-facts.ts';
import {patternCases} from '../core/generators-patterns.ts';
import {creations} from '../core/generators.ts';
import {at} from '../helpers/objects.ts';
import {api, controlPlane, makeNamespace} from './harness/index.ts';
import {dryRun, podOf} from './live/dry-run.ts';
import {several} from './live/several.ts';

/** An injected pod, and what the API server says of it. */
interface Tried {
  /** The patterns of what was injected. */
  readonly patterns: readonly string[];
  readonly hasNative: boolean;
  /** Why it takes neither the author's pod nor ours; nothing where it takes them. */
  readonly author: readonly string[];
  readonly ours: readonly string[];
  readonly pod: JsonObject;
}

let namespace = '';
beforeAll(async () => {
  // No webhook runs: the API server judges what the engine made, and adds nothing of ours.
  namespace = await makeNamespace();
  for (const name of ['mine', 'shipper']) {
    const body = {apiVersion: 'v1', kind: 'ServiceAccount', metadata: {name}};
    await api(`/api/v1/namespaces/${namespace}/serviceaccounts`, {method: 'POST', body});
  }
});

async function tried(input: InjectInput): Promise<Tried | string> {
  const {verdict, object, templates} = inject(input);
  if (verdict.kind !== 'injected') return verdict.kind;
  const pod = podOf(object);
  const patterns = templates
    .filter((one) => one.kind === 'injected')
    .map((one) => input.templates.get(one.name))
    .map((entry) => (entry?.kind === 'good' ? entry.template.pattern : 'broken'));
  const init = (at(pod, 'spec', 'initContainers') ?? []) as readonly JsonObject[];
  const hasNative = init.some((container) => container['restartPolicy'] === 'Always');
  return {patterns, hasNative, author: await refusals(podOf(input.object)), ours: await refusals(pod), pod};
}

/** What the API server has against a pod, each with its field, in whichever container that is: an exporter reads what the app mounts. */
async function refusals(pod: JsonObject): Promise<readonly string[]> {
  const {status, object} = await dryRun(namespace, pod);
  if (status === 201) return [];
  const causes = (at(object, 'details', 'causes') ?? []) as readonly JsonObject[];
  const each = causes.map(({field, message}) =>
    `${String(field)}: ${String(message)}`.replace(/initContainers/g, 'containers').replace(/\[\d+\]/g, '[]'),
  );
  return each.length === 0 ? [String(at(object, 'message'))] : each;
}

/** No names that the API has no room for; most pods of the odd generator have some. */
function isPlausible({object}: InjectInput): boolean {
  const text = JSON.stringify(object);
  return problems(object).length === 0 && /^[\x20-\x7E]*$/.test(text) && !text.includes('__proto__');
}

describe('the API server has nothing against what the engine calls injected but what it has against the author’s', () => {
  test.each([
    ['templates of all four patterns', patternCases().map((one) => one.input), 500, 250],
    ['odd pods with sidecars and init containers', creations().filter(isPlausible), 300, 80],
  ] as const)('%s', async (title, cases, numRuns, atLeast) => {
    const serverMinor = Number(controlPlane().version.split('.')[1]);
    const inputs = fc.sample<InjectInput>(cases, {numRuns, seed: 31}).map((input) => ({...input, serverMinor}));
    const all = await several(inputs, tried);
    const injected = all.filter((one) => typeof one !== 'string');
    const fit = injected.filter((one) => one.author.length === 0);
    const mended = injected.filter((one) => one.author.length > 0 && one.ours.length === 0);

    const verdicts = counted(all.map((one) => (typeof one === 'string' ? one : 'injected')));
    const patterns = counted(
      [...fit, ...mended].flatMap((one) => [...one.patterns, ...(one.hasNative ? ['with a native sidecar'] : [])]),
    );
    console.log(`${title}: ${shown(verdicts)}; ${fit.length} fit, ${mended.length} by the injection; ${shown(patterns)}`);

    expect(injected.filter((one) => one.ours.some((cause) => !one.author.includes(cause)))).toEqual([]);
    expect(fit.length + mended.length).toBeGreaterThan(atLeast);
    for (const one of new Set(injected.flatMap(({patterns: own}) => own))) expect(patterns.get(one)).toBeGreaterThan(15);
  });
});

function counted(words: readonly string[]): ReadonlyMap<string, number> {
  return words.reduce((counts, word) => counts.set(word, (counts.get(word) ?? 0) + 1), new Map<string, number>());
}

function shown(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([word, count]) => `${word} ${count}`).join(', ');
}
