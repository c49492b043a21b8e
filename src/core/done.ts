import type {Request} from './annotations.ts';
import {asObject, type JsonObject} from './json.ts';
import {isOptional, isWindows} from './lookup.ts';
import {namesIn} from './scene.ts';
import {holdsAll, type Status, type StatusEntry} from './status.ts';
import type {TemplateEntry, TemplateSnapshot} from './template.ts';

/** Whether the pod carries a status that names exactly these templates, in this order, and holds all that it records. */
export function isDone(pod: JsonObject, status: Status, requests: readonly Request[], templates: TemplateSnapshot): boolean {
  if (status.templates.length !== requests.length) return false;
  for (const [index, entry] of status.templates.entries()) {
    const request = requests[index];
    if (request?.name !== entry.name) return false;
    const template = templates.get(request.name);
    if (entry.skipped === undefined ? !isCredible(pod, status, entry, template) : !mayBeLeftOut(pod, entry, request, template))
      return false;
  }
  return holdsAll(pod, status);
}

/** A record that names nothing, or less than the very template that it names adds, is not one of ours. */
function isCredible(pod: JsonObject, status: Status, entry: StatusEntry, template: TemplateEntry | undefined): boolean {
  const containers = asObject(asObject(asObject(entry.added)?.['spec'])?.['containers']);
  if (entry.hash === undefined || (containers !== undefined && status.app.some((name) => containers[name] === 1))) return false;
  if (template?.kind !== 'good' || template.template.hash !== entry.hash) return true;
  const names = new Set([
    ...namesIn(asObject(pod['spec'])?.['containers']),
    ...namesIn(asObject(pod['spec'])?.['initContainers']),
  ]);
  return [...template.template.containers, ...template.template.initContainers].every((container) =>
    names.has(String(container['name'])),
  );
}

/** A record of having been left out counts only for what may be left out, or a forged one would opt out in silence. */
function mayBeLeftOut(pod: JsonObject, entry: StatusEntry, request: Request, template: TemplateEntry | undefined): boolean {
  // Whether the condition still holds is seen when the template is injected afresh.
  if (entry.skipped === 'whenFalse') return false;
  return entry.skipped === 'windows' ? isWindows(asObject(pod['spec'])) : isOptional(request, template);
}
