import type {Added} from '../added.ts';
import type {Fault} from '../errors.ts';
import type {JsonObject} from '../json.ts';
import type {Template} from '../template.ts';

/** A template tied to one pod: what it takes from the pod has become part of it, and the pod has been turned to it. */
export interface Bound {
  /** With all that the pod determines as plain content: mounts, ports, variables. */
  readonly template: Template;
  /** The pod with its own parts changed (variables that now point at an ambassador); the same reference where none is. */
  readonly pod: JsonObject;
  /** The record of those changes. */
  readonly added: Added | undefined;
  readonly kept: readonly string[];
  readonly faults: readonly Fault[];
}
