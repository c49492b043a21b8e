import type {Fault} from '../core/errors.ts';
import type {JsonObject} from '../core/json.ts';
import type {ApiClient} from './client.ts';
import {planCertificate, defaultCertificatePace, type CertificatePace} from './certificate-plan.ts';
import {readSecret, type ReadCertificate, type SecretContent, type ServingCertificate} from './certificate-secret.ts';
import {createCertificateWriter, type IssueCertificate} from './certificate-writer.ts';
import type {ClusterLog} from './cluster-log.ts';
import {createConditions, type Condition} from './condition.ts';
import {startInformer, type Informer, type InformerTiming} from './informer.ts';
import {joinElection, type ElectionTiming} from './lease.ts';
import {createWorkQueue, type Pace, type WorkResult} from './queue.ts';
import {createTrust, trustConditions, watchLagMs, type Trust, type TrustCondition} from './trust.ts';
import {collectionOf, type WebhookKind} from './webhook-configuration.ts';

/** Where the certificates of an installation are, and who takes part in keeping them. */
export interface CertificatesOptions {
  readonly client: ApiClient;
  /** The injector's own. */
  readonly namespace: string;
  readonly serviceName: string;
  readonly secretName: string;
  readonly leaseName: string;
  /** Of the MutatingWebhookConfiguration and of the ValidatingWebhookConfiguration whose `caBundle`s are kept. */
  readonly configurationName: string;
  /** Of this process alone. */
  readonly identity: string;
  /** Makes an authority and a pair that it signed, good for these names besides the usual ones. */
  readonly issue: IssueCertificate;
  readonly read: ReadCertificate;
  readonly log: ClusterLog;
  /** Called with the first certificate and with each that takes the place of another. */
  readonly onChange: (certificate: ServingCertificate) => void;
  /** The time in milliseconds since 1970. */
  readonly now: () => number;
  /** The time in milliseconds by a clock that is never set. */
  readonly monotonicMs: () => number;
  /** A number from 0 up to 1. */
  readonly random: () => number;
  readonly pace?: Partial<CertificatePace>;
  readonly queuePace?: Partial<Pace>;
  readonly electionTiming?: Partial<ElectionTiming>;
  readonly informerTiming?: Partial<InformerTiming>;
}

/** The certificates of an installation, looked after. */
export interface ClusterCertificates {
  /** What is to be served; undefined until the Secret has been read or made. */
  current(): ServingCertificate | undefined;
  /**
   * For readiness: `certificate`, `webhook-configuration`, `leader-election`; and `template-check`, which only ever has a note: what
   * keeps templates from being checked keeps no pod from being injected.
   */
  readonly checks: readonly Condition[];
  isLeader(): boolean;
  /** How many looks are due, for a metric. */
  queueDepth(): number;
  /** Ends the watches and gives the Lease back. Never rejects. */
  stop(): Promise<void>;
}

type Key = 'certificate' | WebhookKind;

/**
 * Keeps the certificate of an installation and the trust in it: every replica serves what the Secret holds, whoever finds none
 * makes it, and the leader renews it and keeps the `caBundle` right. All of it is decided from what is there, by a watch of the one
 * Secret and of the two webhook configurations, so that it does not matter who changed what and when. Never throws.
 */
export function startCertificates(options: CertificatesOptions): ClusterCertificates {
  const {client, namespace, secretName, configurationName, log, now, monotonicMs, random} = options;
  const source = `secret/${namespace}/${secretName}`;
  const pace = {...defaultCertificatePace, ...options.pace};
  const timing = options.informerTiming === undefined ? {} : {timing: options.informerTiming};
  const stopping = new AbortController();
  // What is asked for here is not worth waiting for at the end; the election gives its Lease back then.
  const untilStopped: Pick<ApiClient, 'request'> = {request: (request) => client.request({...request, signal: stopping.signal})};
  const conditions = createConditions<'certificate' | 'leader-election' | TrustCondition>(log);
  let served: ServingCertificate | undefined;
  let good: Extract<SecretContent, {readonly kind: 'good'}> | undefined;
  let servedSinceMs = 0;
  let electedOnce = false;
  let writtenOver: {readonly secret: JsonObject | undefined; readonly atMs: number} | undefined;

  const watch = (condition: 'certificate' | TrustCondition, path: string, name: string): Informer => {
    // A new certificate is a new bundle, and a bundle by which pods are injected lets the next certificate be served.
    const look = (): void => (condition === trustConditions.validating ? queue.add('validating') : lookAtAll());
    const informer = startInformer({
      client,
      path,
      fieldSelector: `metadata.name=${name}`,
      onChange: look,
      onFault: (fault) => conditions.set(condition, 'read', fault),
      onRecovered: () => {
        conditions.set(condition, 'read', undefined);
        look();
      },
      now,
      random,
      ...timing,
    });
    // A first list of nothing changes nothing, and still says that there is something to make.
    void informer.synced.then(look);
    return informer;
  };
  const secrets = watch('certificate', `/api/v1/namespaces/${namespace}/secrets`, secretName);
  const election = joinElection({
    client,
    namespace,
    name: options.leaseName,
    identity: options.identity,
    now,
    monotonicMs,
    random,
    onLeading: (leads) => {
      log.info({identity: options.identity}, leads ? 'leads' : 'leads no more');
      lookAtAll();
    },
    onHolder: (holder) => {
      electedOnce ||= holder !== '';
      conditions.set('leader-election', 'read', undefined);
      if (holder !== '' && holder !== options.identity) log.info({holder}, 'another replica leads');
    },
    onFault: (fault) => conditions.set('leader-election', 'read', fault),
    ...(options.electionTiming === undefined ? {} : {timing: options.electionTiming}),
  });

  const keep = (kind: WebhookKind): {readonly trust: Trust; readonly informer: Informer} => {
    const informer = watch(trustConditions[kind], collectionOf(kind), configurationName);
    const trust = createTrust({
      client: untilStopped,
      kind,
      configurationName,
      configuration: () => informer.objects().get(configurationName),
      isSynced: () => informer.isSynced(),
      isLeader: () => election.isLeader(),
      holder: () => election.holder(),
      monotonicMs,
      conditions,
      log,
    });
    return {trust, informer};
  };
  const kept = {mutating: keep('mutating'), validating: keep('validating')};
  const writer = createCertificateWriter({...options, client: untilStopped});

  const serve = (content: SecretContent): void => {
    if (content.kind !== 'good') return;
    good = content;
    const {serving} = content;
    if (served?.pair.cert === serving.pair.cert && served.pair.key === serving.pair.key) return;
    served = serving;
    servedSinceMs = monotonicMs();
    const {serialNumber, notAfterMs, selfMade} = serving;
    log.info({secret: source, serialNumber, notAfter: new Date(notAfterMs).toISOString(), selfMade}, 'certificate in use');
    options.onChange(serving);
  };
  const lookAtCertificate = async (): Promise<WorkResult> => {
    if (!secrets.isSynced()) return {kind: 'done'};
    // After this: what is found here is what the bundles must hold, and the other looks may have come too early.
    lookAtTrust();
    const secret = secrets.objects().get(secretName);
    const content = readSecret(secret, source, options.read);
    serve(content);
    conditions.set('certificate', 'found', content.kind === 'broken' ? content.fault : validity(served, source, now()));
    // What is known is older than what was written last: a look at it would do the same again.
    if (writtenOver !== undefined && writtenOver.secret === secret && monotonicMs() - writtenOver.atMs < watchLagMs) {
      return {kind: 'done', againMs: watchLagMs};
    }
    const plan = planCertificate(content, {
      nowMs: now(),
      isLeader: election.isLeader(),
      serverName: `${options.serviceName}.${namespace}.svc`,
      // The other one follows in the same moment, and what it may lack holds no certificate up.
      trustedForMs: content.kind === 'good' ? kept.mutating.trust.trustedForMs(content.next) : undefined,
      servingForMs: monotonicMs() - servedSinceMs,
      pace,
    });
    if (plan.kind === 'wait') {
      conditions.set('certificate', 'write', undefined);
      return {kind: 'done', againMs: plan.forMs};
    }
    const fault = await writer.carryOut(plan, secret, content, good);
    conditions.set('certificate', 'write', fault);
    if (fault !== undefined) return {kind: 'retry'};
    // What was written comes back by the watch.
    writtenOver = {secret, atMs: monotonicMs()};
    return {kind: 'done', againMs: watchLagMs};
  };

  const queue = createWorkQueue<Key>({
    work: (key) => {
      switch (key) {
        case 'certificate':
          return lookAtCertificate();
        case 'mutating':
        case 'validating':
          return kept[key].trust.look(good);
      }
    },
    onThrow: (key, message) => log.error({key, fault: message}, 'a look at the cluster failed'),
    random,
    monotonicMs,
    ...(options.queuePace === undefined ? {} : {pace: options.queuePace}),
  });
  function lookAtAll(): void {
    queue.add('certificate');
    lookAtTrust();
  }
  function lookAtTrust(): void {
    queue.add('mutating');
    queue.add('validating');
  }
  const {mutating, validating} = kept;

  return {
    current: () => served,
    checks: [
      conditions.check('certificate', () => {
        if (served === undefined) return `no certificate was read from ${source} yet`;
        return now() > served.notAfterMs ? 'the certificate in use has expired' : undefined;
      }),
      conditions.check(
        trustConditions.mutating,
        () => mutating.trust.problem(served),
        () => mutating.trust.note(),
      ),
      conditions.check(
        trustConditions.validating,
        () => undefined,
        () => validating.trust.problem(served) ?? validating.trust.note(),
      ),
      conditions.check('leader-election', () => (electedOnce ? undefined : 'no leader was elected yet')),
    ],
    isLeader: () => election.isLeader(),
    queueDepth: () => queue.depth(),
    async stop() {
      stopping.abort();
      await queue.stop();
      await Promise.all([secrets, mutating.informer, validating.informer, election].map((one) => one.stop()));
    },
  };
}

function validity(certificate: ServingCertificate | undefined, source: string, nowMs: number): Fault | undefined {
  if (certificate === undefined || nowMs <= certificate.notAfterMs) return undefined;
  return {
    code: 'certificateExpired',
    source,
    message: `the certificate expired at ${new Date(certificate.notAfterMs).toISOString()}`,
    fix: certificate.selfMade
      ? 'the leader makes a new one'
      : 'replace tls.crt and tls.key, or delete the Secret to have a pair made',
  };
}
