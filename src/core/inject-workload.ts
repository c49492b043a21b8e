import {holds, podSchema} from './added.ts';
import {formatRequests, injectionAnnotations, injectKey, unreadKeys} from './annotations.ts';
import {decide, type Decision} from './decide.ts';
import type {InjectInput} from './input.ts';
import {isDone} from './done.ts';
import {injectPod, type PodOutcome} from './inject-pod.ts';
import {isOptional, templateContainers} from './lookup.ts';
import {asObject, deepEqual, type JsonObject} from './json.ts';
import {equals} from './kubernetes/equality.ts';
import type {Note, Outcome, TemplateOutcome, Verdict} from './outcome.ts';
import {skipReasons, type SkipReason} from './reasons.ts';
import {authorsPart, holdsAll, readStatus, statusText, withAnnotation, withoutRests, writeStatus, type Status} from './status.ts';
import {controllerOf, isOurController, podTemplateOf, withPodTemplate, workloadAnnotations, type Workload} from './workload.ts';

/**
 * What becomes of a workload. Its pod template is rewritten only where an annotation on the workload itself asks, or asked
 * before; elsewhere the workload stays as it is, and the outcome tells what its pods will get.
 */
export function injectWorkload(input: InjectInput, workload: Workload, template: JsonObject): Outcome {
  if (asObject(input.object['metadata'])?.['deletionTimestamp'] !== undefined) return outcome(input, skip('deleting'));
  const now = sideOf(input.object, template, workload);
  const then = before(input, workload);
  const author = now.status === undefined && then?.status === undefined ? template : authorNow(now, then);
  const decision = decide(
    {level: 'podTemplate', annotations: asObject(asObject(author['metadata'])?.['annotations'])},
    now.annotations,
    input.namespace,
    input.templates,
  );
  const ours = decision.level === 'workload';
  const residue = (now.status ?? then?.status)?.at === 'workload';
  const change: Change = {input, workload, now, then, author, decision};
  if (!ours && !residue) return atPods(change);
  const owner = controllerOf(input.object);
  if (owner !== undefined) return outcome(input, skip(isOurController(owner) ? 'owned' : 'foreignOwner'), {level: decision.level});
  if (then !== undefined) {
    if (workload.kind === 'Job') return keepJob(change, then);
    // Rollbacks and the output of `preview` bring a status of their own.
    if (now.status !== undefined && !isSameStatus(now, then) && ours && isDone(template, now.status, decision.requests, input.templates)) return done(change, template);
    if (isUnchanged(change, then)) return unchanged(change, then);
  } else if (ours && !decision.optOut && now.status !== undefined && isDone(template, now.status, decision.requests, input.templates)) {
    return done(change, template);
  }
  return ours ? rewrite(change) : withdraw(change);
}

/** A workload's part in the decision: its pod template, the status in it, and the annotations of the workload. */
interface Side {
  readonly template: JsonObject;
  readonly status: Status | undefined;
  readonly annotations: readonly (JsonObject | undefined)[];
}

interface Change {
  readonly input: InjectInput;
  readonly workload: Workload;
  readonly now: Side;
  readonly then: Side | undefined;
  readonly author: JsonObject;
  readonly decision: Decision;
}

function sideOf(object: JsonObject, template: JsonObject, workload: Workload): Side {
  return {template, status: readStatus(template), annotations: workloadAnnotations(object, workload)};
}

function before(input: InjectInput, workload: Workload): Side | undefined {
  if (input.operation !== 'UPDATE' || input.oldObject === undefined) return undefined;
  const template = podTemplateOf(input.oldObject, workload);
  return template === undefined ? undefined : sideOf(input.oldObject, template, workload);
}

/**
 * The author's part of the pod template that arrives. With the old status what differs from the old template was changed by
 * hand, and stays the author's.
 */
function authorNow(now: Side, then: Side | undefined): JsonObject {
  const inherits = then?.status !== undefined && (isSameStatus(now, then) || lostItsStatus(now, then.status));
  const status = inherits ? then.status : now.status;
  return status === undefined ? now.template : authorsPart(now.template, status, inherits ? {left: then.template} : {});
}

/** Somebody took the status off and left all that it records: it is ours all the same. */
function lostItsStatus(now: Side, old: Status): boolean {
  return statusText(now.template) === undefined && old.own !== undefined && holds(now.template, old.own, podSchema) && holdsAll(now.template, old);
}

/** Neither the author's part nor what the annotations ask is another than before: no reason for a rollout. */
function isUnchanged(change: Change, then: Side): boolean {
  return isUnchangedAsk(change.now, then) && isAuthorUnchanged(change, then);
}

function isAuthorUnchanged(change: Change, then: Side): boolean {
  const old = then.status === undefined ? then.template : authorsPart(then.template, then.status);
  return equals('PodTemplateSpec', change.author, old);
}

function unchanged(change: Change, then: Side): Outcome {
  const {input, now, decision} = change;
  const complete = decision.level === 'workload' && then.status !== undefined && isDone(then.template, then.status, decision.requests, input.templates);
  const verdict: Verdict = complete ? (decision.optOut ? skip('optedOut') : {kind: 'alreadyInjected'}) : skip('unchanged');
  const notes: Note[] = [];
  if (now.status !== undefined && complete && !holdsAll(now.template, now.status)) {
    notes.push({code: 'handEditUndone', message: `what ${injectKey} had added was put back; to take it out, change the annotation`});
  }
  if (!complete && decision.requests.length > 0) {
    notes.push({code: 'notYetInjected', message: `${formatRequests(decision.requests)} is asked for and not injected; the next change of the pod template or of ${injectKey} will do it`});
  }
  return outcome(input, verdict, {level: decision.level, object: replaced(change, then.template), templates: recorded(then.status), notes});
}

/** A Job's pod template is immutable: what was there goes back where the author changed nothing, so that a second apply succeeds. */
function keepJob(change: Change, then: Side): Outcome {
  const {input, decision} = change;
    if (isAuthorUnchanged(change, then)) {
    const verdict: Verdict = then.status !== undefined && decision.level === 'workload' ? {kind: 'alreadyInjected'} : skip('jobImmutable');
    const notes: Note[] = isUnchangedAsk(change.now, then) ? [] : [{code: 'jobNotChanged', message: "the annotations changed, but a Job's pod template cannot; delete the Job and create it again"}];
    return outcome(input, verdict, {level: decision.level, object: replaced(change, then.template), templates: recorded(then.status), notes});
  }
  const note: Note = {code: 'jobNotChanged', message: "the Job's pod template was changed, which Kubernetes does not allow, so it is left as it came"};
  return outcome(input, skip('jobImmutable'), {level: decision.level, notes: [note]});
}

/** The pod template with what the workload's annotations ask, and with the resolved list, which its pods will read. */
function rewrite(change: Change): Outcome {
  const {input, decision} = change;
  const status = change.now.status ?? change.then?.status;
  const notes = unreadKeys(asObject(input.object['metadata']));
  const author = withoutRests(change.author, status, templateContainers(decision.requests, input.templates));
  const requests = decision.requests.map((request) => ({...request, optional: isOptional(request, input.templates.get(request.name))}));
  const list = withAnnotation(author, injectKey, decision.optOut ? 'false' : formatRequests(requests));
  if (decision.optOut) {
    const result = withoutRests(writeStatus(list.value, {v: 1, at: 'workload', app: [], own: list.added, templates: []}), status);
    return outcome(input, skip('optedOut'), {level: 'workload', object: replaced(change, result), notes});
  }
  const pod = injectPod(list.value, decision, {...input, own: list.added, reviewedAgain: false});
  const result = withoutRests(pod.pod, status);
  const object = pod.verdict.kind === 'refused' ? input.object : replaced(change, result);
  const verdict: Verdict = pod.verdict.kind === 'injected' && object === input.object ? {kind: 'alreadyInjected'} : pod.verdict;
  return outcome(input, verdict, {level: 'workload', object, templates: pod.templates, notes: [...notes, ...pod.notes, ...jobNotes(change, pod.templates)]});
}

/** The workload's annotation is gone, and with it what it had put into the pod template. */
function withdraw(change: Change): Outcome {
  const {now, then, author, decision, input} = change;
  const status = now.status ?? then?.status;
  const names = (status?.templates ?? []).map((entry) => entry.name);
  const reason = decision.optOut ? 'optedOut' : 'notAsked';
  const notes: Note[] = names.length === 0 ? [] : [{code: 'removed', message: `${names.join(', ')}: taken out, because ${skipReasons[reason]} on the workload`}];
  const result = withoutRests(author, status);
  const object = replaced(change, result);
  const removed = names.map((name): TemplateOutcome => ({name, kind: 'removed', reason, message: skipReasons[reason], added: [], kept: []}));
  const verdict: Verdict = object === input.object ? skip(reason) : {kind: 'removed'};
  const left = outcome(input, verdict, {level: decision.level, object, templates: removed, notes});
  if (input.view !== 'pods' || decision.requests.length === 0) return left;
  return atPods({...change, input: {...input, object}, now: {...now, template: result, status: undefined}, author: result});
}

/** The pods are injected when they are created; the workload stays, and is told what they will get. */
function atPods(change: Change): Outcome {
  const {input, now, then, decision} = change;
  const reason = decision.requests.length > 0 || decision.faults.length > 0 ? 'atPods' : decision.optOut ? 'optedOut' : 'notAsked';
  const quiet = then !== undefined && input.view !== 'pods' && deepEqual(now.template, then.template) && isUnchangedAsk(now, then);
  if (quiet) return outcome(input, skip(reason), {level: decision.level});
  const pod = injectPod(now.template, decision, {...input, reviewedAgain: false});
  const notes = [...unreadKeys(asObject(input.object['metadata'])), ...pod.notes, ...jobNotes(change, pod.templates)];
  if (input.view === 'pods') return outcome(input, pod.verdict, {level: decision.level, object: replaced(change, pod.pod), templates: pod.templates, notes});
  return outcome(input, skip(reason), {level: decision.level, templates: pod.templates, notes, forecast: pod.verdict});
}

function isUnchangedAsk(now: Side, then: Side): boolean {
  return now.annotations.every((annotations, index) => injectionAnnotations(annotations) === injectionAnnotations(then.annotations[index]));
}

function jobNotes(change: Change, templates: PodOutcome['templates']): Note[] {
  const {kind} = change.workload;
  if (kind !== 'Job' && kind !== 'CronJob') return [];
  return templates.flatMap((one): Note[] => {
    const entry = change.input.templates.get(one.name);
    if (one.kind !== 'injected' || entry?.kind !== 'good' || entry.template.containers.length === 0) return [];
    return [{code: 'classicSidecarInJob', message: `template ${one.name} adds a container that does not end with the ${kind}'s own, so the Job may never complete`, template: one.name}];
  });
}

/** The status' entries as outcomes, for a workload that stays as it was. */
function recorded(status: Status | undefined): TemplateOutcome[] {
  return (status?.templates ?? []).map((entry): TemplateOutcome => ({
    name: entry.name,
    kind: entry.skipped === undefined ? 'alreadyInjected' : 'skipped',
    ...(entry.skipped === undefined ? {} : {reason: entry.skipped}),
    added: [],
    kept: entry.kept ?? [],
  }));
}

function done(change: Change, template: JsonObject): Outcome {
  return outcome(change.input, {kind: 'alreadyInjected'}, {level: change.decision.level, object: replaced(change, template), templates: recorded(change.now.status)});
}

/** The object with that pod template; the very same object where it is equal to the one that came. */
function replaced(change: Change, template: JsonObject): JsonObject {
  const {input, now, workload} = change;
  return template === now.template || deepEqual(template, now.template) ? input.object : withPodTemplate(input.object, workload, template);
}

function skip(reason: SkipReason): Verdict {
  return {kind: 'skipped', reason};
}

function isSameStatus(now: Side, then: Side): boolean {
  return statusText(now.template) === statusText(then.template);
}

function outcome(
  input: InjectInput,
  verdict: Verdict,
  more: {readonly [K in 'object' | 'level' | 'templates' | 'notes' | 'forecast']?: Outcome[K] | undefined} = {},
): Outcome {
  const {object = input.object, templates = [], notes = [], level, forecast} = more;
  return {verdict, object, templates, notes, ...(level === undefined ? {} : {level}), ...(forecast === undefined ? {} : {forecast})};
}
