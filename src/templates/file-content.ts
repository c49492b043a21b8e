import {isMap} from 'yaml';
import {templateLabel} from '../core/annotations.ts';
import type {Fault, Position} from '../core/errors.ts';
import {asList, asObject, asString, field, isObject, type Json, type JsonObject} from '../core/json.ts';
import {readAdvised, readAdvisedDocument} from '../core/advice/read-advised.ts';
import {fault, located, warning, type Finding, type Path} from '../core/template/finding.ts';
import {templateKeys} from '../core/template/keys.ts';
import {readTemplate, readTemplateDocument, type TemplateReading} from '../core/template/read.ts';
import {parseYaml, positionOf, type YamlDocument} from '../core/yaml.ts';
import {placeInFile} from './block-place.ts';
import {contentOf, readingOf} from './configmap.ts';

/** One template of a file. */
export interface FoundTemplate {
  readonly name: string;
  readonly reading: TemplateReading;
  /** Where the file names it: the ConfigMap's name, or the beginning of a bare template. */
  readonly source: string;
  readonly position: Position;
}

/** What a file holds. */
export interface FileContent {
  readonly found: readonly FoundTemplate[];
  /** What belongs to none of them. */
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
  /** Whether a document could not be parsed, so that templates may be missing among those found. */
  readonly incomplete: boolean;
}

/** A file to read. */
export interface TemplateFile {
  readonly path: string;
  readonly text: string;
  /** The user named it, so that everything in it must be a template; else other things are ignored. */
  readonly named: boolean;
  /** Whether advice is wanted among the warnings. */
  readonly advised?: boolean;
}

/**
 * The templates of a YAML or JSON file: ConfigMaps (labelled, or Initializers'), Lists of them, and a bare template (neither
 * apiVersion nor kind), whose name is the file's. Positions are the file's own, inside a ConfigMap's `|` block too. Codes: those of
 * parseYaml, contentOf and readTemplate, `notATemplate`, `noTemplates`, `emptyFile`, `unlabelled` (a warning in a folder). Pure; never throws.
 */
export function readTemplateFile(file: TemplateFile): FileContent {
  const text = file.text.replace(/^\uFEFF/, '');
  const lines = text.split(/\r?\n/);
  const start = {line: 1, column: 1};
  if (text.trim() === '') {
    // Perhaps somebody is writing it just now, so what it held is not gone.
    const empty = fault('emptyFile', [], 'the file is empty', {fix: 'write a template into it, or delete it'});
    return {...nothing, faults: [located(empty, file.path, start)], incomplete: true};
  }
  const content = together(parseYaml(text, file.path).map((document) => readPart({file, document, lines})));
  if (!file.named || content.found.length > 0 || content.faults.length > 0) return content;
  const none = fault('noTemplates', [], 'the file holds no template', {
    fix: `write a ConfigMap labelled ${templateLabel}: "true", or a template`,
  });
  return {...content, faults: [located(none, file.path, start)]};
}

/** The name of a bare template: its file's, without folder and extension. */
function nameOfFile(path: string): string {
  return path.replace(/^.*[/\\]/, '').replace(/\.(ya?ml|json)$/, '');
}

interface Part {
  readonly file: TemplateFile;
  readonly document: YamlDocument;
  readonly lines: readonly string[];
}

function readPart(part: Part): FileContent {
  const {document} = part;
  if (document.faults.length > 0) return unparsed(part);
  return document.value === null ? nothing : readObject(part, document.value, []);
}

function readObject(part: Part, object: Json, path: Path): FileContent {
  if (!isObject(object)) return notATemplate(part, path, 'this is no template, which is a map of keys');
  const kind = field(object, 'kind') ?? null;
  const version = field(object, 'apiVersion') ?? null;
  if (kind === null && version === null && path.length === 0) return readBare(part, object);
  if (version === 'v1' && kind === 'ConfigMap') return readConfigMap(part, object, path);
  if (version === 'v1' && (kind === 'List' || kind === 'ConfigMapList')) {
    const items = asList(field(object, 'items')).map((item, index) => {
      // The items of a ConfigMapList need not say again what they are.
      const typed = kind === 'ConfigMapList' && isObject(item) ? {apiVersion: 'v1', kind: 'ConfigMap', ...item} : item;
      return readObject(part, typed, [...path, 'items', index]);
    });
    return together(items);
  }
  const what = typeof kind === 'string' ? `of the kind ${kind}` : 'without a `kind`';
  return notATemplate(
    part,
    kind === null ? path : [...path, 'kind'],
    `an object ${what}${version === null ? ' and without an `apiVersion`' : ''} is no template`,
  );
}

function readBare(part: Part, object: JsonObject): FileContent {
  const {file, document, lines} = part;
  if (!file.named && !Object.keys(object).some((key) => templateKeys.includes(key as never))) return nothing;
  const name = nameOfFile(file.path);
  const origin = {name, format: 'template', source: file.path} as const;
  const reading = file.advised === true ? readAdvisedDocument(document, lines, origin) : readTemplateDocument(document, origin);
  return found(part, {name, reading}, []);
}

function readConfigMap(part: Part, object: JsonObject, path: Path): FileContent {
  const {file, document, lines} = part;
  const content = contentOf(object);
  const namePath = [...path, 'metadata', 'name'];
  switch (content.kind) {
    case 'text': {
      const place = placeInFile(document, [...path, 'data', content.key], lines);
      const read = file.advised === true ? readAdvised : readTemplate;
      const reading = read(content.text, {name: content.name, format: content.format, source: file.path, place});
      return found(part, {name: content.name, reading}, namePath);
    }
    case 'broken': {
      const reading = readingOf(content.name, content.findings, file.path, (finding) =>
        placeOf(part, [...path, ...finding.path], finding.at),
      );
      // Without a name nothing can ask for it.
      if (content.name === '') return {...nothing, faults: reading.entry.kind === 'broken' ? reading.entry.faults : []};
      return found(part, {name: content.name, reading}, namePath);
    }
    case 'other':
      return unlabelled(part, object, path);
  }
}

function unlabelled(part: Part, object: JsonObject, path: Path): FileContent {
  const label = field(asObject(field(asObject(field(object, 'metadata')), 'labels')), templateLabel);
  if (label === 'false' || field(asObject(field(object, 'data')), 'template') === undefined) {
    return notATemplate(
      part,
      [...path, 'kind'],
      'this ConfigMap is no template',
      `label it ${templateLabel}: "true" if it is meant to be one`,
    );
  }
  const message = 'this ConfigMap has `data.template`, but not the label of a template';
  const finding = {code: 'unlabelled', message, fix: `label it ${templateLabel}: "true"`};
  if (part.file.named)
    return {
      ...nothing,
      faults: [inFile(part, fault(finding.code, [...path, 'metadata'], message, {fix: finding.fix, at: 'key'}))],
    };
  return {...nothing, warnings: [inFile(part, warning(finding.code, [...path, 'metadata'], message, {fix: finding.fix}))]};
}

/** A document with YAML faults: whose it is can often be read all the same, so that asking for it says what is wrong. */
function unparsed(part: Part): FileContent {
  const {file, document} = part;
  const tree = document.doc.contents;
  // Scalars of the tree are the strings that were written.
  const kind = isMap(tree) ? asString(tree.get('kind')) : undefined;
  const named = isMap(tree) ? asString(tree.getIn(['metadata', 'name'])) : undefined;
  const bare = isMap(tree) && kind === undefined && templateKeys.some((key) => tree.has(key));
  const name = kind === 'ConfigMap' ? named : bare ? nameOfFile(file.path) : undefined;
  if (name === undefined) return {...nothing, faults: document.faults, incomplete: true};
  const reading: TemplateReading = {entry: {kind: 'broken', name, faults: document.faults}, warnings: []};
  return {...found(part, {name, reading}, kind === 'ConfigMap' ? ['metadata', 'name'] : []), incomplete: true};
}

function notATemplate(
  part: Part,
  path: Path,
  message: string,
  fix = 'leave only templates in files that are named, or name their folder',
): FileContent {
  return part.file.named ? {...nothing, faults: [inFile(part, fault('notATemplate', path, message, {fix}))]} : nothing;
}

function found(part: Part, template: {readonly name: string; readonly reading: TemplateReading}, path: Path): FileContent {
  return {...nothing, found: [{...template, source: part.file.path, position: placeOf(part, path, 'value')}]};
}

function inFile(part: Part, finding: Finding): Fault {
  return located(finding, part.file.path, placeOf(part, finding.path, finding.at));
}

function placeOf({document}: Part, path: Path, at: 'key' | 'value'): Position {
  return positionOf(document, path, at) ?? positionOf(document, [], 'value') ?? {line: 1, column: 1};
}

function together(parts: readonly FileContent[]): FileContent {
  return {
    found: parts.flatMap((part) => part.found),
    faults: parts.flatMap((part) => part.faults),
    warnings: parts.flatMap((part) => part.warnings),
    incomplete: parts.some((part) => part.incomplete),
  };
}

const nothing: FileContent = {found: [], faults: [], warnings: [], incomplete: false};
