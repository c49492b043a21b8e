import {asString, field} from '../../core/json.ts';
import {controllerOf, workloadFacts, workloadOf} from '../../core/workload.ts';
import type {Subject} from './explanation.ts';
import {metadataOf} from './metadata.ts';

/** What makes an object's pods, or the pod itself, anew: a command, or words where there is no command for it. */
export function renewal({object, namespace}: Pick<Subject, 'object' | 'namespace'>): string {
  const workload = workloadOf(object);
  if (workload === undefined) return 'create it again';
  const {kind, name} = workloadFacts(object, workload);
  const who = `${asString(kind) ?? ''} ${asString(name) ?? ''}`.trim();
  if (typeof kind === 'string' && restartable.has(kind))
    return `kubectl rollout restart ${kind.toLowerCase()}/${String(name)} -n ${namespace}`;
  if (workload.kind === 'CronJob') return 'wait for its next Job';
  if (kind === 'Job') return `delete ${who} and create it again`;
  if (workload.kind !== 'Pod') return `delete its pods, and ${who} makes new ones`;
  if (controllerOf(object) === undefined) return 'delete the pod and create it again';
  return `kubectl delete pod ${String(field(metadataOf(object), 'name'))} -n ${namespace}, and ${who} makes a new one`;
}

/** What `kubectl rollout restart` takes. */
const restartable: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);
