import {priorKey, type Added} from './added.ts';
import type {Fault} from './errors.ts';
import {isList, type Json} from './json.ts';

/** A part of the pod after one template: its new value, what was added to it, what of the author's stands against the template. */
export interface Part<T extends Json> {
  readonly value: T;
  readonly added: Added | undefined;
  /** Paths: `containers/web/env/LEVEL`. */
  readonly kept: readonly string[];
  readonly faults: readonly Fault[];
}

/** The record of a list's new items, with the form in which it was empty before, where it was there. */
export function knowingEmpty(before: Json | undefined, added: Added): Added {
  return added !== 1 && (before === null || (isList(before) && before.length === 0)) ? {[priorKey]: before, ...added} : added;
}
