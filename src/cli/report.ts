import {forecastOf} from '../admission/respond.ts';
import {asObject, asString, type JsonObject} from '../core/json.ts';
import type {Outcome} from '../core/outcome.ts';
import {formatFault} from '../core/errors.ts';
import {noteCodes, skipReasons} from '../core/reasons.ts';
import {workloadOf} from '../core/workload.ts';
import type {ManifestObject} from './documents.ts';

/** One line for stderr. Errors are printed under --quiet too. */
export interface Line {
  readonly level: 'error' | 'warning' | 'info';
  readonly text: string;
}

/** An object as messages name it: `Deployment shop/web`. */
function nameOf(object: JsonObject, namespace: string): string {
  const metadata = asObject(object['metadata']);
  const name = asString(metadata?.['name']) ?? `${asString(metadata?.['generateName']) ?? ''}…`;
  return `${asString(object['kind']) ?? 'object'} ${asString(metadata?.['namespace']) ?? namespace}/${name}`;
}

/** What is told of one object: its refusal, each template that was skipped, each note. Nothing where all went as asked. */
export function linesOf(object: ManifestObject, outcome: Outcome, namespace: string): Line[] {
  const at = `${object.source}:${object.position.line}:${object.position.column}: `;
  const named = nameOf(object.value, namespace);
  const lines: Line[] = [];
  const {verdict} = outcome;
  switch (verdict.kind) {
    case 'refused':
      lines.push(
        ...verdict.faults.map((fault): Line => ({level: 'error', text: `${at}${named}: refused: ${formatFault(fault)}`})),
      );
      break;
    case 'skipped':
      if (!isQuiet(verdict))
        lines.push({level: 'info', text: `${at}${named}: skipped: ${verdict.reason}: ${skipReasons[verdict.reason]}`});
      break;
    case 'injected':
    case 'alreadyInjected':
    case 'removed':
      break;
  }
  const old = isQuiet(verdict) ? undefined : oldApiGroup(object.value);
  if (old !== undefined) lines.push({level: 'warning', text: `${at}${named}: ${old}`});
  if (outcome.forecast !== undefined) {
    const level = outcome.forecast.kind === 'refused' ? 'warning' : 'info';
    for (const text of forecastOf(outcome.forecast, outcome)) lines.push({level, text: `${at}${named}: ${text}`});
  }
  for (const note of outcome.notes)
    lines.push({level: note.code === 'kept' ? 'info' : 'warning', text: `${at}${named}: ${note.code}: ${note.message}`});
  return lines;
}

/** Reasons that nobody needs to hear of: nothing was asked for there. */
const expected: ReadonlySet<string> = new Set(['notAsked', 'notOurs', 'noPodTemplate', 'notInjected']);

function isQuiet(verdict: Outcome['verdict']): boolean {
  return verdict.kind === 'skipped' && expected.has(verdict.reason);
}

/** What to say of an object whose version no API server takes any more: the talks' Deployments are `apps/v1beta1`. */
function oldApiGroup(object: JsonObject): string | undefined {
  const served = workloadOf(object)?.apiVersion;
  const given = asString(object['apiVersion']) ?? '';
  return served === undefined || served === given
    ? undefined
    : `oldApiGroup: ${given}: ${noteCodes.oldApiGroup}; write ${served}`;
}

/** The last line: how many objects came to what. */
export function summaryOf(outcomes: readonly Outcome[], faults: number): string {
  const counts = new Map<string, number>();
  for (const {verdict} of outcomes) {
    const name = isQuiet(verdict) ? 'not asked' : names[verdict.kind];
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  if (faults > 0) counts.set('unreadable', faults);
  const total = outcomes.length + faults;
  const parts = [...order].flatMap((name) => (counts.has(name) ? `${counts.get(name)} ${name}` : []));
  return `${total} ${total === 1 ? 'object' : 'objects'}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`;
}

const names: Readonly<Record<Outcome['verdict']['kind'], string>> = {
  injected: 'injected',
  alreadyInjected: 'already injected',
  removed: 'taken out',
  skipped: 'skipped',
  refused: 'refused',
};
const order = ['injected', 'already injected', 'taken out', 'skipped', 'refused', 'unreadable', 'not asked'] as const;
