import {formatFault, type Fault} from '../core/errors.ts';
import type {Outcome, Verdict} from '../core/outcome.ts';
import type {Operation} from '../core/patch.ts';
import {skipReasons} from '../core/reasons.ts';
import {patchText} from './patch-text.ts';
import {reviewApiVersion, type AdmissionRequest} from './review.ts';

/**
 * The answer that allows the request, with a patch where there are operations. `patch` and `patchType` stand together or not
 * at all. JSON text of an AdmissionReview. Source:
 * https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#response
 */
export function allow(
  uid: string,
  operations: readonly Operation[],
  outcome: Outcome | undefined,
): {readonly body: string; readonly patchBytes: number} {
  const patch = operations.length === 0 ? undefined : Buffer.from(patchText(operations));
  const patched = patch === undefined ? '' : `,"patchType":"JSONPatch","patch":"${patch.toString('base64')}"`;
  const warned = outcome === undefined ? '' : listOf('warnings', warningsOf(outcome));
  const audited = outcome === undefined ? '' : auditOf(outcome);
  return {body: `${head}${JSON.stringify(uid)},"allowed":true${patched}${warned}${audited}}}`, patchBytes: patch?.length ?? 0};
}

/** The answer that denies the request: 422 and each fault with what to do. JSON text of an AdmissionReview. */
export function deny(request: AdmissionRequest, faults: readonly Fault[], outcome: Outcome): string {
  const status = {
    code: 422,
    reason: 'Invalid',
    message: `pod-injector: ${request.kind} refused: ${faults.map(formatFault).join(' | ')}`,
  };
  return `${head}${JSON.stringify(request.uid)},"allowed":false,"status":${JSON.stringify(status)}${listOf('warnings', warningsOf(outcome))}${auditOf(outcome)}}}`;
}

/** JSON text of a Kubernetes Status, for a request that cannot be answered with an AdmissionReview. */
export function failure(code: number, fault: Fault): string {
  const reasons: Readonly<Record<number, string>> = {
    400: 'BadRequest',
    404: 'NotFound',
    405: 'MethodNotAllowed',
    413: 'RequestEntityTooLarge',
    415: 'UnsupportedMediaType',
    429: 'TooManyRequests',
    500: 'InternalError',
    503: 'ServiceUnavailable',
  };
  return JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: formatFault(fault),
    reason: reasons[code] ?? 'Unknown',
    code,
  });
}

const head = `{"apiVersion":"${reviewApiVersion}","kind":"AdmissionReview","response":{"uid":`;

/** The API server cuts warnings longer than this off, and all of them together at 4096 characters. Source: warning.go, in apiserver. */
const maxWarningCharacters = 256;
/** So that all fit, the one that counts the others included. */
const maxWarnings = 12;

/** What the user shall read: notes, and what the workload's pods will get. */
export function warningsOf(outcome: Outcome): string[] {
  const warnings = outcome.notes.map((note) => `${note.code}: ${note.message}`);
  if (outcome.forecast !== undefined) warnings.unshift(...forecastOf(outcome.forecast, outcome));
  const shown =
    warnings.length > maxWarnings
      ? [...warnings.slice(0, maxWarnings - 1), `… and ${warnings.length - maxWarnings + 1} more`]
      : warnings;
  return shown.map((text) => cut(`pod-injector: ${text}`));
}

/** What the pods of a workload will get; nothing when nothing was asked for, or the pod template holds it all. */
export function forecastOf(verdict: Verdict, outcome: Pick<Outcome, 'templates'>): string[] {
  switch (verdict.kind) {
    case 'injected':
      return [
        `its pods get ${outcome.templates
          .filter((one) => one.kind !== 'skipped')
          .map((one) => one.name)
          .join(', ')} when they are created`,
      ];
    case 'alreadyInjected':
    case 'removed':
      return [];
    case 'skipped':
      return verdict.reason === 'notAsked' || verdict.reason === 'optedOut'
        ? []
        : [`its pods will not be injected: ${verdict.reason}: ${skipReasons[verdict.reason]}`];
    case 'refused':
      return verdict.faults.map((fault) => `its pods will be refused: ${formatFault(fault)}`);
  }
}

/** Codes and templates' names for the audit log; the API server puts the webhook's name before the keys. */
function auditOf(outcome: Outcome): string {
  const {verdict, templates} = outcome;
  const annotations: Record<string, string> = {verdict: verdict.kind};
  const reason = reasonOf(verdict);
  if (reason !== '') annotations['reason'] = reason;
  if (templates.length > 0) annotations['templates'] = templates.map((one) => one.name).join(',');
  return `,"auditAnnotations":${JSON.stringify(annotations)}`;
}

/** The verdict's reason code, or ''. */
export function reasonOf(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'skipped':
      return verdict.reason;
    case 'refused':
      return verdict.faults[0]?.code ?? '';
    case 'injected':
    case 'alreadyInjected':
    case 'removed':
      return '';
  }
}

function listOf(name: string, items: readonly string[]): string {
  return items.length === 0 ? '' : `,"${name}":${JSON.stringify(items)}`;
}

function cut(text: string): string {
  return text.length <= maxWarningCharacters ? text : `${text.slice(0, maxWarningCharacters - 1)}…`;
}
