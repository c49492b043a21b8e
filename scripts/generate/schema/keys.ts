import type {JsonObject} from '../../../src/core/json.ts';
import {appGains, foreignSpecKeys, natives, patterns} from '../../../src/core/template/keys.ts';
import {fieldsOf} from '../../../src/core/kubernetes/schema.ts';
import {adapter} from './adapter.ts';
import {ambassador} from './ambassador.ts';
import {someFields} from './kubernetes.ts';
import {parameters} from './parameters.ts';
import {labelName, wholeExpression} from './scalars.ts';

const listOf = (type: string, description: string): JsonObject => ({
  description,
  type: ['array', 'null'],
  items: {$ref: `#/$defs/${type}`, type: 'object'},
});

const targets = (description: string, standard: readonly string[]): JsonObject => ({
  description,
  type: ['array', 'string', 'null'],
  pattern: wholeExpression,
  items: {type: 'string'},
  default: standard,
});

const pairs = (description: string): JsonObject => ({
  description,
  type: ['object', 'string', 'null'],
  pattern: wholeExpression,
  additionalProperties: {type: ['string']},
});

/** The template's own keys → their schemas, in the order of its documentation, which is made of the same descriptions. */
export const keys: Readonly<Record<string, JsonObject>> = {
  pattern: {
    description:
      'What the template is: a `sidecar` lives beside the application, an `ambassador` stands between it and a remote service, an `adapter` turns what it puts out into a standard form, an `init` runs to completion before it.',
    enum: [...patterns],
  },
  description: {description: 'One sentence for people.', type: ['string', 'null']},
  parameters,
  when: {
    description:
      'A condition in CEL, without `${` and `}`, asked for each Pod. False: the template is left out, with the reason `whenFalse`.',
    type: ['string', 'null'],
  },
  required: {
    description: 'False: a Pod that the template cannot be injected into is admitted without it, with a warning.',
    type: ['boolean', 'null'],
    default: true,
  },
  native: {
    description:
      'Whether `containers` run as native sidecars, that is init containers with `restartPolicy: Always`: `auto` where the API server is 1.32 or newer, `always` from 1.29 on, where an older one is refused.',
    enum: [...natives, null],
    default: 'never',
  },
  position: {
    description: 'Where `containers` (of an `init`: `initContainers`) go in their list.',
    default: 'last',
    anyOf: [
      {enum: ['first', 'last', null]},
      {type: 'object', properties: {before: labelName}, required: ['before'], additionalProperties: false},
      {type: 'object', properties: {after: labelName}, required: ['after'], additionalProperties: false},
    ],
  },
  containers: listOf('Container', 'Containers that are added, with any field of a Container of Kubernetes.'),
  initContainers: listOf('Container', 'Init containers that are added; beside `containers` they prepare those.'),
  volumes: listOf('Volume', 'Volumes that are added. Each mount of the template names one of them.'),
  app: {
    description: "What the application's own containers gain. A value that is there already stays.",
    type: ['object', 'null'],
    properties: {
      containers: targets('Whose: names of containers; `*` stands for all of the application.', ['*']),
      initContainers: targets('Which init containers of the application gain the same; `*` stands for all.', []),
      ...someFields('Container', appGains),
    },
    additionalProperties: false,
  },
  ambassador,
  adapter,
  metadata: {
    description: 'What the Pod gains. A label or annotation that is there already stays.',
    type: ['object', 'null'],
    properties: {labels: pairs('Labels of the Pod.'), annotations: pairs('Annotations of the Pod.')},
    additionalProperties: false,
  },
  spec: {
    description: "Other fields of the Pod: the base of a strategic merge, with the Pod's own spec as the patch over it.",
    type: ['object', 'null'],
    properties: {
      ...someFields(
        'PodSpec',
        [...fieldsOf('PodSpec').keys()].filter((key) => !foreignSpecKeys.has(key)),
      ),
      ...Object.fromEntries([...foreignSpecKeys.keys()].map((key) => [key, false])),
    },
  },
};
