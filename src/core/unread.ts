import {domain, injectKey, parameterKey, readParameterKey, statusKey, type Request} from './annotations.ts';
import {asObject, type JsonObject} from './json.ts';
import {nearest} from './nearest.ts';
import type {Note} from './outcome.ts';
import {escapeSegment} from './patch.ts';
import type {TemplateSnapshot} from './template.ts';

/** Who reads the annotations of an object: the templates that are asked for, and whether they look for parameters there. */
export interface Readers {
  readonly requests: readonly Request[];
  readonly templates: TemplateSnapshot;
  readonly readsParameters: boolean;
}

/**
 * The annotations of our domain that nothing reads, and our annotations written as labels: one note each, naming the nearest right
 * one. `unknownAnnotation`, `parameterUnused` (its template is not asked for), `parameterMisplaced` (it belongs on the pod template).
 * A parameter that its template does not declare is no note: it refuses the template.
 */
export function unreadKeys(metadata: JsonObject | undefined, readers: Readers): Note[] {
  const notes: Note[] = [];
  const annotations = asObject(metadata?.['annotations']);
  for (const key in annotations) {
    if (!key.startsWith(`${domain}/`) || key === injectKey || key === statusKey) continue;
    // Whoever writes more of them does not read what is said of each.
    if (notes.length === maxNotes) break;
    const note = noteOn(key, readers);
    if (note !== undefined) notes.push({...note, path: `/metadata/annotations/${escapeSegment(key)}`});
  }
  const labels = asObject(metadata?.['labels']);
  if (labels !== undefined && Object.hasOwn(labels, injectKey)) {
    notes.push({
      code: 'unknownAnnotation',
      message: `${injectKey} is a label here, and only the annotation of that name is read`,
      path: '/metadata/labels',
    });
  }
  return notes;
}

const maxNotes = 20;

function noteOn(key: string, {requests, templates, readsParameters}: Readers): Note | undefined {
  const named = readParameterKey(key);
  const isAsked = named !== undefined && requests.some(({name}) => name === named.template);
  if (isAsked) {
    if (readsParameters) return undefined;
    const message = `nothing reads ${key} here, because the workload itself does not ask for ${named.template}; put it on the pod template`;
    return {code: 'parameterMisplaced', message, template: named.template};
  }
  // What all keys begin with says nothing of how near they are.
  const behind = (full: string): string => full.slice(domain.length + 1);
  const near = nearest(behind(key), [injectKey, ...parameterKeys(requests, templates)].map(behind));
  const right = near === undefined ? undefined : `${domain}/${near}`;
  if (named !== undefined && (right === undefined || templates.has(named.template))) {
    const message = `${key} sets a parameter of the template ${named.template}, which is not asked for here`;
    return {code: 'parameterUnused', message, template: named.template};
  }
  return {code: 'unknownAnnotation', message: `nothing reads the annotation ${key}; did you mean ${right ?? injectKey}?`};
}

function parameterKeys(requests: readonly Request[], templates: TemplateSnapshot): string[] {
  return requests.flatMap(({name}) => {
    const entry = templates.get(name);
    return entry?.kind === 'good' ? [...entry.template.parameters.keys()].map((parameter) => parameterKey(name, parameter)) : [];
  });
}
