import {isList, isObject, type Json} from '../json.ts';
import type {ParameterType} from '../parameter-value.ts';

/** A word of a parameter's declaration. */
export interface ParameterWord {
  /** The types that it says something of; all where it is absent. */
  readonly types?: readonly ParameterType[];
  readonly holds: (value: Json) => boolean;
  readonly wanted: string;
  readonly description: string;
}

const text = {holds: (value: Json) => typeof value === 'string', wanted: 'a string'};
const number = {holds: (value: Json) => typeof value === 'number', wanted: 'a number'};
const count = {holds: (value: Json) => Number.isSafeInteger(value) && Number(value) >= 0, wanted: 'an integer of at least 0'};
const numbers = ['integer', 'number'] as const;
const strings = ['string'] as const;

/** The words of a parameter, JSON Schema's own, in the order in which their documentation has them. */
export const parameterWords: ReadonlyMap<string, ParameterWord> = new Map<string, ParameterWord>([
  ['type', {...text, description: 'What the value is: string, integer, number, boolean, array or object.'}],
  ['description', {...text, description: 'What the parameter is for; refusals show it.'}],
  ['default', {holds: () => true, wanted: 'a value', description: 'The value where none is set; without it one must be.'}],
  [
    'enum',
    {holds: (value) => isList(value) && value.length > 0, wanted: 'a list of values', description: 'The only values allowed.'},
  ],
  ['pattern', {...text, types: strings, description: 'A regular expression (RE2) that matches anywhere in the string.'}],
  ['minimum', {...number, types: numbers, description: 'The least value.'}],
  ['maximum', {...number, types: numbers, description: 'The greatest value.'}],
  ['minLength', {...count, types: strings, description: 'The least number of characters.'}],
  ['maxLength', {...count, types: strings, description: 'The greatest number of characters.'}],
  ['items', {holds: isObject, wanted: 'a map', types: ['array'], description: 'What each item of the list must be.'}],
]);

/** The words of `items`, which have no value of their own. */
export const itemWords: readonly string[] = [...parameterWords.keys()].filter((word) => word !== 'default');
