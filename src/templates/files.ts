import path from 'node:path';
import type {Fault} from '../core/errors.ts';
import {readTemplateFile, type FileContent, type TemplateFile} from './file-content.ts';
import {nodeFileSystem, unreadableFault, type TemplateFileSystem} from './file-system.ts';
import {combine, type LoadedTemplates, type PathContent} from './loaded.ts';

/**
 * Loads templates from files and folders. Folders are not read recursively: their `.yaml`, `.yml` and `.json` files in the order of
 * their names, without hidden ones; other kinds in them are ignored, while in a file that was named they are faults. A file that
 * was named and lies in a folder that was named too is one file. Never rejects. Codes: those of readTemplateFile, `pathMissing`,
 * `pathUnreadable`, `notUtf8`, `noTemplates` (a folder without any), `duplicateTemplate` (two of one name: neither is usable).
 *
 * @param advised whether advice is wanted among the warnings.
 */
export async function loadTemplates(
  paths: readonly string[],
  files: TemplateFileSystem = nodeFileSystem,
  advised = false,
): Promise<LoadedTemplates> {
  const listings = await Promise.all(paths.map((given) => listPath(given, files)));
  const named = new Set(listings.flatMap((listing) => (listing.kind === 'file' ? [path.resolve(listing.path)] : [])));
  const contents = new Map<string, PathContent>();
  for (const listing of listings) {
    const members = listing.files.map((file) => ({file, key: path.resolve(file)}));
    for (const {file, key} of members) {
      if (!contents.has(key))
        contents.set(key, {path: file, content: await readOne({path: file, named: named.has(key), advised}, files)});
    }
    const isEmpty = members.every(({key}) => isNothing(contents.get(key)?.content));
    const fault =
      listing.kind === 'failed' ? listing.fault : listing.kind === 'folder' && isEmpty ? noTemplates(listing.path) : undefined;
    if (fault === undefined) continue;
    const content = {...failed(fault), incomplete: listing.kind === 'failed'};
    // The separator keeps a folder apart from a file of that name in another listing.
    contents.set(path.resolve(listing.path) + path.sep, {
      path: listing.path,
      inside: path.join(listing.path, 'x').slice(0, -1),
      content,
    });
  }
  return combine([...contents.values()]);
}

interface Listing {
  readonly path: string;
  readonly files: readonly string[];
}

async function listPath(
  given: string,
  files: TemplateFileSystem,
): Promise<Listing & ({readonly kind: 'file' | 'folder'} | {readonly kind: 'failed'; readonly fault: Fault})> {
  try {
    if (!(await files.isFolder(given))) return {kind: 'file', path: given, files: [given]};
    // Hidden ones are what editors and mounted volumes keep beside the real ones (`.x.yaml.swp`, `..data`).
    const names = (await files.list(given)).filter((name) => /\.(ya?ml|json)$/.test(name) && !name.startsWith('.')).toSorted();
    const members = names.map((name) => path.join(given, name));
    const folders = await Promise.all(members.map((member) => files.isFolder(member).catch(() => false)));
    return {kind: 'folder', path: given, files: members.filter((_, index) => !folders[index])};
  } catch (error) {
    return {kind: 'failed', path: given, files: [], fault: unreadableFault(given, error)};
  }
}

async function readOne(file: Omit<TemplateFile, 'text'>, files: TemplateFileSystem): Promise<FileContent> {
  let bytes: Uint8Array;
  try {
    bytes = await files.read(file.path);
  } catch (error) {
    return failed(unreadableFault(file.path, error));
  }
  const text = decoded(bytes);
  if (text !== undefined) return readTemplateFile({...file, text});
  return failed({code: 'notUtf8', message: 'the file is not UTF-8 text', fix: 'save it as UTF-8', source: file.path});
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes);
  } catch {
    return undefined;
  }
}

function isNothing(content: FileContent | undefined): boolean {
  return content === undefined || (content.found.length === 0 && content.faults.length === 0);
}

function failed(fault: Fault): FileContent {
  return {found: [], faults: [fault], warnings: [], incomplete: true};
}

function noTemplates(folder: string): Fault {
  const fix = 'put templates as .yaml, .yml or .json files directly into it';
  return {code: 'noTemplates', message: 'the folder holds no template', fix, source: folder};
}
