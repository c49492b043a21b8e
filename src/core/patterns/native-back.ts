import {movedKey, priorKey, takeOut, type Added} from '../added.ts';
import {asList, asObject, isList, isObject, withField, withoutField, type Json, type JsonObject} from '../json.ts';
import {findNamed} from '../scene.ts';

/**
 * The reverse of bindNative's move: the pod with each customised native sidecar at its old place in `containers`, less what the
 * template had laid under it. Where the author's is in `containers` again (the same manifest was applied once more), ours goes.
 * @param added the tree of one template.
 * @param left the pod as the injection left it, where it is known: what differs from it was changed by hand since, and stays.
 */
export function withNativesBack(pod: JsonObject, added: Added, left: JsonObject | undefined): JsonObject {
  const node = asObject(asObject(added)?.['spec']);
  const spec = asObject(pod['spec']);
  if (node === undefined || spec === undefined) return pod;
  const injected = asObject(node['initContainers']);
  const containers = [...asList(spec['containers'])];
  const returned = new Set<Json>();
  for (const {name, index, tree} of movesIn(node)) {
    const found = injected?.[name] === 1 ? findNamed(spec['initContainers'], name) : undefined;
    if (found === undefined) continue;
    returned.add(found.item);
    if (findNamed(containers, name) !== undefined) continue;
    const before = findNamed(asObject(left?.['spec'])?.['initContainers'], name)?.item;
    const own = takeOut(found.item, tree, {type: 'Container'}, before === undefined ? {} : {left: before});
    if (own !== undefined) containers.splice(index, 0, own);
  }
  if (returned.size === 0) return pod;
  const rest = asList(spec['initContainers']).filter((item) => !returned.has(item));
  return withField(pod, 'spec', withField(withInit(spec, rest, injected?.[priorKey]), 'containers', containers));
}

interface Move {
  readonly name: string;
  readonly index: number;
  readonly tree: Added;
}

/** The containers that were moved, in the order in which they stood. */
function movesIn(spec: JsonObject): readonly Move[] {
  return Object.entries(asObject(spec['containers']) ?? {})
    .flatMap(([name, tree]): Move[] => {
      const place = isObject(tree) ? tree[movedKey] : undefined;
      const [list, index] = isList(place) ? place : [];
      if (list !== 'initContainers' || typeof index !== 'number' || !isObject(tree)) return [];
      return [{name, index, tree: withoutField(tree, movedKey) as Added}];
    })
    .toSorted((a, b) => a.index - b.index);
}

/** An empty list that was there before the injection is there again. */
function withInit(spec: JsonObject, rest: readonly Json[], prior: Json | undefined): JsonObject {
  if (rest.length > 0) return withField(spec, 'initContainers', rest);
  return prior === null || (isList(prior) && prior.length === 0)
    ? withField(spec, 'initContainers', prior)
    : withoutField(spec, 'initContainers');
}
