import {field, isList, isObject, type Json, type JsonObject} from '../json.ts';
import {withoutAdmission} from './admission.ts';
import {filled, isEmpty, isStated, noScope, scopeBelow, type Scope} from './defaults.ts';
import {sameQuantity} from './quantity.ts';
import {fieldsOf, type FieldSchema} from './schema.ts';

// Deeper than any pod; a malformed document must not exhaust the stack.
export const maxDepth = 100;

/** A field that the table does not know, of a newer API: any difference may mean something. */
export const unknownField: FieldSchema = {type: 'any', zero: 'distinct'};

/** The API's equality, see equality.ts. One scope serves both sides: pods that differ in it are not the same anyway. */
export function same(schema: FieldSchema, a: Json | undefined, b: Json | undefined, scope: Scope, depth = 0): boolean {
  if (a === b) return true;
  if (depth > maxDepth) return false;
  if (!isStated(a)) return !isStated(b) || isNothing(schema, b, scope, depth);
  if (!isStated(b)) return isNothing(schema, a, scope, depth);
  if (isList(a)) {
    const item = {type: schema.type};
    return isList(b) && a.length === b.length && a.every((value, index) => same(item, value, b[index], scope, depth + 1));
  }
  if (isObject(a)) return isObject(b) && sameObject(schema.type, a, b, scope, depth);
  return schema.type === 'quantity' && sameQuantity(a, b);
}

function sameObject(type: string, a: JsonObject, b: JsonObject, outer: Scope, depth: number): boolean {
  const scope = scopeBelow(type, a, outer);
  const fields = fieldsOf(type);
  const entry: FieldSchema = fields.size > 0 ? unknownField : {type, zero: 'distinct'};
  const sameField = (key: string): boolean => {
    const [left, right] = [field(a, key), field(b, key)];
    if (left === right) return true;
    const schema = fields.get(key);
    if (schema === undefined) return same(entry, left, right, scope, depth + 1);
    return same(schema, compared(type, a, key, scope), compared(type, b, key, scope), scope, depth + 1);
  };
  return Object.keys(a).every(sameField) && Object.keys(b).every((key) => Object.hasOwn(a, key) || sameField(key));
}

/** Whether a value that one side states means the same as its absence on the other. */
function isNothing(schema: FieldSchema, value: Json, scope: Scope, depth: number): boolean {
  if (schema.zero === 'distinct') return false;
  if (isObject(value) && fieldsOf(schema.type).size > 0) return sameObject(schema.type, value, {}, scope, depth);
  return isEmpty(value) || (schema.type === 'quantity' && sameQuantity(value, '0'));
}

/** What a field amounts to: less what admission added to the author's, or with the default where he stated nothing. */
function compared(type: string, owner: JsonObject, key: string, scope: Scope): Json | undefined {
  const own = withoutAdmission(type, owner, key, sameToAdmission);
  return own === field(owner, key) ? filled(type, owner, key, scope) : own;
}

/** {@link same} for single items, whose pod is not looked at. */
export function sameToAdmission(type: string, a: Json | undefined, b: Json | undefined): boolean {
  return same({type}, a, b, noScope);
}
