import {injectionLabel, injectKey} from '../../core/annotations.ts';
import {asObject, field, type JsonObject} from '../../core/json.ts';
import {workloadOf, type Workload} from '../../core/workload.ts';
import type {Cause, Subject, World} from './explanation.ts';
import {askingKeys, meantBy, type FoundKey} from './keys.ts';
import {metadataOf} from './metadata.ts';
import {namespaceSigns} from './namespace-signs.ts';

/** A trace of somebody having meant to ask. */
export interface Sign {
  readonly cause: Cause;
  /** Whether it can mean nothing else. */
  readonly isSure: boolean;
}

/** What of an object that nothing asks for looks as if somebody meant to ask: the most telling first. */
export function* signsOf({object, namespace}: Subject, world: World): Generator<Sign> {
  const workload = workloadOf(object);
  const places = placesOf(workload);
  for (const place of places) yield* misspelt(object, place);
  yield* misplaced(object, workload, places);
  yield* namespaceSigns(namespace, world.namespaces.get(namespace));
}

/** Paths of the annotations that are read of an object, the nearest to the pod first. */
function placesOf(workload: Workload | undefined): readonly (readonly string[])[] {
  if (workload === undefined) return [['metadata', 'annotations']];
  const metadata = [workload.template, ...workload.between, []].map((path) => [...path, 'metadata', 'annotations']);
  return workload.kind === 'Pod' ? [['metadata', 'annotations']] : metadata;
}

function* misspelt(object: JsonObject, place: readonly string[]): Generator<Sign> {
  const annotations = at(object, place) ?? {};
  for (const [key, value] of Object.entries(annotations)) {
    if (meantBy(key) === undefined) continue;
    yield {
      isSure: true,
      cause: {
        code: 'annotationMisspelt',
        message: `nothing reads the annotation ${key}; did you mean ${injectKey}?`,
        fix: `write ${injectKey}: ${JSON.stringify(value)} under ${place.join('.')}`,
      },
    };
  }
}

function* misplaced(object: JsonObject, workload: Workload | undefined, places: readonly (readonly string[])[]): Generator<Sign> {
  const read = new Set(places.map((place) => place.join('.')));
  const asking = workload === undefined && asksForPods(object) ? [] : askingKeys(object);
  for (const found of asking) {
    if (workload !== undefined && read.has(found.path.join('.'))) continue;
    yield {isSure: true, cause: misplacedCause(object, workload, found)};
  }
  for (const place of workload === undefined ? [] : places) {
    for (const list of ['labels', 'annotations']) {
      const path = [...place.slice(0, -1), list];
      if (field(at(object, path), injectionLabel) === undefined) continue;
      yield {
        isSure: true,
        cause: {
          code: 'annotationMisplaced',
          message: `${injectionLabel} stands at ${path.join('.')}, and is read as a label of the namespace only`,
          fix: `write ${injectKey}: NAME under ${rightPlace(workload)}`,
        },
      };
    }
  }
}

function misplacedCause(object: JsonObject, workload: Workload | undefined, {key, value, path}: FoundKey): Cause {
  const where = path.join('.');
  const kind = String(field(object, 'kind') ?? 'object');
  const message =
    workload === undefined
      ? `${key} stands on a ${kind}, whose own annotations reach no pod`
      : path.at(-1) === 'labels'
        ? `${key} is a label at ${where}, and only the annotation of that name is read`
        : `${key} stands at ${where}, where nothing reads it`;
  const target =
    workload === undefined ? 'the pod template (spec.template.metadata.annotations) of the workload' : rightPlace(workload);
  return {code: 'annotationMisplaced', message, fix: `write ${key}: ${JSON.stringify(value)} under ${target}`};
}

/** Whether an object of any kind asks on its pod template, so that its controller's pods may carry it. */
export function asksForPods(object: JsonObject): boolean {
  return [...askingKeys(object)].some(({path}) => isPodTemplate(path));
}

function isPodTemplate(path: readonly string[]): boolean {
  const [parent, metadata, annotations] = path.slice(-3);
  return annotations === 'annotations' && metadata === 'metadata' && parent !== undefined && /template/i.test(parent)
    ? true
    : annotations === 'annotations' && /^podMetadata$/.test(metadata ?? '');
}

function rightPlace(workload: Workload | undefined): string {
  return [...(workload?.template ?? []), 'metadata', 'annotations'].join('.');
}

function at(object: JsonObject, path: readonly string[]): JsonObject | undefined {
  let inner: JsonObject | undefined = object;
  for (const name of path) inner = asObject(field(inner, name));
  return inner;
}

/** Whether an object that is no workload is worth a word: it carries something of ours, or what looks like it. */
export function hasSign(object: JsonObject): boolean {
  const annotations = asObject(field(metadataOf(object), 'annotations')) ?? {};
  return Object.keys(annotations).some((key) => meantBy(key) !== undefined) || !askingKeys(object).next().done;
}
