import {mergeAdded, type Added} from './added.ts';
import {formatRequests, injectKey, readParameterKey} from './annotations.ts';
import type {Decision} from './decide.ts';
import {asObject, field, type JsonObject} from './json.ts';
import {isOptional} from './lookup.ts';
import {addedByAnnotation, withAnnotation} from './status.ts';
import type {TemplateSnapshot} from './template.ts';

/**
 * A pod template with what a workload's pass resolved in its annotations, so that its pods need no other source: the list of
 * templates (or `"false"`), and where they are absent the parameters of those templates from the workload and the namespace.
 */
export function resolvedAnnotations(
  pod: JsonObject,
  decision: Decision,
  templates: TemplateSnapshot,
): {readonly value: JsonObject; readonly added: Added} {
  const requests = decision.requests.map((request) => ({...request, optional: isOptional(request, templates.get(request.name))}));
  let value = withAnnotation(pod, injectKey, decision.optOut ? 'false' : formatRequests(requests));
  let added = addedByAnnotation(pod, injectKey);
  const asked = new Set(requests.map(({name}) => name));
  for (const {annotations} of decision.sources.slice(1)) {
    for (const [key, text] of Object.entries(annotations ?? {})) {
      const named = readParameterKey(key);
      if (named === undefined || !asked.has(named.template) || typeof text !== 'string') continue;
      const present = field(asObject(asObject(value['metadata'])?.['annotations']), key) ?? null;
      if (present !== null) continue;
      added = mergeAdded(added, addedByAnnotation(value, key)) ?? added;
      value = withAnnotation(value, key, text);
    }
  }
  return {value, added};
}
