import {roots} from '../../../src/core/expression/expression.ts';
import type {JsonObject} from '../../../src/core/json.ts';

/** The regular expression of a string that holds an expression: `${`, a root, then `.` or `[`. */
const begin = `\\$\\{(${roots.join('|')})[.\\[]`;

/** A string that is one expression and nothing else, which keeps the type of its value. */
export const wholeExpression = `^${begin}[\\s\\S]*\\}$`;

/** The regular expression of plain strings, for a place where an expression may stand too. */
export function orExpression(pattern: string): string {
  return `${pattern}|${begin}`;
}

/** Source: apimachinery, api/resource/quantity.go. */
const quantity = '^[+-]?(\\d+\\.?\\d*|\\.\\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\\d+)?$';

/** A container's or volume's name. Source: apimachinery, validation.IsDNS1123Label. */
export const labelName: JsonObject = {type: 'string', pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', maxLength: 63};

/** A port's number. */
export const port: JsonObject = {type: ['integer', 'string'], minimum: 1, maximum: 65535, pattern: wholeExpression};

/** A scalar of the Kubernetes table → its schema. Null is an absent field; `pattern` only concerns strings. */
export const scalars: Readonly<Record<string, JsonObject>> = {
  string: {type: ['string', 'null']},
  time: {type: ['string', 'null']},
  integer: {type: ['integer', 'string', 'null'], pattern: wholeExpression},
  number: {type: ['number', 'string', 'null'], pattern: wholeExpression},
  boolean: {type: ['boolean', 'string', 'null'], pattern: wholeExpression},
  quantity: {type: ['string', 'number', 'null'], pattern: orExpression(quantity)},
  intOrString: {type: ['integer', 'string', 'null']},
  any: {},
};
