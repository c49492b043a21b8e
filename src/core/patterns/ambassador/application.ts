import {mergeAdded, movedKey, priorKey, segment, type Added} from '../../added.ts';
import {asList, asObject, isObject, withField, withoutField, type Json, type JsonObject} from '../../json.ts';
import {knowingEmpty} from '../../part.ts';
import {formatPlace, lastVariable} from '../../redirected.ts';
import type {Change} from './reading.ts';
import type {Redirection} from './redirection.ts';
import type {Store} from './store.ts';
import type {Target} from './target.ts';

/** Where the old value of a variable is kept. */
export type FindStore = (variable: string) => Store | undefined;

/** The pod's spec with the app's variables turned to localhost, each at its old place, and the record of it. */
export function turnToLocalhost(
  spec: JsonObject,
  redirections: readonly Redirection[],
  find: FindStore,
): {readonly value: JsonObject; readonly added: Added | undefined} {
  const lists = new Map<Target['list'], Turned>();
  for (const {target, changes} of redirections.flatMap(({readings}) => readings)) {
    const list = lists.get(target.list) ?? {containers: [...asList(spec[target.list])], nodes: new Map<string, Added>()};
    lists.set(target.list, list);
    const container = asObject(list.containers[target.index]) ?? {};
    const turned = turnContainer(container, changes, find);
    list.containers[target.index] = turned.value;
    const env: Added = {env: knowingEmpty(container['env'], turned.added)};
    list.nodes.set(segment(target.name), mergeAdded(list.nodes.get(segment(target.name)), env) ?? env);
  }
  if (lists.size === 0) return {value: spec, added: undefined};
  let value = spec;
  const node: [string, Added][] = [];
  for (const [name, {containers, nodes}] of lists) {
    value = withField(value, name, containers);
    node.push([name, Object.fromEntries(nodes)]);
  }
  return {value, added: {spec: Object.fromEntries(node)}};
}

/** One of the pod's lists on the way: a copy that is filled in place, because a pod may have any number of containers. */
interface Turned {
  readonly containers: Json[];
  readonly nodes: Map<string, Added>;
}

function turnContainer(
  container: JsonObject,
  changes: readonly Change[],
  find: FindStore,
): {readonly value: JsonObject; readonly added: Added} {
  const env = [...asList(container['env'])];
  const node: [string, Added][] = [];
  for (const change of changes) {
    const {variable, value} = change;
    const old = lastVariable(env, variable);
    if (old === undefined) {
      // New variables go last: a `$(NAME)` in one of the author's never saw them.
      env.push({name: variable, value});
      node.push([segment(variable), 1]);
    } else {
      const rest = isObject(old.item['valueFrom']) ? withoutField(old.item, 'valueFrom') : old.item;
      env[old.index] = withField(rest, 'value', value);
      node.push([segment(variable), recordOf(change, old.item, find(variable))]);
    }
  }
  return {value: withField(container, 'env', env), added: Object.fromEntries(node)};
}

function recordOf({listen, store: held, hadPort}: Change, old: JsonObject, store: Store | undefined): Added {
  // It was empty, and nothing had to move.
  if (held === undefined || store === undefined) return {value: priorOf(old['value'])};
  const {container, variable} = store;
  const portVariable = hadPort === false ? '' : store.portVariable;
  const place = formatPlace({
    container,
    variable,
    ...(listen === undefined ? {} : {listen}),
    ...(portVariable === undefined ? {} : {portVariable}),
  });
  // An empty `value` may stand beside a `valueFrom`.
  const hadValue = isObject(old['valueFrom']) && old['value'] !== undefined;
  return {[movedKey]: place, ...asObject(held.gained), ...(hadValue ? {value: priorOf(old['value'])} : {})};
}

function priorOf(value: Json | undefined): Added {
  return value === undefined ? 1 : {[priorKey]: value};
}
