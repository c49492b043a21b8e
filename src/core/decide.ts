import {injectionLabel, injectKey, readAsk, type Ask, type Request} from './annotations.ts';
import type {Fault} from './errors.ts';
import {field, type JsonObject} from './json.ts';
import type {Level, Note} from './outcome.ts';
import type {ParameterSource} from './parameters.ts';
import type {TemplateSnapshot} from './template.ts';

/** Labels and annotations of a namespace, absent where it has none or is not known. */
export interface NamespaceFacts {
  readonly name: string;
  readonly labels?: JsonObject;
  readonly annotations?: JsonObject;
}

/** What shall be injected and who said so. */
export interface Decision {
  /** Where the deciding annotation stands; undefined when there is none. */
  readonly level: Level | undefined;
  readonly optOut: boolean;
  readonly requests: readonly Request[];
  readonly faults: readonly Fault[];
  readonly notes: readonly Note[];
  /** Where parameters may be set, the nearest first. */
  readonly sources: readonly ParameterSource[];
}

/**
 * Who decides, the nearest first: an opt-out on the pod (template), an opt-out on the workload, the pod's list, the
 * workload's list, the namespace's list. `workload` holds the annotations of the workload, the nearest first.
 */
export function decide(
  pod: {readonly level: 'pod' | 'podTemplate'; readonly annotations: JsonObject | undefined},
  workload: readonly (JsonObject | undefined)[],
  namespace: NamespaceFacts,
  templates: TemplateSnapshot,
): Decision {
  const own = readAsk(pod.annotations, templates);
  if (own.kind === 'optOut') return optOut(pod.level);
  const near: ParameterSource[] = [pod];
  const far: ParameterSource = {level: 'namespace', annotations: namespace.annotations};
  let asked: Ask | undefined;
  for (const annotations of workload) {
    const ask = readAsk(annotations, templates);
    if (asked === undefined && ask.kind === 'optOut') return optOut('workload');
    if (asked === undefined && ask.kind !== 'nothing') asked = ask;
  }
  if (own.kind !== 'nothing') return fromAsk(own, pod.level, namespace, templates, [...near, far]);
  if (asked !== undefined) {
    const sources = [...near, ...workload.map((annotations) => ({level: 'workload' as const, annotations})), far];
    return withNotes(fromAsk(asked, 'workload', namespace, templates, sources), own.notes);
  }
  if (field(namespace.labels, injectionLabel) === 'enabled') {
    const list = readAsk(namespace.annotations, templates);
    // "false" on a Namespace means no default, and "true" there has no list that it could mean.
    if (list.kind === 'list') return withNotes(fromAsk(list, 'namespace', namespace, templates, [...near, far]), own.notes);
  }
  return {level: undefined, optOut: false, requests: [], faults: [], notes: own.notes, sources: []};
}

function withNotes(decision: Decision, notes: readonly Note[]): Decision {
  return notes.length === 0 ? decision : {...decision, notes: [...notes, ...decision.notes]};
}

function optOut(level: Level): Decision {
  return {level, optOut: true, requests: [], faults: [], notes: [], sources: []};
}

function fromAsk(
  ask: Ask,
  level: Level,
  namespace: NamespaceFacts,
  templates: TemplateSnapshot,
  sources: readonly ParameterSource[],
): Decision {
  if (ask.kind !== 'namespaceList')
    return {level, optOut: false, requests: ask.requests, faults: ask.faults, notes: ask.notes, sources};
  const list = readAsk(namespace.annotations, templates);
  if (list.kind === 'list') {
    const rest = ask.requests.filter((request) => !list.requests.some((other) => other.name === request.name));
    return {
      level,
      optOut: false,
      requests: [...list.requests, ...rest],
      faults: [...ask.faults, ...list.faults],
      notes: ask.notes,
      sources,
    };
  }
  const missing: Fault = {
    code: 'namespaceListMissing',
    message: `${injectKey}: "true" asks for the list of namespace ${JSON.stringify(namespace.name)}, and the namespace has none`,
    fix: `name the templates (${injectKey}: NAME,NAME) or annotate the namespace with them`,
  };
  return {level, optOut: false, requests: ask.requests, faults: [...ask.faults, missing], notes: ask.notes, sources};
}

/** The namespace as expressions see it, in the form of the API's own object; with its name alone where no more is known. */
export function namespaceObjectOf({name, labels = {}, annotations = {}}: NamespaceFacts): JsonObject {
  return {metadata: {name, labels, annotations}};
}
