import {mkdir, readFile, rename, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {messageOf, type Fault} from '../core/errors.ts';
import type {KeyPair} from './certificate.ts';

/** The files of a certificate folder, named as Kubernetes names the keys of a `kubernetes.io/tls` Secret. */
const fileNames = {cert: 'tls.crt', key: 'tls.key', ca: 'ca.crt'} as const;

/** What a certificate folder holds. */
export type FolderContent =
  | {readonly kind: 'pair'; readonly pair: KeyPair}
  /** No folder, or none of the files in it. */
  | {readonly kind: 'empty'}
  /** Codes: `certificateHalf`, `certificateFolderUnreadable`. */
  | {readonly kind: 'fault'; readonly fault: Fault};

/** Reads the certificate, the key and, where it is there, the authority's certificate from the folder. Never throws. */
export async function readFolder(folder: string): Promise<FolderContent> {
  let files: (string | undefined)[];
  try {
    files = await Promise.all(Object.values(fileNames).map((name) => readIfThere(path.join(folder, name))));
  } catch (error) {
    const fix = 'make the folder and its files readable for this process, or name another one with --cert-dir';
    return {kind: 'fault', fault: {code: 'certificateFolderUnreadable', source: folder, message: messageOf(error), fix}};
  }
  const [cert, key, ca] = files;
  if (cert !== undefined && key !== undefined) {
    return {kind: 'pair', pair: {cert, key, ...(ca === undefined ? {} : {ca})}};
  }
  if (cert === undefined && key === undefined && ca === undefined) return {kind: 'empty'};
  const missing = [cert === undefined ? fileNames.cert : '', key === undefined ? fileNames.key : ''].filter(Boolean);
  const present = [cert, key, ca].flatMap((text, index) => (text === undefined ? [] : [Object.values(fileNames)[index] ?? '']));
  return {
    kind: 'fault',
    fault: {
      code: 'certificateHalf',
      source: folder,
      message: `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing beside ${present.join(' and ')}`,
      fix: `put ${missing.join(' and ')} there, or delete ${present.join(' and ')} to have a pair made`,
    },
  };
}

/** Writes the pair into the folder, which is made where there is none; the key is readable for its owner only. Throws what the file system does. */
export async function writeFolder(folder: string, pair: Required<KeyPair>): Promise<void> {
  await mkdir(folder, {recursive: true});
  // All that is slow first, so that the three renames, between which a reader sees half of each pair, are close together.
  const staged = (['ca', 'key', 'cert'] as const).map((part) => ({
    from: path.join(folder, `.${fileNames[part]}.${process.pid}`),
    to: path.join(folder, fileNames[part]),
    text: pair[part],
    mode: part === 'key' ? 0o600 : 0o644,
  }));
  for (const {from, text, mode} of staged) await writeFile(from, text, {mode});
  for (const {from, to} of staged) await rename(from, to);
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
