import {X509Certificate} from 'node:crypto';
import type {Fault} from '../core/errors.ts';
import {asObject, asString, field, type JsonObject} from '../core/json.ts';
import {authoritiesIn, issuerOf, isSameCertificate, type Authority} from './authority.ts';

/** A serving certificate, its key, and the authority that clients trust; PEM texts. */
export interface ServingPair {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
}

/** A pair that was checked. */
export interface ServingCertificate {
  readonly pair: ServingPair;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** Made by this program, which may make it anew. */
  readonly selfMade: boolean;
  readonly serialNumber: string;
}

/** Checks a pair; `source` is named in the fault. */
export type ReadCertificate = (pair: ServingPair, source: string) => ServingCertificate | Fault;

/** What the Secret holds. */
export type SecretContent =
  | {readonly kind: 'absent'}
  /** `authorities` are those that are still readable: a replica may serve what one of them signed. */
  | {readonly kind: 'broken'; readonly fault: Fault; readonly authorities: readonly Authority[]}
  | {
      readonly kind: 'good';
      /** What every replica serves. */
      readonly serving: ServingCertificate;
      /** What takes its place as soon as the API servers trust it. */
      readonly next: ServingCertificate | undefined;
      /** What clients shall trust: the serving one's authority, the next one's, and the one before while it may still be served. */
      readonly authorities: readonly Authority[];
    };

/**
 * The keys of the Secret: those of the type kubernetes.io/tls
 * (https://kubernetes.io/docs/concepts/configuration/secret/#tls-secrets), the authorities, and the pair to come.
 */
const secretKeys = {cert: 'tls.crt', key: 'tls.key', authorities: 'ca.crt', nextCert: 'next.crt', nextKey: 'next.key'} as const;

/**
 * Reads the Secret; `source` is `secret/NAMESPACE/NAME`. A next pair that is not good counts as none: it is made again. Codes of
 * the fault: those of `read`, `certificateMissing`, `authorityUnreadable`, `authorityMissing`. Pure; never throws.
 */
export function readSecret(secret: JsonObject | undefined, source: string, read: ReadCertificate): SecretContent {
  if (secret === undefined) return {kind: 'absent'};
  const data = asObject(field(secret, 'data'));
  const text = (key: string): string => Buffer.from(asString(field(data, key)) ?? '', 'base64').toString();
  const bundle = authoritiesIn(text(secretKeys.authorities));
  const authorities = bundle.good;
  const [cert, key] = [text(secretKeys.cert), text(secretKeys.key)];
  if (cert === '' || key === '') {
    return {
      kind: 'broken',
      authorities,
      fault: {code: 'certificateMissing', source, message: 'tls.crt or tls.key is empty', fix},
    };
  }
  const serving = readPair({cert, key}, authorities, source, read);
  if ('code' in serving) return {kind: 'broken', authorities, fault: serving};
  if (bundle.bad > 0) {
    const message = 'ca.crt holds something that is no certificate in PEM form';
    return {kind: 'broken', authorities, fault: {code: 'authorityUnreadable', source, message, fix}};
  }
  const [nextCert, nextKey] = [text(secretKeys.nextCert), text(secretKeys.nextKey)];
  const next = nextCert === '' ? undefined : readPair({cert: nextCert, key: nextKey}, authorities, source, read);
  return {kind: 'good', serving, next: next === undefined || 'code' in next ? undefined : next, authorities};
}

/** The `data` of a Secret with this content; authorities that have expired, or that are there twice, are left out. Pure. */
export function secretData(
  content: Omit<Extract<SecretContent, {readonly kind: 'good'}>, 'kind'>,
  nowMs: number,
): Readonly<Record<string, string>> {
  const {serving, next, authorities} = content;
  const texts = new Set(authorities.filter(({notAfterMs}) => notAfterMs > nowMs).map(({pem}) => pem));
  return {
    [secretKeys.cert]: encode(serving.pair.cert),
    [secretKeys.key]: encode(serving.pair.key),
    [secretKeys.authorities]: encode([...texts].join('')),
    ...(next === undefined ? {} : {[secretKeys.nextCert]: encode(next.pair.cert), [secretKeys.nextKey]: encode(next.pair.key)}),
  };
}

/** The authorities without those that signed neither the serving nor the next certificate. Pure. */
export function authoritiesInUse({
  serving,
  next,
  authorities,
}: Extract<SecretContent, {readonly kind: 'good'}>): readonly Authority[] {
  const used = [serving, next].flatMap((one) => (one === undefined ? [] : (issuerOf(one.pair.cert, authorities) ?? [])));
  return authorities.filter((authority) => used.some((one) => isSameCertificate(one, authority)));
}

/** Whether clients that ask for this DNS name would take the certificate. Pure. */
export function isNamed(certificate: ServingCertificate, name: string): boolean {
  return new X509Certificate(certificate.pair.cert).checkHost(name) !== undefined;
}

const fix = 'the leader makes a new pair; nothing is to be done';

function readPair(
  pair: ServingPair,
  authorities: readonly Authority[],
  source: string,
  read: ReadCertificate,
): ServingCertificate | Fault {
  const certificate = read(pair, source);
  if ('code' in certificate) return {...certificate, fix};
  const issuer = issuerOf(pair.cert, authorities);
  if (issuer !== undefined) return {...certificate, pair: {...pair, ca: issuer.pem}};
  // A pair that somebody put there may have come through intermediates, or from an authority that the API server knows.
  if (!certificate.selfMade) return certificate;
  return {code: 'authorityMissing', source, message: 'ca.crt does not hold the authority that signed tls.crt', fix};
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}
