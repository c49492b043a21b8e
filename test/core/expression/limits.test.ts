import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {limits} from '../../../src/core/expression/limits.ts';
import type {Json, JsonObject} from '../../../src/core/json.ts';
import {evaluate, result} from './evaluating.ts';
import {propertyRuns} from '../../helpers/property-runs.ts';

// Pods of up to 3 MiB that a hostile author might write, and expressions that would take seconds or gigabytes over them. What is asserted
// is that a limit ended them, and how many steps were counted: time depends on the machine.

const mebibyte = 2 ** 20;
const env = Array.from({length: 60_000}, (_, index) => ({name: `VARIABLE_${String(index)}`, value: `v${String(index % 7)}`}));
const manyVariables = {spec: {containers: [{name: 'c', env}]}};
const manyContainers = {
  spec: {containers: Array.from({length: 400}, (_, index) => ({name: `c${String(index)}`, env: env.slice(0, 150)}))},
};
const longText = {metadata: {name: 'a'.repeat(3 * mebibyte)}};
const text = {metadata: {name: 'a'.repeat(250_000), part: `b${'a'.repeat(120_000)}`}};
const wideText = {metadata: {name: 'é😀'.repeat(60_000)}};
const manyKeys = {metadata: {labels: Object.fromEntries(env.map(({name, value}) => [`${name}-of-a-long-label-name`, value]))}};
const nested = (levels: number) => JSON.parse(`${'['.repeat(levels)}1${']'.repeat(levels)}`) as Json;
const deep = {spec: {a: nested(200_000), b: nested(200_000)}};

const tooManySteps = 'it takes more than 25000 steps on this pod';
const tooBig = 'its result is bigger than 262144 characters';
const tooDeep = 'a value is nested more than 100 levels deep';
const e = 'pod.spec.containers[0].env';

describe.each<[string, JsonObject, readonly (readonly [string, string])[]]>([
  [
    'many variables',
    manyVariables,
    [
      [`${e}.map(a, ${e}.map(b, ${e}.map(c, a.name + b.name + c.name)))`, tooManySteps],
      [`${e}.all(a, ${e}.all(b, a.name != "x" || b.name != "y"))`, tooManySteps],
      [`${e}.exists(a, a.nope == 1)`, tooManySteps],
      [`${e}.exists(a, ${e}.exists(b, a.nope == b.nope)) || true`, tooManySteps],
      [`true && ${e}.exists_one(a, a.name.substring(9).size() == 3)`, tooManySteps],
      [`${e}.map(a, a.name).join(",")`, tooManySteps],
      [`${e}.map(a, ${e})`, tooManySteps],
      [`${e}.filter(a, {"name": "x"} in ${e})`, tooManySteps],
      [`${e}.map(a, a) == ${e}.map(a, a)`, tooManySteps],
      [`${e} + ${e}`, tooManySteps],
      [`[1, 2, 3].map(x, [x] + ${e})`, tooManySteps],
      [`${e}.all(a, a.name.matches("^[A-Z_0-9]+$"))`, tooManySteps],
      [`${e}.all(a, isQuantity(a.value) || true)`, tooManySteps],
      [`${e}.all(a, "%s%s".format([a.name, a.name]) != "")`, tooManySteps],
      [`${e}.all(a, [1, 2, 3, 4, 5, 6, 7, 8].map(x, x * x).size() > 0)`, tooManySteps],
      [`${e}.all(a, a.name.split("").join("") != "")`, tooManySteps],
      [e, tooManySteps],
      [`{"a": pod}`, tooManySteps],
    ],
  ],
  [
    'many containers',
    manyContainers,
    [
      ['pod.spec.containers.all(c, c.env.all(x, c.env.all(y, x.name != "x")))', tooManySteps],
      ['pod.spec.containers.map(c, c.env) == pod.spec.containers.map(c, c.env.map(x, x))', tooManySteps],
      ['pod.spec.containers.map(c, pod.spec.containers.map(d, c.env))', tooManySteps],
    ],
  ],
  [
    'a text of 3 MiB',
    longText,
    [
      ['pod.metadata.name', tooBig],
      ['pod.metadata.name + "x" == "y"', tooManySteps],
      ['pod.metadata.name.size()', tooManySteps],
      ['pod.metadata.name.replace("a", "bb")', tooManySteps],
      ['pod.metadata.name.split("")', tooManySteps],
      ['pod.metadata.name.contains("b")', tooManySteps],
      ['pod.metadata.name.upperAscii()', tooManySteps],
      ['pod.metadata.name.trim()', tooManySteps],
      ['pod.metadata.name.matches("^(a+)+$")', tooManySteps],
      ['pod.metadata.name.format([])', tooManySteps],
    ],
  ],
  [
    'a long text',
    text,
    [
      ['pod.metadata.name.contains(pod.metadata.part)', tooManySteps],
      ['pod.metadata.name.lastIndexOf(pod.metadata.part)', tooManySteps],
      ['pod.metadata.name.split(pod.metadata.part)', tooManySteps],
      ['pod.metadata.name.split("a")', tooManySteps],
      ['pod.metadata.name.replace("aaa", pod.metadata.name)', tooManySteps],
      ['[1, 2, 3, 4, 5, 6, 7, 8].map(x, pod.metadata.name + pod.metadata.name)', tooManySteps],
      ['["a", "a"].map(x, pod.metadata.name).join("") + "x"', tooBig],
      ['[1, 2, 3, 4, 5, 6, 7, 8].all(x, pod.metadata.name.substring(x) != "b")', tooManySteps],
      ['pod.metadata.name.matches("(a|b)*a(a|b){12}[cd]")', tooManySteps],
      ['[pod.metadata.name, pod.metadata.name]', tooBig],
      ['{pod.metadata.name: pod.metadata.name}', tooBig],
    ],
  ],
  [
    'a long text beyond the basic plane',
    wideText,
    [
      ['pod.metadata.name.size()', tooManySteps],
      ['pod.metadata.name.charAt(100000)', tooManySteps],
      ['pod.metadata.name.upperAscii()', tooManySteps],
    ],
  ],
  [
    'many keys',
    manyKeys,
    [
      ['size(pod.metadata.labels)', tooManySteps],
      ['pod.metadata.labels.all(k, k != "x")', tooManySteps],
      ['pod.metadata.labels == {"a": 1}', tooManySteps],
      ['pod.metadata.labels', tooManySteps],
    ],
  ],
  [
    'deep nesting',
    deep,
    [
      ['pod.spec.a == pod.spec.b', tooDeep],
      ['pod.spec.a', tooDeep],
      ['[pod.spec.a] == [pod.spec.b] || true', tooDeep],
    ],
  ],
])('a pod with %s', (_, pod, cases) => {
  test.each(cases)('%s fails: %s', (expression, message) => {
    expect(evaluate(expression, pod)).toMatchObject({kind: 'failed', message});
  });

  test('small questions are answered', () => {
    expect(result('has(pod.spec) && has(pod.spec.hostNetwork) || has(pod.metadata) || true', pod)).toBe(true);
  });
});

test('values nested in one another by the expression itself are bounded', () => {
  const pod = {a: nested(90)};
  expect(evaluate(`${'['.repeat(5)}pod.a${']'.repeat(5)}`, pod).kind).toBe('value');
  expect(result(`${'['.repeat(20)}pod.a${']'.repeat(20)}`, pod)).toBe(`failed: ${tooDeep}`);
});

test('each evaluation has steps of its own, whatever became of those before', () => {
  const expensive = `${e}.all(a, a.name != "x")`;
  const cheap = `${e}[0].name`;
  const alone = evaluate(cheap, manyVariables);
  expect(evaluate(expensive, manyVariables).kind).toBe('failed');
  expect(evaluate(cheap, manyVariables)).toStrictEqual(alone);
});

test('steps grow with the work and end at the limit', () => {
  fc.assert(
    fc.property(fc.integer({min: 0, max: 20_000}), (length) => {
      const pod = {spec: {containers: [{env: env.slice(0, length)}]}};
      const {kind, steps} = evaluate(`${e}.all(a, a.name != "x")`, pod);
      expect(kind).toBe(steps > limits.steps ? 'failed' : 'value');
      expect(steps).toBeGreaterThanOrEqual(Math.min(4 * length, limits.steps));
    }),
    propertyRuns({numRuns: 30, seed: 20_313}),
  );
});
