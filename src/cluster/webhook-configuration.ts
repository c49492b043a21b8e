import {asList, asObject, asString, field, type Json, type JsonObject} from '../core/json.ts';
import {authoritiesIn, isSameCertificate, type Authority} from './authority.ts';

/** The two kinds of webhook configurations: `mutating` has pods injected, `validating` has templates checked. */
export type WebhookKind = 'mutating' | 'validating';

/** Where the configurations of a kind are. */
export function collectionOf(kind: WebhookKind): string {
  return `/apis/admissionregistration.k8s.io/v1/${kind}webhookconfigurations`;
}

/** A configuration as people and kubectl name it: `mutatingwebhookconfiguration/NAME`. */
export function spokenConfiguration(kind: WebhookKind, name: string): string {
  return `${kind}webhookconfiguration/${name}`;
}

/** Annotations by which cert-manager's CA injector is told to do it: https://cert-manager.io/docs/concepts/ca-injector/ */
const injectorAnnotations = [
  'cert-manager.io/inject-ca-from',
  'cert-manager.io/inject-ca-from-secret',
  'cert-manager.io/inject-apiserver-ca',
] as const;

/** Whether somebody else puts the `caBundle` there. Pure. */
export function hasOtherInjector(configuration: JsonObject): boolean {
  const annotations = asObject(field(asObject(field(configuration, 'metadata')), 'annotations'));
  return injectorAnnotations.some((name) => field(annotations, name) !== undefined);
}

/** Whether every entry of the configuration trusts this authority. Pure. */
export function trusts(configuration: JsonObject, authority: Authority): boolean {
  return webhooksOf(configuration).every((webhook) =>
    authoritiesIn(Buffer.from(bundleOf(webhook), 'base64').toString()).good.some((one) => isSameCertificate(one, authority)),
  );
}

/**
 * The JSON Patch that puts exactly these authorities into every entry; empty when they are there. It tests what it goes by, so
 * that it fails as a whole when the configuration was made anew or its entries moved meanwhile. Pure.
 */
export function bundlePatch(configuration: JsonObject, authorities: readonly Authority[]): readonly JsonObject[] {
  const bundle = Buffer.from(authorities.map(({pem}) => pem).join('')).toString('base64');
  const uid = field(asObject(field(configuration, 'metadata')), 'uid') ?? null;
  const operations = webhooksOf(configuration).flatMap((webhook, index): JsonObject[] => {
    if (bundleOf(webhook) === bundle) return [];
    const at = `/webhooks/${index}`;
    return [
      operation('test', `${at}/name`, field(webhook, 'name') ?? null),
      operation('add', `${at}/clientConfig/caBundle`, bundle),
    ];
  });
  return operations.length === 0 ? [] : [operation('test', '/metadata/uid', uid), ...operations];
}

function webhooksOf(configuration: JsonObject): readonly (JsonObject | undefined)[] {
  return asList(field(configuration, 'webhooks')).map(asObject);
}

function bundleOf(webhook: JsonObject | undefined): string {
  return asString(field(asObject(field(webhook, 'clientConfig')), 'caBundle')) ?? '';
}

function operation(op: 'test' | 'add', path: string, value: Json): JsonObject {
  return {op, path, value};
}
