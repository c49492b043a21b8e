import {isObject, type Json, type JsonObject} from '../core/json.ts';
import {isListObject, valuesOf, type DocumentSet, type ManifestObject} from './documents.ts';
import {emitDocument} from './emit.ts';
import {kubectlLayout} from './layout.ts';

/**
 * The objects of files, with other values for them, as one JSON text of two-space indentation: a file with one document gives
 * that, a `kind: List` stays a list, and several documents become the items of one List, as with kubectl. Documents that are
 * no objects, and those that were not parsed, are left out: read with everything of interest.
 */
export function toJson(sets: readonly DocumentSet[], becomes: (object: ManifestObject) => JsonObject | undefined): string {
  const [only, ...more] = objectsOf(sets, becomes);
  const items = [...(only === undefined ? [] : [only]), ...more].flatMap((value) =>
    isListObject(value) ? value.items : [value],
  );
  const value = only !== undefined && more.length === 0 ? only : {apiVersion: 'v1', kind: 'List', items};
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** The same as YAML, a document each, in kubectl's layout. */
export function toYaml(sets: readonly DocumentSet[], becomes: (object: ManifestObject) => JsonObject | undefined): string {
  return objectsOf(sets, becomes)
    .map((value) => emitDocument(value, kubectlLayout))
    .join('---\n');
}

function objectsOf(sets: readonly DocumentSet[], becomes: (object: ManifestObject) => JsonObject | undefined): JsonObject[] {
  return sets.flatMap((set) => [...valuesOf(set, becomes).values()]).filter((value: Json) => isObject(value));
}
