import type {Fault} from '../../errors.ts';
import {asList, type Json, type JsonObject} from '../../json.ts';
import type {RefusalReason} from '../../reasons.ts';

/** A container of the application whose variables an ambassador takes. */
export interface Target {
  readonly list: 'containers' | 'initContainers';
  readonly index: number;
  readonly name: string;
  readonly container: JsonObject;
}

/** The container's variables as they were written. */
export function envOf(target: Target): readonly Json[] {
  return asList(target.container['env']);
}

/** Whether variables may be there that the pod does not name. */
export function hasEnvFrom(container: JsonObject): boolean {
  return asList(container['envFrom']).length > 0;
}

/** A fault of one of the container's variables. */
export function faultAt(target: Target, code: RefusalReason, message: string, fix: string): Fault {
  return {code, message, fix, path: `/spec/${target.list}/${target.index}/env`};
}
