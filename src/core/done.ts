import {isTurned} from './patterns/ambassador/turned.ts';
import type {Request} from './annotations.ts';
import type {Decision} from './decide.ts';
import {asObject, type JsonObject} from './json.ts';
import {isOptional, isWindows} from './lookup.ts';
import {render} from './render.ts';
import {namesIn} from './scene.ts';
import {authorsPart, holdsAll, type Status, type StatusEntry} from './status.ts';
import {surroundingsOf, type PodFacts} from './surroundings.ts';
import type {TemplateEntry, TemplateSnapshot} from './template.ts';

/** What of the world says whether an injection is done. */
export interface DoneContext extends PodFacts {
  readonly templates: TemplateSnapshot;
}

/** Whether the pod carries a status that names exactly the templates asked for, in their order, and holds all that it records. */
export function isDone(pod: JsonObject, status: Status, decision: Decision, context: DoneContext): boolean {
  const {requests} = decision;
  const {templates} = context;
  if (status.templates.length !== requests.length) return false;
  for (const [index, entry] of status.templates.entries()) {
    const request = requests[index];
    if (request?.name !== entry.name) return false;
    const template = templates.get(request.name);
    if (entry.skipped === undefined ? !isCredible(pod, status, entry, template) : !mayBeLeftOut(pod, entry, request, template))
      return false;
  }
  return holdsAll(pod, status) && areConditionsFalse(pod, status, decision, context);
}

/** A record that names nothing, or less than the very template that it names adds, is not one of ours. */
function isCredible(pod: JsonObject, status: Status, entry: StatusEntry, template: TemplateEntry | undefined): boolean {
  const spec = asObject(asObject(entry.added)?.['spec']);
  const [containers, initContainers] = [asObject(spec?.['containers']), asObject(spec?.['initContainers'])];
  if (entry.hash === undefined || (containers !== undefined && status.app.some((name) => containers[name] === 1))) return false;
  if (initContainers !== undefined && status.appInit?.some((name) => initContainers[name] === 1) === true) return false;
  if (template?.kind !== 'good' || template.template.hash !== entry.hash) return true;
  const names = new Set([
    ...namesIn(asObject(pod['spec'])?.['containers']),
    ...namesIn(asObject(pod['spec'])?.['initContainers']),
  ]);
  const isWhole = [...template.template.containers, ...template.template.initContainers].every((container) =>
    names.has(String(container['name'])),
  );
  return isWhole && isTurned(pod, entry.added, template.template);
}

/** A record of having been left out counts only for what may be left out, or a forged one would opt out in silence. */
function mayBeLeftOut(pod: JsonObject, entry: StatusEntry, request: Request, template: TemplateEntry | undefined): boolean {
  if (entry.skipped === 'whenFalse') return template?.kind === 'good';
  return entry.skipped === 'windows' ? isWindows(asObject(pod['spec'])) : isOptional(request, template);
}

/** Whether the conditions that left templates out do so today: a pod is not injected afresh for a template that it would not get. */
function areConditionsFalse(pod: JsonObject, status: Status, decision: Decision, context: DoneContext): boolean {
  const names = status.templates.filter((entry) => entry.skipped === 'whenFalse').map((entry) => entry.name);
  if (names.length === 0) return true;
  const surroundings = surroundingsOf(authorsPart(pod, status, {own: false}), decision, context);
  return names.every((name) => {
    const entry = context.templates.get(name);
    return entry?.kind === 'good' && render(entry.template, surroundings).kind === 'skipped';
  });
}
