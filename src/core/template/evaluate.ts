import type {Budget} from '../expression/budget.ts';
import type {Evaluation, Expression, Values} from '../expression/expression.ts';
import {stepsPerEvaluation} from '../expression/limits.ts';
import {isList, isObject, type Json} from '../json.ts';
import type {Hole} from './hole.ts';

/** What a hole comes to, or which of its expressions failed, and why (one sentence without a full stop). */
export type HoleValue =
  | {readonly kind: 'value'; readonly value: Json}
  | {readonly kind: 'failed'; readonly expression: Expression; readonly message: string; readonly isLimit: boolean};

/**
 * What an expression comes to for one pod, whose budget it is counted in. The one that exceeds the budget fails, and those after it
 * are not evaluated. Never throws.
 */
export function evaluateWithin(budget: Budget, expression: Expression, values: Values): Evaluation {
  const before = budget.spend(0);
  if (before !== undefined) return {kind: 'failed', message: before.message, isLimit: true, steps: 0};
  const evaluation = expression.evaluate(values);
  const after = budget.spend(stepsPerEvaluation + evaluation.steps);
  return after === undefined || evaluation.kind === 'failed'
    ? evaluation
    : {kind: 'failed', message: after.message, isLimit: true, steps: evaluation.steps};
}

/** The value of a hole for one pod. Within a string an expression must give a string, a number, true or false. Never throws. */
export function evaluateHole(hole: Hole, values: Values, budget: Budget): HoleValue {
  const [whole] = hole.parts;
  if (hole.parts.length === 1 && typeof whole === 'object') {
    const result = evaluateWithin(budget, whole, values);
    if (result.kind === 'failed') return {...result, expression: whole};
    return {kind: 'value', value: hole.asText && isScalar(result.value) ? String(result.value) : result.value};
  }
  let text = '';
  for (const part of hole.parts) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    const result = evaluateWithin(budget, part, values);
    if (result.kind === 'failed') return {...result, expression: part};
    if (!isScalar(result.value)) {
      const what = result.value === null ? 'nothing' : isList(result.value) ? 'a list' : 'a map';
      return {kind: 'failed', expression: part, message: `it gives ${what}, which can't stand within a string`, isLimit: false};
    }
    text += String(result.value);
  }
  return {kind: 'value', value: text};
}

function isScalar(value: Json): value is string | number | boolean {
  return value !== null && !isList(value) && !isObject(value);
}
