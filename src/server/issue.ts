import {randomBytes} from 'node:crypto';
import {isIP} from 'node:net';
import {selfMadeAuthority, type KeyPair} from './certificate.ts';

/** Names that a self-made certificate is good for: this machine, and the Service that the shipped manifests make. */
export const servingNames: readonly string[] = [
  'localhost',
  '127.0.0.1',
  '::1',
  'pod-injector-webhook',
  'pod-injector-webhook.pod-injector',
  'pod-injector-webhook.pod-injector.svc',
  'pod-injector-webhook.pod-injector.svc.cluster.local',
];

const hourMs = 3_600_000;

/** How long a self-made certificate is good for. */
const selfMadeValidityMs = 365 * 24 * hourMs;

/**
 * A new authority and a serving certificate that it signed, valid from an hour before `nowMs` (clocks differ) for
 * `validityMs`. The authority's key is thrown away: nothing else can ever be signed with it, and the next pair gets an
 * authority of its own, with a name of its own, so that a client never takes one for the other.
 *
 * ECDSA P-256 with SHA-256: handshakes are the expensive part of a burst of new connections, and Go's client refuses SHA-1
 * (https://go.dev/doc/go1.18#sha1).
 * @param extraNames host names and addresses besides {@link servingNames}
 */
export async function issueCertificates(
  nowMs: number,
  extraNames: readonly string[] = [],
  validityMs: number = selfMadeValidityMs,
): Promise<Required<KeyPair>> {
  // 100 ms of import that a process with certificates of its own does not need.
  // Its default: a bundled CommonJS package that is loaded lazily has no named exports.
  const {
    default: {generate},
  } = await import('selfsigned');
  const common = {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(nowMs - hourMs),
    notAfterDate: new Date(nowMs + validityMs),
  } as const;
  const authority = await generate([{name: 'commonName', value: `${selfMadeAuthority} ${randomBytes(4).toString('hex')}`}], {
    ...common,
    extensions: [
      {name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true},
      {name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true},
    ],
  });
  const serving = await generate([{name: 'commonName', value: 'pod-injector-webhook'}], {
    ...common,
    ca: {key: authority.private, cert: authority.cert},
    // Extensions that are passed replace all defaults, so every one that a server needs is here.
    extensions: [
      {name: 'basicConstraints', cA: false, critical: true},
      {name: 'keyUsage', digitalSignature: true, critical: true},
      {name: 'extKeyUsage', serverAuth: true},
      {name: 'subjectAltName', altNames: [...new Set([...servingNames, ...extraNames])].map(altName)},
    ],
  });
  return {cert: line(serving.cert), key: line(serving.private), ca: line(authority.cert)};
}

/** Ended as a text file is, so that `cat a.crt b.crt` makes a bundle. */
function line(pem: string): string {
  return `${pem.trimEnd()}\n`;
}

/** RFC 5280, section 4.2.1.6: 2 is a DNS name, 7 an IP address. */
function altName(name: string): {type: 2; value: string} | {type: 7; ip: string} {
  return isIP(name) === 0 ? {type: 2, value: name} : {type: 7, ip: name};
}
