import type {Parameter} from '../parameters.ts';
import {stepBudget} from './budget.ts';
import type {Expression, Values} from './expression.ts';
import {inspect, rootsOf} from './inspect.ts';
import {parse, typeOf} from './language.ts';
import {limits} from './limits.ts';
import {build} from './program.ts';
import {resultOf} from './result.ts';
import {sizeOf} from './syntax.ts';
import {Failure} from './value.ts';

/** An expression that can be evaluated, or why the text is none. */
export type Compiled =
  | {readonly kind: 'compiled'; readonly expression: Expression}
  /** `message` is one sentence without a full stop; `offset` counts UTF-16 code units of the text. */
  | {readonly kind: 'invalid'; readonly message: string; readonly offset: number; readonly fix?: string};

/**
 * Compiles one CEL expression over the roots; the parameters declare what `params` has. Syntax, names, functions, types, patterns and
 * the limits that a text can exceed are checked here. Never throws.
 */
export function compileExpression(text: string, parameters: ReadonlyMap<string, Parameter>): Compiled {
  if (text.length > limits.text)
    return {kind: 'invalid', message: `it is longer than ${String(limits.text)} characters`, offset: limits.text};
  const node = parse(text);
  if ('message' in node) return {kind: 'invalid', ...node};
  const [problem] = inspect(node, parameters);
  if (problem !== undefined) return {kind: 'invalid', ...problem};
  const type = typeOf(text, node, parameters);
  if (typeof type !== 'string') return {kind: 'invalid', ...type};

  const run = build(node, {text, parameters, variables: []});
  const size = sizeOf(node);
  const evaluate = (values: Values) => {
    const budget = stepBudget();
    const result = resultOf(budget.spend(size) ?? run({values, budget}), budget);
    return result instanceof Failure
      ? ({kind: 'failed', message: result.message, isLimit: result.final, steps: budget.spent} as const)
      : ({kind: 'value', value: result.json, steps: budget.spent} as const);
  };
  return {kind: 'compiled', expression: {text, roots: rootsOf(node), type, evaluate}};
}
