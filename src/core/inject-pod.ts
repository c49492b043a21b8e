import type {Added} from './added.ts';
import {applicationOf, type Application} from './application-names.ts';
import {checkPod} from './check.ts';
import type {Decision} from './decide.ts';
import {isDone} from './done.ts';
import {formatFault, type Fault} from './errors.ts';
import {asObject, deepEqual, type JsonObject} from './json.ts';
import {isOptional, isWindows, lookUp, templateContainers} from './lookup.ts';
import {newestMinor} from './kubernetes/version.ts';
import {mergeTemplate} from './merge.ts';
import type {Note, TemplateOutcome, Verdict} from './outcome.ts';
import {choosesNative} from './patterns/native.ts';
import {skipReasons, type RefusalReason} from './reasons.ts';
import {recordedOutcome} from './recorded.ts';
import {render, type Surroundings} from './render.ts';
import {copyScene, openScene, type Scene} from './scene.ts';
import {shapeFault, twinFault, unresolvedImages} from './shape.ts';
import {authorsPart, emptyParents, readStatus, writeStatus, type Status, type StatusEntry} from './status.ts';
import {surroundingsOf, type PodFacts} from './surroundings.ts';
import type {TemplateSnapshot} from './template.ts';
import {unreadKeys} from './unread.ts';

/** What a pod's injection needs besides the pod and the decision. */
export interface PodContext extends PodFacts {
  readonly templates: TemplateSnapshot;
  readonly foreignContainers?: ReadonlySet<string> | undefined;
  /** What the workload's pass wrote into the pod template besides. */
  readonly own?: Added;
  /** The object is a pod that is being created, and another injector may have been there between two reviews of it. */
  readonly reviewedAgain: boolean;
  readonly serverMinor?: number | undefined;
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
  const readers = {requests: decision.requests, templates: context.templates, readsParameters: true};
  const notes = [...decision.notes, ...unreadKeys(asObject(pod['metadata']), readers)];
  const status = readStatus(pod);
  if (decision.faults.length > 0) return refused(pod, decision.faults, [], notes);
  if (decision.requests.length === 0) return withdraw(pod, status, decision, notes);
  if (status !== undefined && isDone(pod, status, decision, context)) {
    return {verdict: {kind: 'alreadyInjected'}, pod, templates: status.templates.map(recordedOutcome), notes: []};
  }
  const misshapen = shapeFault(pod);
  if (misshapen !== undefined) return refused(pod, [misshapen], [], notes);
  const author = status === undefined ? pod : authorsPart(pod, status, {own: false});
  const twin = twinFault(author);
  if (twin !== undefined) return refused(pod, [twin], [], notes);
  return injectAfresh(pod, author, status, decision, context, notes);
}

/** The templates that a status records and nothing asks for any more, taken out. */
function withdraw(pod: JsonObject, status: Status | undefined, decision: Decision, notes: Note[]): PodOutcome {
  const reason = decision.optOut ? 'optedOut' : 'notAsked';
  if (status === undefined || status.templates.length === 0)
    return {verdict: {kind: 'skipped', reason}, pod, templates: [], notes};
  const templates = status.templates.map((entry): TemplateOutcome => ({
    name: entry.name,
    kind: 'removed',
    reason,
    message: skipReasons[reason],
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
  notes: readonly Note[],
): PodOutcome {
  const brought = templateContainers(decision.requests, context.templates);
  const app = applicationOf(author, status, brought, context);
  const merged = mergeAll(author, app, brought, decision, context);
  const {entries, outcomes} = merged;
  const faults = merged.faults.length > 0 ? merged.faults : unresolvedImages(merged.pod);
  if (faults.length > 0) return refused(pod, faults, outcomes, [...notes, ...merged.notes]);

  const at = decision.level === 'workload' || decision.level === 'namespace' ? decision.level : 'pod';
  // The parents that the status annotation makes belong to what must be taken out again.
  const own = context.own ?? status?.own ?? emptyParents(author);
  const written = writeStatus(merged.pod, {
    v: 1,
    at: status?.own === undefined ? at : status.at,
    app: app.containers,
    ...(app.initContainers.length === 0 ? {} : {appInit: app.initContainers}),
    ...(own === undefined ? {} : {own}),
    templates: entries,
  });
  const checked = checkPod(author, written, merged.scene);
  if (checked.faults.length > 0) return refused(pod, checked.faults, outcomes, [...notes, ...merged.notes]);
  // A second review that puts in what another webhook left alone comes to the same pod.
  if (status !== undefined && deepEqual(written, pod))
    return {verdict: {kind: 'alreadyInjected'}, pod, templates: entries.map(recordedOutcome), notes: []};
  return {verdict: verdictOf(entries), pod: written, templates: outcomes, notes: [...notes, ...merged.notes, ...checked.notes]};
}

function verdictOf(entries: readonly StatusEntry[]): Verdict {
  if (entries.some((entry) => entry.skipped === undefined)) return {kind: 'injected'};
  const [first] = entries;
  // The one reason that all of them have, if it is one and the same.
  const same =
    (first?.skipped === 'windows' || first?.skipped === 'whenFalse') && entries.every((entry) => entry.skipped === first.skipped);
  return {kind: 'skipped', reason: same ? first.skipped : 'allLeftOut'};
}

/** The pod with all templates that could be merged, what became of each, and the faults of those that had to be. */
interface Merged {
  readonly pod: JsonObject;
  readonly scene: Scene;
  readonly entries: readonly StatusEntry[];
  readonly outcomes: readonly TemplateOutcome[];
  readonly faults: readonly Fault[];
  readonly notes: readonly Note[];
}

function mergeAll(
  author: JsonObject,
  app: Application,
  brought: ReadonlySet<string>,
  decision: Decision,
  context: PodContext,
): Merged {
  const {requests} = decision;
  const {templates} = context;
  const surroundings = surroundingsOf(author, decision, context);
  let pod = author;
  let scene = openScene({app: app.containers, appInit: app.initContainers, brought, serverMinor: context.serverMinor});
  const entries: StatusEntry[] = [];
  const outcomes: TemplateOutcome[] = [];
  const faults: Fault[] = [];
  const notes: Note[] = [];
  for (const request of requests) {
    const {name} = request;
    const optional = isOptional(request, templates.get(name));
    // An optional template that fails must leave no trace of itself.
    const trial = optional ? copyScene(scene) : scene;
    const one = injectOne(pod, name, trial, templates, surroundings);
    switch (one.kind) {
      case 'injected': {
        const {added, kept = []} = one.entry;
        const {native} = one;
        scene = trial;
        ({pod} = one);
        entries.push(one.entry);
        outcomes.push({
          name,
          kind: 'injected',
          ...(added === undefined ? {} : {added}),
          ...(native === undefined ? {} : {native}),
          kept,
        });
        for (const path of kept)
          notes.push({code: 'kept', message: `template ${name}: ${path} was there already and stays as it is`, template: name});
        if (native !== undefined && context.serverMinor === undefined) notes.push(assumed(name));
        break;
      }
      case 'skipped':
        entries.push({name, skipped: one.reason});
        outcomes.push({name, kind: 'skipped', reason: one.reason, message: skipReasons[one.reason], kept: []});
        notes.push({
          code: 'templateSkipped',
          message: `template ${name} was left out: ${skipReasons[one.reason]}`,
          template: name,
        });
        break;
      case 'refused': {
        const [first] = one.faults;
        const reason = (first?.code ?? 'malformed') as RefusalReason;
        const message = one.faults.map((fault) => fault.message).join('; ');
        const fix = first?.fix === undefined ? {} : {fix: first.fix};
        outcomes.push({name, kind: optional ? 'skipped' : 'refused', reason, message, ...fix, kept: []});
        if (!optional) {
          faults.push(...one.faults);
          break;
        }
        entries.push({name, skipped: reason});
        const why = one.faults.map((fault) => formatFault(fault)).join('; ');
        notes.push({code: 'templateSkipped', message: `optional template ${name} was left out: ${why}`, template: name});
        break;
      }
    }
  }
  return {pod, scene, entries, outcomes, faults, notes};
}

type One =
  | {readonly kind: 'injected'; readonly pod: JsonObject; readonly entry: StatusEntry; readonly native: boolean | undefined}
  | {readonly kind: 'skipped'; readonly reason: 'windows' | 'whenFalse'}
  | {readonly kind: 'refused'; readonly faults: readonly Fault[]};

function injectOne(pod: JsonObject, name: string, scene: Scene, templates: TemplateSnapshot, surroundings: Surroundings): One {
  const template = lookUp(name, templates);
  if ('code' in template) return {kind: 'refused', faults: [template]};
  if (isWindows(asObject(pod['spec'])) && !isWindows(template.spec)) return {kind: 'skipped', reason: 'windows'};
  const rendering = render(template, surroundings);
  if (rendering.kind !== 'rendered') return rendering;
  const merged = mergeTemplate(pod, rendering.template, scene);
  if (merged.faults.length > 0) return {kind: 'refused', faults: merged.faults};
  const {added} = merged;
  return {
    kind: 'injected',
    pod: merged.value,
    native: choosesNative(rendering.template, scene.serverMinor),
    entry: {
      name: template.name,
      hash: template.hash,
      ...(added === undefined ? {} : {added}),
      ...(merged.kept.length === 0 ? {} : {kept: merged.kept}),
    },
  };
}

function assumed(template: string): Note {
  return {
    code: 'nativeAssumed',
    message: `template ${template}: its containers are native sidecars, because Kubernetes 1.${newestMinor} is assumed; say --server-version where it is older`,
    template,
  };
}

function refused(
  pod: JsonObject,
  faults: readonly Fault[],
  templates: readonly TemplateOutcome[],
  notes: readonly Note[],
): PodOutcome {
  return {verdict: {kind: 'refused', faults}, pod, templates, notes};
}
