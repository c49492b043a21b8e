import type {JsonObject} from '../../../src/core/json.ts';
import {wholeExpression} from './scalars.ts';

/** An environment variable's name. Source: apimachinery, validation.IsRelaxedEnvVarName. */
const variable: JsonObject = {type: 'string', pattern: '^[ -<>-~]+$'};

const port: JsonObject = {type: ['integer', 'string'], minimum: 1, maximum: 65535, pattern: wholeExpression};

const upstream = (description: string): JsonObject => ({
  description,
  anyOf: [
    variable,
    {type: 'null'},
    {
      type: 'object',
      properties: {
        name: variable,
        default: {
          description: 'What stands in where the application has no such variable.',
          type: ['string', 'integer', 'null'],
        },
      },
      required: ['name'],
      additionalProperties: false,
    },
  ],
});

export const ambassador: JsonObject = {
  description: 'Of an `ambassador`: on which ports of localhost it takes the place of which remote services. At least one.',
  type: ['array', 'null'],
  items: {
    type: 'object',
    properties: {
      listen: {...port, description: 'A port on 127.0.0.1 that nothing in the Pod uses.'},
      redirect: {
        description: "The application's variables that name the remote end: host and port apart, or one address.",
        anyOf: [
          {
            type: 'object',
            properties: {
              host: {...variable, description: 'Its variable that holds the host.'},
              port: {...variable, type: ['string', 'null'], description: 'Its variable that holds the port.'},
            },
            required: ['host'],
            additionalProperties: false,
          },
          {
            type: 'object',
            properties: {
              url: {
                ...variable,
                description: 'Its variable that holds an address, such as `redis://host:6379/0` or `host:port`.',
              },
            },
            required: ['url'],
            additionalProperties: false,
          },
        ],
      },
      upstream: {
        description: "The variables in which the template's containers find what the application's held.",
        type: 'object',
        properties: {
          host: upstream('Gets the host.'),
          port: upstream('Gets the port.'),
          url: upstream('Gets the whole address, with `redirect.url`.'),
        },
        additionalProperties: false,
        minProperties: 1,
      },
    },
    required: ['listen', 'redirect', 'upstream'],
    additionalProperties: false,
  },
};

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
      type: ['array', 'null'],
      items: {
        anyOf: [
          {type: 'string'},
          {
            type: 'object',
            properties: {
              volume: {type: 'string', description: "The volume's name."},
              mountPath: {type: ['string', 'null'], description: 'Where it is mounted; absent: where the application has it.'},
            },
            required: ['volume'],
            additionalProperties: false,
          },
          {
            type: 'object',
            properties: {
              path: {type: 'string', description: 'Where the application has it.'},
              mountPath: {type: ['string', 'null'], description: 'Where it is mounted; absent: at the same path.'},
            },
            required: ['path'],
            additionalProperties: false,
          },
        ],
      },
    },
  },
  additionalProperties: false,
};
