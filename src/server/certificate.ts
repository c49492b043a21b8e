import {X509Certificate, createPrivateKey} from 'node:crypto';
import {messageOf, type Fault} from '../core/errors.ts';

/** A serving certificate and its key, as PEM texts; `ca` is what clients trust, where it is known. */
export interface KeyPair {
  /** The certificate, followed by intermediates where there are any (RFC 8446, section 4.4.2: the sender's comes first). */
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
}

/** A pair that was checked. */
export interface Certificate {
  readonly pair: KeyPair;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** Made by this program (see issueCertificates), so it may make it anew. */
  readonly selfMade: boolean;
  /** The serial number in hexadecimal, for log lines. */
  readonly serialNumber: string;
}

/** What a certificate authority of our own is called; it tells a pair of our making from one that was put there. */
export const selfMadeAuthority = 'pod-injector self-made CA';

/**
 * The pair as a certificate, or what keeps it from being served; `folder` is named in the fault. Whether it is valid today
 * is not looked at: {@link validityFault}. Codes: `certificateUnreadable`, `keyUnreadable`, `keyMismatch`. Pure; never throws.
 */
export function readCertificate(pair: KeyPair, folder: string): Certificate | Fault {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pair.cert);
  } catch (error) {
    return unreadable('certificateUnreadable', `${folder}/tls.crt`, 'a certificate', error);
  }
  try {
    const key = createPrivateKey(pair.key);
    if (!certificate.checkPrivateKey(key)) {
      return {
        code: 'keyMismatch',
        source: folder,
        message: 'tls.key is not the key of tls.crt',
        fix: 'put both files of one pair there',
      };
    }
  } catch (error) {
    return unreadable('keyUnreadable', `${folder}/tls.key`, 'a private key without a passphrase', error);
  }
  return {
    pair,
    notBeforeMs: Date.parse(certificate.validFrom),
    notAfterMs: Date.parse(certificate.validTo),
    selfMade: certificate.issuer.includes(`CN=${selfMadeAuthority}`),
    serialNumber: certificate.serialNumber,
  };
}

/** Why clients would not accept the certificate at that time, if so. Codes: `certificateExpired`, `certificateNotYetValid`. Pure. */
export function validityFault(certificate: Certificate, folder: string, nowMs: number): Fault | undefined {
  const source = `${folder}/tls.crt`;
  if (nowMs > certificate.notAfterMs) {
    return {
      code: 'certificateExpired',
      source,
      message: `the certificate expired at ${new Date(certificate.notAfterMs).toISOString()}`,
      fix: 'replace tls.crt and tls.key, or delete them and start anew to have a pair made',
    };
  }
  if (nowMs < certificate.notBeforeMs) {
    return {
      code: 'certificateNotYetValid',
      source,
      message: `the certificate is valid only from ${new Date(certificate.notBeforeMs).toISOString()}`,
      fix: "replace it, or set this machine's clock",
    };
  }
  return undefined;
}

function unreadable(code: string, source: string, what: string, error: unknown): Fault {
  return {code, source, message: `the file is not ${what} in PEM form (${messageOf(error)})`, fix: 'put a valid pair there'};
}
