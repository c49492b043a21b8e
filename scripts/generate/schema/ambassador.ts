import type {Json, JsonObject} from '../../../src/core/json.ts';
import {redirectKeys, upstreamKeys} from '../../../src/core/template/keys.ts';
import {orExpression, port} from './scalars.ts';

/** An environment variable's name. Source: apimachinery, validation.IsRelaxedEnvVarName. */
const pattern = orExpression('^[ -<>-~]+$');
const variable = (description: string): JsonObject => ({description, type: ['string', 'null'], pattern});

const upstream = (description: string, standard: readonly string[]): JsonObject => ({
  description,
  type: ['string', 'object', 'null'],
  pattern,
  properties: {
    name: {description: "The variable's name.", type: 'string', pattern},
    default: {description: 'What stands in where the application has no such variable.', type: [...standard, 'null']},
  },
  required: ['name'],
  additionalProperties: false,
});

/** The key is there, and not null. */
const stated = (key: string): JsonObject => ({required: [key], properties: {[key]: {not: {type: 'null'}}}});
/** The key is absent, or null. */
const unstated = (...keys: readonly string[]): JsonObject => ({
  properties: Object.fromEntries(keys.map((key): [string, Json] => [key, {type: 'null'}])),
});

const [host, portKey, url] = redirectKeys;

export const ambassador: JsonObject = {
  description: 'Of an `ambassador`: on which ports of localhost it takes the place of which remote services. At least one.',
  type: ['array', 'null'],
  items: {
    type: 'object',
    properties: {
      listen: {...port, description: 'A port on 127.0.0.1 that nothing in the Pod uses.'},
      redirect: {
        description: "The application's variables that name the remote end: host and port apart, or one address.",
        type: 'object',
        properties: {
          host: variable('The one that holds the host.'),
          port: variable('The one that holds the port.'),
          url: variable('The one that holds an address, such as `redis://host:6379/0` or `host:port`.'),
        },
        additionalProperties: false,
        anyOf: [{allOf: [stated(host), unstated(url)]}, {allOf: [stated(url), unstated(host, portKey)]}],
      },
      upstream: {
        description:
          "The variables in which the template's containers find what the application's held: a name, or `{name, default}`.",
        type: 'object',
        properties: {
          host: upstream('Gets the host.', ['string']),
          port: upstream('Gets the port.', ['string', 'integer']),
          url: upstream('Gets the whole address, with `redirect.url`.', ['string']),
        },
        additionalProperties: false,
        anyOf: upstreamKeys.map(stated),
      },
    },
    required: ['listen', 'redirect', 'upstream'],
    additionalProperties: false,
  },
};
