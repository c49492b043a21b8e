import type {Fault} from './errors.ts';
import type {Budget} from './expression/budget.ts';
import type {Expression, Values} from './expression/expression.ts';
import type {Json, JsonObject} from './json.ts';
import {readParameters, unknownParameters, type ParameterSource} from './parameters.ts';
import {shown} from './parameter-value.ts';
import {checkParts} from './template/check.ts';
import {contentOf} from './template/content.ts';
import {evaluateHole, evaluateWithin} from './template/evaluate.ts';
import {spoken, type Finding, type Path} from './template/finding.ts';
import {filled, type Hole} from './template/hole.ts';
import type {Program} from './template/program.ts';
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
  /** What all templates of the pod together may still compute. */
  readonly budget: Budget;
}

/** What became of a template for one pod. */
export type Rendering =
  | {readonly kind: 'rendered'; readonly template: Template}
  | {readonly kind: 'skipped'; readonly reason: 'whenFalse'}
  | {readonly kind: 'refused'; readonly faults: readonly Fault[]};

/**
 * The template for this pod: parameters read, `when` decided, expressions computed. A field, or an item of a list, whose whole value
 * comes to null is left out. Faults: those of readParameters, `expressionFailed`, `badValue`. Never throws.
 */
export function render(template: Template, surroundings: Surroundings): Rendering {
  const {program} = template;
  const {pod, namespaceObject, workload, sources, budget} = surroundings;
  if (program === undefined) {
    const unknown = unknownParameters(template, sources);
    return unknown.length > 0 ? {kind: 'refused', faults: unknown} : {kind: 'rendered', template};
  }
  const parameters = readParameters(template, sources, budget);
  if (parameters.faults.length > 0) return {kind: 'refused', faults: parameters.faults};
  const {name, pattern} = template;
  const values: Values = {params: parameters.values, pod, namespaceObject, workload, template: {name, pattern}};
  if (program.when !== undefined) {
    const condition = evaluateWithin(budget, program.when, values);
    if (condition.kind === 'failed') return refused([failed(template, program.when, ['when'], condition)]);
    if (condition.value === false) return {kind: 'skipped', reason: 'whenFalse'};
    if (condition.value !== true) {
      const message = `it gives ${shown(condition.value)}, and a condition is true or false`;
      return refused([failed(template, program.when, ['when'], {message, isLimit: false})]);
    }
  }
  return program.holes.length === 0 ? {kind: 'rendered', template} : renderHoles(template, program, values, budget);
}

function renderHoles(template: Template, program: Program, values: Values, budget: Budget): Rendering {
  const results: Json[] = [];
  const faults: Fault[] = [];
  for (const hole of program.holes) {
    const result = evaluateHole(hole, values, budget);
    if (result.kind === 'value') results.push(result.value);
    else faults.push(failed(template, result.expression, hole.path, result));
    if (faults.length === maxFaults || budget.isExceeded) break;
  }
  if (faults.length > 0) return refused(faults);
  // The text of a list of JSON values stands for one list only.
  return program.memo.get(JSON.stringify(results), () => fillHoles(template, program, results));
}

/** What it comes to is checked as a template is when it is read, so that no value can do what its author could not. */
function fillHoles(template: Template, {document, holes}: Program, results: readonly Json[]): Rendering {
  const values = new Map(holes.map((hole, index) => [hole, results[index] ?? null]));
  const concrete = (filled(document, (hole) => values.get(hole) ?? undefined) ?? {}) as JsonObject;
  const faults: Fault[] = [];
  for (const finding of checkParts(concrete)) {
    if (finding.level === 'fault') faults.push(badValue(template, finding, holes));
    if (faults.length === maxFaults) break;
  }
  if (faults.length > 0) return refused(faults);
  const {program: _, ...rest} = template;
  return {kind: 'rendered', template: Object.freeze({...rest, ...contentOf(concrete)})};
}

/** More of them have the same cause. */
const maxFaults = 10;

function refused(faults: readonly Fault[]): Rendering {
  return {kind: 'refused', faults};
}

interface Cause {
  readonly message: string;
  readonly isLimit: boolean;
}

function failed(template: Template, expression: Expression, path: Path, {message, isLimit}: Cause): Fault {
  return {
    code: 'expressionFailed',
    message: `template ${template.name}: the expression \`${expression.text}\` in ${spoken(path)} failed: ${message}`,
    fix: isLimit
      ? 'compute less in the template, or ask for fewer templates on a pod of this size'
      : 'correct the expression, or what it reads; for what may be absent it can ask `has(…)` first, or write `.?name.orValue(…)`',
  };
}

function badValue(template: Template, finding: Finding, holes: readonly Hole[]): Fault {
  const hole = holes.find(({path}) => isWithin(finding.path, path)) ?? holes.find(({path}) => isWithin(path, finding.path));
  const from = hole === undefined ? '' : `, from \`${hole.text.length > 120 ? `${hole.text.slice(0, 120)}…` : hole.text}\``;
  return {
    code: 'badValue',
    message: `template ${template.name}: ${finding.message}${from}`,
    fix: finding.fix ?? 'set another value, or correct the template',
  };
}

function isWithin(path: Path, outer: Path): boolean {
  return outer.length <= path.length && outer.every((key, index) => key === path[index]);
}
