import type {Added} from './added.ts';
import type {Fault} from './errors.ts';
import type {JsonObject} from './json.ts';
import type {NoteCode, RefusalReason, SkipReason} from './reasons.ts';

/** What an injection came to. A value, never an exception. */
export type Verdict =
  | {readonly kind: 'injected'}
  | {readonly kind: 'alreadyInjected'}
  /** What an earlier injection added was taken out, because nothing asks for it any more. */
  | {readonly kind: 'removed'}
  | {readonly kind: 'skipped'; readonly reason: SkipReason}
  /** Nothing was changed. Each fault's code is a {@link RefusalReason}. */
  | {readonly kind: 'refused'; readonly faults: readonly Fault[]};

/** Where the annotation that decided stands. */
export type Level = 'pod' | 'podTemplate' | 'workload' | 'namespace';

/** What became of one template that was asked for. */
export interface TemplateOutcome {
  readonly name: string;
  readonly kind: 'injected' | 'alreadyInjected' | 'removed' | 'skipped' | 'refused';
  readonly reason?: SkipReason | RefusalReason;
  readonly message?: string;
  /** What to do about the first fault of one that was left out or refused. */
  readonly fix?: string;
  /** What was added, for addedPaths, and moved, for movedPaths; undefined for nothing. */
  readonly added?: Added;
  /** Whether its containers run as native sidecars; undefined where it left no choice. */
  readonly native?: boolean;
  /** Paths of what was there already and the template wanted otherwise: `containers/web/env/LEVEL`. */
  readonly kept: readonly string[];
}

/** Something to tell the user that changes nothing: a warning of the admission response, a line on the CLI's stderr. */
export interface Note {
  readonly code: NoteCode;
  /** One sentence without a full stop. */
  readonly message: string;
  readonly template?: string;
  /** JSON Pointer into the object, where there is one. */
  readonly path?: string;
}

/** All that one injection gives. */
export interface Outcome {
  readonly verdict: Verdict;
  /** The object as it shall be; the very same reference as the input's when nothing changes, and sharing what did not change. */
  readonly object: JsonObject;
  readonly level?: Level;
  readonly templates: readonly TemplateOutcome[];
  readonly notes: readonly Note[];
  /** For a workload whose pods are injected when they are created: the verdict that they will get. */
  readonly forecast?: Verdict;
}
