import {movedKey, segment, type Added, type AddedNode} from '../added.ts';
import {customise} from '../containers.ts';
import type {Fault} from '../errors.ts';
import {asList, asObject, withField, type Json, type JsonObject} from '../json.ts';
import {newestMinor} from '../kubernetes/version.ts';
import {findNamed, namesIn, type Scene} from '../scene.ts';
import {remembering} from '../memo.ts';
import type {Template} from '../template.ts';
import type {Bound} from './bound.ts';

/** The first minor version whose API server and kubelet have native sidecars without being asked: KEP-753, beta in 1.29. */
const nativeSince = 29;

/** The first at which no kubelet can be too old: it may lag by three (https://kubernetes.io/releases/version-skew-policy/). */
export const autoNativeSince = nativeSince + 3;

/** What `native` must be for native sidecars on an API server; undefined where it has none. */
export function nativeFor(serverMinor: number | undefined): 'auto' | 'always' | undefined {
  if (serverMinor === undefined || serverMinor >= autoNativeSince) return 'auto';
  return serverMinor >= nativeSince ? 'always' : undefined;
}

/**
 * Whether the template's containers run as native sidecars on that minor version; undefined where it leaves no choice (`never`,
 * `always`, no containers). A version that is not known is taken for the newest one that is.
 */
export function choosesNative(template: Template, serverMinor: number | undefined): boolean | undefined {
  if (template.native !== 'auto' || template.containers.length === 0) return undefined;
  return (serverMinor ?? newestMinor) >= autoNativeSince;
}

/**
 * Makes a template's containers native sidecars where it asks for that and the API server has them: init containers with
 * `restartPolicy: Always`, after the template's own init containers, which prepare them. A container of the author's in
 * `containers` that customises one moves with it. Faults: `nativeUnsupported`, `containerConflict`, `noContainersLeft`.
 */
export function bindNative(pod: JsonObject, template: Template, scene: Scene): Bound {
  const unbound: Bound = {template, pod, added: undefined, kept: [], faults: []};
  if (template.native === 'never' || template.containers.length === 0) return unbound;
  if (choosesNative(template, scene.serverMinor) === false) return unbound;
  if (scene.serverMinor !== undefined && scene.serverMinor < nativeSince)
    return {...unbound, faults: [unsupported(template, scene.serverMinor)]};
  const spec = asObject(pod['spec']) ?? {};
  const containers = asList(spec['containers']);
  const natives: JsonObject[] = [];
  const moved = new Set<Json>();
  const node: [string, AddedNode][] = [];
  const kept: string[] = [];
  const faults: Fault[] = [];
  for (const container of template.containers) {
    const name = String(container['name']);
    const native = nativeOf(container);
    const isTaken = scene.owners.has(`containers/${name}`);
    const own = isTaken ? undefined : findNamed(containers, name);
    const there = isTaken ? undefined : findNamed(spec['initContainers'], name);
    const fault = conflict(template, name, own, there);
    if (fault !== undefined) faults.push(fault);
    if (own === undefined) {
      natives.push(native);
      continue;
    }
    const custom = customise(native, own.item, `initContainers/${name}`);
    natives.push(custom.value);
    kept.push(...custom.kept);
    moved.add(own.item);
    node.push([segment(name), {[movedKey]: ['initContainers', own.index], ...asObject(custom.added)}]);
  }
  const bound = {...template, containers: [], initContainers: [...template.initContainers, ...natives]};
  if (moved.size === 0) return {template: bound, pod, added: undefined, kept, faults};
  const left = containers.filter((item) => !moved.has(item));
  if (left.length === 0) faults.push(nothingLeft(template, namesIn(containers)));
  const added: Added = {spec: {containers: Object.fromEntries(node)}};
  return {template: bound, pod: withField(pod, 'spec', withField(spec, 'containers', left)), added, kept, faults};
}

const nativeOf = remembering((container: JsonObject): JsonObject => withField(container, 'restartPolicy', 'Always'));

function unsupported(template: Template, minor: number): Fault {
  return {
    code: 'nativeUnsupported',
    message: `template ${template.name} has native: always, and native sidecars exist since Kubernetes 1.${nativeSince}, where the API server is 1.${minor}`,
    fix: 'write native: auto in the template, which makes classic sidecars there',
  };
}

type Found = ReturnType<typeof findNamed>;

/** What of the author's containers of that name cannot customise a native sidecar. */
function conflict(template: Template, name: string, own: Found, there: Found): Fault | undefined {
  const list = own === undefined ? 'initContainers' : 'containers';
  const {index, item} = own ?? there ?? {index: 0, item: {}};
  const policy = item['restartPolicy'] ?? 'Always';
  if (own !== undefined && there !== undefined) {
    return {
      code: 'containerConflict',
      message: `template ${template.name} brings ${JSON.stringify(name)} as a native sidecar, and the pod's author has containers of that name in containers and in initContainers`,
      fix: 'keep the one in initContainers',
      path: `/spec/containers/${index}/name`,
    };
  }
  if (policy === 'Always') return undefined;
  return {
    code: 'containerConflict',
    message: `template ${template.name} brings ${JSON.stringify(name)} as a native sidecar, and the pod's author gives it restartPolicy: ${String(policy)}, where a native sidecar has Always`,
    fix: 'take restartPolicy off the container',
    path: `/spec/${list}/${index}/restartPolicy`,
  };
}

function nothingLeft(template: Template, names: readonly string[]): Fault {
  return {
    code: 'noContainersLeft',
    message: `template ${template.name} moves ${names.join(', ')} to the init containers as a native sidecar, and the pod has no other container`,
    fix: 'give the pod a container of its own, or write native: never in the template',
    path: '/spec/containers',
  };
}
