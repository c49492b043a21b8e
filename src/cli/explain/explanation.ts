import type {Position} from '../../core/errors.ts';
import type {JsonObject} from '../../core/json.ts';
import type {Level, TemplateOutcome} from '../../core/outcome.ts';
import type {NoteCode, RefusalReason, SkipReason} from '../../core/reasons.ts';
import type {TemplateSnapshot} from '../../core/template.ts';
import type {CauseCode} from './causes.ts';
import type {Registration} from './registration.ts';

/** An object that is explained. */
export interface Subject {
  readonly object: JsonObject;
  /** Where it is or will be; its own name for a Namespace. */
  readonly namespace: string;
  /** The file, for one that a file holds. */
  readonly source?: string;
  readonly position?: Position;
  /** The pods that a workload of a cluster has. */
  readonly pods: readonly JsonObject[];
}

/** What there is besides the objects. */
export interface World {
  readonly templates: TemplateSnapshot;
  /** When the ConfigMaps of templates were made, as far as that is known: RFC 3339 by the template's name. */
  readonly templateTimes: ReadonlyMap<string, string>;
  /** Names of ConfigMaps that would be templates, had they the label. */
  readonly unlabelled: ReadonlySet<string>;
  /** The Namespaces that are known, by name. */
  readonly namespaces: ReadonlyMap<string, JsonObject>;
  readonly registration: Registration;
  /** A cluster was asked; what is not known then may not be read. */
  readonly isLive?: true;
  /** The injector's own. */
  readonly injectorNamespace: string;
  /** Minor version of the API server; undefined: the newest that is known. */
  readonly serverMinor?: number;
}

/** Why something is as it is, and what to do about it. */
export interface Cause {
  readonly code: CauseCode | SkipReason | RefusalReason | NoteCode;
  /** One sentence without a full stop. */
  readonly message: string;
  readonly fix?: string;
}

/** The annotation that decided, or the one that it refers to. */
export interface Rule {
  readonly level: Level;
  /** Where it stands: `Deployment shop/web`, `namespace shop`. */
  readonly on: string;
  readonly key: string;
  readonly value: string;
}

/**
 * `injected`: it, or its pods, get what is asked for. `alreadyInjected`: it has that. `missed`: it should have and has not.
 * `skipped`: nothing, or nothing that counts, asks for it. `refused`: it cannot be injected. `removed`: what it has nothing asks
 * for any more.
 */
export type ExplainedVerdict = 'injected' | 'alreadyInjected' | 'missed' | 'skipped' | 'refused' | 'removed';

/** Why an object is injected or not. */
export interface Explanation {
  readonly subject: Subject;
  readonly verdict: ExplainedVerdict;
  /** Why not, or not with everything. */
  readonly cause?: Cause;
  /** Whether somebody asked, or meant to, and does not get it. */
  readonly isProblem: boolean;
  /** The annotations that decided, the deciding one first. */
  readonly rules: readonly Rule[];
  readonly templates: readonly TemplateOutcome[];
  /** What else there is to say. */
  readonly notes: readonly Cause[];
  /** Pods of the workload that are without what they should have. */
  readonly without: readonly {readonly name: string; readonly cause: Cause}[];
}
