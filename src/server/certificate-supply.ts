import {formatFault, type Fault} from '../core/errors.ts';
import type {Certificate} from './certificate.ts';
import type {Check} from './health.ts';
import {openCertificate, readCertificateFolder, watchCertificate, type CertificateEvents, type CertificateSource} from './tls.ts';

/** Where the serving certificate comes from. */
export interface CertificateSupply {
  /** Undefined while there is none yet. */
  current(): Certificate | undefined;
  /** For `/readyz`. */
  readonly checks: readonly Check[];
  close(): void | Promise<void>;
}

/** Opens the folder, filling it with a pair where it is empty; see openCertificate for the faults. Never rejects. */
export async function openFolder(source: CertificateSource, events: CertificateEvents): Promise<CertificateSupply | Fault> {
  const certificate = await openCertificate(source);
  return 'code' in certificate ? certificate : folderSupply(certificate, source, events);
}

/** Waits for a pair that somebody else puts into the folder, and keeps up with it from then on. */
export function awaitFolder(source: CertificateSource, events: CertificateEvents, everyMs = 1000): CertificateSupply {
  let supply: CertificateSupply | undefined;
  let fault: Fault | undefined;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    const found = await readCertificateFolder(source);
    if (closed) return;
    if ('code' in found) {
      const next = found.code === 'certificateMissing' ? missing(source.folder) : found;
      if (next.code !== fault?.code || next.message !== fault.message) events.onFault(next);
      fault = next;
      timer = setTimeout(() => void look(), everyMs);
      return;
    }
    // Told before it is there: the first one takes no other's place.
    events.onChange(found);
    supply = folderSupply(found, source, events);
  };
  void look();
  return {
    current: () => supply?.current(),
    checks: [
      {
        name: 'certificate',
        problem: () => {
          if (supply !== undefined) return supply.checks[0]?.problem();
          return fault === undefined ? 'the folder is being read' : formatFault(fault);
        },
      },
    ],
    close: () => {
      closed = true;
      clearTimeout(timer);
      return supply?.close();
    },
  };
}

function folderSupply(certificate: Certificate, source: CertificateSource, events: CertificateEvents): CertificateSupply {
  const certificates = watchCertificate(certificate, source, events);
  const problem = (): string | undefined => {
    const fault = certificates.fault();
    return fault === undefined ? undefined : formatFault(fault);
  };
  return {current: () => certificates.current(), checks: [{name: 'certificate', problem}], close: () => certificates.close()};
}

function missing(folder: string): Fault {
  return {
    code: 'certificateMissing',
    source: folder,
    message: 'tls.crt and tls.key are not there yet',
    fix: 'mount a Secret of type kubernetes.io/tls there',
  };
}
