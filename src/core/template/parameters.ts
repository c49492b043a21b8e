import {compilePattern} from '../expression/pattern.ts';
import {field, isList, isObject, type Json, type JsonObject} from '../json.ts';
import {didYouMean} from '../nearest.ts';
import {allowed, allows, parameterTypes, shown, type ParameterType, type ValueRule} from '../parameter-value.ts';
import type {Parameter} from '../parameters.ts';
import {expressionsIn} from './expressions.ts';
import {fault, spoken, type Finding, type Path} from './finding.ts';
import {parameterNameComplaint} from './names.ts';
import {itemWords, parameterWords} from './parameter-words.ts';
import {wrongType} from './kind.ts';

/** What a template declares, and the names of what it declares wrongly. */
export interface Declarations {
  readonly parameters: ReadonlyMap<string, Parameter>;
  readonly wrong: ReadonlySet<string>;
  readonly findings: readonly Finding[];
}

/**
 * Reads `parameters`. Faults: `badName`, `unknownKey`, `missingKey`, `wrongType`, `unknownType`, `misplacedWord` (`minimum` of a
 * string), `badRange`, `badPattern`, `badEnum`, `badDefault`, `expressionMisplaced`.
 */
export function readDeclarations(document: JsonObject, template: string): Declarations {
  const parameters = new Map<string, Parameter>();
  const wrong = new Set<string>();
  const findings: Finding[] = [];
  const value = field(document, 'parameters') ?? null;
  if (value !== null && !isObject(value)) findings.push(wrongType('a map', value, ['parameters']));
  for (const [name, declared] of Object.entries(isObject(value) ? value : {})) {
    const own = [...checkParameter(name, declared ?? null, template)];
    findings.push(...own);
    if (own.some(({level}) => level === 'fault') || !isObject(declared)) wrong.add(name);
    else parameters.set(name, parameterOf(declared));
  }
  return {parameters, wrong, findings};
}

function* checkParameter(name: string, declared: Json, template: string): Generator<Finding> {
  const path = ['parameters', name];
  const complaint = parameterNameComplaint(name, template);
  if (complaint !== undefined) yield fault('badName', path, `the name "${name}" of a parameter ${complaint}`, {at: 'key'});
  if (!isObject(declared)) {
    const example = fault('wrongType', path, wrongType('a map', declared, path).message, {
      fix: `write {type: string} or another`,
    });
    yield example;
    return;
  }
  const findings = [...checkRule(declared, path, [...parameterWords.keys()])];
  yield* findings;
  if (findings.length > 0) return;
  const rule = ruleOf(declared);
  const fallback = field(declared, 'default') ?? null;
  if (fallback !== null && !allows(rule, fallback))
    yield fault(
      'badDefault',
      [...path, 'default'],
      `${spoken([...path, 'default'])} must be ${allowed(rule)}, and is ${shown(fallback)}`,
    );
  for (const word of ['default', 'enum']) yield* checkPlain(field(declared, word) ?? null, [...path, word]);
}

function* checkRule(rule: JsonObject, path: Path, words: readonly string[]): Generator<Finding> {
  const type = field(rule, 'type') ?? null;
  const types: readonly string[] = parameterTypes;
  if (type === null) yield fault('missingKey', path, `${spoken(path)} has no \`type\``, {fix: `add one of ${types.join(', ')}`});
  else if (typeof type === 'string' && !types.includes(type)) {
    const near = typeAliases.get(type) ?? didYouMean(type, types).fix;
    yield fault('unknownType', [...path, 'type'], `there is no type "${type}"`, {
      fix: near ?? `write one of ${types.join(', ')}`,
    });
  }
  for (const [key, value] of Object.entries(rule)) yield* checkWord(key, value ?? null, type, [...path, key], words);
  yield* checkRange(rule, path, 'minimum', 'maximum');
  yield* checkRange(rule, path, 'minLength', 'maxLength');
}

function* checkWord(key: string, value: Json, type: Json, path: Path, words: readonly string[]): Generator<Finding> {
  const word = words.includes(key) ? parameterWords.get(key) : undefined;
  if (word === undefined) {
    yield fault('unknownKey', path, `${spoken(path)} is no word of a parameter`, {...didYouMean(key, words), at: 'key'});
  } else if (value === null) return;
  else if (!word.holds(value)) yield fault('wrongType', path, `${spoken(path)} must be ${word.wanted}, and is ${shown(value)}`);
  else if (word.types?.includes(type as ParameterType) === false) {
    if (!parameterTypes.includes(type as ParameterType)) return;
    yield fault(
      'misplacedWord',
      path,
      `\`${key}\` is for the type ${word.types.join(' or ')}, and this is of the type ${String(type)}`,
      {
        fix: 'remove it, or correct the type',
        at: 'key',
      },
    );
  } else if (key === 'pattern') yield* checkPattern(String(value), path);
  else if (key === 'enum') yield* checkEnum(value, type, path);
  else if (key === 'items' && isObject(value)) yield* checkRule(value, path, itemWords);
}

function* checkRange(rule: JsonObject, path: Path, from: string, to: string): Generator<Finding> {
  const [least, most] = [field(rule, from), field(rule, to)];
  if (typeof least !== 'number' || typeof most !== 'number' || least <= most) return;
  yield fault('badRange', [...path, from], `\`${from}\` is ${least}, and \`${to}\` is ${most}, so that no value is allowed`);
}

function* checkPattern(text: string, path: Path): Generator<Finding> {
  const pattern = compilePattern(text);
  if (pattern.kind === 'invalid') yield fault('badPattern', path, `${spoken(path)} is no regular expression: ${pattern.message}`);
}

function* checkEnum(values: Json, type: Json, path: Path): Generator<Finding> {
  if (!isList(values) || !parameterTypes.includes(type as ParameterType)) return;
  const rule: ValueRule = {type: type as ParameterType};
  for (const [index, value] of values.entries()) {
    const here = [...path, index];
    if (!allows(rule, value)) yield fault('badEnum', here, `${spoken(here)} must be ${allowed(rule)}, and is ${shown(value)}`);
  }
}

/** An expression would be taken for text here, and that is never what was meant. */
function* checkPlain(value: Json, path: Path): Generator<Finding> {
  for (const {text, path: at} of expressionsIn(value, path))
    yield fault('expressionMisplaced', at, `\`\${${text}}\` is an expression, and ${spoken(path)} is taken as it is written`, {
      fix: 'write the expression where the parameter is used',
    });
}

function parameterOf(declared: JsonObject): Parameter {
  const description = field(declared, 'description');
  const fallback = field(declared, 'default') ?? null;
  return {
    ...ruleOf(declared),
    ...(typeof description === 'string' ? {description} : {}),
    ...(fallback === null ? {} : {default: fallback}),
  };
}

/** A rule from what was found right. */
function ruleOf(declared: JsonObject): ValueRule {
  const {pattern, items} = declared;
  const compiled = typeof pattern === 'string' ? compilePattern(pattern) : undefined;
  const given = ['enum', 'minimum', 'maximum', 'minLength', 'maxLength'].flatMap((word) => {
    const value = field(declared, word) ?? null;
    return value === null ? [] : [[word, value] as const];
  });
  return {
    type: declared['type'] as ParameterType,
    ...Object.fromEntries(given),
    ...(compiled?.kind === 'compiled' ? {pattern: {...compiled, text: String(pattern)}} : {}),
    ...(isObject(items) ? {items: ruleOf(items)} : {}),
  };
}

const typeAliases: ReadonlyMap<string, string> = new Map([
  ['int', 'did you mean `integer`'],
  ['bool', 'did you mean `boolean`'],
  ['float', 'did you mean `number`'],
  ['double', 'did you mean `number`'],
  ['list', 'did you mean `array`'],
  ['map', 'did you mean `object`'],
]);
