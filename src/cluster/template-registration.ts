import {domain, templateLabel} from '../core/annotations.ts';
import type {JsonObject} from '../core/json.ts';
import {namespaceNameLabel, rule, type RegistrationOptions} from './registration.ts';

/** The name of the one entry. */
export const templateWebhookName = `templates.${domain}`;

/**
 * Only what contentOf takes for a template: with the label, whatever it says but "false", or named as the Initializers' ConfigMaps
 * were. What the cluster itself keeps in each namespace (`kube-root-ca.crt`) never waits for us, and neither does the ConfigMap
 * that loses its label.
 */
const isTemplate = {
  name: 'is-a-template',
  expression: [
    `has(object.metadata.labels) && '${templateLabel}' in object.metadata.labels`,
    `? object.metadata.labels['${templateLabel}'] != 'false'`,
    ": object.metadata.name.endsWith('-initializer') && has(object.data) && 'config' in object.data",
  ].join('\n'),
} as const;

/**
 * The ValidatingWebhookConfiguration that has templates checked when they are applied: what the shipped manifests hold and what
 * `--register-url` makes. Only in the injector's own namespace, and never in the way: a call that fails or takes three seconds lets
 * the ConfigMap through, and a deletion is not asked about. A broken template that comes in so is rejected where it is loaded. Pure.
 */
export function templateWebhookConfiguration({name, labels, clientConfig, ownNamespace}: RegistrationOptions): JsonObject {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: {name, ...(labels === undefined ? {} : {labels})},
    webhooks: [
      {
        name: templateWebhookName,
        clientConfig: {...clientConfig},
        rules: [rule(['CREATE', 'UPDATE'], '', ['configmaps'])],
        namespaceSelector: {matchExpressions: [{key: namespaceNameLabel, operator: 'In', values: [ownNamespace]}]},
        matchConditions: [isTemplate],
        matchPolicy: 'Equivalent',
        failurePolicy: 'Ignore',
        sideEffects: 'None',
        timeoutSeconds: 3,
        admissionReviewVersions: ['v1'],
      },
    ],
  };
}
