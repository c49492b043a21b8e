import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {Json} from '../../../src/core/json.ts';
import {compile, evaluate, result, values} from './evaluating.ts';
import {propertyRuns} from '../../helpers/property-runs.ts';

describe('integers', () => {
  test.each<[string, Json]>([
    ['pod.spec.containers[0].ports[0].containerPort * 2', 16160],
    ['params.port / 2', 4040],
    ['1 + params.port', 8082],
    ['-params.port', -8081],
    ['params.port % 10', 1],
    ['params.port > 1024 && params.port <= 65535', true],
    ['string(params.port)', '8081'],
    ['int("12") + 1', 13],
    ['int(2.9)', 2],
    ['pod.spec.containers[0].ports[0].containerPort == 8080', true],
    ['pod.spec.containers[0].ports[0].containerPort < 8080.5', true],
    ['type(pod.spec.containers[0].ports[0].containerPort) == int', true],
    ['params.list.map(x, type(x) == int)', [true, false, false]],
  ])('%s is %j', (text, value) => {
    expect(result(text)).toStrictEqual(value);
  });

  test('a parameter of type number is a double though its value is whole', () => {
    expect(result('params.ratio * 1.5')).toBe(7.5);
    expect(result('params.?ratio.orValue(1.0) / 2.0')).toBe(2.5);
    expect(result('params["ratio"] / 2.0')).toBe(2.5);
  });

  test.each([
    ['9007199254740993', 'its result 9007199254740993 is beyond 2^53, where JSON numbers are no longer exact'],
    ['9223372036854775807 + 1', 'an integer is beyond 64 bits'],
    ['-(-9223372036854775807 - 1)', 'an integer is beyond 64 bits'],
    ['params.port / 0', 'an integer is divided by zero'],
    ['1.0 / 0.0', 'its result is Infinity, which is no number in JSON'],
    ['0.0 / 0.0', 'its result is NaN, which is no number in JSON'],
    ['int("1.5")', 'the text `1.5` is no int'],
    ['pod.metadata.name + 1', 'there is no `string + int`'],
  ])('%s fails: %s', (text, message) => {
    expect(evaluate(text)).toMatchObject({kind: 'failed', message});
  });

  test('arithmetic is that of 64-bit integers', () => {
    const int = fc.bigInt({min: -(2n ** 63n), max: 2n ** 63n - 1n});
    const operators = {
      '+': (a: bigint, b: bigint) => a + b,
      '-': (a: bigint, b: bigint) => a - b,
      '*': (a: bigint, b: bigint) => a * b,
    };
    fc.assert(
      fc.property(int, int, fc.constantFrom<keyof typeof operators>('+', '-', '*'), (a, b, operator) => {
        const exact = operators[operator](a, b);
        const fits = BigInt.asIntN(64, exact) === exact;
        const text = `string(int("${String(a)}") ${operator} int("${String(b)}"))`;
        expect(result(text)).toBe(fits ? String(exact) : 'failed: an integer is beyond 64 bits');
      }),
      propertyRuns({numRuns: 100, seed: 20_314}),
    );
  });
});

describe('what is there and what is not', () => {
  test.each<[string, Json]>([
    ['has(pod.metadata.labels)', true],
    ['has(pod.metadata.labels.app)', true],
    ['has(pod.spec.containers[0].ports)', true],
    ['has(pod.spec.containers[1].ports)', false],
    ['has(pod.metadata.annotations)', false],
    ['!has(pod.spec.hostNetwork) || !pod.spec.hostNetwork', true],
    ['pod.metadata.?labels.?app.orValue("x")', 'web'],
    ['pod.metadata.?labels.?none.orValue("x")', 'x'],
    ['pod.?nothing.?at.?all.orValue(1)', 1],
    ['pod.spec.?hostNetwork.orValue(false)', false],
    ['pod.spec.containers[?1].?image.orValue("none")', 'registry/agent:2'],
    ['pod.spec.containers[?7].?image.orValue("none")', 'none'],
    ['pod.?nope.or(pod.metadata.?name).value()', 'web'],
    ['pod.?nope.hasValue()', false],
    ['optional.none().orValue(1) + optional.of(2).orValue(3)', 3],
    ['"app" in pod.metadata.labels', true],
    ['"nope" in pod.metadata.labels', false],
    ['params["log-level"]', 'info'],
    ['namespaceObject.metadata.name + "/" + workload.kind + "/" + workload.name', 'shop/Deployment/web'],
    ['template.name + template.pattern', 'loggingsidecar'],
    ['pod.metadata.?annotations.orValue({})', {}],
  ])('%s is %j', (text, value) => {
    expect(result(text)).toStrictEqual(value);
  });

  test.each([
    ['pod.spec.volumes', 'there is no `pod.spec.volumes`'],
    ['pod.spec.containers[7].name', 'there is no `pod.spec.containers[7]`'],
    ['pod.spec.containers[-1]', 'there is no `pod.spec.containers[-1]`'],
    ['pod.metadata.name.x', 'a string has no fields'],
    ['pod.metadata.annotations.x', 'there is no `pod.metadata.annotations`'],
    ['has(pod.metadata.name.x)', '`has` asks a string for the field `x`'],
    ['dyn(pod.?nope)', 'its result is an optional value that is none: end it with `.orValue(…)`'],
  ])('%s fails: %s', (text, message) => {
    expect(evaluate(text)).toMatchObject({kind: 'failed', message});
  });

  test('what looks like a prototype is data, and nothing of JavaScript can be reached', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'length']) {
      const pod = {metadata: {labels: JSON.parse(`{"${name}": "data"}`) as Json, empty: {}}};
      expect(result(`has(pod.metadata.empty.${name})`, pod)).toBe(false);
      expect(result(`"${name}" in pod.metadata.empty`, pod)).toBe(false);
      expect(result(`pod.metadata.empty.${name}`, pod)).toBe(`failed: there is no \`pod.metadata.empty.${name}\``);
      expect(result(`pod.metadata.labels.${name}`, pod)).toBe('data');
      expect(result(`{"${name}": 1}`, pod)).toStrictEqual(JSON.parse(`{"${name}": 1}`));
    }
    expect(result('params.constructor')).toBe('c');
    expect(result('pod.spec.containers.length')).toBe('failed: a list has no element `length`');
  });
});

describe('loops and logic', () => {
  test.each<[string, Json]>([
    ['pod.spec.containers.all(c, c.name != "x")', true],
    ['pod.spec.containers.exists(c, c.name == "agent")', true],
    ['pod.spec.containers.exists_one(c, c.name == "agent")', true],
    ['pod.spec.containers.map(c, c.name).join(",")', 'web,agent'],
    ['pod.spec.containers.map(c, has(c.ports), c.name)', ['web']],
    ['pod.spec.containers.filter(c, c.name == "agent")[0].image', 'registry/agent:2'],
    ['pod.spec.containers.map(c, pod.spec.containers.filter(d, d.name != c.name)[0].name)', ['agent', 'web']],
    ['pod.spec.containers.map(pod, pod.name)', ['web', 'agent']],
    ['pod.metadata.labels.map(k, k + "=" + pod.metadata.labels[k])', ['app=web', 'tier=front']],
    ['pod.metadata.labels.all(k, k.size() < 10)', true],
    ['params.on ? "yes" : "no"', 'yes'],
    ['pod.nope || true', true],
    ['false && pod.nope', false],
    ['pod.spec.containers.exists(c, c.ports[0].containerPort == 8080)', true],
    ['pod.spec.containers.all(c, c.ports[0].containerPort == 1)', false],
    ['[1, 2] + [3]', [1, 2, 3]],
    ['2 in [1, 2]', true],
    ['{"a": 1, "b": [true, null, 2.5]}', {a: 1, b: [true, null, 2.5]}],
    ['pod.spec.containers[1] == {"image": "registry/agent:2", "name": "agent"}', true],
    ['dyn(1) == dyn(1.0)', true],
    ['dyn(1) == dyn("1")', false],
  ])('%s is %j', (text, value) => {
    expect(result(text)).toStrictEqual(value);
  });

  test.each([
    ['pod.spec.containers.all(c, c.ports.size() > 0)', 'there is no `c.ports`'],
    ['pod.spec.containers.exists(c, c.ports[0].containerPort == 1)', 'there is no `c.ports`'],
    ['pod.metadata.name.map(c, c)', 'a loop goes over a list or a map, not over a string'],
    ['pod.metadata.name ? 1 : 2', 'a condition is a string, not a bool'],
    ['pod.metadata.name || false', 'a condition is a string, not a bool'],
    ['{1: 2}', "its result has the key 1, and JSON's keys are strings"],
    ['{"a": 1, "a": 2}', 'a map has the same key twice'],
  ])('%s fails: %s', (text, message) => {
    expect(evaluate(text)).toMatchObject({kind: 'failed', message});
  });
});

describe('results', () => {
  test('a part of the pod is the same value, not a copy', () => {
    expect(result('pod.spec.containers')).toBe(values.pod['spec'] && (values.pod['spec'] as {containers: Json}).containers);
  });

  test('any JSON that an expression picks comes out as it went in', () => {
    // JSON has no negative zero: it is written as 0.
    const json = fc
      .jsonValue({maxDepth: 4})
      .filter((value) => value !== null)
      .map((value) => JSON.parse(JSON.stringify(value)) as Json);
    fc.assert(
      fc.property(json, (value) => {
        const pod = {picked: value};
        expect(result('pod.picked', pod)).toBe(value);
        expect(result('[pod.picked][0] == pod.picked', pod)).toBe(true);
        expect(result('[pod.picked].map(x, {"x": x})[0].x', pod)).toStrictEqual(value);
      }),
      propertyRuns({numRuns: 100, seed: 20_315}),
    );
  });

  test('the types and the roots of an expression are known', () => {
    const facts = (text: string) => {
      const compiled = compile(text);
      return compiled.kind === 'compiled' ? [compiled.expression.type, ...compiled.expression.roots] : compiled;
    };
    expect(facts('params.port + 1')).toStrictEqual(['int', 'params']);
    expect(facts('params.image')).toStrictEqual(['string', 'params']);
    expect(facts('params.ratio')).toStrictEqual(['double', 'params']);
    expect(facts('params.list')).toStrictEqual(['list', 'params']);
    expect(facts('params.object')).toStrictEqual(['map', 'params']);
    expect(facts('has(pod.spec)')).toStrictEqual(['bool', 'pod']);
    expect(facts('pod.spec')).toStrictEqual(['dyn', 'pod']);
    expect(facts('null')).toStrictEqual(['null']);
    expect(facts('params.list.map(pod, pod)')).toStrictEqual(['list', 'params']);
    expect(facts('namespaceObject.metadata.name + workload.name + template.name')).toStrictEqual([
      'string',
      'namespaceObject',
      'workload',
      'template',
    ]);
  });
});
