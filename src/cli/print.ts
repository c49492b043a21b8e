import {deepEqual, type Json} from '../core/json.ts';
import type {YamlDocument} from '../core/yaml.ts';
import {applyEdits, type Edit} from './edit.ts';
import {emitDocument} from './emit.ts';
import {Fragments, valueOf} from './fragments.ts';
import {detectLayout} from './layout.ts';
import {referencesOf} from './references.ts';
import {spliceYaml, type Splice} from './splice.ts';

/**
 * The text of a YAML document with another value: only what differs from `document.value` is written anew, everything else
 * keeps its bytes. Printing the old value over the result gives the original back, as far as both are of block style. `after`
 * may share parts with the old value or none: the bytes are the same.
 *
 * The result is parsed again around the edits and compared; where it is not `after` (which no known document makes happen) more
 * and more of the document is written anew, so what is returned always reads as `after`.
 *
 * @param text the text that `document` was parsed from, one document without faults.
 * @param fragments give the same to all documents of a run, and what is added to many is checked once.
 */
export function printYaml(text: string, document: YamlDocument, after: Json, fragments = new Fragments()): string {
  if (deepEqual(document.value, after)) return text;
  const mark = text.startsWith('\ufeff') ? 1 : 0;
  return text.slice(0, mark) + printMarkless(text.slice(mark), document, after, fragments);
}

function printMarkless(text: string, document: YamlDocument, after: Json, fragments: Fragments): string {
  const layout = detectLayout(text, document.doc.contents);
  const references = referencesOf(text, document.doc);
  const splice = (maxDepth?: number, literals = true): Splice => {
    // What is written anew because it read as something else is written plainly.
    const hand = maxDepth === undefined ? {...layout, literals, references} : layout;
    return spliceYaml(text, document.doc, document.value, after, hand, fragments, maxDepth);
  };
  const edited = (edits: readonly Edit[]): string => applyEdits(text, edits, layout.lineBreak);
  const reads = (candidate: string): boolean => deepEqual(valueOf(candidate), after);
  const inPlace = splice();
  const result = edited(inPlace.edits);
  // How many blank lines a `|+` block keeps depends on lines that the shorter text may lack.
  if (!/[|>][1-9]?\+/.test(text) && fragments.reads(edited(inPlace.reduced), inPlace.expected)) return result;
  if (reads(result)) return result;
  // An added `|` block takes in a comment behind it that stands further in.
  const quoted = edited(splice(undefined, false).edits);
  if (reads(quoted)) return quoted;
  for (let maxDepth = inPlace.depth; maxDepth >= 0; maxDepth -= 1) {
    const larger = edited(splice(maxDepth).edits);
    if (reads(larger)) return larger;
  }
  return `${/^---[^\n]*\n/.test(text) ? `---${layout.lineBreak}` : ''}${emitDocument(after, layout).replaceAll('\n', layout.lineBreak)}`;
}
