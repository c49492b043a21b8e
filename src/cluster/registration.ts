import {domain, injectionLabel, legacyPrefix} from '../core/annotations.ts';
import type {Json, JsonObject} from '../core/json.ts';

/** Where the API server finds a webhook: in the cluster by its Service, elsewhere by a URL. Without `caBundle` it trusts its system's. */
export type ClientConfig =
  | {
      readonly service: {readonly namespace: string; readonly name: string; readonly path: string; readonly port: number};
      readonly caBundle?: string;
    }
  | {readonly url: string; readonly caBundle?: string};

/** What differs from one registration to another. */
export interface RegistrationOptions {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly clientConfig: ClientConfig;
  /**
   * The injector's own. Its templates are in it; its pods it must not need in order to start, so nothing is injected there, as in
   * {@link systemNamespaces}.
   */
  readonly ownNamespace: string;
}

/** Nothing in them is injected: the cluster must come up without us. */
export const systemNamespaces = ['kube-system', 'kube-public', 'kube-node-lease'] as const;

/** Set by the API server itself: https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-metadata-name */
export const namespaceNameLabel = 'kubernetes.io/metadata.name';

/**
 * The names of the two entries. A webhook's name has three parts at least
 * (https://kubernetes.io/docs/reference/kubernetes-api/extend-resources/mutating-webhook-configuration-v1/).
 */
export const webhookNames = {
  /** All objects of the namespaces that are enabled by label. */
  namespaces: `namespaces.${domain}`,
  /** Elsewhere, objects that carry one of our annotations. */
  objects: `objects.${domain}`,
} as const;

const {namespaces, objects} = webhookNames;

/** Pods when they are made, workloads also when they change; no subresources. */
const rules = [
  rule(['CREATE'], '', ['pods']),
  rule(['CREATE', 'UPDATE'], '', ['replicationcontrollers']),
  rule(['CREATE', 'UPDATE'], 'apps', ['deployments', 'statefulsets', 'daemonsets', 'replicasets']),
  rule(['CREATE', 'UPDATE'], 'batch', ['jobs', 'cronjobs']),
] as const;

/**
 * What a controller makes of another object was decided there: a Deployment's ReplicaSet even carries its annotations. Pods are
 * where injection happens, and Jobs carry what their CronJob says of its Jobs.
 */
const notOwned = {
  name: 'not-owned-by-a-controller',
  expression: [
    "request.resource.resource in ['pods', 'jobs']",
    '|| !has(object.metadata.ownerReferences)',
    '|| !object.metadata.ownerReferences.exists(owner, has(owner.controller) && owner.controller)',
  ].join('\n'),
} as const;

/** Where the annotations stand that concern an object: its own, its pod template's, and those of a CronJob's Jobs and pods. */
const annotated = ['metadata', 'spec.template.metadata', 'spec.jobTemplate.metadata', 'spec.jobTemplate.spec.template.metadata'];

/** One of our annotations, before or after: one that was taken away asks for the containers to be taken out. */
const concerned = {
  name: 'has-an-annotation-of-ours',
  expression: ['[object, oldObject].exists(one, one != null && (', annotated.map(hasOurKey).join(' ||\n'), '))'].join('\n'),
} as const;

/**
 * The MutatingWebhookConfiguration: what the shipped manifests hold and what `--register-url` makes. Two entries, because in a
 * namespace that is enabled every pod may be meant, and elsewhere the API server itself keeps away what has none of our annotations
 * (matchConditions, stable since 1.30 and on by default since 1.28:
 * https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#matching-requests-matchconditions).
 * Pure.
 */
export function webhookConfiguration({name, labels, clientConfig, ownNamespace}: RegistrationOptions): JsonObject {
  const excluded = [...new Set([...systemNamespaces, ownNamespace])];
  const entry = (webhook: string, operator: 'In' | 'NotIn', conditions: readonly JsonObject[]): JsonObject => ({
    name: webhook,
    clientConfig: {...clientConfig},
    rules,
    namespaceSelector: {
      matchExpressions: [
        {key: injectionLabel, operator, values: ['enabled']},
        {key: namespaceNameLabel, operator: 'NotIn', values: excluded},
      ],
    },
    matchConditions: conditions,
    matchPolicy: 'Equivalent',
    failurePolicy: 'Ignore',
    reinvocationPolicy: 'IfNeeded',
    sideEffects: 'None',
    timeoutSeconds: 5,
    admissionReviewVersions: ['v1'],
  });
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: {name, ...(labels === undefined ? {} : {labels})},
    webhooks: [entry(namespaces, 'In', [notOwned]), entry(objects, 'NotIn', [notOwned, concerned])],
  };
}

/** An entry of a webhook's `rules`, for objects of namespaces in version v1. */
export function rule(operations: readonly string[], group: string, resources: readonly string[]): {readonly [key: string]: Json} {
  return {operations, apiGroups: [group], apiVersions: ['v1'], resources, scope: 'Namespaced'};
}

/** CEL that is true when `one` has a key of ours there. Each step is asked for: a missing one would be an error, and no answer. */
function hasOurKey(path: string): string {
  const steps = [...path.split('.'), 'annotations'];
  const present = steps.map((_, index) => `has(one.${steps.slice(0, index + 1).join('.')})`).join(' && ');
  return `  (${present} &&\n    one.${path}.annotations.exists(key, key.startsWith('${domain}/') || key.startsWith('${legacyPrefix}')))`;
}
