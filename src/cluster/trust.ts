import {field, asObject, asString, type JsonObject} from '../core/json.ts';
import {authoritiesIn} from './authority.ts';
import type {SecretContent, ServingCertificate} from './certificate-secret.ts';
import type {ApiClient} from './client.ts';
import type {ClusterLog} from './cluster-log.ts';
import type {Conditions} from './condition.ts';
import type {WorkResult} from './queue.ts';
import {
  bundlePatch,
  collectionOf,
  hasOtherInjector,
  spokenConfiguration,
  trusts,
  type WebhookKind,
} from './webhook-configuration.ts';

/** What the keeping of the `caBundle` looks at. */
export interface TrustOptions {
  readonly client: Pick<ApiClient, 'request'>;
  readonly kind: WebhookKind;
  readonly configurationName: string;
  /** As it is known now; undefined where there is none. */
  readonly configuration: () => JsonObject | undefined;
  readonly isSynced: () => boolean;
  readonly isLeader: () => boolean;
  readonly holder: () => string;
  readonly monotonicMs: () => number;
  readonly conditions: Conditions<TrustCondition>;
  readonly log: ClusterLog;
}

/** What a kind of configuration is called as a condition. */
export const trustConditions = {mutating: 'webhook-configuration', validating: 'template-check'} as const;
export type TrustCondition = (typeof trustConditions)[WebhookKind];

const words = {
  mutating: {
    absent: 'the webhook configuration does not exist: nothing calls us',
    note: 'so nothing calls this webhook; apply the manifests again to have pods injected',
    kept: 'keeps the caBundle of the webhook configuration',
  },
  validating: {
    absent: 'the validating webhook configuration does not exist: no template is checked when it is applied',
    note: 'so a broken template is not refused when it is applied; apply the manifests again to have templates checked',
    kept: 'keeps the caBundle of the validating webhook configuration',
  },
} as const;

/** The API servers' trust in our certificates, which is the `caBundle` of a webhook configuration. */
export interface Trust {
  /** Puts it right, if this process leads. */
  look(content: Extract<SecretContent, {readonly kind: 'good'}> | undefined): Promise<WorkResult>;
  /** For how long the certificate has been trusted; undefined when it is not, 0 and more in milliseconds. */
  trustedForMs(certificate: ServingCertificate | undefined): number | undefined;
  /** Why a call of the API server would fail, if so. */
  problem(served: ServingCertificate | undefined): string | undefined;
  /** What nobody calls us for, if so. */
  note(): string | undefined;
}

/** Trust is worth a second look, in case nothing told of what undid it. */
const lookAgainMs = 30_000;

/** An event that is not there by then was lost, and the next look is the remedy. */
export const watchLagMs = 5000;

const jsonPatch = 'application/json-patch+json';

/**
 * Keeps the `caBundle`. A configuration that was deleted is not made again: deleting it is how a cluster is freed of a webhook in an
 * emergency. One whose `caBundle` cert-manager keeps is left alone.
 */
export function createTrust(options: TrustOptions): Trust {
  const {client, kind, configurationName, configuration, isSynced, isLeader, holder, monotonicMs, conditions, log} = options;
  const {absent, note, kept} = words[kind];
  const condition = trustConditions[kind];
  const path = `${collectionOf(kind)}/${configurationName}`;
  const shown = spokenConfiguration(kind, configurationName);
  let state: 'unknown' | 'kept' | 'absent' | 'foreign' = 'unknown';
  let writtenOver: {readonly configuration: JsonObject | undefined; readonly atMs: number} | undefined;
  let since: {readonly fingerprint: string; readonly fromMs: number} | undefined;

  const authorityOf = (certificate: ServingCertificate | undefined) => authoritiesIn(certificate?.pair.ca ?? '').good[0];
  const become = (next: typeof state): void => {
    if (state === next) return;
    state = next;
    if (next === 'absent') log.warn({configuration: shown}, absent);
    if (next === 'foreign') log.info({configuration: shown}, 'cert-manager keeps the caBundle');
    if (next === 'kept') log.info({configuration: shown}, kept);
  };

  return {
    async look(content) {
      if (!isSynced()) return {kind: 'done'};
      const found = configuration();
      become(found === undefined ? 'absent' : hasOtherInjector(found) ? 'foreign' : 'kept');
      // Without an authority the API server takes those of its system, and they are not ours to say.
      const patch =
        found === undefined || content === undefined || content.authorities.length === 0
          ? []
          : bundlePatch(found, content.authorities);
      if (state !== 'kept' || patch.length === 0 || !isLeader()) {
        conditions.set(condition, 'write', undefined);
        return {kind: 'done', againMs: lookAgainMs};
      }
      // What is known is older than what was written last: a look at it would do the same again.
      if (writtenOver !== undefined && writtenOver.configuration === found && monotonicMs() - writtenOver.atMs < watchLagMs) {
        return {kind: 'done', againMs: watchLagMs};
      }
      const query = {fieldManager: 'pod-injector'};
      const answer = await client.request({method: 'PATCH', path, query, contentType: jsonPatch, body: patch});
      // Gone meanwhile, which the watch tells.
      if (answer.kind === 'failed' && answer.status === 404) return {kind: 'done'};
      conditions.set(condition, 'write', answer.kind === 'failed' ? answer.fault : undefined);
      if (answer.kind === 'failed') return {kind: 'retry'};
      writtenOver = {configuration: found, atMs: monotonicMs()};
      const resourceVersion = asString(field(asObject(field(answer.body, 'metadata')), 'resourceVersion'));
      log.info({configuration: shown, authorities: content?.authorities.length, resourceVersion}, 'caBundle put right');
      return {kind: 'done', againMs: lookAgainMs};
    },
    trustedForMs(certificate) {
      const authority = authorityOf(certificate);
      const found = configuration();
      if (authority === undefined || !isSynced()) return undefined;
      // Nobody to wait for.
      if (found === undefined || hasOtherInjector(found)) return Number.POSITIVE_INFINITY;
      if (!trusts(found, authority)) {
        since = undefined;
        return undefined;
      }
      if (since?.fingerprint !== authority.fingerprint) since = {fingerprint: authority.fingerprint, fromMs: monotonicMs()};
      return monotonicMs() - since.fromMs;
    },
    problem(served) {
      if (!isSynced()) return `${shown} was not read yet`;
      const found = configuration();
      const authority = authorityOf(served);
      if (found === undefined || authority === undefined || hasOtherInjector(found) || trusts(found, authority)) return undefined;
      const leader = isLeader() ? 'this replica' : holder() === '' ? 'the leader, once there is one,' : `the leader ${holder()}`;
      return `${shown} does not trust the certificate in use; ${leader} puts its authority into the caBundle`;
    },
    note: () => (isSynced() && configuration() === undefined ? `${shown} does not exist, ${note}` : undefined),
  };
}
