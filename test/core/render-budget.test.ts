import {expect, test} from 'vitest';
import {formatFault} from '../../src/core/errors.ts';
import {podBudget} from '../../src/core/expression/budget.ts';
import {limits} from '../../src/core/expression/limits.ts';
import {inject} from '../../src/core/inject.ts';
import type {Json, JsonObject} from '../../src/core/json.ts';
import type {Outcome} from '../../src/core/outcome.ts';
import {render} from '../../src/core/render.ts';
import {snapshot} from '../helpers/templates.ts';

// Each of these expressions is within the limit of one. What is asserted is that their sum is bounded, in steps: time depends on the machine.

const env = Array.from({length: 2000}, (_, index) => ({name: `VARIABLE_${String(index)}`, value: 'x'}));

/** 10 steps for each of the 2,000 variables. */
const costly = '${pod.spec.containers[0].env.all(a, a.name != "x" && a.name != "y")}';
const tooMuch = "all that this pod's templates compute takes more than 100000 steps together";

function templateOf(name: string, args: readonly string[], more = ''): string {
  return `pattern: sidecar\n${more}containers:\n- {name: ${name}, image: "b:1", args: ${JSON.stringify(args)}}\n`;
}

function podOf(annotations: JsonObject): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name: 'web', annotations},
    spec: {containers: [{name: 'web', image: 'web:1', env}]},
  };
}

function injected(texts: Readonly<Record<string, string>>, list: string, annotations: JsonObject = {}): Outcome {
  const object = podOf({'pod-injector.dev/inject': list, ...annotations});
  return inject({operation: 'CREATE', object, namespace: {name: 'shop'}, templates: snapshot(texts)});
}

function faultsOf({verdict}: Outcome): string[] {
  return verdict.kind === 'refused' ? verdict.faults.map(formatFault) : [];
}

test('the expressions of one template share the steps of a pod, and the first one beyond them is named', () => {
  const args = (count: number) => Array<string>(count).fill(costly);
  expect(injected({a: templateOf('a', args(3))}, 'a').verdict.kind).toBe('injected');
  expect(faultsOf(injected({a: templateOf('a', args(1000))}, 'a'))).toEqual([
    `expressionFailed: template a: the expression \`${costly.slice(2, -1)}\` in \`containers[0].args[4]\` failed: ${tooMuch}; compute less in the template, or ask for fewer templates on a pod of this size`,
  ]);
});

test('all templates of a pod share them, and so do their conditions', () => {
  const names = Array.from({length: 20}, (_, index) => `t${String(index)}`);
  const texts = Object.fromEntries(names.map((name) => [name, templateOf(name, [], `when: '${costly.slice(2, -1)}'\n`)]));
  expect(injected(texts, names.slice(0, 4).join(',')).verdict.kind).toBe('injected');
  const faults = faultsOf(injected(texts, names.join(',')));
  expect(faults).toHaveLength(16);
  expect(faults[0]).toContain(`template t4: the expression \`${costly.slice(2, -1)}\` in \`when\` failed: ${tooMuch}`);
});

test('a template that computes nothing is injected whatever the others cost', () => {
  const texts = {a: templateOf('a', Array<string>(9).fill(costly)), b: templateOf('b', ['plain'])};
  const {verdict, templates} = injected(texts, 'a?,b');
  expect(verdict.kind).toBe('injected');
  expect(templates.map(({name, kind}) => [name, kind])).toEqual([
    ['a', 'skipped'],
    ['b', 'injected'],
  ]);
});

test('the characters of results count, so that a pod can not be multiplied by a template', () => {
  const big = 'x'.repeat(200_000);
  const args = (count: number) => Array<string>(count).fill('${pod.metadata.annotations.big}');
  const outcome = injected({a: templateOf('a', args(50))}, 'a', {big});
  expect(faultsOf(outcome).join('\n')).toContain(`in \`containers[0].args[7]\` failed: ${tooMuch}`);
});

test('thousands of small expressions are beyond them, too', () => {
  const args = Array<string>(1000).fill('${pod.metadata.name}');
  const names = Array.from({length: 9}, (_, index) => `t${String(index)}`);
  const texts = Object.fromEntries(names.map((name) => [name, templateOf(name, args)]));
  expect(faultsOf(injected(texts, names.join(','))).join('\n')).toContain(tooMuch);
});

test('faults of one cause are told a few times', () => {
  const args = Array<string>(500).fill('${pod.spec.nope}');
  expect(faultsOf(injected({a: templateOf('a', args)}, 'a'))).toHaveLength(10);
});

test('what is computed once the budget is spent costs nothing more', () => {
  const entry = snapshot({a: templateOf('a', Array<string>(100).fill(costly))}).get('a');
  if (entry?.kind !== 'good') throw new Error('broken');
  const budget = podBudget();
  const surroundings = {pod: podOf({}), namespaceObject: {}, workload: {}, sources: [], budget};
  expect(render(entry.template, surroundings).kind).toBe('refused');
  const {spent} = budget;
  expect(spent).toBeGreaterThan(limits.podSteps);
  expect(spent).toBeLessThanOrEqual(limits.podSteps + limits.steps);
  expect(render(entry.template, surroundings).kind).toBe('refused');
  expect(budget.spent).toBe(spent);
});

test('a second review counts for itself', () => {
  const texts = {a: templateOf('a', Array<string>(3).fill(costly))};
  const first = injected(texts, 'a');
  const second = inject({operation: 'CREATE', object: first.object, namespace: {name: 'shop'}, templates: snapshot(texts)});
  expect([first.verdict.kind, second.verdict.kind]).toEqual(['injected', 'alreadyInjected']);
  const args = (first.object['spec'] as {containers: {args?: Json}[]}).containers[1]?.args;
  expect(args).toEqual(['true', 'true', 'true']);
});
