import {Environment, ParseError, TypeError as CelTypeError} from '@marcbachmann/cel-js';
import type {Parameter} from '../parameters.ts';
import type {ResultType} from './expression.ts';
import {overloads} from './functions/table.ts';
import type {Overload} from './functions/overload.ts';
import type {Problem} from './inspect.ts';
import {limits} from './limits.ts';
import {asHas, childrenOf, type Node} from './syntax.ts';
import {Quantity} from './value.ts';

// The CEL library parses expressions and checks their types. It does not evaluate them: its evaluator takes JSON's numbers for
// doubles, and bounds neither loops nor texts nor regular expressions.

/** The syntax tree of a text, or what is wrong with it. */
export function parse(text: string): Node | Problem {
  try {
    return language().parse(text).ast;
  } catch (error) {
    return problemOf(error);
  }
}

/** The type of the result, or why there can be none. */
export function typeOf(text: string, node: Node, parameters: ReadonlyMap<string, Parameter>): ResultType | Problem {
  try {
    const checked = withParameters(parameters).check(askedPlainly(text, node));
    return checked.error === undefined ? resultType(checked.type ?? 'dyn', node) : problemOf(checked.error);
  } catch (error) {
    return problemOf(error);
  }
}

let environment: Environment | undefined;

/** Made when the first expression is compiled: most runs have none. */
function language(): Environment {
  environment ??= declare(
    new Environment({
      enableOptionalTypes: true,
      homogeneousAggregateLiterals: false,
      limits: {maxAstNodes: limits.nodes, maxDepth: limits.depth},
    }),
  );
  return environment;
}

/**
 * The library's `has` takes a field of a variable only, CEL's one of anything (`has(pod.spec.containers[0].ports)`). For the type
 * check it is a function of as many letters, so that positions stay.
 */
const hasForTypes = 'hat';

function askedPlainly(text: string, node: Node): string {
  const starts = hasStarts(node);
  return starts.reduce(
    (changed, start) => changed.slice(0, start) + hasForTypes + changed.slice(start + hasForTypes.length),
    text,
  );
}

function hasStarts(node: Node): readonly number[] {
  const own = node.op === 'call' && asHas(node) !== undefined ? [node.start] : [];
  return [...own, ...childrenOf(node, []).flatMap((child) => hasStarts(child.node))];
}

function declare(language_: Environment): Environment {
  language_.registerType('kubernetes.Quantity', Quantity);
  language_.registerOperator('kubernetes.Quantity == kubernetes.Quantity', unused);
  language_.registerFunction(`${hasForTypes}(dyn): bool`, unused);
  language_.registerVariable('pod', 'map<string, dyn>').registerVariable('namespaceObject', 'map<string, dyn>');
  language_.registerVariable('workload', {schema: {kind: 'string', name: 'string'}});
  language_.registerVariable('template', {schema: {name: 'string', pattern: 'string'}});
  const known = new Set(
    language_.getDefinitions().functions.map(({receiverType, name, params}) => form(receiverType, name, params.length)),
  );
  for (const overload of overloads) if (!known.has(formOf(overload))) language_.registerFunction(signature(overload), unused);
  return language_;
}

/** Stands for an implementation where one is demanded. */
function unused(): never {
  throw new Error('the library is asked for types only');
}

/** A template's expressions share one, because making it takes longer than the check of an expression. */
function withParameters(parameters: ReadonlyMap<string, Parameter>): Environment {
  const known = environments.get(parameters);
  if (known !== undefined) return known;
  const schema = Object.fromEntries([...parameters].map(([name, {type}]) => [name, celTypes[type]]));
  const made = language().clone().registerVariable('params', {schema});
  environments.set(parameters, made);
  return made;
}

const environments = new WeakMap<ReadonlyMap<string, Parameter>, Environment>();

const celTypes = {
  string: 'string',
  integer: 'int',
  number: 'double',
  boolean: 'bool',
  array: 'list<dyn>',
  object: 'map<string, dyn>',
} as const;

function signature({name, receiver, takes, returns}: Overload): string {
  const [first, ...rest] = takes;
  return receiver ? `${String(first)}.${name}(${rest.join(', ')}): ${returns}` : `${name}(${takes.join(', ')}): ${returns}`;
}

function formOf({name, receiver, takes}: Overload): string {
  return form(receiver ? (takes[0] ?? null) : null, name, receiver ? takes.length - 1 : takes.length);
}

/** A function by what tells its forms apart roughly: the receiver without the type of its elements, the name, the arguments' number. */
function form(receiver: string | null, name: string, count: number): string {
  return `${receiver?.replace(/<.*/, '') ?? ''}.${name}/${String(count)}`;
}

const plainTypes: ReadonlyMap<string, ResultType> = new Map(
  (['string', 'int', 'double', 'bool', 'list', 'map', 'null', 'dyn'] as const).map((type) => [type, type]),
);

function resultType(type: string, node: Node): ResultType | Problem {
  const plain = plainTypes.get(type.replace(/<.*/, ''));
  if (plain !== undefined) return plain;
  if (type.startsWith('optional<')) {
    return {message: 'the result is an optional value', offset: node.start, fix: 'end it with `.orValue(…)`'};
  }
  return {message: `the result is a ${type}, which no field can hold`, offset: node.start};
}

function problemOf(error: unknown): Problem {
  if (error instanceof ParseError || error instanceof CelTypeError) {
    // Roots with declared fields are types of their own to the library, named with a dollar sign.
    const summary = error.summary.replaceAll('$', '');
    return {
      message: spoken.get(error.summary) ?? summary.charAt(0).toLowerCase() + summary.slice(1),
      offset: error.range?.start ?? 0,
    };
  }
  // A stack that overflows, or a fault of the library: neither may take the process down.
  return {message: error instanceof Error ? error.message : String(error), offset: 0};
}

const spoken: ReadonlyMap<string, string> = new Map([
  ['Unexpected token: EOF', 'the expression ends too early'],
  [`Exceeded maxAstNodes (${String(limits.nodes)})`, `it has more than ${String(limits.nodes)} operators, names and values`],
  [`Exceeded maxDepth (${String(limits.depth)})`, `it is nested more than ${String(limits.depth)} levels deep`],
]);
