import {asList, asObject, asString, field, type JsonObject} from '../../core/json.ts';

/**
 * Whether a label selector selects what has these labels; an absent one selects everything. Never throws. Source:
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/label-selector/
 */
export function selects(selector: JsonObject | undefined, labels: JsonObject | undefined): boolean {
  const wanted = asObject(field(selector, 'matchLabels')) ?? {};
  if (Object.keys(wanted).some((key) => field(labels, key) !== field(wanted, key))) return false;
  return asList(field(selector, 'matchExpressions')).every((expression) => holds(asObject(expression), labels));
}

function holds(expression: JsonObject | undefined, labels: JsonObject | undefined): boolean {
  const value = field(labels, asString(field(expression, 'key')) ?? '');
  const values = asList(field(expression, 'values'));
  const operator = field(expression, 'operator');
  if (operator === 'In') return value !== undefined && values.includes(value);
  if (operator === 'NotIn') return value === undefined || !values.includes(value);
  if (operator === 'Exists') return value !== undefined;
  // The API server takes no other.
  return operator === 'DoesNotExist' ? value === undefined : true;
}
