import {isList, isObject, type Json} from '../core/json.ts';
import {align, type Step} from '../core/patch.ts';

/**
 * How one list becomes another, as {@link align} has it, but that a list or a nameless object (an item of a `kind: List`, an
 * `envFrom`) that changed where it stands is kept, to be edited, and not removed and inserted.
 */
export function alignItems(before: readonly Json[], after: readonly Json[]): Step[] {
  const steps: Step[] = [];
  let removed: number[] = [];
  let inserted: number[] = [];
  const pass = (): void => {
    for (let index = 0; index < Math.max(removed.length, inserted.length); index += 1) {
      const from = removed[index];
      const to = inserted[index];
      const pair = from !== undefined && to !== undefined && isSameKind(before[from] as Json, after[to] as Json);
      if (pair) steps.push({kind: 'keep', before: from, after: to});
      if (!pair && from !== undefined) steps.push({kind: 'remove', before: from});
      if (!pair && to !== undefined) steps.push({kind: 'insert', after: to});
    }
    [removed, inserted] = [[], []];
  };
  for (const step of align(before.map(toComparable), after.map(toComparable))) {
    switch (step.kind) {
      case 'remove':
        removed.push(step.before);
        break;
      case 'insert':
        inserted.push(step.after);
        break;
      case 'keep':
        pass();
        steps.push(step);
        break;
    }
  }
  pass();
  return steps;
}

/** A list within a list as its text: {@link align} would tell equal ones apart. */
function toComparable(item: Json): Json {
  return isList(item) ? `${unknownField}${JSON.stringify(item)}` : item;
}

function isSameKind(a: Json, b: Json): boolean {
  return isList(a) ? isList(b) : isNameless(a) && isNameless(b);
}

/** Tells an object that is not recognized any more once it changed. */
function isNameless(item: Json): boolean {
  return isObject(item) && align([item], [{...item, [unknownField]: null}])[0]?.kind !== 'keep';
}

const unknownField = '\u0000';
