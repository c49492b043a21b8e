import path from 'node:path';
import type {Fault} from '../core/errors.ts';
import {unreadableFault} from '../templates/file-system.ts';
import {readDocuments, type DocumentSet} from './documents.ts';
import type {Io} from './io.ts';

/** The manifests that `-f` names. */
export interface Manifests {
  readonly sets: readonly DocumentSet[];
  /** Why something could not be read at all: the command could not run. */
  readonly unreadable: readonly Fault[];
}

interface Text {
  readonly source: string;
  readonly text: string;
}

/**
 * Reads files, folders (their `.yaml`, `.yml` and `.json` files by name, not recursively) and `-`. Documents that
 * `isOfInterest` does not want pass through unparsed; it is made from all texts, because a Namespace in one file decides
 * about a Deployment in another. Codes of `unreadable`: `pathMissing`, `pathUnreadable`, `notUtf8`, `emptyFolder`.
 */
export async function readManifests(
  paths: readonly string[],
  io: Io,
  isOfInterest: (texts: readonly string[]) => (text: string) => boolean,
): Promise<Manifests> {
  const unreadable: Fault[] = [];
  const texts: Text[] = [];
  const seen = new Set<string>();
  for (const given of paths) {
    for (const file of await filesOf(given, io, unreadable)) {
      // A file in a folder that is named too is one file.
      if (seen.has(path.resolve(file))) continue;
      seen.add(path.resolve(file));
      const text = await readText(file, io, unreadable);
      if (text !== undefined) texts.push({source: file, text});
    }
  }
  const wanted = isOfInterest(texts.map(({text}) => text));
  return {sets: texts.map(({source, text}) => readDocuments(text, source, wanted)), unreadable};
}

async function filesOf(given: string, io: Io, unreadable: Fault[]): Promise<readonly string[]> {
  if (given === '-') return [given];
  try {
    if (!(await io.isFolder(given))) return [given];
    const names = (await io.list(given)).filter((name) => /\.(ya?ml|json)$/.test(name) && !name.startsWith('.')).toSorted();
    if (names.length === 0)
      unreadable.push({
        code: 'emptyFolder',
        message: 'the folder holds no .yaml, .yml or .json file',
        fix: 'folders are not read recursively; name the one that holds them',
        source: given,
      });
    const members = names.map((name) => path.join(given, name));
    const folders = await Promise.all(members.map((member) => io.isFolder(member).catch(() => false)));
    return members.filter((_, index) => folders[index] !== true);
  } catch (error) {
    unreadable.push(unreadableFault(given, error));
    return [];
  }
}

async function readText(file: string, io: Io, unreadable: Fault[]): Promise<string | undefined> {
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(await io.read(file));
  } catch (error) {
    unreadable.push(
      error instanceof TypeError
        ? {code: 'notUtf8', message: 'the file is not UTF-8 text', fix: 'save it as UTF-8', source: file}
        : unreadableFault(file, error),
    );
    return undefined;
  }
}
