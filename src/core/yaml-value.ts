import {isAlias, isMap, isScalar, isSeq, type Document, type Node, type Pair, type Range, type Scalar, type YAMLMap} from 'yaml';
import {isList, isObject, type Json} from './json.ts';
import {resolvePlain} from './yaml-scalar.ts';

/** What is wrong with a parsed YAML document although its syntax is right: stable code → its one sentence and what to do. */
export const yamlFaults = {
  aliasBomb: ['aliases within aliases multiply to more than 100', 'write the parts out'],
  aliasUnknown: ['no anchor of this name stands before the alias', 'define the anchor first, or quote the value'],
  aliasWithinItself: ['the alias stands within the value it repeats', 'move it out of that value'],
  duplicateKey: ['the key stands twice in this map', 'remove one of them'],
  keyNotScalar: ['a key must be a string, a number or a boolean', 'quote it'],
  mergeNotMap: ['`<<` takes a map, an alias of one, or a list of these', 'quote the key if it is data'],
  notFinite: ['JSON has no infinity and no NaN', 'quote it if a string is meant'],
  inexact: ['the integer is beyond 2^53, where programs that read JSON round', 'quote it if a string is meant'],
  tagUnknown: [
    'Kubernetes takes no tag but !!str, !!int, !!float, !!bool, !!null, !!timestamp, !!map and !!seq',
    'remove the tag',
  ],
  tagMismatch: ['the value is not what its tag says', 'remove the tag'],
  tooDeep: ['lists and maps are nested more than 100 deep', 'flatten the document'],
} as const;
export type YamlFault = keyof typeof yamlFaults;

/** Kubernetes documents are a dozen levels deep; every reader of the value may recurse. */
export const maxDepth = 100;
/** Aliases in a document after expansion, those within repeated parts counted each time. */
export const maxAliases = 100;

interface Anchor {
  value: Json | undefined;
  aliases: number;
  height: number;
}

/**
 * The JSON value of a document, as sigs.k8s.io/yaml makes it: keys become strings, the last of several `<<` wins, and a `<<`
 * below a key overwrites it. What an alias repeats is shared, not copied. `__proto__` is a key like any other. Never throws:
 * what is wrong goes to `report` with its offset, and the value is then without meaning.
 */
export function valueOf(doc: Document.Parsed, report: (code: YamlFault, offset: number) => void): Json {
  const anchors = new Map<string, Anchor>();
  let aliases = 0;
  let deepest = 0;

  function convert(node: Node | null, depth: number): Json {
    if (node === null) return null;
    if (isAlias(node)) return repeat(node, depth);
    const name = (node as {anchor?: string}).anchor;
    if (name === undefined) return convertPlain(node, depth);
    const anchor: Anchor = {value: undefined, aliases, height: 0};
    anchors.set(name, anchor);
    const outer = deepest;
    deepest = depth;
    anchor.value = convertPlain(node, depth);
    anchor.height = deepest - depth;
    anchor.aliases = aliases - anchor.aliases;
    deepest = Math.max(deepest, outer);
    return anchor.value;
  }

  function convertPlain(node: Node, depth: number): Json {
    if (isScalar(node)) return scalar(node);
    if (depth >= maxDepth) return wrong('tooDeep', node);
    if (depth + 1 > deepest) deepest = depth + 1;
    if (isMap(node)) return tagged(node, mapTag) ? map(node, depth + 1) : null;
    if (isSeq(node)) return tagged(node, seqTag) ? node.items.map((item) => convert(item as Node, depth + 1)) : null;
    return null;
  }

  function repeat(alias: Node & {source: string}, depth: number): Json {
    const anchor = anchors.get(alias.source);
    if (anchor === undefined) return wrong('aliasUnknown', alias);
    if (anchor.value === undefined) return wrong('aliasWithinItself', alias);
    const before = aliases;
    aliases += 1 + anchor.aliases;
    deepest = Math.max(deepest, depth + anchor.height);
    // Reported once, where the bound is crossed.
    if (aliases > maxAliases) return before > maxAliases ? null : wrong('aliasBomb', alias);
    if (depth + anchor.height > maxDepth) return wrong('tooDeep', alias);
    return anchor.value;
  }

  function map(node: YAMLMap, depth: number): Json {
    const fields = new Map<string, Json>();
    // What a merge brought may be stated once more.
    const merged = new Set<string>();
    for (const pair of node.items as Pair<Node, Node | null>[]) {
      if (isMergeKey(pair.key)) {
        const stated = new Set([...fields.keys()].filter((key) => !merged.has(key)));
        merge(fields, pair, depth);
        for (const key of fields.keys()) if (!stated.has(key)) merged.add(key);
        continue;
      }
      if ((pair.key as {anchor?: string}).anchor !== undefined) convert(pair.key, depth);
      const key = keyOf(pair.key);
      if (key === undefined) wrong('keyNotScalar', pair.key);
      else if (fields.has(key) && !merged.has(key)) wrong('duplicateKey', pair.key);
      const value = convert(pair.value, depth);
      if (key === undefined) continue;
      merged.delete(key);
      fields.set(key, value);
    }
    // Makes `__proto__` a field, where an assignment would not.
    return Object.fromEntries(fields);
  }

  function merge(into: Map<string, Json>, pair: Pair<Node, Node | null>, depth: number): void {
    const source = convert(pair.value, depth);
    // Of a list the earlier map wins, so it is laid on last.
    const sources = isList(source) ? source.toReversed() : [source];
    for (const from of sources) {
      if (isObject(from)) for (const [key, value] of Object.entries(from)) into.set(key, value as Json);
      else wrong('mergeNotMap', pair.value ?? pair.key);
    }
  }

  function scalar(node: Scalar): Json {
    const text = node.value as string;
    const tag = node.tag;
    if (tag === undefined ? node.type !== 'PLAIN' : stringTags.has(tag)) return text;
    if (tag !== undefined && !scalarTags.has(tag)) return wrong('tagUnknown', node);
    const result = resolvePlain(text);
    if (result.kind !== 'value') return wrong(result.kind, node);
    return tag === undefined || scalarTags.get(tag)?.(result.value) ? result.value : wrong('tagMismatch', node);
  }

  function tagged(node: YAMLMap | Node, allowed: string): boolean {
    const tag = (node as {tag?: string}).tag;
    if (tag === undefined || tag === allowed || tag === '!') return true;
    wrong('tagUnknown', node);
    return false;
  }

  function wrong(code: YamlFault, node: Node): null {
    report(code, startOf(node));
    return null;
  }

  return convert(doc.contents, 0);
}

/** Tells `<<` as a merge key (https://yaml.org/type/merge.html); a quoted one is data. */
export function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.value === '<<' && key.type === 'PLAIN' && key.tag === undefined;
}

/** A map's key as the string it becomes in JSON, as sigs.k8s.io/yaml converts it; undefined for null, a list, a map, an alias. */
export function keyOf(key: unknown): string | undefined {
  if (!isScalar(key) || typeof key.value !== 'string') return undefined;
  if (key.type !== 'PLAIN' || (key.tag !== undefined && stringTags.has(key.tag))) return key.value;
  const result = resolvePlain(key.value);
  return result.kind === 'value' && result.value !== null ? String(result.value) : undefined;
}

/** The offset where a node's own text begins, after its anchor and tag. */
export function startOf(node: unknown): number {
  return (node as {range?: Range | null}).range?.[0] ?? 0;
}

const core = 'tag:yaml.org,2002:';
const mapTag = `${core}map`;
const seqTag = `${core}seq`;
const stringTags: ReadonlySet<string> = new Set(['!', `${core}str`, `${core}timestamp`]);
const scalarTags: ReadonlyMap<string, (value: Json) => boolean> = new Map([
  [`${core}int`, (value: Json) => Number.isInteger(value)],
  [`${core}float`, (value: Json) => typeof value === 'number'],
  [`${core}bool`, (value: Json) => typeof value === 'boolean'],
  [`${core}null`, (value: Json) => value === null],
]);
