import type {Fault, Position} from '../errors.ts';
import {escapeSegment} from '../patch.ts';

/** The way to a value: keys and indexes from the root of a document. */
export type Path = readonly (string | number)[];

/** What a check found, before it is known where that stands in a text. Checks are generators of these: they go on after a fault. */
export interface Finding {
  readonly level: 'fault' | 'warning';
  readonly code: string;
  readonly message: string;
  readonly fix?: string;
  readonly path: Path;
  /** Whether the position is that of the key (an unknown one) or of its value. */
  readonly at: 'key' | 'value';
  /** Where in the string at the path, in UTF-16 code units from its beginning; the whole of it where absent. */
  readonly offset?: number;
}

/** What a finding may say besides. */
interface More {
  readonly fix?: string;
  readonly at?: 'key' | 'value';
  readonly offset?: number;
}

/** A finding that makes the template invalid; at the value unless said otherwise. */
export function fault(code: string, path: Path, message: string, more: More = {}): Finding {
  return {level: 'fault', at: 'value', code, path, message, ...more};
}

/** A finding that leaves the template valid; at the key, because it is mostly the key that is wondered at. */
export function warning(code: string, path: Path, message: string, more: More = {}): Finding {
  return {level: 'warning', at: 'key', code, path, message, ...more};
}

/** The finding as a fault of that source; `position` is left out where the document has none for it. */
export function located(finding: Finding, source: string, position: Position | undefined): Fault {
  return {
    code: finding.code,
    message: finding.message,
    ...(finding.fix === undefined ? {} : {fix: finding.fix}),
    path: pointer(finding.path),
    source,
    ...(position === undefined ? {} : {position}),
  };
}

/** The path as a JSON Pointer (RFC 6901): `/containers/0/name`. */
export function pointer(path: Path): string {
  return path.map((segment) => `/${escapeSegment(String(segment))}`).join('');
}

/** The path as people say it, in backquotes: `containers[0].name`; the document itself is "the template". */
export function spoken(path: Path): string {
  if (path.length === 0) return 'the template';
  const text = path.map((segment) => (typeof segment === 'number' ? `[${segment}]` : `.${segment}`)).join('');
  return `\`${text.replace(/^\./, '')}\``;
}

/** By line, then column; what has no position comes first. */
export function byPosition(a: Fault, b: Fault): number {
  return (a.position?.line ?? 0) - (b.position?.line ?? 0) || (a.position?.column ?? 0) - (b.position?.column ?? 0);
}
