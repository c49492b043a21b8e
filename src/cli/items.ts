import {deepEqual, field, isList, isObject, type Json, type JsonObject} from '../core/json.ts';
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
    const isEven = removed.length === inserted.length;
    for (const to of inserted) {
      const index = removed.findIndex((from) => isChanged(before[from] as Json, after[to] as Json, isEven));
      const from = removed[index];
      steps.push(
        ...removed
          .splice(0, index + 1)
          .slice(0, -1)
          .map((gone): Step => ({kind: 'remove', before: gone})),
      );
      steps.push(from === undefined ? {kind: 'insert', after: to} : {kind: 'keep', before: from, after: to});
    }
    steps.push(...removed.map((gone): Step => ({kind: 'remove', before: gone})));
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

/** Whether the one may be the other, changed: as many go as come, or they have something in common. */
function isChanged(from: Json, to: Json, isEven: boolean): boolean {
  if (isList(from) && isList(to)) return isEven || from.some((item) => to.some((other) => deepEqual(item, other)));
  if (!isObject(from) || !isObject(to) || !isNameless(from) || !isNameless(to)) return false;
  return isEven || Object.keys(from).some((key) => field(to, key) !== undefined);
}

/** Tells an object that is not recognized any more once it changed. */
function isNameless(item: JsonObject): boolean {
  return align([item], [{...item, [unknownField]: null}])[0]?.kind !== 'keep';
}

const unknownField = '\u0000';
