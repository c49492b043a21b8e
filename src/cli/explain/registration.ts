import {namespaceNameLabel, systemNamespaces, webhookNames} from '../../cluster/registration.ts';
import {asList, asObject, asString, field, type JsonObject} from '../../core/json.ts';
import type {Cause} from './explanation.ts';
import {selects} from './selector.ts';

/** What is known of how the API server is told to call the injector. */
export type Registration =
  | {readonly kind: 'unknown'}
  | {readonly kind: 'missing'}
  | {readonly kind: 'found'; readonly configuration: JsonObject};

/**
 * The injector's among the cluster's MutatingWebhookConfigurations: it has entries of our names. Of several the one that leaves
 * the injector's own namespace alone.
 */
export function registrationOf(configurations: readonly JsonObject[], injectorNamespace: string): Registration {
  const ours = configurations.filter((configuration) => entriesOf(configuration).length > 0);
  const own = ours.find((configuration) =>
    entriesOf(configuration).every((entry) => excludedBy(entry).includes(injectorNamespace)),
  );
  const configuration = own ?? ours[0];
  return configuration === undefined ? {kind: 'missing'} : {kind: 'found', configuration};
}

/** Why the API server does not call the injector for anything in the namespace; undefined where it does, as far as that is known. */
export function whyNotCalled(
  registration: Registration,
  injectorNamespace: string,
  name: string,
  namespace: JsonObject | undefined,
): Cause | undefined {
  switch (registration.kind) {
    case 'missing':
      return {
        code: 'webhookMissing',
        message: 'no MutatingWebhookConfiguration of pod-injector is registered, so nothing is injected in this cluster',
        fix: 'install the injector, or apply its manifests again: a configuration that was deleted is not made again by itself',
      };
    case 'unknown':
      return [...systemNamespaces, injectorNamespace].includes(name) ? excluded(name) : undefined;
    case 'found': {
      const labels = asObject(field(asObject(field(namespace, 'metadata')), 'labels'));
      const entries = entriesOf(registration.configuration);
      const all = {...labels, [namespaceNameLabel]: name};
      if (entries.some((entry) => selects(asObject(field(entry, 'namespaceSelector')), all))) return undefined;
      if (entries.some((entry) => excludedBy(entry).includes(name))) return excluded(name);
      return {
        code: 'namespaceNotSelected',
        message: `no entry of the webhook configuration ${nameOf(registration.configuration)} selects namespace ${name}`,
        fix: 'compare the namespaceSelector of its entries with the labels of the namespace',
      };
    }
  }
}

const names: readonly string[] = Object.values(webhookNames);

/** Our entries of a webhook configuration. */
export function entriesOf(configuration: JsonObject): readonly JsonObject[] {
  return asList(field(configuration, 'webhooks')).flatMap((item) => {
    const entry = asObject(item);
    return entry !== undefined && names.includes(asString(field(entry, 'name')) ?? '') ? [entry] : [];
  });
}

function excludedBy(entry: JsonObject): readonly unknown[] {
  return asList(field(asObject(field(entry, 'namespaceSelector')), 'matchExpressions')).flatMap((item) => {
    const expression = asObject(item);
    const isExclusion = field(expression, 'key') === namespaceNameLabel && field(expression, 'operator') === 'NotIn';
    return isExclusion ? asList(field(expression, 'values')) : [];
  });
}

function excluded(name: string): Cause {
  return {
    code: 'namespaceExcluded',
    message: `nothing in namespace ${name} is injected: the cluster and the injector must be able to start without it`,
    fix: 'move the workload to a namespace of its own',
  };
}

function nameOf(configuration: JsonObject): string {
  return asString(field(asObject(field(configuration, 'metadata')), 'name')) ?? '';
}
