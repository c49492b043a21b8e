import {asObject, asString, field, type JsonObject} from '../../core/json.ts';
import type {Explanation, Subject} from './explanation.ts';
import {metadataOf} from './metadata.ts';

/** A workload of a cluster is as well as its pods are: where some are without what they should have, that is what there is to say. */
export function withPods(explained: Explanation, explain: (pod: Subject) => Explanation): Explanation {
  const {namespace, pods} = explained.subject;
  if (explained.isProblem) return explained;
  const lasting = pods.filter(isLasting);
  const without = lasting.flatMap((object) => {
    const {verdict, cause} = explain({object, namespace, pods: []});
    if ((verdict !== 'missed' && verdict !== 'refused') || cause === undefined) return [];
    return [{name: asString(field(metadataOf(object), 'name')) ?? '', cause}];
  });
  const [first] = without;
  if (first === undefined) return explained;
  const message = `${without.length} of ${lasting.length} pods are without what they should have; ${first.name}: ${first.cause.message}`;
  return {...explained, verdict: 'missed', isProblem: true, without, cause: {...first.cause, message}};
}

/** Neither on its way out nor at its end. */
function isLasting(pod: JsonObject): boolean {
  const phase = field(asObject(field(pod, 'status')), 'phase');
  return field(metadataOf(pod), 'deletionTimestamp') === undefined && phase !== 'Succeeded' && phase !== 'Failed';
}
