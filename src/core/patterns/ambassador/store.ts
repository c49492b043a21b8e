import type {Fault} from '../../errors.ts';
import {asList} from '../../json.ts';
import {lastVariable, type Place} from '../../redirected.ts';
import type {Template} from '../../template.ts';
import type {Held} from './held.ts';
import type {Reading} from './reading.ts';
import {variablesOf, type Redirection} from './redirection.ts';
import type {Customs, Wanted} from './upstream.ts';

/** Where the old value of one of the app's variables is kept, so that it can be put back. */
export interface Store extends Pick<Place, 'container' | 'variable' | 'portVariable'> {
  /** A variable that the ambassador's containers get for that alone. */
  readonly extra?: Wanted;
}

/**
 * Finds a place for the old value of each variable of a redirect that had one, by the variable's name: the upstream's own
 * variables where they hold it and the author has not written them himself, else a variable of the old name. Fault:
 * `redirectImmovable`, where the author has that one too.
 */
export function storesOf(
  {ambassador, readings}: Redirection,
  template: Template,
  customs: Customs,
): {readonly stores: ReadonlyMap<string, Store>; readonly faults: readonly Fault[]} {
  const stores = new Map<string, Store>();
  const faults: Fault[] = [];
  const {redirect, upstream} = ambassador;
  for (const variable of variablesOf(ambassador)) {
    const old = storedOf(readings, variable);
    if (old === undefined) continue;
    const isPort = !('url' in redirect) && redirect.port === variable;
    const told = 'url' in redirect ? byUrl(upstream, old.hadPort) : withPlace((isPort ? upstream.port : upstream.host)?.name);
    const container = told === undefined ? undefined : freeContainer(template, customs, told);
    if (told !== undefined && container !== undefined) {
      const [name, portVariable] = told;
      stores.set(variable, {container, variable: name, ...(portVariable === undefined ? {} : {portVariable})});
      continue;
    }
    const own = freeContainer(template, customs, [variable]);
    if (own === undefined) faults.push(noPlace(template, variable));
    else stores.set(variable, {container: own, variable, extra: {name: variable, held: old.held}});
  }
  return {stores, faults};
}

/** The old value that serves all containers: of an address one with a port, if there is one. */
function storedOf(readings: readonly Reading[], variable: string): {readonly held: Held; readonly hadPort: boolean} | undefined {
  let first: ReturnType<typeof storedOf>;
  for (const change of readings.flatMap(({changes}) => changes)) {
    const {store: held, hadPort = false} = change;
    if (change.variable !== variable || held === undefined) continue;
    if (hadPort) return {held, hadPort};
    first ??= {held, hadPort};
  }
  return first;
}

/** The variables that hold an address: one with all of it, or one of its host and one of its port. */
function byUrl(
  {host, port, url}: Redirection['ambassador']['upstream'],
  hadPort: boolean,
): readonly [string, string?] | undefined {
  if (url !== undefined) return [url.name];
  if (host === undefined) return undefined;
  if (!hadPort) return [host.name];
  return port === undefined ? undefined : [host.name, port.name];
}

function withPlace(name: string | undefined): readonly [string] | undefined {
  return name === undefined ? undefined : [name];
}

/** The first of the template's containers in which none of the variables is the author's own. */
function freeContainer(
  {containers, initContainers}: Template,
  customs: Customs,
  variables: readonly (string | undefined)[],
): string | undefined {
  const free = [...containers, ...initContainers].find((container) => {
    const env = asList(customs.get(String(container['name']))?.['env']);
    return variables.every((variable) => variable === undefined || lastVariable(env, variable) === undefined);
  });
  return free === undefined ? undefined : String(free['name']);
}

function noPlace(template: Template, variable: string): Fault {
  return {
    code: 'redirectImmovable',
    message: `template ${template.name}: the pod's author sets the ambassador's variables and ${variable} in its container too, so the application's ${variable} has no place to go`,
    fix: `take ${variable} off the ambassador's container`,
  };
}
