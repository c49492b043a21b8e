import type {JsonObject} from '../../../src/core/json.ts';
import {fieldsOf} from '../../../src/core/kubernetes/schema.ts';
import {kubernetesVersion} from '../../../src/core/kubernetes/types.generated.ts';
import {foreignSpecKeys, schemaKey} from '../../../src/core/template/keys.ts';
import {keys} from './keys.ts';
import {definitions} from './kubernetes.ts';
import {rules} from './parameters.ts';

/** Where editors find the schema. It keeps this name: templates refer to it. */
const schemaId = 'https://pod-injector.dev/schema/template.json';

/** The JSON Schema (2020-12) of a template, for editors; what it refuses, the loader refuses too, and says better. */
export function templateSchema(): JsonObject {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: schemaId,
    title: 'A template of pod-injector',
    description: `Containers, volumes and whatever else is added to Pods. Generated from the loader's tables and the OpenAPI of Kubernetes ${kubernetesVersion} by \`npm run generate\`.`,
    type: 'object',
    properties: {
      [schemaKey]: {description: 'The address of this schema, for editors.', type: ['string', 'null']},
      ...keys,
    },
    required: ['pattern'],
    additionalProperties: false,
    allOf: [
      {
        if: {properties: {pattern: {const: 'init'}}},
        then: {properties: {containers: {maxItems: 0}, native: {enum: ['never', null]}}},
      },
      ...(['ambassador', 'adapter'] as const).map((pattern) => ({
        if: {properties: {pattern: {const: pattern}}},
        then: {
          required: [pattern, 'containers'],
          properties: {[pattern]: {not: {type: 'null'}, minItems: 1}, containers: {type: 'array', minItems: 1}},
        },
        else: {properties: {[pattern]: {type: 'null'}}},
      })),
    ],
    $defs: {...rules, ...definitions(['Container', 'Volume', ...specTypes()])},
  };
}

/** The types of what `spec` may hold. */
function specTypes(): readonly string[] {
  return [...fieldsOf('PodSpec')].filter(([key]) => !foreignSpecKeys.has(key)).map(([, field]) => field.type);
}
