import type {InjectInput} from '../../src/core/input.ts';
import {inject} from '../../src/core/inject.ts';
import type {JsonObject} from '../../src/core/json.ts';
import type {Outcome} from '../../src/core/outcome.ts';
import {parseYaml} from '../../src/core/yaml.ts';

/** One object from its YAML. */
export function yaml(text: string): JsonObject {
  const [document] = parseYaml(text);
  if (document === undefined || document.faults.length > 0) throw new Error(JSON.stringify(document?.faults));
  return document.value as JsonObject;
}

/** A pod of one container that asks for these templates. */
export function pod(asked: string | undefined, spec: JsonObject = {}, metadata: JsonObject = {}): JsonObject {
  const annotations = {
    ...(metadata['annotations'] as JsonObject | undefined),
    ...(asked === undefined ? {} : {'pod-injector.dev/inject': asked}),
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name: 'web', ...metadata, ...(Object.keys(annotations).length === 0 ? {} : {annotations})},
    spec: {containers: [{name: 'web', image: 'web:1'}], ...spec},
  };
}

/** A Deployment whose pod template has these annotations, and which has those. */
export function deployment(own: JsonObject | undefined, template: JsonObject = {}, spec: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {name: 'web', ...(own === undefined ? {} : {annotations: own})},
    spec: {
      replicas: 1,
      selector: {matchLabels: {app: 'web'}},
      template: {metadata: {labels: {app: 'web'}, ...template}, spec: {containers: [{name: 'web', image: 'web:1'}], ...spec}},
    },
  };
}

/** A creation in a namespace without defaults. */
export function create(object: JsonObject, templates: InjectInput['templates'], more: Partial<InjectInput> = {}): Outcome {
  return inject({operation: 'CREATE', object, namespace: {name: 'shop'}, templates, ...more});
}

/** An update of `oldObject` to `object`. */
export function update(
  oldObject: JsonObject,
  object: JsonObject,
  templates: InjectInput['templates'],
  more: Partial<InjectInput> = {},
): Outcome {
  return inject({operation: 'UPDATE', object, oldObject, namespace: {name: 'shop'}, templates, ...more});
}

/** The value at a path of field names and list indexes; undefined where the path ends early. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string | number, unknown> | undefined)?.[key], value);
}
