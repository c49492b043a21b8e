import {formatRequests, injectKey} from './annotations.ts';
import {decide} from './decide.ts';
import {isDone} from './done.ts';
import {injectPod, type PodOutcome} from './inject-pod.ts';
import type {InjectInput} from './input.ts';
import {asObject, deepEqual, type JsonObject} from './json.ts';
import {templateContainers} from './lookup.ts';
import type {Note, Outcome, TemplateOutcome, Verdict} from './outcome.ts';
import {skipReasons, type SkipReason} from './reasons.ts';
import {nativeFor} from './patterns/native.ts';
import {recordedOutcome, withoutMoves} from './recorded.ts';
import {resolvedAnnotations} from './resolved.ts';
import {shapeFault} from './shape.ts';
import {holdsAll, withoutRests, writeStatus, type Status} from './status.ts';
import {unreadKeys} from './unread.ts';
import {
  authorNow,
  isAuthorUnchanged,
  isSameStatus,
  isUnchanged,
  isUnchangedAsk,
  replaced,
  sideBefore,
  sideOf,
  type Change,
  type Side,
} from './workload-change.ts';
import {controllerOf, isOurController, workloadFacts, type Workload} from './workload.ts';

/**
 * What becomes of a workload. Its pod template is rewritten only where an annotation on the workload itself asks, or asked
 * before; elsewhere the workload stays as it is, and the outcome tells what its pods will get.
 */
export function injectWorkload(input: InjectInput, workload: Workload, template: JsonObject): Outcome {
  if (asObject(input.object['metadata'])?.['deletionTimestamp'] !== undefined) return outcome(input, skip('deleting'));
  const now = sideOf(input.object, template, workload);
  const then = sideBefore(input, workload);
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
  if (owner !== undefined)
    return outcome(input, skip(isOurController(owner) ? 'owned' : 'foreignOwner'), {level: decision.level});
  if (then !== undefined && workload.kind === 'Job') return keepJob(change, then);
  if (ours && bringsItsOwn(change)) return done(change, template);
  if (then !== undefined && isUnchanged(change, then)) return unchanged(change, then);
  return ours ? rewrite(change) : withdraw(change);
}

/** Rollbacks and the output of `preview` bring a complete status of their own, and are kept as they are. */
function bringsItsOwn(change: Change): boolean {
  const {now, then, decision} = change;
  if (now.status === undefined || decision.optOut || (then !== undefined && isSameStatus(now, then))) return false;
  return isDoneIn(now.template, now.status, change);
}

function isDoneIn(template: JsonObject, status: Status, {input, workload, decision}: Change): boolean {
  return isDone(template, status, decision, {...input, workload: workloadFacts(input.object, workload)});
}

function unchanged(change: Change, then: Side): Outcome {
  const {input, now, decision} = change;
  const complete = decision.level === 'workload' && then.status !== undefined && isDoneIn(then.template, then.status, change);
  const verdict: Verdict = complete ? (decision.optOut ? skip('optedOut') : {kind: 'alreadyInjected'}) : skip('unchanged');
  const notes: Note[] = [];
  if (now.status !== undefined && complete && !holdsAll(now.template, withoutMoves(now.status))) {
    notes.push({
      code: 'handEditUndone',
      message: `what ${injectKey} had added was put back; to take it out, change the annotation`,
    });
  }
  if (!complete && decision.requests.length > 0) {
    notes.push({
      code: 'notYetInjected',
      message: `${formatRequests(decision.requests)} is asked for and not injected; the next change of the pod template or of ${injectKey} will do it`,
    });
  }
  return outcome(input, verdict, {
    level: decision.level,
    object: replaced(change, then.template),
    templates: recorded(then.status),
    notes,
  });
}

/** A Job's pod template is immutable: what was there goes back where the author changed nothing, so that a second apply succeeds. */
function keepJob(change: Change, then: Side): Outcome {
  const {input, decision} = change;
  if (isAuthorUnchanged(change, then)) {
    const verdict: Verdict =
      then.status !== undefined && decision.level === 'workload' ? {kind: 'alreadyInjected'} : skip('jobImmutable');
    const notes: Note[] = isUnchangedAsk(change.now, then)
      ? []
      : [
          {
            code: 'jobNotChanged',
            message: "the annotations changed, but a Job's pod template cannot; delete the Job and create it again",
          },
        ];
    return outcome(input, verdict, {
      level: decision.level,
      object: replaced(change, then.template),
      templates: recorded(then.status),
      notes,
    });
  }
  const note: Note = {
    code: 'jobNotChanged',
    message: "the Job's pod template was changed, which Kubernetes does not allow, so it is left as it came",
  };
  return outcome(input, skip('jobImmutable'), {level: decision.level, notes: [note]});
}

/** The pod template with what the workload's annotations ask, and with the resolved list, which its pods will read. */
function rewrite(change: Change): Outcome {
  const {input, decision} = change;
  const status = change.now.status ?? change.then?.status;
  const notes = unreadOf(change, true);
  const author = withoutRests(change.author, status, templateContainers(decision.requests, input.templates));
  const misshapen = shapeFault(author);
  if (misshapen !== undefined)
    return outcome(input, decision.optOut ? skip('optedOut') : {kind: 'refused', faults: [misshapen]}, {
      level: 'workload',
      notes,
    });
  const list = resolvedAnnotations(author, decision, input.templates);
  if (decision.optOut) {
    const result = withoutRests(writeStatus(list.value, {v: 1, at: 'workload', app: [], own: list.added, templates: []}), status);
    return outcome(input, skip('optedOut'), {level: 'workload', object: replaced(change, result), notes});
  }
  const pod = injectPod(list.value, decision, {
    ...input,
    own: list.added,
    workload: workloadFacts(input.object, change.workload),
    reviewedAgain: false,
  });
  const result = withoutRests(pod.pod, status);
  const object = pod.verdict.kind === 'refused' ? input.object : replaced(change, result);
  const verdict: Verdict = pod.verdict.kind === 'injected' && object === input.object ? {kind: 'alreadyInjected'} : pod.verdict;
  return outcome(input, verdict, {
    level: 'workload',
    object,
    templates: pod.templates,
    notes: [...notes, ...pod.notes, ...jobNotes(change, pod.templates)],
  });
}

/** The workload's annotation is gone, and with it what it had put into the pod template. */
function withdraw(change: Change): Outcome {
  const {now, then, author, decision, input} = change;
  const status = now.status ?? then?.status;
  const names = (status?.templates ?? []).map((entry) => entry.name);
  const reason = decision.optOut ? 'optedOut' : 'notAsked';
  const notes: Note[] =
    names.length === 0
      ? []
      : [{code: 'removed', message: `${names.join(', ')}: taken out of the workload, because ${skipReasons[reason]}`}];
  const result = withoutRests(author, status);
  const object = replaced(change, result);
  const removed = names.map((name): TemplateOutcome => ({
    name,
    kind: 'removed',
    reason,
    message: skipReasons[reason],
    kept: [],
  }));
  const verdict: Verdict = object === input.object ? skip(reason) : {kind: 'removed'};
  const left = outcome(input, verdict, {level: decision.level, object, templates: removed, notes});
  if (input.view !== 'pods' || decision.requests.length === 0) return left;
  const pods = atPods({...change, input: {...input, object}, now: {...now, template: result, status: undefined}, author: result});
  return pods.verdict.kind === 'refused' ? {...pods, object: input.object} : pods;
}

/** The pods are injected when they are created; the workload stays, and is told what they will get. */
function atPods(change: Change): Outcome {
  const {input, now, then, decision} = change;
  const reason =
    decision.requests.length > 0 || decision.faults.length > 0 ? 'atPods' : decision.optOut ? 'optedOut' : 'notAsked';
  const quiet =
    then !== undefined && input.view !== 'pods' && deepEqual(now.template, then.template) && isUnchangedAsk(now, then);
  if (quiet) return outcome(input, skip(reason), {level: decision.level});
  const pod = injectPod(now.template, decision, {
    ...input,
    workload: workloadFacts(input.object, change.workload),
    reviewedAgain: false,
  });
  const notes = [...unreadOf(change, false), ...pod.notes, ...jobNotes(change, pod.templates)];
  if (input.view === 'pods')
    return outcome(input, pod.verdict, {
      level: decision.level,
      object: replaced(change, pod.pod),
      templates: pod.templates,
      notes,
    });
  return outcome(input, skip(reason), {level: decision.level, templates: pod.templates, notes, forecast: pod.verdict});
}

/** Which annotations of the workload itself nothing reads; its parameters count only where it asks itself. */
function unreadOf({input, decision}: Change, readsParameters: boolean): Note[] {
  const {requests} = decision;
  return unreadKeys(asObject(input.object['metadata']), {requests, templates: input.templates, readsParameters});
}

function jobNotes(change: Change, templates: PodOutcome['templates']): Note[] {
  const {kind} = change.workload;
  if (kind !== 'Job' && kind !== 'CronJob') return [];
  const native = nativeFor(change.input.serverMinor);
  const mend = native === undefined ? 'ask for it on other workloads alone' : `write native: ${native} in the template`;
  return templates.flatMap((one): Note[] => {
    const entry = change.input.templates.get(one.name);
    if (one.kind !== 'injected' || entry?.kind !== 'good' || entry.template.containers.length === 0) return [];
    // A native sidecar ends when the containers of the Job have ended.
    if (one.native === true || entry.template.native === 'always') return [];
    return [
      {
        code: 'classicSidecarInJob',
        message: `template ${one.name} adds a container that does not end with the ${kind}'s own, so the Job may never complete; ${mend}`,
        template: one.name,
      },
    ];
  });
}

/** The status' entries as outcomes, for a workload that stays as it was. */
function recorded(status: Status | undefined): TemplateOutcome[] {
  return (status?.templates ?? []).map(recordedOutcome);
}

function done(change: Change, template: JsonObject): Outcome {
  return outcome(
    change.input,
    {kind: 'alreadyInjected'},
    {level: change.decision.level, object: replaced(change, template), templates: recorded(change.now.status)},
  );
}

function skip(reason: SkipReason): Verdict {
  return {kind: 'skipped', reason};
}

function outcome(
  input: InjectInput,
  verdict: Verdict,
  more: {readonly [K in 'object' | 'level' | 'templates' | 'notes' | 'forecast']?: Outcome[K] | undefined} = {},
): Outcome {
  const {object = input.object, templates = [], notes = [], level, forecast} = more;
  return {
    verdict,
    object,
    templates,
    notes,
    ...(level === undefined ? {} : {level}),
    ...(forecast === undefined ? {} : {forecast}),
  };
}
