import type {Fault} from '../core/errors.ts';
import type {JsonObject} from '../core/json.ts';
import {authoritiesIn} from './authority.ts';
import type {CertificatePlan} from './certificate-plan.ts';
import {
  authoritiesInUse,
  secretData,
  type ReadCertificate,
  type SecretContent,
  type ServingCertificate,
} from './certificate-secret.ts';
import type {ApiClient} from './client.ts';
import type {ClusterLog} from './cluster-log.ts';

/** Makes an authority and a pair that it signed, good for these names besides the usual ones. */
export type IssueCertificate = (
  nowMs: number,
  names: readonly string[],
) => Promise<{readonly cert: string; readonly key: string; readonly ca: string}>;

export interface CertificateWriterOptions {
  readonly client: Pick<ApiClient, 'request'>;
  readonly namespace: string;
  readonly secretName: string;
  readonly serviceName: string;
  readonly issue: IssueCertificate;
  readonly read: ReadCertificate;
  readonly now: () => number;
  readonly log: ClusterLog;
}

type Good = Extract<SecretContent, {readonly kind: 'good'}>;

/** Carries plans out. */
export interface CertificateWriter {
  /**
   * Writes the Secret as the plan says, if it still is `secret`, the one that the plan was made by.
   * @param lastGood what is served, to go on with when the Secret was deleted
   * @returns why it failed, if so; that another replica was faster is no failure: what it wrote counts. Codes of ApiAnswer. Never rejects.
   */
  carryOut(
    plan: Exclude<CertificatePlan, {readonly kind: 'wait'}>,
    secret: JsonObject | undefined,
    content: SecretContent,
    lastGood: Good | undefined,
  ): Promise<Fault | undefined>;
}

/** The one that writes this Secret. */
export function createCertificateWriter(options: CertificateWriterOptions): CertificateWriter {
  const {client, namespace, secretName, serviceName, read, now, log} = options;
  const collection = `/api/v1/namespaces/${namespace}/secrets`;
  const source = `secret/${namespace}/${secretName}`;
  const names = ['', `.${namespace}`, `.${namespace}.svc`, `.${namespace}.svc.cluster.local`].map((end) => serviceName + end);

  const issue = async (): Promise<ServingCertificate & {readonly pair: {readonly ca: string}}> => {
    const pair = await options.issue(now(), names);
    const certificate = read(pair, source);
    if ('code' in certificate) throw new Error(certificate.message);
    return {...certificate, pair};
  };
  const next = async (plan: Parameters<CertificateWriter['carryOut']>[0], content: SecretContent, lastGood: Good | undefined) => {
    const known = content.kind === 'absent' ? (lastGood?.authorities ?? []) : content.authorities;
    switch (plan.kind) {
      case 'create':
      case 'remake': {
        const fresh = await issue();
        const authorities = [...authoritiesIn(fresh.pair.ca).good, ...known];
        // A Secret that is deleted while its certificate is in use asks for a new one, not for a gap.
        if (content.kind === 'absent' && lastGood?.serving.selfMade === true && lastGood.serving.notAfterMs > now()) {
          return {serving: lastGood.serving, next: fresh, authorities};
        }
        return {serving: fresh, next: undefined, authorities};
      }
      case 'prepare': {
        const fresh = await issue();
        return {...(content as Good), next: fresh, authorities: [...known, ...authoritiesIn(fresh.pair.ca).good]};
      }
      case 'promote': {
        const good = content as Good;
        return {serving: good.next ?? good.serving, next: undefined, authorities: known};
      }
      case 'forget':
        return {...(content as Good), authorities: authoritiesInUse(content as Good)};
    }
  };

  return {
    async carryOut(plan, secret, content, lastGood) {
      const data = secretData(await next(plan, content, lastGood), now());
      const answer = await client.request(
        secret === undefined
          ? {method: 'POST', path: collection, body: newSecret(namespace, secretName, data)}
          : {method: 'PUT', path: `${collection}/${secretName}`, body: {...kind, ...secret, data}},
      );
      if (answer.kind === 'ok') {
        log.info({secret: source, ...('why' in plan ? {why: plan.why} : {})}, sentences[plan.kind]);
        return undefined;
      }
      // 409: it was made or changed since it was read. 404: it was deleted. The watch brings what is there.
      if (answer.status !== 409 && !(answer.status === 404 && secret !== undefined)) return answer.fault;
      log.info({secret: source}, 'another one wrote the Secret first; its certificate counts');
      return undefined;
    },
  };
}

const kind = {apiVersion: 'v1', kind: 'Secret'} as const;

const sentences = {
  create: 'made the Secret of the certificate',
  remake: 'made the certificate anew',
  prepare: 'made the next certificate; it is served once the API servers trust it',
  promote: 'the next certificate is trusted, and served from now on',
  forget: 'nobody serves the old certificate any more; its authority is out of the bundle',
} as const;

function newSecret(namespace: string, name: string, data: Readonly<Record<string, string>>): JsonObject {
  const labels = {'app.kubernetes.io/name': 'pod-injector', 'app.kubernetes.io/managed-by': 'pod-injector'};
  return {...kind, metadata: {name, namespace, labels}, type: 'kubernetes.io/tls', data};
}
