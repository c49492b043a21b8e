import {movedKey, segment, takeOut, unsegment, type Added} from '../../added.ts';
import {formatAddress, readAddress, type Address} from '../../address.ts';
import {asList, asObject, asString, field, isObject, withField, withoutField, type Json, type JsonObject} from '../../json.ts';
import {lastVariable, readPlace, redirectionOf, type Place} from '../../redirected.ts';
import {findNamed} from '../../scene.ts';

/**
 * The reverse of bindAmbassador's move: the pod with the app's variables as they were, read back from the ambassador's
 * container. A variable that does not point at the ambassador any more is the author's and stays; where his `valueFrom` arrives
 * beside our `value`, as a strategic merge brings it, ours goes. Nothing is read but from a container, or a variable of one,
 * that this same tree says was added.
 * @param added the tree of one template.
 * @param left the pod as the injection left it, where it is known: the ambassador's container may have been changed by hand since.
 */
export function withVariablesBack(pod: JsonObject, added: Added, left: JsonObject | undefined): JsonObject {
  const node = asObject(asObject(added)?.['spec']);
  const spec = asObject(pod['spec']);
  if (node === undefined || spec === undefined) return pod;
  const from = asObject((left ?? pod)['spec']) ?? {};
  const find = (place: Place, variable: string): JsonObject | undefined => {
    if (!isAddedVariable(node, place.container, variable)) return undefined;
    const container = findNamed(from['containers'], place.container) ?? findNamed(from['initContainers'], place.container);
    return lastVariable(asList(container?.item['env']), variable)?.item;
  };
  let result = spec;
  for (const list of lists) {
    const trees = asObject(node[list]) ?? {};
    if (!Object.keys(trees).some((name) => movesOf(trees[name]).length > 0)) continue;
    const seen = new Set<string>();
    const containers = asList(spec[list]).map((item) => {
      const name = asString(asObject(item)?.['name']);
      if (!isObject(item) || name === undefined || seen.has(name)) return item;
      seen.add(name);
      return withEnvBack(item, movesOf(field(trees, segment(name))), find);
    });
    result = withField(result, list, containers);
  }
  return result === spec ? pod : withField(pod, 'spec', result);
}

const lists = ['containers', 'initContainers'] as const;

/** Finds the variable in which the old value is kept. */
type Find = (place: Place, variable: string) => JsonObject | undefined;

/** The variables that a container's tree says were moved. */
export function movesOf(container: Json | undefined): readonly Move[] {
  return Object.entries(asObject(asObject(container)?.['env']) ?? {}).flatMap(([key, node]): Move[] => {
    const place = isObject(node) ? readPlace(node[movedKey]) : undefined;
    return place === undefined || !isObject(node)
      ? []
      : [{variable: unsegment(key), place, gained: withoutField(node, movedKey)}];
  });
}

/** A variable of the application's whose old value is elsewhere. */
export interface Move {
  readonly variable: string;
  readonly place: Place;
  /** What the variable gained when its value moved, by field. */
  readonly gained: JsonObject;
}

function withEnvBack(container: JsonObject, moves: readonly Move[], find: Find): JsonObject {
  if (moves.length === 0) return container;
  const env = [...asList(container['env'])];
  for (const move of moves) {
    const found = lastVariable(env, move.variable);
    if (found !== undefined) env[found.index] = variableBack(found.item, move, find);
  }
  return withField(container, 'env', env);
}

function variableBack(variable: JsonObject, {place, gained}: Move, find: Find): JsonObject {
  const ours = redirectionOf(variable['value'], place.listen);
  if (ours === undefined) return variable;
  if (isObject(variable['valueFrom'])) return withoutField(variable, 'value');
  const old = find(place, place.variable);
  if (old === undefined) return variable;
  if (ours !== 'whole') {
    const end = remoteEnd(old, place, find);
    return end === undefined
      ? variable
      : withField(variable, 'value', formatAddress({before: ours.before, ...end, after: ours.after}));
  }
  const {value, valueFrom} = old;
  if (!isObject(valueFrom)) return typeof value === 'string' && value !== '' ? withField(variable, 'value', value) : variable;
  const rest = gained['value'] === undefined ? withoutField(variable, 'value') : variable;
  const back = withField(rest, 'valueFrom', valueFrom);
  const less = takeOut(back, gained as Added, {type: 'EnvVar'});
  // A tree without fields, or a forged one, would take away more.
  return isObject(less) && less['name'] === variable['name'] && isObject(less['valueFrom']) ? less : back;
}

/** The host and the port that an address had. */
function remoteEnd(old: JsonObject, place: Place, find: Find): Pick<Address, 'host' | 'port'> | undefined {
  const text = asString(old['value']);
  if (text === undefined) return undefined;
  if (place.portVariable === undefined || place.portVariable === '') {
    const address = readAddress(text);
    if (address === undefined) return undefined;
    return {host: address.host, ...(address.port === undefined || place.portVariable === '' ? {} : {port: address.port})};
  }
  const port = asString(find(place, place.portVariable)?.['value']);
  return port === undefined ? undefined : {host: text, port};
}

/** Whether the tree says that the injection brought the variable of that container. */
export function isAddedVariable(spec: JsonObject, container: string, variable: string): boolean {
  return lists.some((list) => {
    const tree = field(asObject(spec[list]), segment(container));
    const env = asObject(tree)?.['env'];
    return tree === 1 || env === 1 || field(asObject(env), segment(variable)) === 1;
  });
}
