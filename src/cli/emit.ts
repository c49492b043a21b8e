import {isList, isObject, type Json, type JsonObject} from '../core/json.ts';
import {resolvePlain} from '../core/yaml-scalar.ts';
import {kubectlLayout, type Layout} from './layout.ts';
import {referenceKey} from './references.ts';

/**
 * The fields of an object as the lines of a block map at `column`, each ended by a line break (`\n`). Strings stand plain where
 * neither YAML 1.1 nor 1.2 reads anything else, and as a `|` block where they have lines.
 */
export function emitPairs(object: JsonObject, column: number, layout: Layout): string {
  let text = '';
  for (const [key, value] of Object.entries(object)) {
    if (value === undefined) continue;
    const behind = asWritten(key, value, column, layout) ?? emitAfterColon(value, column, layout);
    text += `${' '.repeat(column)}${emitKey(key)}:${behind}\n`;
  }
  return text;
}

function asWritten(key: string, value: Json, column: number, {references}: Layout): string | undefined {
  const lines = key === referenceKey ? references?.(value) : undefined;
  return lines?.map((line, index) => (index === 0 || line === '' ? line : `${' '.repeat(column)}${line}`)).join('\n');
}

/** An item of a block list whose `-` stands at `column`, each line ended by a line break. */
export function emitItem(item: Json, column: number, layout: Layout): string {
  const indent = ' '.repeat(column);
  // The first field of a map, or the first item of a list, stands behind the dash.
  if (isObject(item) && !isEmpty(item)) return `${indent}- ${emitPairs(item, column + 2, layout).trimStart()}`;
  if (isList(item) && item.length > 0) return `${indent}- ${emitItems(item, column + 2, layout).trimStart()}`;
  return `${indent}- ${emitScalar(item, column + 2, layout)}\n`;
}

/** What stands after a key's `:`, without the last line break; `column` is the key's. */
export function emitAfterColon(value: Json, column: number, layout: Layout): string {
  if (isObject(value) && !isEmpty(value)) return `\n${emitPairs(value, column + layout.step, layout)}`.slice(0, -1);
  if (isList(value) && value.length > 0) return `\n${emitItems(value, column + layout.listStep, layout)}`.slice(0, -1);
  return ` ${emitScalar(value, column + layout.step, layout)}`;
}

/** A value in flow style; `padding` stands inside the brackets. */
export function emitFlow(value: Json, padding: string): string {
  if (isList(value))
    return value.length === 0 ? '[]' : `[${padding}${value.map((item) => emitFlow(item, padding)).join(', ')}${padding}]`;
  if (isObject(value)) {
    const fields = Object.entries(value).filter(([, item]) => item !== undefined);
    if (fields.length === 0) return '{}';
    return `{${padding}${fields.map(([key, item]) => `${emitKey(key)}: ${emitFlow(item as Json, padding)}`).join(', ')}${padding}}`;
  }
  return typeof value === 'string' ? emitKey(value) : emitScalar(value, 0, kubectlLayout);
}

/** A whole document, a line break at its end. */
export function emitDocument(value: Json, layout: Layout): string {
  if (isObject(value) && !isEmpty(value)) return emitPairs(value, 0, layout);
  if (isList(value) && value.length > 0) return emitItems(value, 0, layout);
  return `${emitScalar(value, 2, layout)}\n`;
}

/** A string that is quoted unless it is plain beyond doubt; right as a key and inside brackets. */
export function emitKey(text: string): string {
  return isPlain(text) ? text : quote(text);
}

/** A string on one line outside of brackets, quoted where it must be. */
export function emitLine(text: string): string {
  return isPlain(text) || isPlainLine(text) ? text : quote(text);
}

function emitItems(items: readonly Json[], column: number, layout: Layout): string {
  return items.map((item) => emitItem(item, column, layout)).join('');
}

/** A scalar, or an empty map or list. The lines of a `|` block stand at `column`. */
function emitScalar(value: Json, column: number, layout: Layout): string {
  if (isList(value)) return '[]';
  if (isObject(value)) return '{}';
  if (typeof value !== 'string') return String(value);
  if (isPlain(value)) return value;
  if (layout.literals && isLiteral(value)) {
    const indent = ' '.repeat(column);
    const body = value.endsWith('\n') ? value.slice(0, -1) : value;
    return `|${body === value ? '-' : ''}\n${body.replaceAll(/^(?=.)/gm, indent)}`;
  }
  if (isPlainLine(value)) return value;
  return value.includes('"') && /^[^'\n\t]*$/.test(value) && printable.test(value) ? `'${value}'` : quote(value);
}

/** An IPv4 address, or a word of letters, digits and `-_./@`, colons within, that no YAML reads as something else: plain wherever it stands. */
function isPlain(text: string): boolean {
  return /^\d+(?:\.\d+){3}$/.test(text) || (/^[A-Za-z/][\w./@-]*(?::[\w./@-]+)*$/.test(text) && isText(text));
}

/** A string that is plain outside of brackets: it begins with no indicator, holds no `: ` and no ` #`, and is no number (an address is none). */
function isPlainLine(text: string): boolean {
  if (/^(?:\d+(?:\.\d+){2}|\d+(?:\.\d+){3}(?::\d+)?|\d+(?:m|[kKMGTPE]i?|s|h))$/.test(text)) return true;
  return /^(?:--?)?[A-Za-z/$(_][!-~ ]*$/.test(text) && !/: | #|[: ]$/.test(text) && isText(text);
}

function isText(text: string): boolean {
  const result = resolvePlain(text);
  return result.kind === 'value' && result.value === text;
}

/** Lines that a `|` block holds without an indentation indicator and without chomping that would reach beyond it. */
function isLiteral(text: string): boolean {
  return text.includes('\n') && printable.test(text) && /^[^\s]/.test(text) && !/[ \t\n]\n$|[ \t]$/.test(text);
}

/** Double quotes, by JSON's escapes, which are YAML's too (YAML 1.2.2, section 5.7), and escapes for what YAML 1.1 does not print. */
function quote(text: string): string {
  return JSON.stringify(text).replaceAll(unprintable, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function isEmpty(object: JsonObject): boolean {
  return Object.values(object).every((value) => value === undefined);
}

// https://yaml.org/spec/1.1/#c-printable, less the line breaks that only YAML 1.1 knows.
const unprintable = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;
const printable = /^[\t\n\u0020-\u007e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]*$/;
