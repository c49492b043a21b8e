/** A `$(NAME)` in the value of a variable, and where it stands: `start` on its `$`, `end` behind its `)`. */
export interface Reference {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The references in a text, in order: `$$` is an escaped `$`, and `$(` without a `)` stays as it is. Linear in the text's length.
 * Source: Kubernetes, third_party/forked/golang/expansion/expand.go.
 */
export function referencesIn(text: string): readonly Reference[] {
  const references: Reference[] = [];
  let start = text.indexOf('$');
  while (start !== -1) {
    let next = start + 2;
    if (text[start + 1] === '(') {
      const close = text.indexOf(')', next);
      if (close === -1) break;
      references.push({name: text.slice(next, close), start, end: close + 1});
      next = close + 1;
    }
    start = text.indexOf('$', next);
  }
  return references;
}
