import type {Fault} from '../../errors.ts';
import {asList, asObject, asString, withField, type JsonObject} from '../../json.ts';
import {equals} from '../../kubernetes/equality.ts';
import {lastVariable} from '../../redirected.ts';
import type {Template} from '../../template.ts';
import type {Held} from './held.ts';
import {hasEnvFrom} from './target.ts';

/** A variable that the ambassador's containers shall have, and what it holds. */
export interface Wanted {
  readonly name: string;
  readonly held: Held;
}

/** The author's containers that customise those of the template, by name. */
export type Customs = ReadonlyMap<string, JsonObject>;

/**
 * Gives every container of the template the variables, with what they refer to, before its own, which may refer to them. Fault:
 * `redirectImmovable`, where a name that a value refers to means something else there.
 */
export function withUpstream(
  template: Template,
  wanted: readonly Wanted[],
  customs: Customs,
): {readonly template: Template; readonly faults: readonly Fault[]} {
  const faults: Fault[] = [];
  const variables = new Map<string, JsonObject>();
  for (const {name, held} of wanted) {
    for (const item of [...held.dependencies, {name, ...held.source}]) {
      const key = asString(item['name']) ?? '';
      const other = variables.get(key);
      if (other === undefined) variables.set(key, item);
      else if (!equals('EnvVar', other, item)) faults.push(needsTwo(template, key));
    }
  }
  const give = (container: JsonObject): JsonObject => {
    const custom = customs.get(String(container['name']));
    faults.push(...clashes(template, wanted, container, custom));
    const own = asList(container['env']).filter((item) => !variables.has(asString(asObject(item)?.['name']) ?? ''));
    return withField(container, 'env', [...variables.values(), ...own]);
  };
  const containers = template.containers.map(give);
  const initContainers = template.initContainers.map(give);
  return {template: {...template, containers, initContainers}, faults};
}

/** What stands in one container of the ambassador against the meaning of the moved values. */
function clashes(
  template: Template,
  wanted: readonly Wanted[],
  container: JsonObject,
  custom: JsonObject | undefined,
): readonly Fault[] {
  const place = `the container ${JSON.stringify(container['name'])}`;
  const own = asList(container['env']);
  const authors = asList(custom?.['env']);
  const hasMore = hasEnvFrom(container) || (custom !== undefined && hasEnvFrom(custom));
  const names = new Set(wanted.flatMap(({name, held}) => [name, ...namesOf(held.dependencies)]));
  return wanted.flatMap(({name, held}): Fault[] => {
    const faults: Fault[] = [];
    const needed = [...held.dependencies, {name, ...held.source}];
    for (const item of needed) {
      const key = asString(item['name']) ?? '';
      // The author's own word for the upstream wins; one for what it refers to would change what the app had written.
      const others = item === needed.at(-1) ? [lastVariable(own, key)] : [lastVariable(own, key), lastVariable(authors, key)];
      if (others.some((other) => other !== undefined && !equals('EnvVar', other.item, item)))
        faults.push(needsAnother(template, name, key, place));
    }
    const defined = new Set(namesOf(held.dependencies));
    const resolved = held.open.find(
      (key) =>
        hasMore ||
        (!defined.has(key) &&
          (names.has(key) || lastVariable(own, key) !== undefined || lastVariable(authors, key) !== undefined)),
    );
    if (resolved !== undefined) faults.push(needsNone(template, name, resolved, place));
    return faults;
  });
}

function namesOf(items: readonly JsonObject[]): readonly string[] {
  return items.flatMap((item) => asString(item['name']) ?? []);
}

function needsAnother(template: Template, name: string, key: string, place: string): Fault {
  const what = key === name ? `shall find ${name}` : `shall find ${name}, which refers to $(${key})`;
  return {
    code: 'redirectImmovable',
    message: `template ${template.name}: ${place} ${what}, and has ${key} with another value`,
    fix: `rename one of the two variables ${key}`,
  };
}

function needsTwo(template: Template, key: string): Fault {
  return {
    code: 'redirectImmovable',
    message: `template ${template.name}: what moves to the ambassador's containers needs two variables ${key} there, of different values`,
    fix: `rename ${key} in the application, or in the template's upstream`,
  };
}

function needsNone(template: Template, name: string, key: string, place: string): Fault {
  return {
    code: 'redirectImmovable',
    message: `template ${template.name}: what moves to ${name} refers to $(${key}), which the application does not define before it, and ${place} may`,
    fix: `define ${key} before it in the application's env, or write the value without it`,
  };
}
