import {addedAt, holds, mergeAdded, podSchema, priorKey, takeOut, type Added, type TakeOut} from './added.ts';
import {statusKey} from './annotations.ts';
import {withoutDerived} from './derived.ts';
import {asList, asObject, asString, field, isObject, withField, withoutField, type Json, type JsonObject} from './json.ts';
import {putBack} from './moved.ts';
import type {RefusalReason, SkipReason} from './reasons.ts';
import {isStatus} from './status-shape.ts';

/** The record of one template in the status. */
export interface StatusEntry {
  readonly name: string;
  /** The template's content hash at the time; absent where the template was left out. */
  readonly hash?: string;
  readonly added?: Added;
  /** Paths of what the author wrote and the template wanted too or otherwise. */
  readonly kept?: readonly string[];
  /** Why an optional template was left out. */
  readonly skipped?: SkipReason | RefusalReason;
}

/**
 * What the injector did to a pod, kept in its annotation `pod-injector.dev/status`: a record, which `uninject`, a changed
 * template and a second review read. It holds names, no values of the author's, no time and no version of the injector.
 */
export interface Status {
  readonly v: 1;
  /** Where the annotation stood that asked. */
  readonly at: 'pod' | 'workload' | 'namespace';
  /** Names of the application's containers when it was injected: what another injector added since is not the application. */
  readonly app: readonly string[];
  /** The same of its init containers; absent where it has none. */
  readonly appInit?: readonly string[];
  /** What the workload's pass wrote besides: the annotation with the resolved list. */
  readonly own?: Added;
  readonly templates: readonly StatusEntry[];
}

/** The status that the pod (or pod template) carries; undefined where there is none or it is not one that this version reads. */
export function readStatus(pod: JsonObject): Status | undefined {
  const text = statusText(pod);
  if (text === undefined) return undefined;
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
  return isStatus(value) ? value : undefined;
}

/** The text of the status annotation, readable or not. */
export function statusText(pod: JsonObject): string | undefined {
  return asString(asObject(asObject(pod['metadata'])?.['annotations'])?.[statusKey]);
}

/** The pod with the status in its annotations; the annotations are made where there are none. */
export function writeStatus(pod: JsonObject, status: Status): JsonObject {
  return withAnnotation(pod, statusKey, JSON.stringify(status));
}

/** The pod with one annotation set; the annotations are made where there are none. */
export function withAnnotation(pod: JsonObject, key: string, text: string): JsonObject {
  const metadata = asObject(pod['metadata']);
  const annotations = withField(asObject(metadata?.['annotations']), key, text);
  return withField(pod, 'metadata', withField(metadata, 'annotations', annotations));
}

/** What {@link withAnnotation} adds to the pod: the annotation, and parents that are made, or stand there empty. */
export function addedByAnnotation(pod: JsonObject, key: string): Added {
  const previous = field(asObject(asObject(pod['metadata'])?.['annotations']), key);
  const leaf: Added = previous === undefined ? 1 : {[priorKey]: previous};
  return mergeAdded(addedAt(['metadata', 'annotations', key], leaf), emptyParents(pod)) as Added;
}

/** Whether the pod holds all that the record names. */
export function holdsAll(pod: JsonObject, status: Status): boolean {
  return status.templates.every((entry) => entry.added === undefined || holds(pod, entry.added, podSchema));
}

/**
 * The author's part of a pod or pod template: it less what the status records. The templates go in the reverse of their
 * order, because the first one may have put into an empty list what a later one added to. `own: false` leaves what the
 * workload's pass wrote. With `left`, the pod as the injection left it, what was changed by hand since stays: of a container
 * that was added whole just what was changed, ready to be laid over the template again (see {@link withoutRests}).
 */
export function authorsPart(pod: JsonObject, status: Status, options: TakeOut & {readonly own?: boolean} = {}): JsonObject {
  let result: Json | undefined = pod;
  let {left} = options;
  for (const {added} of status.templates.toReversed()) {
    if (added === undefined) continue;
    result = withoutTemplate(result, added, left);
    // What the next one left is this without what came after it: an ambassador turns a variable that a template before it gave.
    left = left === undefined ? undefined : withoutTemplate(left, added, undefined);
  }
  if (options.own === false) return withoutStatus((result ?? {}) as JsonObject);
  return (takeOut(result, mergeAdded(status.own, statusPart) as Added, podSchema, {left}) ?? {}) as JsonObject;
}

function withoutTemplate(pod: Json | undefined, added: Added, left: Json | undefined): Json | undefined {
  const back = putBack(asObject(pod) ?? {}, added, asObject(left));
  return takeOut(withoutDerivedIn(back, added), added, podSchema, {left});
}

function withoutDerivedIn(pod: Json | undefined, added: Added): Json | undefined {
  const spec = asObject(asObject(pod)?.['spec']);
  const node = asObject(asObject(added)?.['spec']);
  if (spec === undefined || node === undefined) return pod;
  const result = withoutDerived(spec, node);
  return result === spec ? pod : withField(asObject(pod), 'spec', result);
}

/**
 * The pod less the rests of injected containers that nothing was laid under again: changed by hand once, they have no image
 * and would run nothing.
 */
export function withoutRests(pod: JsonObject, status: Status | undefined, except: ReadonlySet<string> = new Set()): JsonObject {
  const spec = asObject(pod['spec']);
  if (spec === undefined || status === undefined) return pod;
  let result = spec;
  for (const list of ['containers', 'initContainers'] as const) {
    const injected = status.templates.flatMap((entry) => {
      const node = asObject(asObject(asObject(entry.added)?.['spec'])?.[list]);
      return Object.keys(node ?? {}).filter((name) => node?.[name] === 1 || asObject(node?.[name])?.['image'] === 1);
    });
    const containers = asList(spec[list]);
    const isRest = (item: Json): boolean => {
      const name = asString(asObject(item)?.['name']) ?? '';
      return asObject(item)?.['image'] === undefined && injected.includes(name) && !except.has(name);
    };
    if (containers.some(isRest))
      result = withField(
        result,
        list,
        containers.filter((item) => !isRest(item)),
      );
  }
  return result === spec ? pod : withField(pod, 'spec', result);
}

/** What must be put back beside the status annotation when it goes: metadata and annotations that were there, but empty. */
export function emptyParents(pod: JsonObject, metadata = asObject(pod['metadata'])): Added | undefined {
  if (metadata === undefined) return pod['metadata'] === null ? addedAt(['metadata'], {[priorKey]: null}) : undefined;
  const annotations = metadata['annotations'];
  const inner =
    annotations === null || (isObject(annotations) && Object.keys(annotations).length === 0)
      ? addedAt(['metadata', 'annotations'], {[priorKey]: annotations})
      : undefined;
  return Object.keys(metadata).length === 0 ? mergeAdded(inner, addedAt(['metadata'], {[priorKey]: {}})) : inner;
}

const statusPart: Added = {metadata: {annotations: {[statusKey]: 1}}};

function withoutStatus(pod: JsonObject): JsonObject {
  const metadata = asObject(pod['metadata']);
  const annotations = asObject(metadata?.['annotations']);
  if (annotations === undefined || !Object.hasOwn(annotations, statusKey)) return pod;
  return withField(pod, 'metadata', withField(metadata, 'annotations', withoutField(annotations, statusKey)));
}
