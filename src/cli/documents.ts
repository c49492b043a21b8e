import type {Fault, Position} from '../core/errors.ts';
import {asList, asString, field, isList, isObject, type Json, type JsonObject} from '../core/json.ts';
import {escapeSegment} from '../core/patch.ts';
import {parseYaml, positionAt, positionOf, type YamlDocument} from '../core/yaml.ts';
import {Fragments} from './fragments.ts';
import {printJson} from './print-json.ts';
import {printYaml} from './print.ts';
import {splitJson, splitYaml} from './split.ts';

/** A Kubernetes object in a file: a document of its own, or an item of a list. */
export interface ManifestObject {
  readonly source: string;
  /** Where it begins. */
  readonly position: Position;
  readonly value: JsonObject;
  /** The document's place in {@link DocumentSet.documents}. */
  readonly document: number;
  /** JSON Pointer into the document: empty, or `/items/0`. */
  readonly path: string;
}

/** One document of a file. */
export interface ManifestDocument {
  /** Its bytes, what stands between it and the next one included. */
  readonly text: string;
  readonly line: number;
  /** Undefined where nobody asked for the document's content. */
  readonly parsed?: YamlDocument;
}

/** All that a file holds. */
export interface DocumentSet {
  readonly source: string;
  /** JSON is what JSON.parse reads, several values one after another included; all else is YAML. */
  readonly format: 'yaml' | 'json';
  /** Their texts, one after another, are the file. */
  readonly documents: readonly ManifestDocument[];
  /** Of the documents that were parsed, in the order of the file. */
  readonly objects: readonly ManifestObject[];
  readonly faults: readonly Fault[];
}

/**
 * The documents of a manifest file. Only those whose text is of interest are parsed, the others pass through as they are; by
 * default all are. Of a `kind: List` (or `DeploymentList`, …) each item is an object, of lists within lists too. What is no
 * object has no entry. Never throws: what cannot be read is a fault with its place in the file.
 *
 * @param isOfInterest tells from a document's text whether it may concern the caller, such as one that names an annotation.
 */
export function readDocuments(text: string, source: string, isOfInterest: (text: string) => boolean = () => true): DocumentSet {
  const json = splitJson(text);
  const objects: ManifestObject[] = [];
  const faults: Fault[] = [];
  const documents = (json ?? splitYaml(text)).map((part, index): ManifestDocument => {
    if (!isOfInterest(part.text)) return part;
    // JSON is YAML but for tabs, which it only has between tokens, and so has positions and faults of its own here too.
    const [parsed, ...more] = parseYaml(json === undefined ? part.text : part.text.replaceAll('\t', ' '), source, part.line);
    if (parsed === undefined) return part;
    const found = [parsed, ...more].flatMap((document) => document.faults);
    faults.push(...found);
    if (found.length === 0) objects.push(...objectsOf(parsed, source, index));
    return {...part, parsed};
  });
  return {source, format: json === undefined ? 'yaml' : 'json', documents, objects, faults};
}

/**
 * The file's text with other values for its objects: `becomes` gives each object's, or undefined to leave it. Documents without
 * a changed object keep their bytes; see {@link printYaml} and {@link printJson} for the others.
 */
export function printDocuments(set: DocumentSet, becomes: (object: ManifestObject) => JsonObject | undefined): string {
  const values = valuesOf(set, becomes);
  const fragments = new Fragments();
  return set.documents
    .map(({text, parsed}, index) => {
      const after = values.get(index);
      if (parsed === undefined || after === undefined || parsed.faults.length > 0) return text;
      return set.format === 'json' ? printJson(text, parsed.value, after) : printYaml(text, parsed, after, fragments);
    })
    .join('');
}

/** The values of the documents that were parsed, with other values for their objects; by the document's place. */
export function valuesOf(set: DocumentSet, becomes: (object: ManifestObject) => JsonObject | undefined): Map<number, Json> {
  const objects = new Map<string, JsonObject>();
  for (const object of set.objects) {
    const value = becomes(object);
    if (value !== undefined && value !== object.value) objects.set(`${object.document}${object.path}`, value);
  }
  const values = new Map<number, Json>();
  for (const [index, {parsed}] of set.documents.entries()) {
    if (parsed !== undefined)
      values.set(index, objects.size === 0 ? parsed.value : replaceIn(parsed.value, String(index), objects));
  }
  return values;
}

/** Tells a list of objects, which every client takes apart: its kind ends in `List` and it has items. */
export function isListObject(value: Json): value is JsonObject & {readonly items: readonly Json[]} {
  return isObject(value) && (asString(field(value, 'kind'))?.endsWith('List') ?? false) && isList(field(value, 'items'));
}

function objectsOf(parsed: YamlDocument, source: string, document: number): ManifestObject[] {
  const visit = (value: Json, path: readonly (string | number)[]): ManifestObject[] => {
    if (isListObject(value)) return value.items.flatMap((item, index) => visit(item, [...path, 'items', index]));
    if (!isObject(value)) return [];
    const position = positionOf(parsed, path, 'value') ?? positionAt(parsed.lineCounter, 0);
    return [{source, position, value, document, path: path.map((segment) => `/${escapeSegment(String(segment))}`).join('')}];
  };
  return visit(parsed.value, []);
}

/** Shares what stays. */
function replaceIn(value: Json, path: string, objects: ReadonlyMap<string, JsonObject>): Json {
  if (!isListObject(value)) return objects.get(path) ?? value;
  const items = asList(value.items).map((item, index) => replaceIn(item, `${path}/items/${index}`, objects));
  return items.every((item, index) => item === value.items[index]) ? value : {...value, items};
}
