import {isList, isObject, type Json} from '../json.ts';
import {fault, type Finding, type Path} from './finding.ts';

/**
 * Finds `${…}` that would be an expression: after `${` one of the roots, then `.` or `[`. Evaluating them is not supported yet, and
 * passing them through would put `${params.port}` into pods: `notSupportedYet`. `$${` is no expression, nor is `${HOME}`.
 */
export function* checkExpressions(value: Json, path: Path = []): Generator<Finding> {
  if (typeof value === 'string') {
    for (const [text, root] of value.matchAll(expression)) {
      // `$${` is matched to be skipped.
      if (root === undefined) continue;
      const message = `the expression \`${text}…}\` is not supported yet`;
      yield fault('notSupportedYet', path, message, {fix: 'write the value itself; for the text as it stands write `$${`'});
    }
  } else if (isList(value)) {
    for (const [index, item] of value.entries()) yield* checkExpressions(item, [...path, index]);
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) yield* checkExpressions(item ?? null, [...path, key]);
  }
}

/** The text with `$${` as `${`, so that scripts can hold what would be an expression. */
export function unescaped(text: string): string {
  return text.replaceAll('$${', '${');
}

const expression = /\$\$\{|\$\{(params|pod|namespaceObject|workload|template)[.[]/g;
