/**
 * The known name that a misspelt one most likely means: the fewest edits away (insert, delete, replace, swap of neighbours;
 * a change of case counts half), at most a third of its length; of two as near the one that comes first. Undefined when none is
 * near enough. Never throws.
 */
export function nearest(wanted: string, known: Iterable<string>): string | undefined {
  // Nobody misspells names this long, and the cost is the product of the lengths.
  if (wanted.length > maxLength) return undefined;
  let best: string | undefined;
  let least = Math.max(1, wanted.length / 3);
  for (const name of known) {
    if (Math.abs(name.length - wanted.length) > least) continue;
    const edits = distance(wanted, name);
    if (edits < least || (edits === least && best === undefined)) {
      best = name;
      least = edits;
    }
  }
  return best;
}

/** The words `did you mean "x"` for a fault's fix; an empty object when no known name is near. Never throws. */
export function didYouMean(wanted: string, known: Iterable<string>): {readonly fix?: string} {
  const name = nearest(wanted, known);
  return name === undefined ? {} : {fix: `did you mean \`${name}\``};
}

const maxLength = 128;

/** The optimal string alignment distance (Damerau–Levenshtein without edits inside a swap), three rows at a time. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({length: b.length + 1}, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      let edits = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + difference(a.charAt(i - 1), b.charAt(j - 1)));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) edits = Math.min(edits, at(beforeLast, j - 2) + 1);
      row.push(edits);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

function difference(a: string, b: string): number {
  if (a === b) return 0;
  return a.toLowerCase() === b.toLowerCase() ? 0.5 : 1;
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
