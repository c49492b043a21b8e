import {field, asObject, asString, type JsonObject} from '../core/json.ts';
import {authoritiesIn} from './authority.ts';
import type {SecretContent, ServingCertificate} from './certificate-secret.ts';
import type {ApiClient} from './client.ts';
import type {ClusterLog} from './cluster-log.ts';
import type {Conditions} from './condition.ts';
import type {WorkResult} from './queue.ts';
import {bundlePatch, hasOtherInjector, trusts, webhookConfigurations} from './webhook-configuration.ts';

/** What the keeping of the `caBundle` looks at. */
export interface TrustOptions {
  readonly client: Pick<ApiClient, 'request'>;
  readonly configurationName: string;
  /** As it is known now; undefined where there is none. */
  readonly configuration: () => JsonObject | undefined;
  readonly isSynced: () => boolean;
  readonly isLeader: () => boolean;
  readonly holder: () => string;
  readonly monotonicMs: () => number;
  readonly conditions: Conditions<'webhook-configuration'>;
  readonly log: ClusterLog;
}

/** The API servers' trust in our certificates, which is the `caBundle` of the webhook configuration. */
export interface Trust {
  /** Puts it right, if this process leads. */
  look(content: Extract<SecretContent, {readonly kind: 'good'}> | undefined): Promise<WorkResult>;
  /** For how long the certificate has been trusted; undefined when it is not, 0 and more in milliseconds. */
  trustedForMs(certificate: ServingCertificate | undefined): number | undefined;
  /** Why a call of the API server would fail, if so. */
  problem(served: ServingCertificate | undefined): string | undefined;
  /** That nobody calls us, if so. */
  note(): string | undefined;
}

/** Trust is worth a second look, in case nothing told of what undid it. */
const lookAgainMs = 30_000;

const jsonPatch = 'application/json-patch+json';

/**
 * Keeps the `caBundle`. A configuration that was deleted is not made again: deleting it is how a cluster is freed of a webhook in an
 * emergency. One whose `caBundle` cert-manager keeps is left alone.
 */
export function createTrust(options: TrustOptions): Trust {
  const {client, configurationName, configuration, isSynced, isLeader, holder, monotonicMs, conditions, log} = options;
  const path = `${webhookConfigurations}/${configurationName}`;
  const shown = `mutatingwebhookconfiguration/${configurationName}`;
  let state: 'unknown' | 'kept' | 'absent' | 'foreign' = 'unknown';
  let since: {readonly fingerprint: string; readonly fromMs: number} | undefined;

  const authorityOf = (certificate: ServingCertificate | undefined) => authoritiesIn(certificate?.pair.ca ?? '').good[0];
  const become = (next: typeof state): void => {
    if (state === next) return;
    state = next;
    if (next === 'absent')
      log.warn({configuration: configurationName}, 'the webhook configuration does not exist: nothing calls us');
    if (next === 'foreign') log.info({configuration: configurationName}, 'cert-manager keeps the caBundle');
    if (next === 'kept') log.info({configuration: configurationName}, 'keeps the caBundle of the webhook configuration');
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
        conditions.set('webhook-configuration', 'write', undefined);
        return {kind: 'done', againMs: lookAgainMs};
      }
      const query = {fieldManager: 'pod-injector'};
      const answer = await client.request({method: 'PATCH', path, query, contentType: jsonPatch, body: patch});
      // Gone meanwhile, which the watch tells.
      if (answer.kind === 'failed' && answer.status === 404) return {kind: 'done'};
      conditions.set('webhook-configuration', 'write', answer.kind === 'failed' ? answer.fault : undefined);
      if (answer.kind === 'failed') return {kind: 'retry'};
      const resourceVersion = asString(field(asObject(field(answer.body, 'metadata')), 'resourceVersion'));
      log.info(
        {configuration: configurationName, authorities: content?.authorities.length, resourceVersion},
        'caBundle put right',
      );
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
    note: () =>
      isSynced() && configuration() === undefined
        ? `${shown} does not exist, so nothing calls this webhook; apply the manifests again to have pods injected`
        : undefined,
  };
}
