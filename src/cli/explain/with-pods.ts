import {asObject, asString, field, type JsonObject} from '../../core/json.ts';
import type {Cause, Explanation, Subject} from './explanation.ts';
import {metadataOf} from './metadata.ts';
import {renewal} from './renewal.ts';

/** A workload of a cluster is as well as its pods are: where some are without what they should have, that is what there is to say. */
export function withPods(explained: Explanation, explain: (pod: Subject) => Explanation): Explanation {
  const {namespace, pods} = explained.subject;
  if (explained.isProblem) return explained;
  const lasting = pods.filter(isLasting);
  const explanations = lasting.map((object) => ({object, ...explain({object, namespace, pods: []})}));
  const without = explanations.flatMap(({object, verdict, cause}) => {
    if ((verdict !== 'missed' && verdict !== 'refused') || cause === undefined) return [];
    return [{name: asString(field(metadataOf(object), 'name')) ?? '', cause}];
  });
  const [first] = without;
  if (first === undefined) return {...explained, notes: [...explained.notes, ...notesOfPods(explained, explanations)]};
  const message = `${without.length} of ${lasting.length} pods are without what they should have; ${first.name}: ${first.cause.message}`;
  return {...explained, verdict: 'missed', isProblem: true, without, cause: {...first.cause, message}};
}

/** That pods are as their pod template, or the injector's, was when they were made. */
function notesOfPods(
  {subject, verdict, cause}: Explanation,
  pods: readonly Pick<Explanation, 'verdict' | 'cause' | 'notes'>[],
): readonly Cause[] {
  const without = pods.filter((pod) => pod.verdict === 'skipped' && pod.cause?.code === 'notAsked').length;
  // What is left out of today's pods too is told of the workload.
  const lacking = cause === undefined ? pods.flatMap((pod) => (isLacking(pod) ? [pod.cause] : [])) : [];
  // Where the pod template holds what was injected, it says so itself.
  const stale = verdict === 'injected' ? pods.filter(({notes}) => notes.some(({code}) => code === 'templateChanged')).length : 0;
  const asked: Cause = {
    code: 'askedLater',
    message: `${without} of ${pods.length} pods are older than what the pod template asks now, and without it`,
    fix: 'they go as the rollout goes on; where it is paused or waits for it (OnDelete, a partition), delete them',
  };
  const changed: Cause = {
    code: 'templateChanged',
    message: `${stale} of ${pods.length} pods hold what a template was before it changed`,
    fix: `when it suits: ${renewal(subject)}`,
  };
  const [left] = lacking;
  return [
    ...(without === 0 ? [] : [asked]),
    ...(left === undefined
      ? []
      : [{...left, message: `${lacking.length} of ${pods.length} pods went on without: ${left.message}`, fix: renewal(subject)}]),
    ...(stale === 0 ? [] : [changed]),
  ];
}

/** Whether a template was left out when the pod was made. */
function isLacking<Pod extends Pick<Explanation, 'verdict' | 'cause'>>(pod: Pod): pod is Pod & {readonly cause: Cause} {
  return (
    (pod.verdict === 'skipped' || pod.verdict === 'alreadyInjected') && pod.cause !== undefined && pod.cause.code !== 'notAsked'
  );
}

/** Neither on its way out nor at its end. */
function isLasting(pod: JsonObject): boolean {
  const phase = field(asObject(field(pod, 'status')), 'phase');
  return field(metadataOf(pod), 'deletionTimestamp') === undefined && phase !== 'Succeeded' && phase !== 'Failed';
}
