import {segment, unsegment, type Added} from '../../added.ts';
import {asList, asObject, asString, deepEqual, field, isObject, withField, type Json, type JsonObject} from '../../json.ts';
import {formatPlace, isRedirected, lastVariable} from '../../redirected.ts';
import {referencesIn} from '../../references.ts';
import {findNamed} from '../../scene.ts';
import {isAddedVariable, movesOf, withVariablesBack, type Move} from './back.ts';

/**
 * The pod as an injection left it, with what the ambassador's variables hold today. Whoever changes the remote end there, while
 * the application still points at the ambassador, changes the value that was moved: so does a rollback, which looks the same.
 * What cannot be put back, or refers to a variable that the application has not, stays as `left` has it, and so a customisation
 * of the ambassador's container. Never throws.
 * @param now the pod that arrives.
 * @param trees what each of the templates added.
 */
export function withRevised(left: JsonObject, now: JsonObject, trees: readonly Added[]): JsonObject {
  return trees.reduce<JsonObject>(
    (result, tree, index) =>
      movedBy(tree)
        .filter((moved) => !trees.some((other, at) => at !== index && isGivenBy(other, moved)))
        .reduce((revised, moved) => revise(revised, now, tree, moved), result),
    left,
  );
}

const lists = ['containers', 'initContainers'] as const;

/** A variable of the application's whose value was moved. */
interface Moved extends Pick<Move, 'variable' | 'place'> {
  readonly list: (typeof lists)[number];
  readonly app: string;
}

function movedBy(tree: Added): readonly Moved[] {
  const spec = asObject(asObject(tree)?.['spec']);
  return lists.flatMap((list) =>
    Object.entries(asObject(spec?.[list]) ?? {}).flatMap(([key, container]) =>
      movesOf(container).map(({variable, place}) => ({variable, place, list, app: unsegment(key)})),
    ),
  );
}

/** Whether a template gave the application that variable: then its value is not the author's. */
function isGivenBy(tree: Added, {list, app, variable}: Moved): boolean {
  const containers = asObject(asObject(asObject(tree)?.['spec'])?.[list]);
  const env = asObject(field(containers, segment(app)))?.['env'];
  return env === 1 || field(asObject(env), segment(variable)) === 1;
}

function revise(left: JsonObject, now: JsonObject, tree: Added, moved: Moved): JsonObject {
  const {app, variable, place} = moved;
  const pointer = lastVariable(environmentOf(now, app), variable)?.item;
  const today = isRedirected(pointer, formatPlace(place)) ? heldToday(now, moved) : undefined;
  if (today === undefined) return left;
  const result = withVariables(left, now, tree, moved, today);
  if (result === left) return left;
  const back = lastVariable(environmentOf(withVariablesBack(now, tree, result), app), variable)?.item;
  // A value that cannot be put back leaves the variable as it is; so does one that says the same, such as a port.
  const isBack = !deepEqual(back, pointer) || today.get(place.variable)?.['value'] === pointer?.['value'];
  return isBack ? result : left;
}

/** The ambassador's variables of one value, and what they refer to; undefined where the application means something else by it. */
function heldToday(now: JsonObject, {app, place}: Moved): ReadonlyMap<string, JsonObject> | undefined {
  const [mine, theirs] = [environmentOf(now, app), environmentOf(now, place.container)];
  const today = new Map<string, JsonObject>();
  const open = [place.variable, ...(place.portVariable ? [place.portVariable] : [])];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const item = lastVariable(theirs, name)?.item;
    if (today.has(name) || item === undefined) continue;
    today.set(name, item);
    const references = referencesIn(asString(item['value']) ?? '').map((reference) => reference.name);
    if (references.some((other) => !deepEqual(lastVariable(mine, other)?.item, lastVariable(theirs, other)?.item)))
      return undefined;
    open.push(...references);
  }
  return today;
}

/** Names of containers are unique over both lists. */
function environmentOf(pod: JsonObject, container: string): readonly Json[] {
  const spec = asObject(pod['spec']);
  const found = lists.map((list) => findNamed(spec?.[list], container)?.item).find((item) => item !== undefined);
  return asList(found?.['env']);
}

/** `left` with these variables in all of the ambassador's containers that had them from the same place, and still have. */
function withVariables(
  left: JsonObject,
  now: JsonObject,
  tree: Added,
  {place}: Moved,
  today: ReadonlyMap<string, JsonObject>,
): JsonObject {
  const before = environmentOf(left, place.container);
  const trees = asObject(asObject(tree)?.['spec']) ?? {};
  const spec = asObject(left['spec']);
  return lists.reduce<JsonObject>((result, list) => {
    const containers = asList(spec?.[list]).map((container) => {
      const name = asString(asObject(container)?.['name']);
      if (!isObject(container) || name === undefined) return container;
      const [env, mine] = [asList(container['env']), environmentOf(now, name)];
      const revised = [...today].filter(
        ([variable, item]) =>
          isAddedVariable(trees, name, variable) &&
          deepEqual(lastVariable(env, variable)?.item, lastVariable(before, variable)?.item) &&
          (name === place.container || deepEqual(lastVariable(mine, variable)?.item, item)),
      );
      return withEnv(container, env, new Map(revised));
    });
    const isSame = containers.every((container, index) => container === asList(spec?.[list])[index]);
    return isSame ? result : withField(result, 'spec', withField(asObject(result['spec']), list, containers));
  }, left);
}

function withEnv(container: JsonObject, env: readonly Json[], revised: ReadonlyMap<string, JsonObject>): JsonObject {
  const missing = [...revised].filter(([name]) => lastVariable(env, name) === undefined).map(([, variable]) => variable);
  const changed = [...env.map((item) => revised.get(asString(asObject(item)?.['name']) ?? '') ?? item), ...missing];
  return deepEqual(changed, env) ? container : withField(container, 'env', changed);
}
