import {createTwoFilesPatch} from 'diff';
import pc from 'picocolors';
import {asObject, asString, type JsonObject} from '../core/json.ts';
import {diff} from '../core/patch.ts';
import {toJson, toYaml} from './convert.ts';
import {printDocuments, type DocumentSet, type ManifestObject} from './documents.ts';
import {splitJson} from './split.ts';

/** How the result is printed. `same`: each file as it was written, with the changes in it. */
export type Format = 'same' | 'yaml' | 'json' | 'patch' | 'diff';

/** Each object's new value; the very same reference where it stays. */
export type Becomes = (object: ManifestObject) => JsonObject;

/**
 * Whether {@link render} writes these files anew, so that documents which nobody parsed would be lost: conversions, and several
 * JSON files, which become one List.
 */
export function rewritesAll(format: Format, texts: readonly string[]): boolean {
  const isJson = (text: string): boolean => splitJson(text) !== undefined;
  switch (format) {
    case 'json':
    case 'patch':
      return true;
    case 'yaml':
      return texts.some(isJson);
    case 'same':
      return texts.length > 1 && texts.every(isJson);
    case 'diff':
      return false;
  }
}

/** The files with their objects' new values, as one text for stdout. */
export function render(sets: readonly DocumentSet[], becomes: Becomes, format: Format, colour: boolean): string {
  switch (format) {
    case 'same':
      return sets.length > 1 && sets.every((set) => set.format === 'json')
        ? toJson(sets, becomes)
        : join(sets.map((set) => printDocuments(set, becomes)));
    case 'yaml':
      return sets.some((set) => set.format === 'json')
        ? toYaml(sets, becomes)
        : join(sets.map((set) => printDocuments(set, becomes)));
    case 'json':
      return sets.length === 1 && sets[0]?.format === 'json' ? printDocuments(sets[0], becomes) : toJson(sets, becomes);
    case 'patch':
      return `${JSON.stringify(patchesOf(sets, becomes), null, 2)}\n`;
    case 'diff':
      return sets.map((set) => unifiedDiff(set, printDocuments(set, becomes), colour)).join('');
  }
}

/** Several files as one stream of documents. */
function join(texts: readonly string[]): string {
  return texts.reduce((all, text) => {
    if (all === '' || text === '') return all + text;
    const ended = all.endsWith('\n') ? all : `${all}\n`;
    return /^(---|%YAML)(\s|$)/.test(text) ? ended + text : `${ended}---\n${text}`;
  }, '');
}

/** Of one object its RFC 6902 patch; of several a list that names each. */
function patchesOf(sets: readonly DocumentSet[], becomes: Becomes): unknown {
  const objects = sets.flatMap((set) => set.objects);
  const [only, second] = objects;
  if (only !== undefined && second === undefined) return diff(only.value, becomes(only));
  return objects.map((object) => {
    const metadata = asObject(object.value['metadata']);
    const namespace = asString(metadata?.['namespace']);
    return {
      object: {
        apiVersion: object.value['apiVersion'],
        kind: object.value['kind'],
        ...(namespace === undefined ? {} : {namespace}),
        name: metadata?.['name'],
      },
      patch: diff(object.value, becomes(object)),
    };
  });
}

function unifiedDiff(set: DocumentSet, after: string, colour: boolean): string {
  const before = set.documents.map((document) => document.text).join('');
  if (before === after) return '';
  const text = createTwoFilesPatch(`a/${set.source}`, `b/${set.source}`, before, after, undefined, undefined, {context: 3});
  const {red, green, cyan, bold} = pc.createColors(colour);
  const lines = text.split('\n').filter((line) => !/^=+$/.test(line));
  const paint = (line: string): string => {
    if (/^(---|\+\+\+) /.test(line)) return bold(line);
    if (line.startsWith('@@')) return cyan(line);
    return line.startsWith('+') ? green(line) : line.startsWith('-') ? red(line) : line;
  };
  return lines.map(paint).join('\n');
}
