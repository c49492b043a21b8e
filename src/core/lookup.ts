import type {Request} from './annotations.ts';
import type {Fault} from './errors.ts';
import {asObject, type JsonObject} from './json.ts';
import {nearest} from './nearest.ts';
import {refusalReasons} from './reasons.ts';
import type {Template, TemplateEntry, TemplateSnapshot} from './template.ts';

/** The template that is asked for, or why there is none: `templateMissing` with the nearest name, `templateBroken` with its first fault. */
export function lookUp(name: string, templates: TemplateSnapshot): Template | Fault {
  const entry = templates.get(name);
  if (entry === undefined) return missing(name, templates);
  return entry.kind === 'broken' ? broken(entry) : entry.template;
}

/** Optional by the list (`name?`) or by the template (`required: false`). */
export function isOptional(request: Request, entry: TemplateEntry | undefined): boolean {
  return request.optional || (entry?.kind === 'good' && !entry.template.required);
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

/** Whether a pod, or the pods that a template is for, runs on Windows nodes. */
export function isWindows(spec: JsonObject | undefined): boolean {
  return asObject(spec?.['os'])?.['name'] === 'windows' || asObject(spec?.['nodeSelector'])?.['kubernetes.io/os'] === 'windows';
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
  const at =
    first?.source === undefined ? '' : ` (${first.source}${first.position === undefined ? '' : `:${first.position.line}`})`;
  return {
    code: 'templateBroken',
    message: `the template ${JSON.stringify(entry.name)} is invalid: ${first === undefined ? refusalReasons.templateBroken : first.message}${at}`,
    fix: 'mend the template; pod-injector validate shows all its faults',
  };
}
