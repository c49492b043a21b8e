import {templateLabel} from '../../core/annotations.ts';
import {asObject, field, isObject, type Json, type JsonObject} from '../../core/json.ts';

/** A template to put into a ConfigMap. */
export interface NewTemplate {
  readonly name: string;
  readonly text: string;
}

/** The ConfigMap that holds a template, in the namespace where the injector looks for it. */
export function configMapOf({name, text}: NewTemplate, namespace: string): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {name, namespace, labels: {[templateLabel]: 'true'}},
    data: {template: text},
  };
}

/** The same in place of a ConfigMap that held it: its other labels and annotations stay, what an API server wrote goes. */
export function replacedConfigMap(configMap: JsonObject, template: NewTemplate, namespace: string): JsonObject {
  const made = configMapOf(template, namespace);
  const metadata = asObject(field(configMap, 'metadata')) ?? {};
  const annotations = asObject(field(metadata, 'annotations')) ?? {};
  const kept = Object.fromEntries(Object.entries(annotations).filter(([key]) => key !== lastApplied));
  const own: Record<string, Json | undefined> = {
    ...without(metadata, serverFields),
    ...asObject(made['metadata']),
    labels: {...asObject(field(metadata, 'labels')), [templateLabel]: 'true'},
  };
  const {annotations: _, ...rest} = own;
  return {
    ...without(configMap, ['binaryData']),
    metadata: Object.keys(kept).length === 0 ? rest : isObject(own['annotations']) ? {...own, annotations: kept} : own,
    data: made['data'] ?? null,
  };
}

/** `kubectl apply` keeps what it sent there. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** What belongs to the old object: with it the API server would refuse to create another. Source: ObjectMeta of the API reference. */
const serverFields = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'managedFields',
  'selfLink',
  'ownerReferences',
];

function without(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}
