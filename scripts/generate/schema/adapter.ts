import type {JsonObject} from '../../../src/core/json.ts';
import {port, wholeExpression} from './scalars.ts';

/** One source of the two. */
const read = (source: string, other: string): JsonObject => ({
  required: [source],
  properties: {[source]: {type: 'string'}, [other]: {type: 'null'}},
});

export const adapter: JsonObject = {
  description: 'Of an `adapter`: the metrics that it gives out, and what of the application it reads.',
  type: ['object', 'null'],
  properties: {
    metrics: {
      description: 'A named port of its first container, and `prometheus.io/*` annotations where the Pod has none.',
      type: ['object', 'null'],
      properties: {
        port: {...port, description: 'The port on which the metrics are served.'},
        path: {description: 'Their path.', type: ['string', 'null'], default: '/metrics'},
        name: {description: "The port's name, by which a PodMonitor finds it.", type: ['string', 'null'], default: 'metrics'},
        podMonitor: {
          description: 'Labels of the Pod that a PodMonitor selects by.',
          type: ['object', 'string', 'null'],
          pattern: wholeExpression,
          additionalProperties: {type: 'string'},
        },
      },
      required: ['port'],
      additionalProperties: false,
    },
    reads: {
      description:
        "The application's volumes, mounted read-only: by the volume's name, by the path where the application has it (beginning with `/`), or as a map with `mountPath`.",
      type: ['array', 'string', 'null'],
      pattern: wholeExpression,
      items: {
        type: ['string', 'object'],
        properties: {
          volume: {description: "The volume's name.", type: ['string', 'null']},
          path: {description: 'The path where the application has it.', type: ['string', 'null']},
          mountPath: {description: 'Where it is mounted; absent: where the application has it.', type: ['string', 'null']},
        },
        additionalProperties: false,
        if: {type: 'object'},
        then: {anyOf: [read('volume', 'path'), read('path', 'volume')]},
      },
    },
  },
  additionalProperties: false,
};
