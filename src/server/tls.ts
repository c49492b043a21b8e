import {watch, type FSWatcher} from 'node:fs';
import type {SecureContextOptions} from 'node:tls';
import {messageOf, type Fault} from '../core/errors.ts';
import {readCertificate, validityFault, type Certificate} from './certificate.ts';
import {readFolder, writeFolder} from './folder.ts';
import {issueCertificates} from './issue.ts';

/** Where the certificate comes from. */
export interface CertificateSource {
  readonly folder: string;
  /** The time in milliseconds since 1970. */
  readonly now: () => number;
  /** Host names and addresses that a self-made certificate shall be good for, besides the usual ones. */
  readonly names?: readonly string[];
}

/** What is done with what becomes of the folder. */
export interface CertificateEvents {
  /** Called with each certificate that takes the place of another. */
  readonly onChange: (certificate: Certificate) => void;
  /** Called once for each new reason why what the folder holds now is not served; the last good one still is. */
  readonly onFault: (fault: Fault) => void;
  /** How often to look at the folder although nothing was reported of it. Default: a minute. */
  readonly pollMs?: number;
}

/** The certificates of a folder, kept up to date. */
export interface Certificates {
  /** The last good one. */
  current(): Certificate;
  /** Why it is not good any more, if so. */
  fault(): Fault | undefined;
  /** Looks at the folder now; resolves when what was found is in force. Never rejects. */
  reload(): Promise<void>;
  close(): void;
}

/** A self-made certificate is replaced when less than this is left of it. */
export const renewBeforeMs = 30 * 24 * 3_600_000;

// A pair that is copied file by file settles within this.
const settleMs = 250;

/**
 * The certificate of the folder: an empty or absent one is filled with a self-made authority and certificate, half a pair is a
 * fault, a pair is only read; one that this program made is made anew when it is about to expire.
 * @returns the certificate, or the fault that keeps the folder from being used; see readFolder, readCertificate and
 * validityFault for the codes, and `certificateFolderReadOnly`. Never rejects.
 */
export function openCertificate(source: CertificateSource): Promise<Certificate | Fault> {
  return load(source, true);
}

/** The same for a folder that others fill: an empty one is the fault `certificateMissing`. Never rejects. */
export function readCertificateFolder(source: CertificateSource): Promise<Certificate | Fault> {
  return load(source, false);
}

/**
 * Keeps the certificate up to date from here on. The folder is watched, not the files, because the kubelet updates a mounted
 * Secret by swapping a link (https://kubernetes.io/docs/concepts/storage/volumes/#secret), and looked at from time to time
 * besides.
 */
export function watchCertificate(first: Certificate, source: CertificateSource, events: CertificateEvents): Certificates {
  const {folder, now} = source;
  let current = first;
  let reported = '';
  let running: Promise<void> | undefined;
  let again = false;

  const look = async (): Promise<void> => {
    const found = await load(source, false);
    if ('code' in found) {
      if (reported !== found.code + found.message) events.onFault(found);
      reported = found.code + found.message;
      return;
    }
    reported = '';
    if (found.pair.cert === current.pair.cert && found.pair.key === current.pair.key) return;
    current = found;
    events.onChange(found);
  };
  // One look at a time; what is asked for during a look is answered by one more after it.
  const reload = (): Promise<void> => {
    again = true;
    running ??= (async () => {
      while (again) {
        again = false;
        await look();
      }
      running = undefined;
    })();
    return running;
  };

  let settling: NodeJS.Timeout | undefined;
  const soon = (): void => {
    clearTimeout(settling);
    settling = setTimeout(() => void reload(), settleMs);
  };
  let watcher = watchFolder(folder, soon);
  const poll = setInterval(() => {
    // The folder itself may have been deleted and made again: the old watch sees nothing of the new one.
    watcher?.close();
    watcher = watchFolder(folder, soon);
    void reload();
  }, events.pollMs ?? 60_000);
  poll.unref();
  return {
    current: () => current,
    fault: () => validityFault(current, folder, now()),
    reload,
    close: () => {
      clearTimeout(settling);
      clearInterval(poll);
      watcher?.close();
    },
  };
}

/** The TLS options that belong to a certificate: the same at the start and at each change, which forgets all that it is not given again. */
export function secureContext(certificate: Certificate | undefined): SecureContextOptions {
  if (certificate === undefined) return {minVersion: 'TLSv1.2'};
  return {cert: certificate.pair.cert, key: certificate.pair.key, minVersion: 'TLSv1.2'};
}

async function load(source: CertificateSource, mayFill: boolean): Promise<Certificate | Fault> {
  const {folder} = source;
  const content = await readFolder(folder);
  switch (content.kind) {
    case 'fault':
      return content.fault;
    case 'empty':
      if (mayFill) return issue(source);
      // A pair that somebody is just replacing must not be answered with one that no client trusts.
      return {
        code: 'certificateMissing',
        source: folder,
        message: 'tls.crt and tls.key are gone',
        fix: 'put them back, or start anew to have a pair made',
      };
    case 'pair': {
      const certificate = readCertificate(content.pair, folder);
      if ('code' in certificate) return certificate;
      const leftMs = certificate.notAfterMs - source.now();
      if (!certificate.selfMade || leftMs > renewBeforeMs) return validityFault(certificate, folder, source.now()) ?? certificate;
      const renewed = await issue(source);
      // A copy of a self-made pair in a place where nothing can be written is good to its end.
      return 'code' in renewed && leftMs > 0 ? certificate : renewed;
    }
  }
}

async function issue(source: CertificateSource): Promise<Certificate | Fault> {
  const pair = await issueCertificates(source.now(), source.names);
  try {
    await writeFolder(source.folder, pair);
  } catch (error) {
    return {
      code: 'certificateFolderReadOnly',
      source: source.folder,
      message: `no certificate can be written there (${messageOf(error)})`,
      fix: 'make the folder writable, put tls.crt and tls.key there, or name another folder with --cert-dir',
    };
  }
  return readCertificate(pair, source.folder);
}

function watchFolder(folder: string, onEvent: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, {persistent: false}, onEvent);
    // Without a watch the poll still looks.
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
