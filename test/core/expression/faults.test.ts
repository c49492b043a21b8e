import {expect, test} from 'vitest';
import {compileExpression} from '../../../src/core/expression/compile.ts';
import {fault, parameters} from './evaluating.ts';

test.each([
  ['', '0: the expression ends too early'],
  ['1 +', '3: the expression ends too early'],
  ['pod.a b', "6: unexpected character: 'b'"],
  ['"abc', '0: unterminated string'],
  ['pod.x ? 1', '9: expected COLON, got EOF'],
  ['namespace.name', '0: reserved identifier: namespace'],
])('syntax: %s', (text, message) => {
  expect(fault(text)).toBe(message);
});

test.each([
  ['params.prt', '7: the parameter `prt` is not declared; did you mean `port`'],
  ['1 + params["imge"].size()', '11: the parameter `imge` is not declared; did you mean `image`'],
  ['params.?prt.orValue(1)', '8: the parameter `prt` is not declared; did you mean `port`'],
  ['has(params.prt)', '11: the parameter `prt` is not declared; did you mean `port`'],
  ['pod.spec.containers.map(c, c.name + params.imag)', '43: the parameter `imag` is not declared; did you mean `image`'],
  ['params[pod.x]', '7: a field of `params` is named by a text'],
  ['params == pod', '0: `params` is not a value of its own; write `params.NAME`'],
  ['params.toString', '7: the parameter `toString` is not declared'],
  ['workload.nam', '9: `workload` has no `nam`; did you mean `name`'],
  ['template.version', '9: `template` has no `version`'],
  ['pods.x', '0: there is no `pods`; did you mean `pod`'],
  ['pod.spec.containers.all(c, d.name == "x")', '27: there is no `d`; did you mean `c`'],
  ['pod.spec.containers.map(params, params.prt) == params.prt', '54: the parameter `prt` is not declared; did you mean `port`'],
])('names: %s', (text, message) => {
  expect(fault(text)).toBe(message);
});

test.each([
  ['params.image.replac("a", "b")', '12: there is no function `replac`; did you mean `replace`'],
  ['lenght(params.image)', '0: there is no function `lenght`'],
  ['hat(pod.x)', '0: there is no function `hat`; did you mean `has`'],
  ['timestamp("2020-01-01T00:00:00Z")', '0: there is no function `timestamp`'],
  ['cel.bind(x, 1, x)', '3: there is no function `bind`'],
  ['has(pod)', '0: `has` asks for a field; write `has(a.b)`, or `"b" in a`'],
  ['has(pod["x"])', '0: `has` asks for a field; write `has(a.b)`, or `"b" in a`'],
  ['params.image.matches("(")', '21: the pattern is none: error parsing regexp: missing closing ): `(`'],
  [
    'params.image.matches(pod.x)',
    '12: the pattern of `matches` is computed; write it as a text in quotes, so that it is checked when the template is loaded',
  ],
])('functions: %s', (text, message) => {
  expect(fault(text)).toBe(message);
});

test.each([
  ['params.port + 1.5', '0: no such overload: int + double'],
  ['params.port == "x"', '0: no such overload: int == string'],
  ['params.image.replace("a")', "0: found no matching overload for 'string.replace(string)'"],
  ['params.image.size() + params.image', '0: no such overload: int + string'],
  ['params.port.x', "12: cannot index type 'int'"],
  ['params.on ? 1 : "a"', "0: ternary branches must have the same type, got 'int' and 'string'"],
  ['params.image && true', "0: logical operator requires bool operands, got 'string'"],
  ['quantity("1") + 1', '0: no such overload: kubernetes.Quantity + int'],
  ['pod.?spec', '0: the result is an optional value; end it with `.orValue(…)`'],
  ['quantity("1")', '0: the result is a kubernetes.Quantity, which no field can hold'],
  ['type(1)', '0: the result is a type, which no field can hold'],
  ['b"x"', '0: bytes are not supported'],
  ['1u + 1u', '0: unsigned integers are not supported'],
  ['1 + 9223372036854775808', '4: an integer is beyond 64 bits'],
])('types: %s', (text, message) => {
  expect(fault(text)).toBe(message);
});

const loops = (depth: number): string => (depth === 0 ? 'x' : `pod.a.map(x, ${loops(depth - 1)})`);

test.each([
  ['a long text', `"${'a'.repeat(4096)}"`, '4096: it is longer than 4096 characters'],
  ['many operators', `1${'+1'.repeat(300)}`, '0: it has more than 500 operators, names and values'],
  ['many negations', `${'!'.repeat(4000)}pod.x`, '3501: it has more than 500 operators, names and values'],
  ['many parentheses', `${'('.repeat(2000)}1${')'.repeat(2000)}`, '40: it is nested more than 40 levels deep'],
  ['many lists', `${'['.repeat(2000)}1${']'.repeat(2000)}`, '40: it is nested more than 40 levels deep'],
  ['many fields', `pod${'.x'.repeat(2000)}`, '81: it is nested more than 40 levels deep'],
  ['loops in loops', loops(4), '39: loops are nested more than 3 deep'],
  ['a long pattern', `pod.x.matches("${'a'.repeat(501)}")`, '14: the pattern is none: it is longer than 500 characters'],
  [
    'a big pattern',
    'pod.x.matches("(a{0,30}){30}")',
    '14: the pattern is none: its repetitions are too many: its size is 1862, the most is 500',
  ],
])('limits: %s', (_, text, message) => {
  expect(fault(text)).toBe(message);
});

test('loops one after the other are not nested', () => {
  expect(fault(`${loops(3)} == pod.a.filter(a, true).map(b, b).filter(c, true).map(d, d).filter(e, true)`)).toBe('compiled');
});

test('without declared parameters none can be named', () => {
  expect(compileExpression('params.port', new Map())).toStrictEqual({
    kind: 'invalid',
    message: 'the parameter `port` is not declared',
    offset: 7,
  });
  expect(compileExpression('params.port', parameters).kind).toBe('compiled');
});
