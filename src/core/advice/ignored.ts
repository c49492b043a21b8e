import {didYouMean} from '../nearest.ts';
import {templateWarnings} from '../template/codes.ts';
import type {Path} from '../template/finding.ts';
import {positionOf, type YamlDocument} from '../yaml.ts';
import {adviceCodes} from './codes.ts';

const known = Object.keys({...adviceCodes, ...templateWarnings});

/** A code that a comment `# pod-injector:ignore CODE, CODE` names, and where: both count from 1. */
interface Mention {
  readonly code: string;
  readonly line: number;
  readonly column: number;
}

/** The comments of a text that silence warnings. */
export interface Ignored {
  /** Whether a comment stands on the line of this part of the document, or of one that it lies in, or directly above. */
  covers(path: Path, code: string): boolean;
  /** Codes that are misspelt, each with the right one. */
  readonly unknown: readonly (Mention & {readonly fix: string})[];
}

/**
 * Reads `# pod-injector:ignore CODE` comments: at the end of a line or on lines of their own above it, for the field or list item
 * that begins there and all within it; above the first key, for the whole template. Never throws.
 *
 * @param lines those that the document's positions count.
 */
export function readIgnored(document: YamlDocument, lines: readonly string[]): Ignored {
  const mentions = lines.flatMap((text, index) => mentionsOf(text, index + 1));
  const onLine = new Map<number, Mention[]>();
  for (const mention of mentions) onLine.set(mention.line, [...(onLine.get(mention.line) ?? []), mention]);
  const first = positionOf(document, [], 'value')?.line ?? 1;
  const above = (line: number): Mention[] => {
    const found: Mention[] = [];
    for (let at = line - 1; at >= 1 && isComment(lines[at - 1], line === first); at -= 1) found.push(...(onLine.get(at) ?? []));
    return found;
  };
  const near = (path: Path, isOwn: boolean): readonly Mention[] => {
    const line = path.length === 0 ? first : positionOf(document, path, 'key')?.line;
    if (line === undefined) return [];
    // On the template's first line stands what is about its first key, or about all of it.
    return path.length === 0 && !isOwn ? above(line) : [...(onLine.get(line) ?? []), ...above(line)];
  };
  return {
    covers: (path, code) =>
      mentions.length > 0 &&
      Array.from({length: path.length + 1}, (_, length) => path.slice(0, length)).some((part) =>
        near(part, part.length === path.length).some((mention) => mention.code === code),
      ),
    unknown: mentions.flatMap((mention) => {
      if (known.includes(mention.code)) return [];
      const {fix} = didYouMean(mention.code, known);
      // Without a near one it may be a code for another tool.
      return fix === undefined ? [] : [{...mention, fix}];
    }),
  };
}

function mentionsOf(text: string, line: number): Mention[] {
  const found = /(?:^|\s)#\s*pod-injector:ignore\s+(\w+(?:\s*,\s*\w+)*)/d.exec(text);
  const [start] = found?.indices?.[1] ?? [];
  if (found === null || start === undefined) return [];
  return [...(found[1] as string).matchAll(/\w+/g)].map(({0: code, index}) => ({code, line, column: start + index + 1}));
}

/** A line that is a comment alone; above the first key blank ones may stand between, and the document's marker. */
function isComment(text: string | undefined, orBlank: boolean): boolean {
  return text !== undefined && (/^\s*#/.test(text) || (orBlank && /^(?:---)?\s*$/.test(text)));
}
