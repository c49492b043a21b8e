import {podTemplateOf, workloadOf} from '../../../src/core/workload.ts';
import {isList, type JsonObject} from '../../../src/core/json.ts';
import {at} from '../../helpers/objects.ts';
import {api, eventually, kubectlGet, kubectlOk} from '../harness/index.ts';
import {containersOf} from './webhook.ts';

/** A workload as it is stored. */
export interface Stored {
  readonly object: JsonObject;
  readonly template: JsonObject;
  /** `NAME IMAGE` of its pod template's containers. */
  readonly containers: readonly string[];
  /** How many versions of its pod template its controller knows: ReplicaSets or ControllerRevisions. */
  readonly versions: number;
}

/** Reads a workload, once its controller has seen its newest generation. */
export async function stored(namespace: string, kind: string, name: string): Promise<Stored> {
  const object = await eventually(
    async () => {
      const found = await kubectlGet<JsonObject>(kind, name, '-n', namespace);
      const observed = at(found, 'status', 'observedGeneration');
      return !observes(kind) || observed === at(found, 'metadata', 'generation') ? found : undefined;
    },
    {what: `the controller to see ${kind} ${name}`},
  );
  const workload = workloadOf(object);
  const template = workload === undefined ? undefined : podTemplateOf(object, workload);
  if (template === undefined) throw new Error(`${kind} ${name} has no pod template`);
  return {object, template, containers: containersOf(template), versions: await versionsOf(namespace, kind, object)};
}

function observes(kind: string): boolean {
  return ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController'].includes(kind);
}

async function versionsOf(namespace: string, kind: string, object: JsonObject): Promise<number> {
  const resource =
    kind === 'Deployment' ? 'replicasets' : kind === 'StatefulSet' || kind === 'DaemonSet' ? 'controllerrevisions' : undefined;
  if (resource === undefined) return 1;
  const {body} = await api(`/apis/apps/v1/namespaces/${namespace}/${resource}`);
  return ownedBy(body as JsonObject, object).length;
}

/** The pods that controllers made of a workload, by their label `app`. Waits for one at least that `wanted` takes. */
export async function podsOf(
  namespace: string,
  app: string,
  wanted: (pod: JsonObject) => boolean = () => true,
): Promise<readonly JsonObject[]> {
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=app%3D${app}`;
  return eventually(
    async () => {
      const items = at((await api(path)).body, 'items');
      const pods = isList(items) ? (items as readonly JsonObject[]).filter(wanted) : [];
      return pods.length === 0 ? undefined : pods;
    },
    {what: `a pod of ${app}`, timeoutMs: 30_000},
  );
}

/** The items of a list that this object controls. */
export function ownedBy(list: JsonObject, owner: JsonObject): readonly JsonObject[] {
  const items = at(list, 'items');
  if (!isList(items)) return [];
  return (items as readonly JsonObject[]).filter(
    (item) => at(item, 'metadata', 'ownerReferences', 0, 'uid') === at(owner, 'metadata', 'uid'),
  );
}

/** `kubectl apply` of a value. @returns what it printed and its warnings */
export async function apply(namespace: string, object: JsonObject, ...flags: readonly string[]): Promise<string> {
  return kubectlOk(['apply', '-n', namespace, '-f', '-', ...flags], {input: object});
}

/** `kubectl replace` of a value, again while a controller writes at the same moment, which an API server answers with a conflict. */
export async function replace(namespace: string, object: JsonObject): Promise<string> {
  return eventually(() => kubectlOk(['replace', '-n', namespace, '-f', '-'], {input: object}), {what: 'kubectl replace'});
}
