import {authoritiesInUse, isNamed, type SecretContent, type ServingCertificate} from './certificate-secret.ts';

/** What else decides. Durations in milliseconds. */
export interface PlanFacts {
  readonly nowMs: number;
  readonly isLeader: boolean;
  /** The name by which the API server asks for us: `SERVICE.NAMESPACE.svc`. */
  readonly serverName: string;
  /** For how long the API servers have trusted the next certificate's authority; undefined when they don't yet. */
  readonly trustedForMs: number | undefined;
  /** For how long this process has seen the serving certificate in the Secret. */
  readonly servingForMs: number;
  readonly pace: CertificatePace;
}

/** When a certificate is renewed, and how carefully. */
export interface CertificatePace {
  /** A certificate is renewed when so much is left of it, or a third of its whole time if that is less. Default 30 days. */
  readonly renewBeforeMs: number;
  /** After the webhook configuration holds a new authority: until every API server has heard of it. Default 15 s. */
  readonly settleMs: number;
  /** After a new certificate is served: until the old authority is trusted no more. Every replica has it by then. Default 1 h. */
  readonly keepOldMs: number;
}

export const defaultCertificatePace: CertificatePace = {
  renewBeforeMs: 30 * 24 * 3_600_000,
  settleMs: 15_000,
  keepOldMs: 3_600_000,
};

/** What is to be done with the Secret. */
export type CertificatePlan =
  /** It is not there: make it. Any replica may; the first one's counts. */
  | {readonly kind: 'create'}
  /** What it holds can't be served: put a new pair there at once. */
  | {readonly kind: 'remake'}
  /** Put the next pair beside the one that is served, and its authority into the bundle. */
  | {readonly kind: 'prepare'; readonly why: 'expires' | 'misnamed'}
  /** The next pair is trusted: serve it. */
  | {readonly kind: 'promote'}
  /** Nobody serves the pair before any more: trust its authority no more. */
  | {readonly kind: 'forget'}
  /** Nothing now; look again in that time. */
  | {readonly kind: 'wait'; readonly forMs: number};

/**
 * Decides by what is there now. Renewal takes three steps, so that at no time a replica serves what the API servers do not trust
 * yet: the new authority into the bundle; then the new certificate; much later the old authority out. Pure.
 */
export function planCertificate(content: SecretContent, facts: PlanFacts): CertificatePlan {
  const {nowMs, isLeader, pace} = facts;
  switch (content.kind) {
    case 'absent':
      return {kind: 'create'};
    case 'broken':
      return isLeader ? {kind: 'remake'} : wait;
    case 'good': {
      const {serving, next} = content;
      // Somebody else's pair is somebody else's to renew.
      if (!isLeader || !serving.selfMade) return wait;
      if (next !== undefined && next.notAfterMs > nowMs) return promotion(serving, facts);
      if (nowMs >= serving.notAfterMs) return {kind: 'remake'};
      if (!isNamed(serving, facts.serverName)) return {kind: 'prepare', why: 'misnamed'};
      const lifetimeMs = serving.notAfterMs - serving.notBeforeMs;
      const renewInMs = serving.notAfterMs - Math.min(pace.renewBeforeMs, lifetimeMs / 3) - nowMs;
      if (renewInMs <= 0) return {kind: 'prepare', why: 'expires'};
      if (authoritiesInUse(content).length === content.authorities.length) return waitAtMost(renewInMs);
      const forgetInMs = pace.keepOldMs - facts.servingForMs;
      return forgetInMs <= 0 ? {kind: 'forget'} : waitAtMost(Math.min(renewInMs, forgetInMs));
    }
  }
}

function promotion(serving: ServingCertificate, {nowMs, trustedForMs, pace}: PlanFacts): CertificatePlan {
  // One that clients refuse anyway is not worth waiting for.
  if (nowMs >= serving.notAfterMs) return {kind: 'promote'};
  if (trustedForMs === undefined) return wait;
  return trustedForMs >= pace.settleMs ? {kind: 'promote'} : waitAtMost(pace.settleMs - trustedForMs);
}

// The clock may be set, and what should have told us may not have.
const longestWaitMs = 3_600_000;

const wait: CertificatePlan = {kind: 'wait', forMs: longestWaitMs};

function waitAtMost(forMs: number): CertificatePlan {
  return {kind: 'wait', forMs: Math.max(1, Math.min(forMs, longestWaitMs))};
}
