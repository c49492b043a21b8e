import {addedPaths, type Added} from './added.ts';
import {autoImage, unreadKeys, type Request} from './annotations.ts';
import {checkPod} from './check.ts';
import type {Decision} from './decide.ts';
import type {Fault} from './errors.ts';
import {asList, asObject, deepEqual, isObject, type Json, type JsonObject} from './json.ts';
import {mergeTemplate} from './merge.ts';
import {nearest} from './nearest.ts';
import type {Note, TemplateOutcome, Verdict} from './outcome.ts';
import {refusalReasons, skipReasons, type RefusalReason} from './reasons.ts';
import {defaultForeignContainers, namesIn, type Scene} from './scene.ts';
import {authorsPart, emptyParents, holdsAll, readStatus, writeStatus, type Status, type StatusEntry} from './status.ts';
import type {TemplateEntry, TemplateSnapshot} from './template.ts';

/** What a pod's injection needs besides the pod and the decision. */
export interface PodContext {
  readonly templates: TemplateSnapshot;
  readonly foreignContainers?: ReadonlySet<string>;
  /** What the workload's pass wrote into the pod template besides. */
  readonly own?: Added;
  /** The object is a pod that is being created, and another injector may have been there between two reviews of it. */
  readonly reviewedAgain: boolean;
}

/** What became of a pod or pod template; `pod` is the very same reference when nothing changes. */
export interface PodOutcome {
  readonly verdict: Verdict;
  readonly pod: JsonObject;
  readonly templates: readonly TemplateOutcome[];
  readonly notes: readonly Note[];
}

/**
 * Injects a pod, or a pod template as the pod that it will be. What the pod holds decides: a status that names exactly the
 * templates asked for, with all its parts there, is the injection done; otherwise what a status records is taken out, and the
 * templates are injected afresh.
 */
export function injectPod(pod: JsonObject, decision: Decision, context: PodContext): PodOutcome {
  const notes = [...decision.notes, ...unreadKeys(asObject(pod['metadata']))];
  const status = readStatus(pod);
  if (decision.faults.length > 0) return refused(pod, decision.faults, [], notes);
  if (decision.requests.length === 0) return withdraw(pod, status, decision, notes);
  if (status !== undefined && isDone(pod, status, decision.requests, context.templates)) {
    return {verdict: {kind: 'alreadyInjected'}, pod, templates: status.templates.map(already), notes};
  }
  const misshapen = shapeFault(pod);
  if (misshapen !== undefined) return refused(pod, [misshapen], [], notes);
  const author = status === undefined ? pod : authorsPart(pod, status, {own: false});
  return injectAfresh(pod, author, status, decision, context, notes);
}

/** Whether the pod carries a status that names exactly these templates, in this order, and holds all that it records. */
export function isDone(pod: JsonObject, status: Status, requests: readonly Request[], templates: TemplateSnapshot): boolean {
  if (status.templates.length !== requests.length) return false;
  for (const [index, entry] of status.templates.entries()) {
    const request = requests[index];
    if (request?.name !== entry.name) return false;
    const template = templates.get(request.name);
    if (entry.skipped === undefined ? !isCredible(pod, status, entry, template) : !mayBeLeftOut(pod, entry, request, template)) return false;
  }
  return holdsAll(pod, status);
}

/** A record that names nothing, or less than the very template that it names adds, is not one of ours. */
function isCredible(pod: JsonObject, status: Status, entry: StatusEntry, template: TemplateEntry | undefined): boolean {
  const containers = asObject(asObject(asObject(entry.added)?.['spec'])?.['containers']);
  if (entry.hash === undefined || status.app.some((name) => containers?.[name] === 1)) return false;
  if (template?.kind !== 'good' || template.template.hash !== entry.hash) return true;
  const names = new Set([...namesIn(asObject(pod['spec'])?.['containers']), ...namesIn(asObject(pod['spec'])?.['initContainers'])]);
  return [...template.template.containers, ...template.template.initContainers].every((container) => names.has(String(container['name'])));
}

/** A record of having been left out counts only for what may be left out, or a forged one would opt out in silence. */
function mayBeLeftOut(pod: JsonObject, entry: StatusEntry, request: Request, template: TemplateEntry | undefined): boolean {
  return entry.skipped === 'windows' ? isWindows(asObject(pod['spec'])) : isOptional(request, template);
}

/** The templates that a status records and nothing asks for any more, taken out. */
function withdraw(pod: JsonObject, status: Status | undefined, decision: Decision, notes: Note[]): PodOutcome {
  const reason = decision.optOut ? 'optedOut' : 'notAsked';
  if (status === undefined || status.templates.length === 0) return {verdict: {kind: 'skipped', reason}, pod, templates: [], notes};
  const templates = status.templates.map((entry): TemplateOutcome => ({
    name: entry.name,
    kind: 'removed',
    reason,
    message: skipReasons[reason],
    added: [],
    kept: [],
  }));
  const names = status.templates.map((entry) => entry.name).join(', ');
  const note: Note = {code: 'removed', message: `${names}: taken out, because ${skipReasons[reason]}`};
  const left = authorsPart(pod, status, {own: false});
  const result = status.own === undefined ? left : writeStatus(left, {...status, templates: []});
  return {verdict: {kind: 'removed'}, pod: result, templates, notes: [...notes, note]};
}

function injectAfresh(
  pod: JsonObject,
  author: JsonObject,
  status: Status | undefined,
  decision: Decision,
  context: PodContext,
  notes: Note[],
): PodOutcome {
  const app = applicationOf(author, status, decision.requests, context);
  let scene: Scene = {app, owners: new Map(), placed: new Map()};
  let result = author;
  const faults: Fault[] = [];
  const outcomes: TemplateOutcome[] = [];
  const entries: StatusEntry[] = [];
  for (const request of decision.requests) {
    const entry = context.templates.get(request.name);
    const optional = isOptional(request, entry);
    // An optional template that fails must leave no trace of itself.
    const trial: Scene = optional ? {app, owners: new Map(scene.owners), placed: new Map(scene.placed)} : scene;
    const one = injectOne(result, request, entry, trial, context.templates);
    if (one.kind === 'injected') {
      scene = trial;
      result = one.pod;
      outcomes.push({name: request.name, kind: 'injected', added: one.entry.added === undefined ? [] : addedPaths(one.entry.added), kept: one.entry.kept ?? []});
      entries.push(one.entry);
      for (const path of one.entry.kept ?? []) {
        notes.push({code: 'kept', message: `template ${request.name}: ${path} stays as the author wrote it`, template: request.name});
      }
    } else if (one.kind === 'skipped') {
      outcomes.push({name: request.name, kind: 'skipped', reason: one.reason, message: skipReasons[one.reason], added: [], kept: []});
      entries.push({name: request.name, skipped: one.reason});
      notes.push({code: 'templateSkipped', message: `template ${request.name} was left out: ${skipReasons[one.reason]}`, template: request.name});
    } else {
      const [first] = one.faults;
      const reason = (first?.code ?? 'malformed') as RefusalReason;
      const message = one.faults.map((fault) => fault.message).join('; ');
      outcomes.push({name: request.name, kind: optional ? 'skipped' : 'refused', reason, message, added: [], kept: []});
      if (optional) {
        entries.push({name: request.name, skipped: reason});
        notes.push({code: 'templateSkipped', message: `optional template ${request.name} was left out: ${message}`, template: request.name});
      } else {
        faults.push(...one.faults);
      }
    }
  }
  if (faults.length === 0) faults.push(...unresolvedImages(result));
  if (faults.length > 0) return refused(pod, faults, outcomes, notes);

  const at = decision.level === 'podTemplate' || decision.level === undefined ? 'pod' : decision.level;
  // The parents that the status annotation makes belong to what must be taken out again.
  const own = context.own ?? status?.own ?? emptyParents(author);
  const next: Status = {v: 1, at: status?.own === undefined ? at : status.at, app, ...(own === undefined ? {} : {own}), templates: entries};
  const written = writeStatus(result, next);
  const checked = checkPod(author, written, scene);
  if (checked.faults.length > 0) return refused(pod, checked.faults, outcomes, notes);
  notes.push(...checked.notes);
  // A second review that puts in what another webhook left alone comes to the same pod.
  if (status !== undefined && deepEqual(written, pod)) return {verdict: {kind: 'alreadyInjected'}, pod, templates: entries.map(already), notes: []};
  const any = entries.some((entry) => entry.skipped === undefined);
  const windows = entries.every((entry) => entry.skipped === 'windows');
  const verdict: Verdict = any ? {kind: 'injected'} : {kind: 'skipped', reason: windows ? 'windows' : 'allLeftOut'};
  return {verdict, pod: written, templates: outcomes, notes};
}

type One =
  | {readonly kind: 'injected'; readonly pod: JsonObject; readonly entry: StatusEntry}
  | {readonly kind: 'skipped'; readonly reason: 'windows'}
  | {readonly kind: 'refused'; readonly faults: readonly Fault[]};

function injectOne(pod: JsonObject, request: Request, entry: TemplateEntry | undefined, scene: Scene, templates: TemplateSnapshot): One {
  if (entry === undefined) return {kind: 'refused', faults: [missing(request.name, templates)]};
  if (entry.kind === 'broken') return {kind: 'refused', faults: [broken(entry)]};
  const {template} = entry;
  if (isWindows(asObject(pod['spec'])) && !isWindows(template.spec)) return {kind: 'skipped', reason: 'windows'};
  const merged = mergeTemplate(pod, template, scene);
  if (merged.faults.length > 0) return {kind: 'refused', faults: merged.faults};
  const {added} = merged;
  return {
    kind: 'injected',
    pod: merged.value,
    entry: {
      name: template.name,
      hash: template.hash,
      ...(added === undefined ? {} : {added}),
      ...(merged.kept.length === 0 ? {} : {kept: merged.kept}),
    },
  };
}

/** Optional by the list (`name?`) or by the template (`required: false`). */
export function isOptional(request: Request, entry: TemplateEntry | undefined): boolean {
  return request.optional || (entry?.kind === 'good' && !entry.template.required);
}

/** On a second review what stands in the pod beside the known containers was put there by another injector. */
function applicationOf(author: JsonObject, status: Status | undefined, requests: readonly Request[], context: PodContext): readonly string[] {
  const customised = templateContainers(requests, context.templates);
  const names = namesIn(asObject(author['spec'])?.['containers']).filter((name) => !customised.has(name));
  if (status !== undefined && context.reviewedAgain) return names.filter((name) => status.app.includes(name));
  const foreign = context.foreignContainers ?? defaultForeignContainers;
  return names.filter((name) => !foreign.has(name));
}

/** Names of the containers that these templates bring; the author's of such a name customise them. */
export function templateContainers(requests: readonly Request[], templates: TemplateSnapshot): ReadonlySet<string> {
  const names = new Set<string>();
  for (const request of requests) {
    const entry = templates.get(request.name);
    if (entry?.kind !== 'good') continue;
    for (const container of entry.template.containers) names.add(String(container['name']));
    for (const container of entry.template.initContainers) names.add(String(container['name']));
  }
  return names;
}

function missing(name: string, templates: TemplateSnapshot): Fault {
  const near = nearest(name, [...templates.keys()]);
  return {
    code: 'templateMissing',
    message: `there is no template ${JSON.stringify(name)}`,
    fix: near === undefined ? `make it, take it off the list, or write "${name}?" to go on without it` : `did you mean ${near}?`,
  };
}

function broken(entry: TemplateEntry & {readonly kind: 'broken'}): Fault {
  const [first] = entry.faults;
  const at = first?.source === undefined ? '' : ` (${first.source}${first.position === undefined ? '' : `:${first.position.line}`})`;
  return {
    code: 'templateBroken',
    message: `the template ${JSON.stringify(entry.name)} is invalid: ${first === undefined ? refusalReasons.templateBroken : first.message}${at}`,
    fix: 'mend the template; pod-injector validate shows all its faults',
  };
}

function refused(pod: JsonObject, faults: readonly Fault[], templates: readonly TemplateOutcome[], notes: readonly Note[]): PodOutcome {
  return {verdict: {kind: 'refused', faults}, pod, templates, notes};
}

function already(entry: StatusEntry): TemplateOutcome {
  return {
    name: entry.name,
    kind: entry.skipped === undefined ? 'alreadyInjected' : 'skipped',
    ...(entry.skipped === undefined ? {} : {reason: entry.skipped}),
    added: entry.added === undefined ? [] : addedPaths(entry.added),
    kept: entry.kept ?? [],
  };
}

function isWindows(spec: JsonObject | undefined): boolean {
  return asObject(spec?.['os'])?.['name'] === 'windows' || asObject(spec?.['nodeSelector'])?.['kubernetes.io/os'] === 'windows';
}

/** A pod that cannot be read as one: nothing could be added to it without guessing. */
function shapeFault(pod: JsonObject): Fault | undefined {
  const spec = pod['spec'];
  if (!isObject(spec)) return malformed('/spec', 'spec is missing or not an object');
  for (const list of ['containers', 'initContainers', 'volumes'] as const) {
    const value = spec[list];
    if (value === undefined || value === null) continue;
    if (!Array.isArray(value)) return malformed(`/spec/${list}`, `${list} is not a list`);
    const index = value.findIndex((item) => !isObject(item));
    if (index !== -1) return malformed(`/spec/${list}/${index}`, `an item of ${list} is not an object`);
  }
  const metadata = pod['metadata'];
  for (const [path, value] of [['/metadata', metadata], ['/metadata/annotations', asObject(metadata)?.['annotations']]] as const) {
    if (value !== undefined && value !== null && !isObject(value)) return malformed(path, `${path.slice(1)} is not an object`);
  }
  return undefined;
}

function malformed(path: string, message: string): Fault {
  return {code: 'malformed', message, path, fix: 'write the pod as the API reference has it'};
}

/** `image: auto` that no template took: the kubelet would try to pull an image of that name. */
function unresolvedImages(pod: JsonObject): readonly Fault[] {
  return (['containers', 'initContainers'] as const).flatMap((list) => unresolvedIn(list, asList(asObject(pod['spec'])?.[list])));
}

function unresolvedIn(list: string, containers: readonly Json[]): readonly Fault[] {
  return containers.flatMap((item, index): Fault[] => {
    const container = asObject(item);
    if (container?.['image'] !== autoImage) return [];
    return [
      {
        code: 'imageMissing',
        message: `the container ${JSON.stringify(container['name'])} has image: ${autoImage}, and no template that was injected has a container of that name`,
        fix: 'ask for the template whose container it customises, or give it an image',
        path: `/spec/${list}/${index}/image`,
      },
    ];
  });
}
