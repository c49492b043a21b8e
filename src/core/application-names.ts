import {asObject, type JsonObject} from './json.ts';
import {defaultForeignContainers, namesIn} from './scene.ts';
import type {Status} from './status.ts';

/** Names of the containers of a pod that are the application itself, which `*` means in a template's `app`. */
export interface Application {
  readonly containers: readonly string[];
  readonly initContainers: readonly string[];
}

/**
 * What of the author's part of a pod is the application: all but the containers that customise a template's (`customised`) and
 * those of other injectors. On a second review what stands in the pod beside the known ones was put there by another injector.
 */
export function applicationOf(
  author: JsonObject,
  status: Status | undefined,
  customised: ReadonlySet<string>,
  context: {readonly foreignContainers?: ReadonlySet<string> | undefined; readonly reviewedAgain: boolean},
): Application {
  const spec = asObject(author['spec']);
  const foreign = context.foreignContainers ?? defaultForeignContainers;
  const known = status !== undefined && context.reviewedAgain ? new Set([...status.app, ...(status.appInit ?? [])]) : undefined;
  const own = (list: 'containers' | 'initContainers'): readonly string[] =>
    namesIn(spec?.[list]).filter((name) => !customised.has(name) && (known === undefined ? !foreign.has(name) : known.has(name)));
  return {containers: own('containers'), initContainers: own('initContainers')};
}
