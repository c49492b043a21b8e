import {visit} from 'yaml';
import type {Budget} from './expression/budget.ts';
import {charactersPerStep} from './expression/limits.ts';
import {deepEqual, isList, isObject, type Json} from './json.ts';
import {parseYaml, yamlLimits} from './yaml.ts';

export const parameterTypes = ['string', 'integer', 'number', 'boolean', 'array', 'object'] as const;
export type ParameterType = (typeof parameterTypes)[number];

/** What a value must be, in JSON Schema's words (https://json-schema.org/draft/2020-12/json-schema-validation). */
export interface ValueRule {
  readonly type: ParameterType;
  readonly enum?: readonly Json[];
  /** A regular expression that matches anywhere in the string, in linear time. */
  readonly pattern?: {
    readonly text: string;
    readonly test: (value: string) => boolean;
    readonly steps: (value: string) => number;
  };
  readonly minimum?: number;
  readonly maximum?: number;
  /** In Unicode characters. */
  readonly minLength?: number;
  readonly maxLength?: number;
  /** What each item of a list must be. */
  readonly items?: ValueRule;
}

/** Whether the value is what the rule allows. Never throws. */
export function allows(rule: ValueRule, value: Json): boolean {
  return (
    isOfType(rule.type, value) &&
    isEnough(rule, value) &&
    (rule.enum === undefined || rule.enum.some((one) => deepEqual(one, value)))
  );
}

/** The steps that {@link allows} takes, see `limits`: of a pattern, of a list of choices, of counting characters. */
export function stepsOf(rule: ValueRule, value: Json): number {
  let steps = rule.enum === undefined ? 0 : rule.enum.length * weightOf(value);
  if (typeof value === 'string') {
    steps += rule.pattern?.steps(value) ?? 0;
    if (rule.minLength !== undefined || rule.maxLength !== undefined) steps += Math.floor(value.length / countedPerStep);
  } else if (rule.items !== undefined && isList(value)) {
    for (const item of value) steps += 1 + stepsOf(rule.items, item);
  }
  return steps;
}

/** Unicode characters are found one by one. */
const countedPerStep = 4;

/** The steps of comparing a value with another one. */
function weightOf(value: Json): number {
  if (typeof value === 'string') return 1 + Math.floor(value.length / charactersPerStep);
  if (isList(value)) return value.reduce<number>((sum, item) => sum + weightOf(item), 1);
  if (!isObject(value)) return 1;
  return Object.values(value).reduce<number>((sum, item) => sum + weightOf(item ?? null), 1);
}

/** What the rule allows, to stand after "must be": `an integer from 1 to 65535`. */
export function allowed(rule: ValueRule): string {
  if (rule.enum !== undefined) return rule.enum.length === 1 ? shown(rule.enum[0]) : `one of ${rule.enum.map(shown).join(', ')}`;
  const {minimum, maximum, minLength, maxLength, pattern, items} = rule;
  const words: string[] = [nouns[rule.type]];
  if (minimum !== undefined && maximum !== undefined) words.push(`from ${minimum} to ${maximum}`);
  else if (minimum !== undefined || maximum !== undefined) words.push(range(minimum, maximum));
  if (minLength !== undefined || maxLength !== undefined)
    words.push(`of ${range(minLength, maxLength)} ${(maxLength ?? minLength) === 1 ? 'character' : 'characters'}`);
  if (pattern !== undefined) words.push(`that matches ${pattern.text}`);
  if (items !== undefined) words.push(`of which each item is ${allowed(items)}`);
  return words.join(' ');
}

/**
 * The value that an annotation's text stands for: a string as it is, an integer or a number in strict decimal notation, `true` or
 * `false`, a list or a map as JSON or as YAML in brackets, without tags and aliases. What it costs is counted in the budget. Undefined
 * for a text that is none of the type, or costs too much; whether the rule allows the value is another question. Never throws.
 */
export function parseValue(type: ParameterType, text: string, budget: Budget): Json | undefined {
  switch (type) {
    case 'string':
      return text;
    case 'integer':
      return /^-?(0|[1-9]\d*)$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) + 0 : undefined;
    case 'number':
      return /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/.test(text) && Number.isFinite(Number(text)) ? Number(text) + 0 : undefined;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'array':
    case 'object': {
      const value = parseBrackets(text, budget);
      return value !== undefined && isOfType(type, value) ? value : undefined;
    }
  }
}

/** A value in a message, shortened. */
export function shown(value: Json | undefined): string {
  const text = JSON.stringify(value ?? null);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

const nouns: Readonly<Record<ParameterType, string>> = {
  string: 'a string',
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list in brackets ([a, b])',
  object: 'a map in braces ({a: b})',
};

function range(from: number | undefined, to: number | undefined): string {
  if (from === undefined) return `at most ${to}`;
  return to === undefined ? `at least ${from}` : `${from} to ${to}`;
}

function isOfType(type: ParameterType, value: Json): boolean {
  switch (type) {
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === type;
    case 'integer':
      return Number.isSafeInteger(value);
    case 'array':
      return isList(value);
    case 'object':
      return isObject(value);
  }
}

function isEnough(rule: ValueRule, value: Json): boolean {
  if (typeof value === 'number') return value >= (rule.minimum ?? value) && value <= (rule.maximum ?? value);
  if (typeof value === 'string') {
    const length = rule.minLength === undefined && rule.maxLength === undefined ? 0 : characters(value);
    return length >= (rule.minLength ?? 0) && length <= (rule.maxLength ?? length) && rule.pattern?.test(value) !== false;
  }
  const {items} = rule;
  return items === undefined || !isList(value) || value.every((item) => allows(items, item));
}

function characters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** In UTF-16 code units. YAML is parsed slowly; what is longer than a person writes was written by a program, which writes JSON. */
export const maxYamlLength = 1024;

/** Measured; so that the longest takes as many steps as one expression may. */
const stepsPerYamlCharacter = 24;

function parseBrackets(text: string, budget: Budget): Json | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  const value = parseJson(text) ?? parseFlow(text, budget);
  return value !== undefined && isPlain(value, 0) ? value : undefined;
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function parseFlow(text: string, budget: Budget): Json | undefined {
  if (text.length > maxYamlLength || budget.spend(text.length * stepsPerYamlCharacter) !== undefined) return undefined;
  const [document, second] = parseYaml(text);
  if (document === undefined || second !== undefined || document.faults.length > 0) return undefined;
  let isDecorated = false;
  visit(document.doc, {
    Alias: () => {
      isDecorated = true;
    },
    Node: (_, node) => {
      if (node.tag !== undefined || ('anchor' in node && node.anchor !== undefined)) isDecorated = true;
    },
  });
  return isDecorated ? undefined : document.value;
}

/** Nothing deeper than a document of Kubernetes, and no number that JSON's readers would round. */
function isPlain(value: Json, depth: number): boolean {
  if (depth > yamlLimits.maxDepth) return false;
  if (typeof value === 'number') return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
  const inner = isList(value) ? value : isObject(value) ? Object.values(value) : [];
  return inner.every((item) => isPlain(item ?? null, depth + 1));
}
