import {movedKey, priorKey, type Added} from './added.ts';
import {isObject, type Json} from './json.ts';
import type {TemplateOutcome} from './outcome.ts';
import type {Status, StatusEntry} from './status.ts';

/** An entry of a status as what became of its template, for a pod or workload that stays as it was. */
export function recordedOutcome(entry: StatusEntry): TemplateOutcome {
  return {
    name: entry.name,
    kind: entry.skipped === undefined ? 'alreadyInjected' : 'skipped',
    ...(entry.skipped === undefined ? {} : {reason: entry.skipped}),
    ...(entry.added === undefined ? {} : {added: entry.added}),
    kept: entry.kept ?? [],
  };
}

/**
 * The record of what was added, without what was moved. A second apply of the same manifest writes the author's values where
 * they were moved away from, and takes nothing of ours.
 */
export function withoutMoves(status: Status): Status {
  return {
    ...status,
    templates: status.templates.map((entry) => (entry.added === undefined ? entry : {...entry, added: unmoved(entry.added)})),
  };
}

function unmoved(node: Added): Added {
  if (!isObject(node)) return node;
  const parts = Object.entries(node).flatMap(([key, part]): [string, Json][] => {
    if (key === priorKey || !isObject(part)) return [[key, part]];
    return part[movedKey] === undefined ? [[key, unmoved(part as Added)]] : [];
  });
  return Object.fromEntries(parts);
}
