import type {Level} from './outcome.ts';
import type {Fault} from './errors.ts';
import type {Json, JsonObject} from './json.ts';
import type {Template} from './template.ts';

/** What a template declares of one parameter, in JSON Schema's words (https://json-schema.org/draft/2020-12/json-schema-validation). */
export interface Parameter {
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object';
  readonly description?: string;
  readonly default?: Json;
}

/** Annotations in which parameters may stand, and whose they are. */
export interface ParameterSource {
  readonly level: Level;
  readonly annotations: JsonObject | undefined;
}

/**
 * The values of a template's parameters: from the nearest source that sets one, else the default. Faults: `unknownParameter`,
 * `badParameter`, `parameterMissing`.
 */
export function readParameters(
  _template: Template,
  _sources: readonly ParameterSource[],
): {readonly values: JsonObject; readonly faults: readonly Fault[]} {
  return {values: {}, faults: []};
}
