import {movedKey, unsegment, type Added} from './added.ts';
import {asObject, field, isList, type Json, type JsonObject} from './json.ts';
import {escapeSegment} from './patch.ts';
import {withVariablesBack} from './patterns/ambassador/back.ts';
import {withNativesBack} from './patterns/native-back.ts';
import {readPlace} from './redirected.ts';

/**
 * The pod with everything that an injection had moved put back where it was: an app's variables out of its ambassador, a customised
 * container out of the init containers. The first step of the reverse; takeOut then removes what was added.
 * @param added the tree of one template.
 * @param left the pod as the injection left it, where it is known: what differs from it was changed by hand since, and stays.
 */
export function putBack(pod: JsonObject, added: Added, left?: JsonObject): JsonObject {
  // The last step: what was moved between containers is found where the injection left them.
  return withNativesBack(withVariablesBack(pod, added, left), added, left);
}

/** What was moved where, in the tree's order: `containers/web/env/REDIS_HOST → containers/proxy/env/UPSTREAM_HOST`. */
export function movedPaths(added: Added): string[] {
  const spec = asObject(asObject(added)?.['spec']) ?? {};
  return (['containers', 'initContainers'] as const).flatMap((list) =>
    Object.entries(asObject(spec[list]) ?? {}).flatMap(([key, tree]) => {
      const from = `${list}/${escapeSegment(unsegment(key))}`;
      const env = Object.entries(asObject(asObject(tree)?.['env']) ?? {});
      return [
        ...newList(tree).map((to) => `${from} → ${to}/${escapeSegment(unsegment(key))}`),
        ...env.flatMap(([name, node]) =>
          newPlaces(spec, node).map((to) => `${from}/env/${escapeSegment(unsegment(name))} → ${to}`),
        ),
      ];
    }),
  );
}

function newList(container: Json | undefined): readonly string[] {
  const place = asObject(container)?.[movedKey];
  const [list] = isList(place) ? place : [];
  return typeof list === 'string' ? [list] : [];
}

function newPlaces(spec: JsonObject, variable: Json | undefined): readonly string[] {
  const place = readPlace(asObject(variable)?.[movedKey]);
  if (place === undefined) return [];
  const list = field(asObject(spec['initContainers']), place.container) === undefined ? 'containers' : 'initContainers';
  const variables = [place.variable, ...(place.portVariable ? [place.portVariable] : [])];
  return variables.map((name) => `${list}/${escapeSegment(place.container)}/env/${escapeSegment(name)}`);
}
