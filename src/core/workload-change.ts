import {holds, podSchema} from './added.ts';
import {injectionAnnotations} from './annotations.ts';
import type {Decision} from './decide.ts';
import type {InjectInput} from './input.ts';
import {deepEqual, type JsonObject} from './json.ts';
import {equals} from './kubernetes/equality.ts';
import {withRevised} from './patterns/ambassador/revised.ts';
import {authorsPart, holdsAll, readStatus, statusText, type Status} from './status.ts';
import {podTemplateOf, withPodTemplate, workloadAnnotations, type Workload} from './workload.ts';

/** A workload's part in the decision: its pod template, the status in it, and the annotations of the workload. */
export interface Side {
  readonly template: JsonObject;
  readonly status: Status | undefined;
  readonly annotations: readonly (JsonObject | undefined)[];
}

/** One review of a workload: what came, what was there, the author's part of what came, and who decides. */
export interface Change {
  readonly input: InjectInput;
  readonly workload: Workload;
  readonly now: Side;
  readonly then: Side | undefined;
  readonly author: JsonObject;
  readonly decision: Decision;
}

/** What the object's pod template and annotations say. */
export function sideOf(object: JsonObject, template: JsonObject, workload: Workload): Side {
  return {template, status: readStatus(template), annotations: workloadAnnotations(object, workload)};
}

/** The same of the object before an UPDATE; undefined on CREATE. */
export function sideBefore(input: InjectInput, workload: Workload): Side | undefined {
  if (input.operation !== 'UPDATE' || input.oldObject === undefined) return undefined;
  const template = podTemplateOf(input.oldObject, workload);
  return template === undefined ? undefined : sideOf(input.oldObject, template, workload);
}

/**
 * The author's part of the pod template that arrives. With the old status what differs from the old template was changed by
 * hand, and stays the author's: a value that an ambassador holds for the application as the application's.
 */
export function authorNow(now: Side, then: Side | undefined): JsonObject {
  const inherits = then?.status !== undefined && (isSameStatus(now, then) || lostItsStatus(now, then.status));
  const status = inherits ? then.status : now.status;
  if (status === undefined) return now.template;
  const trees = status.templates.flatMap(({added}) => (added === undefined ? [] : [added]));
  return authorsPart(now.template, status, inherits ? {left: withRevised(then.template, now.template, trees)} : {});
}

/** Somebody took the status off and left all that it records: it is ours all the same. */
function lostItsStatus(now: Side, old: Status): boolean {
  return (
    statusText(now.template) === undefined &&
    old.own !== undefined &&
    holds(now.template, old.own, podSchema) &&
    holdsAll(now.template, old)
  );
}

/** Neither the author's part nor what the annotations ask is another than before: no reason for a rollout. */
export function isUnchanged(change: Change, then: Side): boolean {
  return isUnchangedAsk(change.now, then) && isAuthorUnchanged(change, then);
}

/** Whether the author's part is the same as before, to the API. */
export function isAuthorUnchanged(change: Change, then: Side): boolean {
  const old = then.status === undefined ? then.template : authorsPart(then.template, then.status);
  return equals('PodTemplateSpec', change.author, old);
}

/** Whether the workload's own annotations ask the same as before. */
export function isUnchangedAsk(now: Side, then: Side): boolean {
  return now.annotations.every(
    (annotations, index) => injectionAnnotations(annotations) === injectionAnnotations(then.annotations[index]),
  );
}

/** Whether the pod template arrives with the status that was there. */
export function isSameStatus(now: Side, then: Side): boolean {
  return statusText(now.template) === statusText(then.template);
}

/** The object with that pod template; the very same object where it is equal to the one that came. */
export function replaced(change: Change, template: JsonObject): JsonObject {
  const {input, now, workload} = change;
  return template === now.template || deepEqual(template, now.template)
    ? input.object
    : withPodTemplate(input.object, workload, template);
}
