import {formatFault, type Fault} from '../core/errors.ts';
import type {Outcome, Verdict} from '../core/outcome.ts';
import type {Operation} from '../core/patch.ts';
import {skipReasons} from '../core/reasons.ts';
import {answerText, boundedWarnings} from './answer.ts';
import {patchText} from './patch-text.ts';
import type {AdmissionRequest} from './review.ts';

/** The answer that allows the request, with a patch where there are operations. JSON text of an AdmissionReview. */
export function allow(
  uid: string,
  operations: readonly Operation[],
  outcome: Outcome | undefined,
): {readonly body: string; readonly patchBytes: number} {
  const patch = operations.length === 0 ? undefined : Buffer.from(patchText(operations));
  const body = answerText(uid, {
    allowed: true,
    ...(patch === undefined ? {} : {patch: patch.toString('base64')}),
    ...(outcome === undefined ? {warnings: []} : {warnings: warningsOf(outcome), audit: auditOf(outcome)}),
  });
  return {body, patchBytes: patch?.length ?? 0};
}

/** The answer that denies the request: 422 and each fault with what to do. JSON text of an AdmissionReview. */
export function deny(request: AdmissionRequest, faults: readonly Fault[], outcome: Outcome): string {
  const more = faults.length > maxFaults ? [`and ${faults.length - maxFaults} more`] : [];
  const denial = `${request.kind} refused: ${[...faults.slice(0, maxFaults).map(formatFault), ...more].join(' | ')}`;
  return answerText(request.uid, {allowed: false, denial, warnings: warningsOf(outcome), audit: auditOf(outcome)});
}

/** Nobody reads more at once, and a pod may have one fault for each of its containers. */
const maxFaults = 20;

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

/** What the user shall read: notes, and what the workload's pods will get. */
export function warningsOf(outcome: Outcome): string[] {
  const warnings = outcome.notes.map((note) => `${note.code}: ${note.message}`);
  return boundedWarnings(outcome.forecast === undefined ? warnings : [...forecastOf(outcome.forecast, outcome), ...warnings]);
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

/** Codes and templates' names for the audit log. */
function auditOf(outcome: Outcome): Readonly<Record<string, string>> {
  const {verdict, templates} = outcome;
  const annotations: Record<string, string> = {verdict: verdict.kind};
  const reason = reasonOf(verdict);
  if (reason !== '') annotations['reason'] = reason;
  if (templates.length > 0) annotations['templates'] = templates.map((one) => one.name).join(',');
  return annotations;
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
