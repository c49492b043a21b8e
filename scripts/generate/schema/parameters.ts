import type {Json, JsonObject} from '../../../src/core/json.ts';
import {parameterTypes} from '../../../src/core/parameter-value.ts';
import {itemWords, parameterWords} from '../../../src/core/template/parameter-words.ts';

const text: JsonObject = {type: ['string', 'null']};
const number: JsonObject = {type: ['number', 'null']};
const count: JsonObject = {type: ['integer', 'null'], minimum: 0};

/** What each word's own value must be. */
const values: Readonly<Record<string, JsonObject>> = {
  type: {enum: [...parameterTypes]},
  description: text,
  default: {},
  enum: {type: ['array', 'null'], minItems: 1},
  pattern: text,
  minimum: number,
  maximum: number,
  minLength: count,
  maxLength: count,
  items: {$ref: '#/$defs/item'},
};

function rule(words: readonly string[]): JsonObject {
  return {
    type: ['object', 'null'],
    properties: Object.fromEntries(words.map((word): [string, Json] => [word, property(word)])),
    required: ['type'],
    additionalProperties: false,
    allOf: parameterTypes.map((type) => condition(type, words)),
  };
}

function property(word: string): JsonObject {
  const [known, value] = [parameterWords.get(word), values[word]];
  if (known === undefined || value === undefined) throw new Error(`there is no schema of the word ${word}`);
  return {description: known.description, ...value};
}

/** Of one type: what its default and the members of its enum are, and the words that it has no use for. */
function condition(type: string, words: readonly string[]): JsonObject {
  const foreign = words.filter((word) => parameterWords.get(word)?.types?.some((one) => one === type) === false);
  return {
    if: {properties: {type: {const: type}}, required: ['type']},
    then: {
      properties: {
        ...(words.includes('default') ? {default: {type: [type, 'null']}} : {}),
        enum: {items: {type}},
        ...Object.fromEntries(foreign.map((word) => [word, {type: 'null'}])),
      },
    },
  };
}

/** A parameter's declaration, and that of each item of a list. */
export const rules: JsonObject = {parameter: rule([...parameterWords.keys()]), item: rule(itemWords)};

export const parameters: JsonObject = {
  description:
    'What a workload may set by the annotation `pod-injector.dev/<template>.<parameter>`, in the words of JSON Schema.',
  type: ['object', 'null'],
  propertyNames: {pattern: '^[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?$', maxLength: 61},
  additionalProperties: {$ref: '#/$defs/parameter', type: 'object'},
};
