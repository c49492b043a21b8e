import type {Expression, Root} from '../expression/expression.ts';
import type {JsonObject} from '../json.ts';
import {Memo} from '../memo.ts';
import type {Rendering} from '../render.ts';
import type {Hole} from './hole.ts';

/** What a template computes for each pod. */
export interface Program {
  readonly when: Expression | undefined;
  /** With its holes. */
  readonly document: JsonObject;
  readonly holes: readonly Hole[];
  /** What its expressions look at. */
  readonly roots: ReadonlySet<Root>;
  /** What became of it, by the values of its holes: the pods of one workload have the same. */
  readonly memo: Memo<Rendering>;
}

/** The program of a template; undefined for one that is the same for each pod. */
export function programOf(
  when: Expression | undefined,
  document: JsonObject,
  holes: readonly Hole[],
  hasParameters: boolean,
): Program | undefined {
  if (when === undefined && holes.length === 0 && !hasParameters) return undefined;
  const expressions = holes.flatMap(({parts}) => parts.filter((part) => typeof part === 'object'));
  const roots = new Set([...(when === undefined ? [] : [when]), ...expressions].flatMap((expression) => [...expression.roots]));
  return {when, document, holes, roots, memo: new Memo()};
}
