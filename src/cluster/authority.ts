import {X509Certificate} from 'node:crypto';

/** A certificate that clients trust. */
export interface Authority {
  /** With a line end after it. */
  readonly pem: string;
  readonly notAfterMs: number;
  /** SHA-256 of the certificate, in hexadecimal with colons. */
  readonly fingerprint: string;
}

/** The certificates of a bundle in order, and how many of its blocks were none. Text outside of the blocks is no matter. Pure. */
export function authoritiesIn(bundle: string): {readonly good: readonly Authority[]; readonly bad: number} {
  const good: Authority[] = [];
  let bad = bundle.trim() !== '' && !bundle.includes(begin) ? 1 : 0;
  for (const block of bundle.split(begin).slice(1)) {
    try {
      const certificate = new X509Certificate(begin + block);
      const {fingerprint256: fingerprint} = certificate;
      good.push({pem: certificate.toString(), notAfterMs: Date.parse(certificate.validTo), fingerprint});
    } catch {
      bad += 1;
    }
  }
  return {good, bad};
}

/** Which of the authorities signed the first certificate of the chain; undefined where none did. Pure; never throws. */
export function issuerOf(chain: string, authorities: readonly Authority[]): Authority | undefined {
  const certificate = new X509Certificate(chain);
  return authorities.find(({pem}) => {
    const authority = new X509Certificate(pem);
    return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
  });
}

/** Whether both are the same certificate. */
export function isSameCertificate(a: Authority, b: Authority): boolean {
  return a.fingerprint === b.fingerprint;
}

const begin = '-----BEGIN CERTIFICATE-----';
