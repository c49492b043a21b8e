import type {Json} from '../core/json.ts';
import type {Operation} from '../core/patch.ts';

/**
 * The operations as JSON text, the same as JSON.stringify gives. What is frozen is a template's and the same for all requests: its
 * text is made once, which saves most of the work, because most of a patch is what the template brings.
 */
export function patchText(operations: readonly Operation[]): string {
  return `[${operations.map(operationText).join(',')}]`;
}

function operationText(operation: Operation): string {
  const start = `{"op":"${operation.op}","path":${JSON.stringify(operation.path)}`;
  return operation.op === 'remove' ? `${start}}` : `${start},"value":${valueText(operation.value)}}`;
}

// Weak: the texts of a template that was replaced go with it.
const texts = new WeakMap<object, string>();

function valueText(value: Json): string {
  if (typeof value !== 'object' || value === null || !Object.isFrozen(value)) return JSON.stringify(value);
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = JSON.stringify(value);
  texts.set(value, text);
  return text;
}
