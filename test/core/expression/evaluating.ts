import {compileExpression, type Compiled} from '../../../src/core/expression/compile.ts';
import type {Evaluation, Values} from '../../../src/core/expression/expression.ts';
import type {JsonObject} from '../../../src/core/json.ts';
import type {Parameter} from '../../../src/core/parameters.ts';

/** Parameters of every type. */
export const parameters: ReadonlyMap<string, Parameter> = new Map<string, Parameter>([
  ['port', {type: 'integer'}],
  ['image', {type: 'string'}],
  ['ratio', {type: 'number'}],
  ['list', {type: 'array'}],
  ['object', {type: 'object'}],
  ['on', {type: 'boolean'}],
  ['log-level', {type: 'string'}],
  ['constructor', {type: 'string'}],
]);

export const values: Values = {
  params: {
    port: 8081,
    image: 'registry/app:1',
    ratio: 5,
    list: [1, 2.5, {a: 1}],
    object: {k: 'v'},
    on: true,
    'log-level': 'info',
    constructor: 'c',
  },
  pod: {
    metadata: {name: 'web', labels: {app: 'web', tier: 'front'}, annotations: null},
    spec: {
      containers: [
        {
          name: 'web',
          image: 'registry/web:1',
          ports: [{containerPort: 8080}],
          resources: {requests: {memory: '1Gi'}},
          env: [{name: 'A', value: '1'}],
        },
        {name: 'agent', image: 'registry/agent:2'},
      ],
    },
  },
  namespaceObject: {metadata: {name: 'shop', labels: {team: 'blue'}}},
  workload: {kind: 'Deployment', name: 'web'},
  template: {name: 'logging', pattern: 'sidecar'},
};

export function compile(text: string): Compiled {
  return compileExpression(text, parameters);
}

/** What an expression gives, over the values above or another pod. */
export function evaluate(text: string, pod: JsonObject = values.pod): Evaluation {
  const compiled = compile(text);
  if (compiled.kind === 'invalid') throw new Error(`${text}: ${compiled.message}`);
  return compiled.expression.evaluate({...values, pod});
}

/** Its value, or the failure's message after `failed: `. */
export function result(text: string, pod?: JsonObject): unknown {
  const evaluation = evaluate(text, pod);
  return evaluation.kind === 'value' ? evaluation.value : `failed: ${evaluation.message}`;
}

/** The fault of a text that is no expression. */
export function fault(text: string): string {
  const compiled = compile(text);
  if (compiled.kind === 'compiled') return 'compiled';
  return `${String(compiled.offset)}: ${compiled.message}${compiled.fix === undefined ? '' : `; ${compiled.fix}`}`;
}
