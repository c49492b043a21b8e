import {asList, asObject, asString, field, type Json, type JsonObject} from '../../core/json.ts';

/**
 * The selector of a workload's pods as a query: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#api.
 * Undefined for what has none, or one that cannot be read.
 */
export function labelQuery(object: JsonObject): string | undefined {
  if (field(object, 'kind') === 'Service') return undefined;
  const selector = asObject(field(asObject(field(object, 'spec')), 'selector'));
  const isPlain = field(object, 'kind') === 'ReplicationController';
  const labels = Object.entries((isPlain ? selector : asObject(field(selector, 'matchLabels'))) ?? {});
  const expressions = isPlain ? [] : asList(field(selector, 'matchExpressions')).map(requirementOf);
  if (expressions.includes(undefined)) return undefined;
  const requirements = [...labels.map(([key, value]) => `${key}=${String(value)}`), ...expressions];
  return requirements.length === 0 ? undefined : requirements.join(',');
}

function requirementOf(expression: Json): string | undefined {
  const [key, operator] = ['key', 'operator'].map((name) => asString(field(asObject(expression), name)));
  const values = `(${asList(field(asObject(expression), 'values'))
    .map(String)
    .join(',')})`;
  if (key === undefined) return undefined;
  if (operator === 'In') return `${key} in ${values}`;
  if (operator === 'NotIn') return `${key} notin ${values}`;
  if (operator === 'Exists') return key;
  return operator === 'DoesNotExist' ? `!${key}` : undefined;
}
