import {isList, isObject, type Json, type JsonObject} from '../core/json.ts';
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

/** A template's container with what is this pod's alone in it, and a list of such ones, still have parts that all pods share. */
function valueText(value: Json): string {
  if (isFrozen(value)) return partText(value);
  if (isList(value)) return `[${value.map((item) => (isObject(item) ? valueText(item) : partText(item))).join(',')}]`;
  return isObject(value) ? objectText(value) : partText(value);
}

function objectText(value: JsonObject): string {
  const fields = Object.entries(value).filter(([, part]) => part !== undefined);
  return `{${fields.map(([key, part]) => `${JSON.stringify(key)}:${partText(part ?? null)}`).join(',')}}`;
}

function partText(value: Json): string {
  if (!isFrozen(value)) return JSON.stringify(value);
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = JSON.stringify(value);
  texts.set(value, text);
  return text;
}

function isFrozen(value: Json): value is JsonObject | readonly Json[] {
  return typeof value === 'object' && value !== null && Object.isFrozen(value);
}
