/** Where something stands in a text: both count from 1, columns in UTF-16 code units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** What is wrong, where, and how to mend it. A value: nothing in the core throws one. */
export interface Fault {
  /** Stable and greppable: `unknownKey`, `volumeConflict`. */
  readonly code: string;
  /** One sentence without a full stop: what is wrong. */
  readonly message: string;
  /** What to do about it, where the message alone does not say. */
  readonly fix?: string;
  /** JSON Pointer (RFC 6901) into the document, where there is one: `/spec/containers/1/name`. */
  readonly path?: string;
  /** The source: a file, `-`, or `configmap/NAMESPACE/NAME[KEY]`. */
  readonly source?: string;
  readonly position?: Position;
}

/** The fault as compilers print theirs: `file:line:column: code: sentence; what to do`. */
export function formatFault(fault: Fault): string {
  const at = fault.position === undefined ? '' : `:${fault.position.line}:${fault.position.column}`;
  const where = fault.source === undefined ? '' : `${fault.source}${at}: `;
  return `${where}${fault.code}: ${fault.message}${fault.fix === undefined ? '' : `; ${fault.fix}`}`;
}

/** `unknown` as a message: what a caught value says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
