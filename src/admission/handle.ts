import type {NamespaceFacts} from '../core/decide.ts';
import type {Fault} from '../core/errors.ts';
import {inject} from '../core/inject.ts';
import {asObject, asString} from '../core/json.ts';
import type {Outcome} from '../core/outcome.ts';
import {diff} from '../core/patch.ts';
import type {TemplateSnapshot} from '../core/template.ts';
import {workloadOf} from '../core/workload.ts';
import {allow, deny, failure, reasonOf} from './respond.ts';
import {readReview, type AdmissionRequest} from './review.ts';

/** What a review is answered from: all of it is in memory. */
export interface HandleContext {
  readonly templates: TemplateSnapshot;
  /** Labels and annotations of the namespace; undefined when it is not known. */
  readonly namespaceOf: (name: string) => NamespaceFacts | undefined;
  readonly foreignContainers?: ReadonlySet<string>;
  /** Minor version of the API server, 32 of 1.32; undefined: the newest that is known. */
  readonly serverMinor?: number | undefined;
}

/** The answer to one HTTP request, and what is told of it. */
export interface Handled {
  /** HTTP status. */
  readonly status: number;
  /** JSON text: an AdmissionReview, or a Kubernetes Status where the body was none. */
  readonly body: string;
  readonly log: ReviewLog;
}

/** The fields of the one log line of a review: codes, names and sizes, nothing of the object's content. */
export interface ReviewLog {
  readonly uid: string;
  readonly operation: string;
  /** A kind that is injected, or `other`: safe as a metric label. */
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** A verdict's kind, or `badRequest`. */
  readonly verdict: string;
  /** A reason code, or ''. */
  readonly reason: string;
  /** Names of the templates that were asked for, with commas between them. */
  readonly templates: string;
  readonly patchBytes: number;
  readonly dryRun: boolean;
}

/** Answers one review. `body` is parsed JSON of any shape. Pure; never throws for a JSON value. */
export function handleReview(body: unknown, context: HandleContext): Handled {
  const request = readReview(body);
  if ('code' in request) return badRequest(400, request);
  const {object} = request;
  if (object === undefined || request.subResource !== '' || (request.operation !== 'CREATE' && request.operation !== 'UPDATE')) {
    return {status: 200, body: allow(request.uid, [], undefined).body, log: logOf(request, undefined, 0)};
  }
  const outcome = inject({
    operation: request.operation,
    object,
    oldObject: request.oldObject,
    namespace: context.namespaceOf(request.namespace) ?? {name: request.namespace},
    templates: context.templates,
    foreignContainers: context.foreignContainers,
    serverMinor: context.serverMinor,
  });
  if (outcome.verdict.kind === 'refused') {
    return {status: 200, body: deny(request, outcome.verdict.faults, outcome), log: logOf(request, outcome, 0)};
  }
  const answer = allow(request.uid, diff(object, outcome.object), outcome);
  return {status: 200, body: answer.body, log: logOf(request, outcome, answer.patchBytes)};
}

/** The answer to a request that is no review: a Kubernetes Status with that HTTP status. */
export function badRequest(status: number, fault: Fault): Handled {
  const log: ReviewLog = {
    uid: '',
    operation: '',
    kind: 'other',
    namespace: '',
    name: '',
    verdict: 'badRequest',
    reason: fault.code,
    templates: '',
    patchBytes: 0,
    dryRun: false,
  };
  return {status, body: failure(status, fault), log};
}

function logOf(request: AdmissionRequest, outcome: Outcome | undefined, patchBytes: number): ReviewLog {
  const {object} = request;
  const metadata = asObject(object?.['metadata']);
  const known = object === undefined ? undefined : workloadOf(object)?.kind;
  return {
    uid: request.uid,
    operation: request.operation,
    kind: known ?? 'other',
    namespace: request.namespace,
    name: request.name || (asString(metadata?.['name']) ?? asString(metadata?.['generateName']) ?? ''),
    verdict: outcome?.verdict.kind ?? 'skipped',
    reason: outcome === undefined ? 'notOurs' : reasonOf(outcome.verdict),
    templates: outcome === undefined ? '' : outcome.templates.map((one) => one.name).join(','),
    patchBytes,
    dryRun: request.dryRun,
  };
}
