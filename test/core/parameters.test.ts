import fc from 'fast-check';
import {expect, test} from 'vitest';
import {readParameterKey, parameterKey} from '../../src/core/annotations.ts';
import {formatFault} from '../../src/core/errors.ts';
import {podBudget} from '../../src/core/expression/budget.ts';
import {limits} from '../../src/core/expression/limits.ts';
import type {Json, JsonObject} from '../../src/core/json.ts';
import type {Level} from '../../src/core/outcome.ts';
import {allowed, parseValue, parameterTypes, type ValueRule} from '../../src/core/parameter-value.ts';
import {readParameters, type Parameter} from '../../src/core/parameters.ts';
import {set} from '../helpers/set.ts';
import {propertyRuns} from '../helpers/property-runs.ts';

const proxy = {
  name: 'proxy',
  parameters: new Map<string, Parameter>([
    ['port', {type: 'integer', default: 8080, minimum: 1, maximum: 65535, description: 'Where it listens.'}],
    ['level', {type: 'string', default: 'info', enum: ['info', 'debug']}],
    ['cpu', {type: 'string', default: '100m'}],
    ['args', {type: 'array', default: [], items: {type: 'string'}}],
  ]),
};

function read(
  annotations: JsonObject,
  template: {name: string; parameters: ReadonlyMap<string, Parameter>} = proxy,
): {values: JsonObject; faults: string[]} {
  const own = Object.fromEntries(
    Object.entries(annotations).map(([key, value]) => [`pod-injector.dev/${template.name}.${key}`, value]),
  );
  const {values, faults} = readParameters(template, [{level: 'podTemplate', annotations: own}], podBudget());
  return {values, faults: faults.map(formatFault)};
}

function one(parameter: Parameter, text: Json): Json | undefined {
  return read({x: text}, {name: 't', parameters: new Map([['x', parameter]])}).values['x'];
}

test('what is not set has its default', () => {
  expect(read({})).toEqual({values: {port: 8080, level: 'info', cpu: '100m', args: []}, faults: []});
});

test('the nearest source that sets a parameter wins, each parameter for itself', () => {
  const key = (name: string): string => `pod-injector.dev/proxy.${name}`;
  const source = (level: Level, annotations: JsonObject | undefined) => ({level, annotations});
  const {values, faults} = readParameters(
    proxy,
    [
      source('podTemplate', {[key('port')]: '1'}),
      source('workload', undefined),
      source('workload', {[key('port')]: '2', [key('level')]: 'debug'}),
      source('namespace', {[key('port')]: '3', [key('level')]: 'info', [key('cpu')]: '1'}),
    ],
    podBudget(),
  );
  expect(faults).toEqual([]);
  expect(values).toEqual({port: 1, level: 'debug', cpu: '1', args: []});
});

test.each<[Parameter['type'], string, Json]>([
  ['string', '', ''],
  ['string', ' true ', ' true '],
  ['string', '100m', '100m'],
  ['integer', '0', 0],
  ['integer', '-0', 0],
  ['integer', '-12', -12],
  ['integer', '9007199254740991', 9007199254740991],
  ['number', '0.5', 0.5],
  ['number', '-1e3', -1000],
  ['boolean', 'true', true],
  ['boolean', 'false', false],
  ['array', '[]', []],
  ['array', '["a", 1, null]', ['a', 1, null]],
  ['array', '[a, "b c", {d: e}]', ['a', 'b c', {d: 'e'}]],
  ['array', ' [\n\t"a"\n] ', ['a']],
  ['object', '{"limits": {"cpu": "100m"}}', {limits: {cpu: '100m'}}],
  ['object', '{limits: {cpu: 100m, memory: 1Gi}}', {limits: {cpu: '100m', memory: '1Gi'}}],
])('of the type %s, %j is a value', (type, text, value) => {
  expect(one({type}, text)).toEqual(value);
});

test.each<[Parameter['type'], string]>([
  ['integer', ''],
  ['integer', ' 1'],
  ['integer', '+1'],
  ['integer', '08'],
  ['integer', '0x10'],
  ['integer', '1e3'],
  ['integer', '1.0'],
  ['integer', '1_000'],
  ['integer', '٣'],
  ['integer', '9007199254740992'],
  ['number', '.5'],
  ['number', '1.'],
  ['number', '0x1'],
  ['number', 'NaN'],
  ['number', 'Infinity'],
  ['number', '1e999'],
  ['boolean', 'True'],
  ['boolean', 'yes'],
  ['boolean', '1'],
  ['array', 'a'],
  ['array', '- a'],
  ['array', '{}'],
  ['array', '[a'],
  ['array', '[a]\n---\n[b]'],
  ['array', '[!!str 1]'],
  ['array', '[!x 1]'],
  ['array', '[&a 1, *a]'],
  ['array', '[&a 1]'],
  ['array', '[1e999]'],
  ['array', '[12345678901234567890]'],
  ['object', 'a: b'],
  ['object', '[]'],
  ['object', '{a: 1, a: 2}'],
])('of the type %s, %j is refused', (type, text) => {
  const {values, faults} = read({x: text}, {name: 't', parameters: new Map([['x', {type}]])});
  expect(values).toEqual({});
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(/^badParameter: /);
});

test('a list that is nested deeper than any document is refused, not followed', () => {
  expect(one({type: 'array'}, '['.repeat(100_000) + ']'.repeat(100_000))).toBeUndefined();
  expect(one({type: 'array'}, '['.repeat(100_000))).toBeUndefined();
});

test('what one value, and all values of a pod together, cost to check is bounded', () => {
  const pattern = {text: '^a*$', test: (value: string) => /^a*$/.test(value), steps: (value: string) => 10 * value.length};
  const steps = (count: number) => 'a'.repeat(count / 10);
  const fault = (parameter: Parameter, text: string) =>
    read({x: text}, {name: 't', parameters: new Map([['x', parameter]])}).faults[0];
  const tooMany =
    'badParameter: template t: the value of pod-injector.dev/t.x on the pod template takes more than 25000 steps to check; shorten it';
  expect(fault({type: 'string', pattern}, steps(limits.steps))).toBeUndefined();
  expect(fault({type: 'string', pattern}, steps(limits.steps + 10))).toBe(tooMany);
  expect(fault({type: 'array', items: {type: 'string', pattern}}, JSON.stringify(Array(30).fill(steps(1000))))).toBe(tooMany);
  expect(fault({type: 'string', enum: Array(1000).fill('b')}, 'a'.repeat(64 * 25))).toBe(tooMany);
  expect(fault({type: 'array', enum: [['b']]}, JSON.stringify(Array(25_000).fill('a')))).toBe(tooMany);
  expect(fault({type: 'string', minLength: 1}, 'a'.repeat(100_004))).toBe(tooMany);
  expect(fault({type: 'string'}, 'a'.repeat(262_145))).toMatch(/is longer than 262144 characters; shorten it$/);

  const names = ['a', 'b', 'c', 'd', 'e'];
  const parameters = new Map<string, Parameter>([
    ...names.map((name) => [name, {type: 'string', pattern}] as const),
    ['free', {type: 'string'}],
  ]);
  const all = Object.fromEntries(names.map((name) => [name, steps(limits.steps)]));
  const {values, faults} = read({...all, free: 'f'}, {name: 't', parameters});
  expect([Object.keys(values), faults]).toEqual([
    ['a', 'b', 'c', 'd', 'free'],
    [
      "badParameter: template t: the value of pod-injector.dev/t.e on the pod template is one too many: what this pod's templates compute takes more than 100000 steps; shorten it",
    ],
  ]);
});

test('YAML counts by its length, because it is parsed slowly', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const parameters = new Map(names.map((name): [string, Parameter] => [name, {type: 'array'}]));
  const long = (items: number) => `[${'a, '.repeat(items)}a]`;
  const ofAll = (text: string) => read(Object.fromEntries(names.map((name) => [name, text])), {name: 't', parameters}).faults;
  expect(ofAll(long(250))).toEqual([]);
  expect(ofAll(long(340))).toHaveLength(1);
  expect(ofAll(JSON.stringify(Array(340).fill('a')))).toEqual([]);
});

test('a long value must be JSON, which is read quickly', () => {
  expect(one({type: 'array'}, `[${'a, '.repeat(3000)}a]`)).toBeUndefined();
  expect(one({type: 'array'}, `[${'"a", '.repeat(3000)}"a"]`)).toHaveLength(3001);
});

test.each<[Omit<Parameter, 'type'> & Pick<Parameter, 'type'>, string, boolean]>([
  [{type: 'integer', minimum: 1}, '1', true],
  [{type: 'integer', minimum: 1}, '0', false],
  [{type: 'number', maximum: 1.5}, '1.5', true],
  [{type: 'number', maximum: 1.5}, '1.6', false],
  [{type: 'string', minLength: 2}, 'a', false],
  [{type: 'string', maxLength: 1}, '😀', true],
  [{type: 'string', maxLength: 1}, 'ab', false],
  [{type: 'string', enum: ['a']}, 'b', false],
  [{type: 'object', enum: [{a: 1}]}, '{a: 1}', true],
  [{type: 'string', pattern: {text: 'b', test: (value) => value.includes('b'), steps: () => 1}}, 'abc', true],
  [{type: 'string', pattern: {text: 'b', test: (value) => value.includes('b'), steps: () => 1}}, 'ac', false],
  [{type: 'array', items: {type: 'integer', maximum: 3}}, '[1, 3]', true],
  [{type: 'array', items: {type: 'integer', maximum: 3}}, '[1, 4]', false],
  [{type: 'array', items: {type: 'array', items: {type: 'string'}}}, '[[a], [1]]', false],
])('%j allows %j: %j', (parameter, text, isAllowed) => {
  expect(one(parameter, text) !== undefined).toBe(isAllowed);
});

test('a refusal says what stands where, what is allowed, and what the parameter is for', () => {
  expect(read({port: '8o'}).faults).toEqual([
    'badParameter: template proxy: pod-injector.dev/proxy.port on the pod template is "8o", and must be an integer from 1 to 65535 (Where it listens.); correct the annotation, or remove it for the default 8080',
  ]);
  expect(read({level: 'x'.repeat(1000)}).faults[0]?.length).toBeLessThan(400);
  expect(read({port: 80}).faults).toEqual([
    'badParameter: template proxy: pod-injector.dev/proxy.port on the pod template is 80, and must be in quotes, because annotations are strings (Where it listens.); correct the annotation, or remove it for the default 8080',
  ]);
});

test('an unknown parameter is refused with the nearest name, wherever it stands', () => {
  expect(read({prot: '1'}).faults).toEqual([
    'unknownParameter: template proxy has no parameter "prot", which pod-injector.dev/proxy.prot on the pod template sets; it has port, level, cpu, args; did you mean pod-injector.dev/proxy.port?',
  ]);
  const far = [{level: 'namespace' as const, annotations: {'pod-injector.dev/proxy.zzzzz': 'x'}}];
  expect(readParameters(proxy, far, podBudget()).faults.map(formatFault)).toEqual([
    'unknownParameter: template proxy has no parameter "zzzzz", which pod-injector.dev/proxy.zzzzz on the namespace sets; it has port, level, cpu, args; remove the annotation',
  ]);
});

test('a parameter without a default must be set', () => {
  const parameters = new Map<string, Parameter>([['host', {type: 'string', description: 'The remote end'}]]);
  expect(read({}, {name: 'p', parameters}).faults).toEqual([
    'parameterMissing: template p needs the parameter host, a string (The remote end); set it by the annotation pod-injector.dev/p.host on the pod template',
  ]);
  expect(read({host: null}, {name: 'p', parameters}).faults).toHaveLength(1);
});

test('annotations of templates whose names begin alike are kept apart', () => {
  expect(read({'v2.port': '1', 'v2.nope': '1'})).toEqual({
    values: {port: 8080, level: 'info', cpu: '100m', args: []},
    faults: [],
  });
  expect(readParameterKey('pod-injector.dev/proxy.v2.port')).toEqual({template: 'proxy.v2', parameter: 'port'});
});

test('names of parts of JavaScript are names like any other', () => {
  const parameters = new Map<string, Parameter>([['constructor', {type: 'string', default: 'x'}]]);
  const {values, faults} = readParameters({name: 't', parameters}, [{level: 'pod', annotations: {}}], podBudget());
  expect([values, faults]).toEqual([set({}, ['constructor'], 'x'), []]);
  expect(read({__proto__x: '1', toString: '1'}).faults).toHaveLength(2);
});

test('a key and what it names are two forms of one thing', () => {
  const name = fc.stringMatching(/^[a-z0-9]([a-z0-9.-]{0,10}[a-z0-9])?$/);
  const parameter = fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9_-]{0,10}[A-Za-z0-9])?$/);
  fc.assert(
    fc.property(name, parameter, (template, own) => {
      expect(readParameterKey(parameterKey(template, own))).toEqual({template, parameter: own});
    }),
    propertyRuns({numRuns: 100, seed: 20_308}),
  );
});

test('any text is a value of its type or none, and never thrown at', () => {
  const text = fc.oneof(
    fc.string({unit: 'binary'}),
    fc.json(),
    fc.string({unit: fc.constantFrom(...'[]{}:,"\'&*!-#|> \n\t0a'.split(''))}),
  );
  fc.assert(
    fc.property(fc.constantFrom(...parameterTypes), text, (type, value) => {
      const parsed = parseValue(type, value, podBudget());
      if (parsed === undefined) return;
      const kind = Array.isArray(parsed) ? 'array' : typeof parsed === 'number' && type === 'integer' ? 'integer' : typeof parsed;
      expect(kind).toBe(type);
    }),
    propertyRuns({numRuns: 1000, seed: 20_309}),
  );
});

test.each<[ValueRule, string]>([
  [{type: 'string', minLength: 1}, 'a string of at least 1 character'],
  [{type: 'string', minLength: 1, maxLength: 2}, 'a string of 1 to 2 characters'],
])('what is allowed is told with the right number: %j', (rule, words) => {
  expect(allowed(rule)).toBe(words);
});
