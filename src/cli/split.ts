/** A part of a file that holds at most one document. The parts, one after another, are the file. */
export interface Part {
  readonly text: string;
  /** The line of the file, from 1, on which the part begins. */
  readonly line: number;
}

/**
 * A YAML stream cut before each `---` and after each `...` line, without parsing it: at a line's start these end a document
 * wherever they stand, in a block scalar too (YAML 1.2.2, section 9.1.2). Directives go with the document that they precede.
 */
export function splitYaml(text: string): Part[] {
  const cuts = [0];
  // At the start of the stream and after `...` there may be directives.
  let bare = true;
  for (const {0: marker, index} of text.matchAll(/^(?:---|\.\.\.)(?=[ \t\r\n]|$)[^\n]*\n?/gm)) {
    const from = cuts.at(-1) as number;
    if (marker.startsWith('...')) cuts.push(index + marker.length);
    else if (!(bare && isDirectives(text.slice(from, index)))) cuts.push(index);
    bare = marker.startsWith('...');
  }
  return partsOf(text, cuts);
}

/**
 * A text of JSON values, one or several with white space between them, cut before each; undefined where it is no JSON. The
 * syntax is JSON.parse's, so nothing that only YAML reads comes as JSON.
 */
export function splitJson(text: string): Part[] | undefined {
  const starts: number[] = [];
  let depth = 0;
  const at = text.startsWith('\ufeff') ? 1 : 0;
  for (const {0: token, index} of text.slice(at).matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]|[^\s{}[\]"]+/g)) {
    if (depth === 0) {
      // A value that is no object or list can't be told from YAML.
      if (token !== '{' && token !== '[') return undefined;
      starts.push(at + index);
    }
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
  }
  const [, ...cuts] = starts;
  if (starts.length === 0 || depth !== 0) return undefined;
  const parts = partsOf(text, [0, ...cuts]);
  return parts.every((part) => isJson(part.text)) ? parts : undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text.replace(/^\ufeff/, ''));
    return true;
  } catch {
    return false;
  }
}

function isDirectives(text: string): boolean {
  return /^\ufeff?%/m.test(text) && /^\ufeff?(?:[ \t]*(?:#[^\n]*)?\r?\n|%[^\n]*\n)*$/.test(text);
}

function partsOf(text: string, cuts: readonly number[]): Part[] {
  const parts: Part[] = [];
  let line = 1;
  for (const [index, start] of cuts.entries()) {
    const part = text.slice(start, cuts[index + 1] ?? text.length);
    if (part !== '' || cuts.length === 1) parts.push({text: part, line});
    for (let at = part.indexOf('\n'); at !== -1; at = part.indexOf('\n', at + 1)) line += 1;
  }
  return parts;
}
