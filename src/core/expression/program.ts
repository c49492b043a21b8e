import type {Parameter} from '../parameters.ts';
import {accessed, type Access, hasField} from './access.ts';
import {isRoot} from './expression.ts';
import {callFunction} from './functions/table.ts';
import {branch, listOf, logical, mapOf, matching, orElse} from './forms.ts';
import {filter, map, quantifier, single} from './loop.ts';
import {applyBinary, negate} from './operators.ts';
import type {Scope, Step} from './scope.ts';
import {asHas, asLoop, asOptional, type Loop, type Node, type Of, sizeOf} from './syntax.ts';
import {Failure, kindOf, none, Optional, type Outcome, TypeValue, type Value} from './value.ts';

/** What a node may refer to. */
export interface Surroundings {
  /** The whole expression's text, for failures. */
  readonly text: string;
  readonly parameters: ReadonlyMap<string, Parameter>;
  /** The variables of the loops around it, the innermost last. */
  readonly variables: readonly string[];
}

/** Makes a program of a syntax tree in which `inspect` found nothing wrong. */
export function build(node: Node, around: Surroundings): Step {
  const compile = (child: Node) => build(child, around);
  switch (node.op) {
    case 'value':
      return constant(node.args as Value);
    case 'id':
      return identifier(node.args, around.variables);
    case '.':
    case '.?':
      return field(node, around);
    case '[]':
    case '[?]': {
      const access: Access = node.op === '[]' ? 'plain' : 'optional';
      const absent = absenceOf(node, around);
      const index = binary(compile(node.args[0]), compile(node.args[1]), (value, key) => accessed(value, key, access, absent));
      return declared(node, node.args[1].op === 'value' ? node.args[1].args : undefined, index, around);
    }
    case 'call': {
      const asked = asHas(node);
      if (asked !== undefined) return unary(compile(asked.args[0]), (value) => hasField(value, asked.args[1]));
      return call(node.args[0], false, node.args[1].map(compile));
    }
    case 'rcall':
      return methodCall(node, around);
    case 'list':
      return listOf(node.args.map(compile));
    case 'map':
      return mapOf(node.args.map(([key, value]) => [compile(key), compile(value)]));
    case '?:':
      return branch(compile(node.args[0]), compile(node.args[1]), compile(node.args[2]));
    case '||':
      return logical(compile(node.args[0]), compile(node.args[1]), true);
    case '&&':
      return logical(compile(node.args[0]), compile(node.args[1]), false);
    case '!_':
      return unary(compile(node.args), (value) =>
        typeof value === 'boolean' ? !value : new Failure(`there is no \`!\` before a ${kindOf(value)}`),
      );
    case '-_':
      return unary(compile(node.args), negate);
    case '==':
    case '!=':
    case 'in':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const {op} = node;
      return binary(compile(node.args[0]), compile(node.args[1]), (a, b, scope) => applyBinary(op, a, b, scope.budget));
    }
  }
}

function constant(value: Value): Step {
  return () => value;
}

function identifier(name: string, variables: readonly string[]): Step {
  const at = variables.lastIndexOf(name);
  if (at >= 0) return variable(variables.length - 1 - at);
  // What is neither is the name of a type.
  return isRoot(name) ? ({values}) => values[name] : constant(new TypeValue(name));
}

/** The element of the loop so many loops outwards. */
function variable(outwards: number): Step {
  if (outwards === 0) return ({item}) => item ?? null;
  const further = variable(outwards - 1);
  return ({outer}) => (outer === undefined ? null : further(outer));
}

function field(node: Of<'.' | '.?'>, around: Surroundings): Step {
  const [receiver, name] = node.args;
  const access: Access = node.op === '.' ? 'plain' : 'optional';
  const absent = absenceOf(node, around);
  const step = unary(build(receiver, around), (value) => accessed(value, name, access, absent));
  return declared(node, name, step, around);
}

/** Made once, because a loop may meet it at each of its elements. */
function absenceOf({start, end}: Node, {text}: Surroundings): Failure {
  return new Failure(`there is no \`${text.slice(start, end)}\``);
}

/** A parameter of type `number` is a double though its value be whole. */
function declared(node: Of<'.' | '.?' | '[]' | '[?]'>, name: unknown, step: Step, {parameters, variables}: Surroundings): Step {
  const [receiver] = node.args;
  const ofParameters = receiver.op === 'id' && receiver.args === 'params' && !variables.includes('params');
  if (!ofParameters || typeof name !== 'string' || parameters.get(name)?.type !== 'number') return step;
  return unary(step, (value) => {
    if (value instanceof Optional) return typeof value.value === 'bigint' ? new Optional(Number(value.value)) : value;
    return typeof value === 'bigint' ? Number(value) : value;
  });
}

function methodCall(node: Of<'rcall'>, around: Surroundings): Step {
  const loop = asLoop(node);
  if (loop !== undefined) return loopOf(loop, around);
  const compile = (child: Node) => build(child, around);
  const optional = asOptional(node, around.variables);
  if (optional !== undefined) return optionalOf(optional.map(compile)[0]);
  const [name, receiver, args] = node.args;
  const [only] = args;
  if (only !== undefined && (name === 'orValue' || name === 'or')) return orElse(name, compile(receiver), compile(only));
  if (name === 'matches' && only?.op === 'value') return matching(compile(receiver), String(only.args));
  return call(name, true, [compile(receiver), ...args.map(compile)]);
}

function optionalOf(value: Step | undefined): Step {
  return value === undefined ? constant(none) : unary(value, (of) => new Optional(of));
}

function loopOf(loop: Loop, around: Surroundings): Step {
  const within = {...around, variables: [...around.variables, loop.variable]};
  const [first, second] = loop.bodies;
  const range = build(loop.range, around);
  const weight = loop.bodies.reduce((sum, body) => sum + sizeOf(body), 1);
  if (second !== undefined) return map({range, weight, condition: build(first, within), body: build(second, within)});
  const steps = {range, weight, body: build(first, within)};
  switch (loop.name) {
    case 'all':
      return quantifier(steps, false);
    case 'exists':
      return quantifier(steps, true);
    case 'exists_one':
      return single(steps);
    case 'filter':
      return filter(steps);
    default:
      return map(steps);
  }
}

function call(name: string, receiver: boolean, args: readonly Step[]): Step {
  return (scope) => {
    const values: Value[] = [];
    for (const arg of args) {
      const value = arg(scope);
      if (value instanceof Failure) return value;
      values.push(value);
    }
    return callFunction(name, receiver, values, scope.budget);
  };
}

function unary(step: Step, then: (value: Value, scope: Scope) => Outcome): Step {
  return (scope) => {
    const value = step(scope);
    return value instanceof Failure ? value : then(value, scope);
  };
}

function binary(left: Step, right: Step, then: (a: Value, b: Value, scope: Scope) => Outcome): Step {
  return (scope) => {
    const a = left(scope);
    if (a instanceof Failure) return a;
    const b = right(scope);
    return b instanceof Failure ? b : then(a, b, scope);
  };
}
