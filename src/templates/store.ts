import type {Fault} from '../core/errors.ts';
import {deepEqual, type Json} from '../core/json.ts';
import type {Template, TemplateEntry, TemplateSnapshot} from '../core/template.ts';
import type {LoadedTemplates} from './loaded.ts';

/** The templates that are served, and what is wrong with what was loaded last. Immutable. */
export interface TemplateState {
  /** What requests are answered with: of a template that broke, the last good version. */
  readonly snapshot: TemplateSnapshot;
  /** The faults of each template whose newest version is not served, by name. */
  readonly rejected: ReadonlyMap<string, readonly Fault[]>;
  /** All faults and warnings of the last load, those of the rejected templates included. */
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
}

/** What one load changed; one log line each. */
export type TemplateChange =
  | {readonly kind: 'loaded' | 'changed'; readonly name: string; readonly template: Template}
  /** `lastGood`: the version that goes on being served; without it, asking for the template is refused with the faults. */
  | {readonly kind: 'rejected'; readonly name: string; readonly faults: readonly Fault[]; readonly lastGood?: Template}
  | {readonly kind: 'removed'; readonly name: string}
  /** New faults that belong to no template, as of a path that is missing. */
  | {readonly kind: 'failed'; readonly faults: readonly Fault[]};

/** Before anything was loaded. */
export const emptyState: TemplateState = {snapshot: new Map(), rejected: new Map(), faults: [], warnings: []};

/**
 * The state after a load. A template that was good and is broken now keeps its last good version, and so does one that is missing
 * because its file or folder could not be read; one that is gone is removed. Unchanged templates stay the same references, and
 * faults that were reported are not reported again. Pure; never throws.
 */
export function nextState(
  previous: TemplateState,
  loaded: LoadedTemplates,
): {readonly state: TemplateState; readonly changes: readonly TemplateChange[]} {
  const snapshot = new Map<string, TemplateEntry>();
  const rejected = new Map<string, readonly Fault[]>();
  const changes: TemplateChange[] = [];
  const reject = (name: string, faults: readonly Fault[], lastGood: Template | undefined): void => {
    rejected.set(name, faults);
    if (same(previous.rejected.get(name), faults)) return;
    changes.push(lastGood === undefined ? {kind: 'rejected', name, faults} : {kind: 'rejected', name, faults, lastGood});
  };
  for (const [name, entry] of loaded.snapshot) {
    const before = goodOf(previous.snapshot.get(name));
    switch (entry.kind) {
      case 'broken':
        snapshot.set(name, before === undefined ? entry : {kind: 'good', template: before});
        reject(name, entry.faults, before);
        break;
      case 'good':
        if (before !== undefined && same(before, entry.template)) {
          snapshot.set(name, {kind: 'good', template: before});
          if (!previous.rejected.has(name)) break;
        } else snapshot.set(name, entry);
        changes.push({kind: before === undefined ? 'loaded' : 'changed', name, template: entry.template});
        break;
    }
  }
  for (const [name, entry] of previous.snapshot) {
    if (snapshot.has(name)) continue;
    const before = goodOf(entry);
    const lost = before === undefined ? undefined : loaded.unreadable.find((place) => holds(place, before));
    if (before === undefined || lost === undefined) changes.push({kind: 'removed', name});
    else {
      snapshot.set(name, entry);
      reject(
        name,
        loaded.faults.filter(({source}) => source === lost.path),
        before,
      );
    }
  }
  const unchanged = changes.length === 0;
  const state = {snapshot: unchanged ? previous.snapshot : snapshot, rejected, faults: loaded.faults, warnings: loaded.warnings};
  const faults = ownerless(state);
  if (faults.length > 0 && !same(faults, ownerless(previous))) changes.push({kind: 'failed', faults});
  return {state, changes};
}

function goodOf(entry: TemplateEntry | undefined): Template | undefined {
  return entry?.kind === 'good' ? entry.template : undefined;
}

/** Whether the template was read from that file, or from one in that folder. */
function holds({path, inside}: LoadedTemplates['unreadable'][number], {source}: Template): boolean {
  return source === path || (inside !== undefined && source.startsWith(inside));
}

function ownerless({faults, rejected}: TemplateState): readonly Fault[] {
  const owned = new Set([...rejected.values()].flat());
  return faults.filter((fault) => !owned.has(fault));
}

function same(a: unknown, b: unknown): boolean {
  return deepEqual(a as Json | undefined, b as Json | undefined);
}
