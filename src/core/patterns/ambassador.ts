import type {Fault} from '../errors.ts';
import {asList, asObject, asString, withField, type JsonObject} from '../json.ts';
import {findNamed, type Scene} from '../scene.ts';
import {applicationContainers, applicationInitContainers} from '../targets.ts';
import type {Template} from '../template.ts';
import {turnToLocalhost} from './ambassador/application.ts';
import {claim} from './ambassador/claim.ts';
import {readRedirection, upstreamKeys, type Redirection} from './ambassador/redirection.ts';
import {storesOf, type Store} from './ambassador/store.ts';
import type {Target} from './ambassador/target.ts';
import {withUpstream, type Customs, type Wanted} from './ambassador/upstream.ts';
import type {Bound} from './bound.ts';

/**
 * Ties an ambassador to the pod: the app's variables of each `redirect` point at localhost, and what they held moves to the
 * template's containers. Faults: `appContainerMissing`, `portConflict` for a port that another ambassador has, and the
 * `redirect…` codes. Ports of containers are looked at when all are merged.
 */
export function bindAmbassador(pod: JsonObject, template: Template, scene: Scene): Bound {
  const unbound: Bound = {template, pod, added: undefined, kept: [], faults: []};
  if (template.ambassador.length === 0) return unbound;
  const spec = asObject(pod['spec']) ?? {};
  const {targets, faults} = targetsOf(spec, template, scene);
  const redirections: Redirection[] = [];
  for (const ambassador of template.ambassador) {
    const read = readRedirection(ambassador, targets, template.name);
    if ('faults' in read) faults.push(...read.faults);
    else redirections.push(read);
  }
  faults.push(...claim(redirections, template, scene));
  if (faults.length > 0) return {...unbound, faults};

  const customs = customsOf(spec, template);
  const stores = new Map<string, Store>();
  for (const redirection of redirections) {
    const found = storesOf(redirection, template, customs);
    faults.push(...found.faults);
    for (const [variable, store] of found.stores) stores.set(variable, store);
  }
  const told = withUpstream(template, wantedOf(redirections, stores), customs);
  if (faults.length > 0 || told.faults.length > 0) return {...unbound, faults: [...faults, ...told.faults]};
  const app = turnToLocalhost(spec, redirections, (variable) => stores.get(variable));
  const kept = redirections.flatMap((redirection) => redirection.kept);
  return {template: told.template, pod: withField(pod, 'spec', app.value), added: app.added, kept: [...new Set(kept)], faults};
}

/** The application's containers that the template means. */
function targetsOf(
  spec: JsonObject,
  template: Template,
  scene: Scene,
): {readonly targets: readonly Target[]; readonly faults: Fault[]} {
  const found = {
    containers: applicationContainers(asList(spec['containers']), template, scene),
    initContainers: applicationInitContainers(asList(spec['initContainers']), template, scene),
  };
  const targets = (['containers', 'initContainers'] as const).flatMap((list) => {
    const places = new Map<string, Target>();
    for (const [index, item] of asList(spec[list]).entries()) {
      const container = asObject(item);
      const name = asString(container?.['name']);
      if (container !== undefined && name !== undefined && !places.has(name)) places.set(name, {list, index, name, container});
    }
    return [...found[list].names].flatMap((name) => places.get(name) ?? []);
  });
  return {targets, faults: [...found.containers.faults, ...found.initContainers.faults]};
}

/** The author's containers under the names of the template's. */
function customsOf(spec: JsonObject, template: Template): Customs {
  const names = [...template.containers, ...template.initContainers].flatMap((container) => asString(container['name']) ?? []);
  return new Map(
    names.flatMap((name): [string, JsonObject][] => {
      const own = findNamed(spec['containers'], name) ?? findNamed(spec['initContainers'], name);
      return own === undefined ? [] : [[name, own.item]];
    }),
  );
}

/** All that the ambassador's containers are told: what `upstream` names, and what has no other place. */
function wantedOf(redirections: readonly Redirection[], stores: ReadonlyMap<string, Store>): readonly Wanted[] {
  const named = redirections.flatMap(({ambassador, held}) =>
    upstreamKeys.flatMap((key): Wanted[] => {
      const [name, value] = [ambassador.upstream[key]?.name, held[key]];
      return name === undefined || value === undefined ? [] : [{name, held: value}];
    }),
  );
  return [...named, ...[...stores.values()].flatMap((store) => store.extra ?? [])];
}
