import {domain, parameterKey} from './annotations.ts';
import type {Fault} from './errors.ts';
import type {Budget} from './expression/budget.ts';
import {limits} from './expression/limits.ts';
import {field, type Json, type JsonObject} from './json.ts';
import {nearest} from './nearest.ts';
import type {Level} from './outcome.ts';
import {allowed, allows, maxYamlLength, parseValue, shown, stepsOf, type ValueRule} from './parameter-value.ts';
import {escapeSegment} from './patch.ts';

/** What a template declares of one parameter. Without a default it must be set. */
export interface Parameter extends ValueRule {
  readonly description?: string;
  readonly default?: Json;
}

/** Annotations in which parameters may stand, and whose they are. */
export interface ParameterSource {
  readonly level: Level;
  readonly annotations: JsonObject | undefined;
}

/** What of a template its parameters are read by. */
export interface Declaration {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, Parameter>;
}

/**
 * The values of a template's parameters: from the nearest source that sets one, else the default. What it costs to check them is
 * counted in the pod's budget. Faults: `badParameter`, `parameterMissing`, and those of {@link unknownParameters}. Never throws.
 */
export function readParameters(
  template: Declaration,
  sources: readonly ParameterSource[],
  budget: Budget,
): {readonly values: JsonObject; readonly faults: readonly Fault[]} {
  const faults: Fault[] = [...unknownParameters(template, sources)];
  const values: [string, Json][] = [];
  for (const [name, parameter] of template.parameters) {
    const key = parameterKey(template.name, name);
    const source = sources.find(({annotations}) => isSet(field(annotations, key)));
    const text = field(source?.annotations, key);
    if (source === undefined || text === undefined) {
      if (parameter.default === undefined) faults.push(missing(template, name, parameter));
      else values.push([name, parameter.default]);
      continue;
    }
    const reading = readValue(parameter, text, budget);
    if (reading.kind === 'value') values.push([name, reading.value]);
    else if (reading.kind === 'wrong') faults.push(bad(template, key, text, parameter, source.level));
    else faults.push(tooMuch(template, key, source.level, reading.excess));
  }
  // fromEntries defines fields, whatever they are called.
  return {values: Object.fromEntries(values), faults};
}

/** In UTF-16 code units: all annotations of an object together may have 256 KiB. Source: apimachinery, validation.TotalAnnotationSizeLimitB. */
const longestText = 262_144;

type Reading =
  | {readonly kind: 'value'; readonly value: Json}
  | {readonly kind: 'wrong'}
  /** It was not checked. `excess` follows "the value of x". */
  | {readonly kind: 'tooMuch'; readonly excess: string};

function readValue(parameter: Parameter, text: Json, budget: Budget): Reading {
  if (typeof text !== 'string') return {kind: 'wrong'};
  if (text.length > longestText) return {kind: 'tooMuch', excess: `is longer than ${longestText} characters`};
  const value = parseValue(parameter.type, text, budget);
  if (value === undefined) {
    if (budget.isExceeded) return oneTooMany;
    const isLong = (parameter.type === 'array' || parameter.type === 'object') && text.length > maxYamlLength;
    return isLong ? {kind: 'tooMuch', excess: `is no JSON, and YAML may have ${maxYamlLength} characters`} : {kind: 'wrong'};
  }
  const steps = stepsOf(parameter, value);
  if (steps > limits.steps) return {kind: 'tooMuch', excess: `takes more than ${limits.steps} steps to check`};
  // What costs nothing is read whatever the others cost.
  if (steps > 0 && budget.spend(steps) !== undefined) return oneTooMany;
  return allows(parameter, value) ? {kind: 'value', value} : {kind: 'wrong'};
}

const oneTooMany: Reading = {
  kind: 'tooMuch',
  excess: `is one too many: what this pod's templates compute takes more than ${limits.podSteps} steps`,
};

/** `unknownParameter` for each annotation that sets a parameter which the template does not declare. */
export function unknownParameters(template: Declaration, sources: readonly ParameterSource[]): readonly Fault[] {
  const prefix = `${domain}/${template.name}.`;
  let faults: Fault[] | undefined;
  for (const {annotations, level} of sources) {
    for (const key in annotations) {
      if (!key.startsWith(prefix) || !isSet(annotations[key])) continue;
      const name = key.slice(prefix.length);
      // With one more dot it is a parameter of a template whose name is longer.
      if (!name.includes('.') && !template.parameters.has(name)) (faults ??= []).push(unknown(template, key, name, level));
    }
  }
  return faults ?? none;
}

/** Where an annotation stands, in words. */
const places: Readonly<Record<Level, string>> = {
  pod: 'the pod',
  podTemplate: 'the pod template',
  workload: 'the workload',
  namespace: 'the namespace',
};

const none: readonly Fault[] = Object.freeze([]);

/** A null annotation is an absent one, as it is to Go's JSON decoder. */
function isSet(value: Json | undefined): value is Json {
  return value !== undefined && value !== null;
}

function unknown(template: Declaration, key: string, name: string, level: Level): Fault {
  const names = [...template.parameters.keys()];
  const near = nearest(name, names);
  const all = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`;
  return {
    code: 'unknownParameter',
    message: `template ${template.name} has no parameter ${shown(name)}, which ${key} on ${places[level]} sets; ${all}`,
    fix: near === undefined ? 'remove the annotation' : `did you mean ${parameterKey(template.name, near)}?`,
    ...at(level, key),
  };
}

function bad(template: Declaration, key: string, value: Json, parameter: Parameter, level: Level): Fault {
  const must = typeof value === 'string' ? allowed(parameter) : 'in quotes, because annotations are strings';
  const fallback = parameter.default === undefined ? '' : `, or remove it for the default ${shown(parameter.default)}`;
  return {
    code: 'badParameter',
    message: `template ${template.name}: ${key} on ${places[level]} is ${shown(value)}, and must be ${must}${told(parameter)}`,
    fix: `correct the annotation${fallback}`,
    ...at(level, key),
  };
}

function tooMuch(template: Declaration, key: string, level: Level, excess: string): Fault {
  return {
    code: 'badParameter',
    message: `template ${template.name}: the value of ${key} on ${places[level]} ${excess}`,
    fix: 'shorten it',
    ...at(level, key),
  };
}

function missing(template: Declaration, name: string, parameter: Parameter): Fault {
  return {
    code: 'parameterMissing',
    message: `template ${template.name} needs the parameter ${name}, ${allowed(parameter)}${told(parameter)}`,
    fix: `set it by the annotation ${parameterKey(template.name, name)} on the pod template`,
  };
}

function told({description}: Parameter): string {
  return description === undefined ? '' : ` (${description.trim()})`;
}

/** The object that is refused is the pod (template) or holds it; a path into another object would mislead. */
function at(level: Level, key: string): {readonly path?: string} {
  return level === 'pod' || level === 'podTemplate' ? {path: `/metadata/annotations/${escapeSegment(key)}`} : {};
}
