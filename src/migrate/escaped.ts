import {roots} from '../core/expression/expression.ts';
import {isList, isObject, type Json} from '../core/json.ts';

/** The value with each string so that a template reads it as it is: what would be an expression or an escape there is escaped. */
export function escaped(value: Json): Json {
  if (typeof value === 'string') return value.replaceAll(meaningful, (found) => `$${found}`);
  if (isList(value)) return value.map(escaped);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, escaped(item ?? null)]));
}

const meaningful = new RegExp(String.raw`\$\$\{|\$\{(?=(?:${roots.join('|')})[.[])`, 'g');
