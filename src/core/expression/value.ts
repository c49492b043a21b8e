import {isList, type Json, type JsonObject} from '../json.ts';

/**
 * A CEL value. An int is a bigint and a double a number. What comes from the pod stays as it was parsed and is converted where it
 * is touched ({@link fromJson}); what an expression makes is {@link Made}.
 */
export type Value = null | boolean | bigint | number | string | readonly Json[] | JsonObject | Made;

/** A value, or why there is none. */
export type Outcome = Value | Failure;

/** What a value is, in CEL's words. */
export type Kind = 'null_type' | 'bool' | 'int' | 'double' | 'string' | MadeKind;
type MadeKind = 'list' | 'map' | 'optional' | 'type' | 'kubernetes.Quantity';

/** A value that JSON does not have. */
export abstract class Made {
  abstract readonly kind: MadeKind;
}

/** A list that an expression made. */
export class Items extends Made {
  readonly kind = 'list';
  readonly items: readonly Value[];
  constructor(items: readonly Value[]) {
    super();
    this.items = items;
  }
}

export type Key = string | bigint | boolean;

/** A map that an expression made. */
export class Entries extends Made {
  readonly kind = 'map';
  readonly entries: ReadonlyMap<Key, Value>;
  constructor(entries: ReadonlyMap<Key, Value>) {
    super();
    this.entries = entries;
  }
}

/** CEL's optional value (https://github.com/google/cel-spec/wiki/proposal-246); undefined is none. */
export class Optional extends Made {
  readonly kind = 'optional';
  readonly value: Value | undefined;
  constructor(value: Value | undefined) {
    super();
    this.value = value;
  }
}

export const none = new Optional(undefined);

/** A type as a value: what `type(x)` gives. */
export class TypeValue extends Made {
  readonly kind = 'type';
  readonly name: string;
  constructor(name: string) {
    super();
    this.name = name;
  }
}

/** A Kubernetes quantity, in nano units. */
export class Quantity extends Made {
  readonly kind = 'kubernetes.Quantity';
  readonly nano: bigint;
  constructor(nano: bigint) {
    super();
    this.nano = nano;
  }
}

/**
 * Why there is no value: one sentence without a full stop. It is a value, not an exception, because `||` and `exists` go on after
 * one, perhaps once for each of a thousand elements. A final one ends the whole evaluation.
 */
export class Failure {
  readonly message: string;
  readonly final: boolean;
  constructor(message: string, final = false) {
    this.message = message;
    this.final = final;
  }
}

/** A piece of JSON as a CEL value: whole numbers are ints. Costs the same whatever its size. */
export function fromJson(json: Json): Value {
  return typeof json === 'number' && Number.isSafeInteger(json) ? BigInt(json) : json;
}

export function kindOf(value: Value): Kind {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'boolean':
      return 'bool';
    case 'object':
    case 'symbol':
    case 'undefined':
    case 'function':
      if (value === null) return 'null_type';
      if (value instanceof Made) return value.kind;
      return isList(value) ? 'list' : 'map';
  }
}
