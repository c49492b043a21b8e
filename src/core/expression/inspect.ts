import {didYouMean} from '../nearest.ts';
import type {Parameter} from '../parameters.ts';
import {isRoot, type Root, roots} from './expression.ts';
import {overloads} from './functions/table.ts';
import {limits} from './limits.ts';
import {inRange} from './operators.ts';
import {compilePattern} from './pattern.ts';
import {asHas, asLoop, asOptional, childrenOf, type Node, type Of} from './syntax.ts';
import {Failure} from './value.ts';

/** What is wrong with an expression; `offset` counts UTF-16 code units of its text. */
export interface Problem {
  readonly message: string;
  readonly offset: number;
  readonly fix?: string;
}

/** Where a node stands. */
interface Place {
  readonly fields: ReadonlyMap<Root, readonly string[]>;
  readonly variables: readonly string[];
  readonly nesting: number;
}

/**
 * What the CEL library does not say, or not as well: fields that can't exist, functions that are not here, literals that are not
 * supported, loops too deep, patterns that are none. In the order of the text.
 */
export function inspect(node: Node, parameters: ReadonlyMap<string, Parameter>): readonly Problem[] {
  const fields = new Map<Root, readonly string[]>([
    ['params', [...parameters.keys()]],
    ['workload', ['kind', 'name']],
    ['template', ['name', 'pattern']],
  ]);
  return [...problemsOf(node, {fields, variables: [], nesting: 0})];
}

/** The roots that an expression names. */
export function rootsOf(node: Node, variables: readonly string[] = []): ReadonlySet<Root> {
  if (node.op === 'id') return new Set(isRoot(node.args) && !variables.includes(node.args) ? [node.args] : []);
  return new Set(childrenOf(node, variables).flatMap((child) => [...rootsOf(child.node, child.variables)]));
}

function* problemsOf(node: Node, place: Place): Generator<Problem> {
  if (node.op === 'value') yield* ofLiteral(node);
  else if (node.op === 'id') yield* ofName(node, place);
  else if (node.op === 'call') yield* ofCall(node);
  else if (node.op === 'rcall') yield* ofMethod(node, place);

  const field = fieldOf(node, place);
  if (field !== undefined) {
    yield* field;
    return;
  }
  const loop = node.op === 'rcall' ? asLoop(node) : undefined;
  if (loop !== undefined && place.nesting === limits.nesting) {
    yield {message: `loops are nested more than ${String(limits.nesting)} deep`, offset: node.start};
    return;
  }
  for (const {node: child, variables} of childrenOf(node, place.variables)) {
    const nesting = loop !== undefined && child !== loop.range ? place.nesting + 1 : place.nesting;
    yield* problemsOf(child, {...place, variables, nesting});
  }
}

/** The problems of `params.x`, `params["x"]` and the like; undefined for any other node. */
function fieldOf(node: Node, {fields, variables}: Place): readonly Problem[] | undefined {
  if (node.op !== '.' && node.op !== '.?' && node.op !== '[]' && node.op !== '[?]') return undefined;
  const [receiver, key] = node.args;
  if (receiver.op !== 'id' || !isRoot(receiver.args) || variables.includes(receiver.args)) return undefined;
  const known = fields.get(receiver.args);
  if (known === undefined) return undefined;
  const name = typeof key === 'string' ? key : key.op === 'value' ? key.args : undefined;
  const offset = typeof key === 'string' ? node.end - key.length : key.start;
  if (typeof name !== 'string') return [{message: `a field of \`${receiver.args}\` is named by a text`, offset}];
  if (known.includes(name)) return [];
  const message =
    receiver.args === 'params' ? `the parameter \`${name}\` is not declared` : `\`${receiver.args}\` has no \`${name}\``;
  return [{message, offset, ...didYouMean(name, known)}];
}

function* ofLiteral(node: Of<'value'>): Generator<Problem> {
  const offset = node.start;
  const {args: value} = node;
  if (typeof value === 'bigint') {
    const checked = inRange(value);
    if (checked instanceof Failure) yield {message: checked.message, offset};
  } else if (typeof value === 'object' && value !== null) {
    yield {message: value instanceof Uint8Array ? 'bytes are not supported' : 'unsigned integers are not supported', offset};
  }
}

const typeNames = ['bool', 'double', 'int', 'list', 'map', 'null_type', 'string', 'type'];

function* ofName(node: Of<'id'>, {fields, variables}: Place): Generator<Problem> {
  const {args: name, start: offset} = node;
  if (variables.includes(name) || typeNames.includes(name)) return;
  if (!isRoot(name)) {
    yield {message: `there is no \`${name}\``, offset, ...didYouMean(name, [...variables, ...roots])};
  } else if (fields.has(name)) {
    yield {message: `\`${name}\` is not a value of its own`, offset, fix: `write \`${name}.NAME\``};
  }
}

function* ofCall(node: Of<'call'>): Generator<Problem> {
  const [name, args] = node.args;
  if (name === 'has') {
    if (asHas(node) === undefined || args.length !== 1) {
      yield {message: '`has` asks for a field', offset: node.start, fix: 'write `has(a.b)`, or `"b" in a`'};
    }
  } else {
    yield* unknownFunction(name, false, node.start);
  }
}

function* ofMethod(node: Of<'rcall'>, {variables}: Place): Generator<Problem> {
  const [name, receiver, args] = node.args;
  if (asLoop(node) !== undefined || asOptional(node, variables) !== undefined) return;
  const offset = receiver.end;
  if (name === 'orValue' || name === 'or') return;
  if (name !== 'matches') {
    yield* unknownFunction(name, true, offset);
    return;
  }
  const [pattern] = args;
  if (pattern?.op !== 'value' || typeof pattern.args !== 'string') {
    yield {
      message: 'the pattern of `matches` is computed',
      offset,
      fix: 'write it as a text in quotes, so that it is checked when the template is loaded',
    };
    return;
  }
  const compiled = compilePattern(pattern.args);
  if (compiled.kind === 'invalid') yield {message: `the pattern is none: ${compiled.message}`, offset: pattern.start};
}

const macros = ['all', 'exists', 'exists_one', 'filter', 'map', 'matches', 'or', 'orValue'];

function* unknownFunction(name: string, receiver: boolean, offset: number): Generator<Problem> {
  const known = overloads.filter((form) => form.receiver === receiver).map((form) => form.name);
  const all = receiver ? [...known, ...macros] : [...known, 'has'];
  if (all.includes(name)) return;
  yield {message: `there is no function \`${name}\``, offset, ...didYouMean(name, all)};
}
