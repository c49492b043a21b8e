/** A piece of a text to be replaced; an insertion is empty, a removal has no text. Offsets count in the unedited text. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  /** What comes instead, its lines ended by `\n`. */
  readonly text: string;
  /** A line for each item or field of the text, which stands for it where the text was checked on its own. */
  readonly stub?: string;
}

/**
 * The text with all edits made, in one pass; new lines get the text's own line break. Edits at the same place are made in the
 * order of the list, and removals may touch or overlap. A last line without a line break stays one: what is added behind it
 * gets the break in front, and what is removed there takes the break before it along.
 */
export function applyEdits(text: string, edits: readonly Edit[], lineBreak: '\n' | '\r\n'): string {
  const parts: string[] = [];
  let at = 0;
  const openEnd = text.length > 0 && !text.endsWith('\n');
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    parts.push(text.slice(at, Math.max(at, edit.start)));
    at = Math.max(at, edit.end);
    if (edit.text === '') continue;
    const isBehindEnd = openEnd && edit.start === text.length;
    const follows = isBehindEnd && parts.findLast((part) => part !== '')?.endsWith('\n') === false;
    parts.push(brokenBy(`${follows ? '\n' : ''}${isBehindEnd ? edit.text.replace(/\n$/, '') : edit.text}`, lineBreak));
  }
  parts.push(text.slice(at));
  const edited = parts.join('');
  // Lines at the end were removed whole, and what now stands last had a line break only because of them.
  return openEnd && at === text.length && edited.endsWith('\n') ? edited.slice(0, edited.endsWith('\r\n') ? -2 : -1) : edited;
}

function brokenBy(text: string, lineBreak: '\n' | '\r\n'): string {
  return lineBreak === '\n' ? text : text.replaceAll('\n', lineBreak);
}
