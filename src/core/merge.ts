import {mergeAdded, priorKey, segment, type Added} from './added.ts';
import {addToApplication, addToInitContainers} from './application.ts';
import {addContainers} from './containers.ts';
import type {Fault} from './errors.ts';
import {asList, asObject, isObject, withField, withFields, withoutField, type Json, type JsonObject} from './json.ts';
import {covers, isDefault} from './kubernetes/equality.ts';
import {knowingEmpty, type Part} from './part.ts';
import {bindAdapter} from './patterns/adapter.ts';
import {bindAmbassador} from './patterns/ambassador.ts';
import {bindNative} from './patterns/native.ts';
import type {Bound} from './patterns/bound.ts';
import {portFaults} from './ports.ts';
import {findNamed, ownerOf, type Scene} from './scene.ts';
import type {Template} from './template.ts';
import {underlay} from './underlay.ts';

/**
 * Adds one template to a pod (an object with `metadata` and `spec`). With faults the result must not be used: a template is
 * injected whole or not at all. All faults are found in one run. Changes the scene, nothing else.
 */
export function mergeTemplate(pod: JsonObject, template: Template, scene: Scene): Part<JsonObject> {
  if (template.native === 'never' && template.ambassador.length === 0 && template.adapter === undefined)
    return mergeBound(pod, template, scene);
  const bound = bind(pod, template, scene);
  const merged = mergeBound(bound.pod, bound.template, scene);
  return {
    value: merged.value,
    added: mergeAdded(bound.added, merged.added),
    kept: [...bound.kept, ...merged.kept],
    faults: distinct([...bound.faults, ...merged.faults]),
  };
}

/** Each pattern's own rules, on what the one before it made. A template of any pattern may have any of the keys. */
function bind(pod: JsonObject, template: Template, scene: Scene): Bound {
  return [bindAdapter, bindAmbassador, bindNative].reduce<Bound>(
    (bound, step) => {
      const next = step(bound.pod, bound.template, scene);
      return {
        template: next.template,
        pod: next.pod,
        added: mergeAdded(bound.added, next.added),
        kept: [...bound.kept, ...next.kept],
        faults: [...bound.faults, ...next.faults],
      };
    },
    {template, pod, added: undefined, kept: [], faults: []},
  );
}

/** What several steps found wrong is said once. */
function distinct(faults: readonly Fault[]): readonly Fault[] {
  return faults.filter((fault, index) => faults.findIndex((other) => other.message === fault.message) === index);
}

function mergeBound(pod: JsonObject, template: Template, scene: Scene): Part<JsonObject> {
  const before = asObject(pod['spec']) ?? {};
  const init = addContainers(before, 'initContainers', template, scene);
  const main = addContainers(before, 'containers', template, scene);
  const app = addToApplication(main.value, template, scene);
  const appInit = addToInitContainers(init.value, template, scene);
  const volumes = addVolumes(before, template, scene);
  const changed: Record<string, Json> = {};
  const specNode: Record<string, Added> = {};
  const put = (name: 'initContainers' | 'containers' | 'volumes', value: readonly Json[], added: Added | undefined): void => {
    if (added === undefined) return;
    changed[name] = value;
    specNode[name] = knowingEmpty(before[name], added);
  };
  put('initContainers', appInit.value, mergeAdded(init.added, appInit.added));
  put('containers', app.value, mergeAdded(main.added, app.added));
  put('volumes', volumes.value, volumes.added);
  const spec = withFields<JsonObject>(before, changed);
  const fields = underlay(template.spec, withoutPriority(template.spec, spec), 'PodSpec');
  const metadata = addMetadata(pod, template);
  const specAdded = mergeAdded(Object.keys(specNode).length === 0 ? undefined : specNode, fields.added);

  let value = pod;
  if (metadata.added !== undefined) value = withField(value, 'metadata', metadata.value);
  if (specAdded !== undefined) value = withField(value, 'spec', fields.value);
  const node: [string, Added][] = [];
  if (metadata.added !== undefined) node.push(['metadata', metadata.added]);
  if (specAdded !== undefined) node.push(['spec', knowingBlank(pod['spec'], specAdded)]);
  const faults = [...init.faults, ...main.faults, ...app.faults, ...appInit.faults, ...volumes.faults];
  return {
    value,
    added: node.length === 0 ? undefined : Object.fromEntries(node),
    kept: [...init.kept, ...main.kept, ...app.kept, ...appInit.kept, ...fields.kept, ...metadata.kept],
    faults: faults.length > 0 ? faults : portFaults(fields.value, template, scene),
  };
}

/** Admission gave a pod without a class the priority 0, and forbids a class beside it; it fills in the class's own again. */
function withoutPriority(base: JsonObject, spec: JsonObject): JsonObject {
  if (base['priorityClassName'] === undefined || !isDefault('PodSpec', spec, 'priorityClassName')) return spec;
  const given = (['priority', 'preemptionPolicy'] as const).filter(
    (name) => spec[name] !== undefined && isDefault('PodSpec', spec, name),
  );
  return given.reduce<JsonObject>(withoutField, spec);
}

function addMetadata(pod: JsonObject, template: Template): Part<JsonObject> {
  const base = Object.fromEntries(Object.entries(template.metadata).filter(([, entries]) => Object.keys(entries).length > 0));
  const own = pod['metadata'];
  const merged = underlay(base, asObject(own) ?? {}, 'ObjectMeta', 'metadata');
  const added = merged.added === undefined ? undefined : knowingBlank(own, merged.added);
  return {value: merged.value, added, kept: merged.kept, faults: []};
}

/** The record of an object's new fields, with the form in which it was empty before, where it was there. */
function knowingBlank(before: Json | undefined, added: Added): Added {
  const isBlank = before === null || (isObject(before) && Object.keys(before).length === 0);
  return added !== 1 && isBlank ? {[priorKey]: before, ...added} : added;
}

function addVolumes(spec: JsonObject, template: Template, scene: Scene): Part<readonly Json[]> {
  const volumes = asList(spec['volumes']);
  const fresh: Json[] = [];
  const added: [string, Added][] = [];
  const faults: Fault[] = [];
  for (const volume of template.volumes) {
    const name = String(volume['name']);
    const existing = findNamed(volumes, name);
    if (existing === undefined) {
      fresh.push(volume);
      added.push([segment(name), 1]);
      scene.owners.set(`volumes/${name}`, template.name);
    } else if (!covers('Volume', volume, existing.item)) {
      const [ours, theirs] = [sourceOf(volume), sourceOf(existing.item)];
      const same = ours === theirs ? ', with other settings' : '';
      faults.push({
        code: 'volumeConflict',
        message: `template ${template.name} brings the volume ${JSON.stringify(name)} (${ours}), and ${ownerOf(scene, `volumes/${name}`)} has one of that name (${theirs}${same})`,
        fix: 'rename one of the two, or make them the same',
        path: `/spec/volumes/${existing.index}`,
      });
    }
  }
  if (fresh.length === 0) return {value: volumes, added: undefined, kept: [], faults};
  return {value: [...volumes, ...fresh], added: Object.fromEntries(added), kept: [], faults};
}

/** The kind of a volume: `configMap`, `emptyDir`. */
function sourceOf(volume: JsonObject): string {
  return Object.keys(volume).find((name) => name !== 'name') ?? 'without a source';
}
