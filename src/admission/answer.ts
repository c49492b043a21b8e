import {reviewApiVersion} from './review.ts';

/** What an answer says. */
export interface Answer {
  readonly allowed: boolean;
  /** JSON Patch in base64; only with `allowed`. */
  readonly patch?: string;
  /** Why it is denied: what the user reads, with 422. */
  readonly denial?: string;
  /** From {@link boundedWarnings}. */
  readonly warnings: readonly string[];
  /** Codes and names for the audit log; the API server puts the webhook's name before the keys. */
  readonly audit?: Readonly<Record<string, string>>;
}

/**
 * JSON text of the AdmissionReview that answers the request with that uid. `patch` and `patchType` stand together or not at all.
 * Source: https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#response
 */
export function answerText(uid: string, {allowed, patch, denial, warnings, audit}: Answer): string {
  const patched = patch === undefined ? '' : `,"patchType":"JSONPatch","patch":"${patch}"`;
  const denied =
    denial === undefined ? '' : `,"status":${JSON.stringify({code: 422, reason: 'Invalid', message: `pod-injector: ${denial}`})}`;
  const warned = warnings.length === 0 ? '' : `,"warnings":${JSON.stringify(warnings)}`;
  const audited = audit === undefined ? '' : `,"auditAnnotations":${JSON.stringify(audit)}`;
  return `${head}${JSON.stringify(uid)},"allowed":${allowed}${patched}${denied}${warned}${audited}}}`;
}

const head = `{"apiVersion":"${reviewApiVersion}","kind":"AdmissionReview","response":{"uid":`;

/** The API server cuts warnings longer than this off, and all of them together at 4096 characters. Source: warning.go, in apiserver. */
const maxWarningCharacters = 256;
/** So that all fit, the one that counts the others included. */
const maxWarnings = 12;

/** The texts as warnings of ours, as many and as long as the API server passes on. */
export function boundedWarnings(texts: readonly string[]): string[] {
  const shown =
    texts.length > maxWarnings ? [...texts.slice(0, maxWarnings - 1), `… and ${texts.length - maxWarnings + 1} more`] : texts;
  return shown.map((text) => cut(`pod-injector: ${text}`));
}

function cut(text: string): string {
  return text.length <= maxWarningCharacters ? text : `${text.slice(0, maxWarningCharacters - 1)}…`;
}
