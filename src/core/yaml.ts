import {
  Composer,
  Lexer,
  LineCounter,
  Parser,
  Schema,
  isAlias,
  isMap,
  isSeq,
  type Document,
  type DocumentOptions,
  type Node,
  type Pair,
  type ParseOptions,
  type SchemaOptions,
} from 'yaml';
import {messageOf, type Fault, type Position} from './errors.ts';
import type {Json} from './json.ts';
import {isMergeKey, keyOf, maxAliases, maxDepth, startOf, valueOf, yamlFaults} from './yaml-value.ts';

/** One document of a YAML text. */
export interface YamlDocument {
  /** The text of all documents, without its byte order mark. */
  readonly text: string;
  /** The syntax tree; offsets count from the beginning of `text`. Its scalars are the strings that were written. */
  readonly doc: Document.Parsed;
  /** For {@link positionAt}. */
  readonly lineCounter: LineCounter;
  /** All that is wrong with it, in the order of the text. */
  readonly faults: readonly Fault[];
  /** The document as Kubernetes reads it; without meaning when there are faults. Null for comments alone. */
  readonly value: Json;
}

/** What {@link parseYaml} takes: bytes of UTF-8, levels of lists and maps, aliases after expansion. More is a fault. */
export const yamlLimits = {maxBytes: 32 * 1024 * 1024, maxDepth, maxAliases} as const;

/**
 * The documents of a text as Kubernetes reads YAML (sigs.k8s.io/yaml 1.6: YAML 1.1 scalars, then JSON), at least one. Never
 * throws: syntax errors, duplicate keys, unknown tags, alias bombs and the limits are faults of their document, each with its
 * line and column. A byte order mark is skipped; CRLF counts as one line break.
 *
 * @param source names the text in faults: a file, `-`, or `configmap/NAMESPACE/NAME[KEY]`.
 * @param firstLine the line, from 1, at which the text begins in its source.
 */
export function parseYaml(text: string, source?: string, firstLine = 1): YamlDocument[] {
  const lineCounter = countFrom(firstLine);
  const where = source === undefined ? {} : {source};
  const only = (code: string, message: string, fix: string, offset: number): YamlDocument[] =>
    [...new Composer(options).end(true, 0)].map((doc) => ({
      text: '',
      doc,
      lineCounter,
      value: null,
      faults: [{code, message, fix, ...where, position: positionAt(lineCounter, offset)}],
    }));
  if (text.length > yamlLimits.maxBytes || Buffer.byteLength(text) > yamlLimits.maxBytes) {
    return only('yamlTooLarge', `the text is larger than ${yamlLimits.maxBytes} bytes`, 'split it', 0);
  }
  const bare = text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text;
  const composed = compose(bare, lineCounter);
  switch (composed.kind) {
    case 'tooDeep':
      return only('tooDeep', yamlFaults.tooDeep[0], yamlFaults.tooDeep[1], composed.offset);
    case 'failed':
      return only('yamlSyntax', composed.message, 'simplify the document', 0);
    case 'documents':
      return composed.docs.map((doc) => read(bare, doc, lineCounter, where));
  }
}

/** The place of an offset of a document's text. */
export function positionAt(lineCounter: LineCounter, offset: number): Position {
  const {line, col} = lineCounter.linePos(offset);
  return {line, column: col};
}

/**
 * The place of a field or list item in its document: of its key or of its value (a value that is empty stands after its key).
 * Aliases and merge keys are followed. Undefined where there is no such path.
 */
export function positionOf(
  document: YamlDocument,
  path: readonly (string | number)[],
  at: 'key' | 'value',
): Position | undefined {
  const [key, node] = nodesAt(document, path) ?? [];
  const target = at === 'key' ? key : (node ?? key);
  return target === null || target === undefined ? undefined : positionAt(document.lineCounter, startOf(target));
}

/** The key (or list item) and the value at the end of a path, as nodes of the syntax tree; undefined where there is no such path. */
export function nodesAt(document: YamlDocument, path: readonly (string | number)[]): [key: unknown, value: unknown] | undefined {
  let found: [unknown, unknown] | undefined = [document.doc.contents, document.doc.contents];
  for (const segment of path) {
    found = step(document.doc, found[1], segment);
    if (found === undefined) return undefined;
  }
  return found;
}

const byteOrderMark = 0xfeff;

// Scalars are resolved by yaml-scalar.ts, and duplicate keys found by yaml-value.ts in linear time; with no tags to try and no
// keys to compare the library is faster. Built once: a schema for each document costs more than a small document's parse.
const options: ParseOptions & DocumentOptions & SchemaOptions = {
  schema: new Schema({schema: 'failsafe', merge: false, resolveKnownTags: false}),
  merge: false,
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'silent',
};

type Composed =
  | {readonly kind: 'documents'; readonly docs: readonly Document.Parsed[]}
  | {readonly kind: 'tooDeep'; readonly offset: number}
  | {readonly kind: 'failed'; readonly message: string};

function compose(text: string, lineCounter: LineCounter): Composed {
  const parser = new Parser(lineCounter.addNewLine);
  const composer = new Composer(options);
  const docs: Document.Parsed[] = [];
  lineCounter.addNewLine(0);
  try {
    for (const lexeme of new Lexer().lex(text)) {
      for (const token of parser.next(lexeme)) docs.push(...(composer.next(token) as Iterable<Document.Parsed>));
      // The composer recurses: a text of 100,000 brackets would exhaust the stack. On it are the document, what is open, a scalar.
      if (parser.stack.length > maxDepth + 2)
        return {kind: 'tooDeep', offset: parser.stack[maxDepth + 1]?.offset ?? parser.offset};
    }
    for (const token of parser.end()) docs.push(...(composer.next(token) as Iterable<Document.Parsed>));
    docs.push(...(composer.end(true, text.length) as Iterable<Document.Parsed>));
  } catch (error) {
    return {kind: 'failed', message: messageOf(error)};
  }
  return {kind: 'documents', docs};
}

function read(text: string, doc: Document.Parsed, lineCounter: LineCounter, where: {source?: string}): YamlDocument {
  const found: {code: string; message: string; fix?: string; offset: number}[] = doc.errors.map((error) => ({
    code: 'yamlSyntax',
    message: error.message,
    offset: error.pos[0],
    ...(error.code === 'TAB_AS_INDENT' ? {fix: 'indent with spaces'} : {}),
  }));
  const broken = found.length > 0;
  const value = valueOf(doc, (code, offset) => {
    // What a syntax error leaves behind is often an empty key; that is not one more mistake.
    if (!broken || code !== 'keyNotScalar') found.push({code, message: yamlFaults[code][0], fix: yamlFaults[code][1], offset});
  });
  const faults = found
    .toSorted((a, b) => a.offset - b.offset)
    .filter((fault, index, all) => fault.offset !== all[index - 1]?.offset)
    .map(({offset, ...fault}): Fault => ({
      ...fault,
      ...(isInHelmLine(text, offset) ? {fix: renderFirst} : {}),
      ...where,
      position: positionAt(lineCounter, offset),
    }));
  return {text, doc, lineCounter, faults, value};
}

const renderFirst = '`{{ … }}` is for Helm: give what `helm template` makes of it';

/** Whether the line of a fault holds `{{ … }}`, which YAML reads as a map that is the key of another. */
function isInHelmLine(text: string, offset: number): boolean {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  return /(?:^|[\s[,])\{\{/.test(text.slice(start, end === -1 ? text.length : end));
}

function countFrom(firstLine: number): LineCounter {
  const counter = new LineCounter();
  if (firstLine > 1) {
    const linePos = counter.linePos;
    counter.linePos = (offset) => {
      const {line, col} = linePos(offset);
      return {line: line + firstLine - 1, col};
    };
  }
  return counter;
}

/** The key (or item) and the value at one step of a path. */
function step(doc: Document.Parsed, from: unknown, segment: string | number, merges = 0): [unknown, unknown] | undefined {
  // A map may name itself as its own merge source.
  if (merges > maxAliases) return undefined;
  const node = isAlias(from) ? from.resolve(doc) : from;
  if (isSeq(node)) {
    const item = node.items[Number(segment)];
    return item === undefined ? undefined : [item, item];
  }
  if (!isMap(node)) return undefined;
  const pairs = node.items as Pair<Node, Node | null>[];
  const pair = pairs.find(({key}) => !isMergeKey(key) && keyOf(key) === String(segment));
  if (pair !== undefined) return [pair.key, pair.value];
  for (const {value} of pairs.filter(({key}) => isMergeKey(key))) {
    const source = isAlias(value) ? value.resolve(doc) : value;
    for (const merged of isSeq(source) ? source.items : [source]) {
      const found = step(doc, merged, segment, merges + 1);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
