import {deepEqual, withoutField, type JsonObject} from '../../core/json.ts';
import {parseYaml} from '../../core/yaml.ts';
import {emitDocument} from '../emit.ts';
import {kubectlLayout} from '../layout.ts';
import {printYaml} from '../print.ts';

/**
 * A template's text, to be read and kept by people: comments that say where it comes from, then its pattern, then what is in it.
 * Where there is an old text, what stays of it keeps its bytes, the author's comments too. What is returned reads as `template`.
 */
export function templateText(template: JsonObject, comments: readonly string[], old: string | undefined): string {
  const head = `${comments.map((comment) => `# ${comment}\n`).join('')}pattern: ${String(template['pattern'])}\n`;
  const rest = withoutField(template, 'pattern');
  const kept = old === undefined ? undefined : head + keep(old, rest);
  if (kept !== undefined && reads(kept, template)) return kept;
  return head + emitDocument(rest, kubectlLayout);
}

function keep(old: string, rest: JsonObject): string {
  // A ConfigMap holds line feeds only where its author's editor did; a `|` block needs them, and no blanks at its end.
  const text = `${old
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n')
    .replace(/^---[ \t]*\n/, '')
    .replace(/\n\.\.\.[ \t]*\s*$/, '\n')
    .replaceAll(/[ \t]+$/gm, '')
    .trimEnd()}\n`;
  const {comments, body} = withoutComments(text, rest);
  const [document] = parseYaml(body);
  return document === undefined || document.faults.length > 0 ? '' : comments + printYaml(body, document, rest);
}

/** Takes out the comments above keys that go, which would stand above others then, to be put first; the name's are the whole text's. */
function withoutComments(text: string, rest: JsonObject): {readonly comments: string; readonly body: string} {
  const lines = text.split('\n');
  const taken: string[] = [];
  for (let at = lines.length - 1; at > 0; at -= 1) {
    const key = /^([A-Za-z-]+):/.exec(lines[at] ?? '')?.[1];
    if (key === undefined || key === 'name' || Object.hasOwn(rest, key)) continue;
    const above = lines.slice(0, at).findLastIndex((line) => !line.startsWith('#')) + 1;
    const comments = lines.splice(above, at - above).map((line) => line.replace(/^#\s?/, ''));
    taken.unshift(...comments.map((comment, index) => `# ${index === 0 ? `${key}: ` : ''}${comment}\n`));
    at = above;
  }
  return {comments: taken.join(''), body: lines.join('\n')};
}

function reads(text: string, template: JsonObject): boolean {
  const documents = parseYaml(text);
  return documents.length === 1 && documents[0]?.faults.length === 0 && deepEqual(documents[0].value, template);
}
