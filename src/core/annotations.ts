import {asString, isList, isObject, type Json, type JsonObject} from './json.ts';
import type {Fault} from './errors.ts';
import type {Note} from './outcome.ts';
import type {TemplateSnapshot} from './template.ts';

/** The domain of every annotation and label that is ours. */
export const domain = 'pod-injector.dev';

/** Asks for templates, by name and in order; `"false"` opts out, `"true"` asks for the namespace's list. */
export const injectKey = `${domain}/inject`;
/** What the injector did; never written by users. */
export const statusKey = `${domain}/status`;
/** Label of a Namespace: `enabled` makes its `pod-injector.dev/inject` the default of its pods. */
export const injectionLabel = `${domain}/injection`;
/** Label of a ConfigMap that holds a template. */
export const templateLabel = `${domain}/template`;
/** What Initializers wrote: `initializer.kubernetes.io/NAME: "true"`. */
export const legacyPrefix = 'initializer.kubernetes.io/';

/** The template's image where the author wrote this: the API demands an image in a pod template. */
export const autoImage = 'auto';

/** The annotation that sets a parameter: `pod-injector.dev/TEMPLATE.PARAMETER`. */
export function parameterKey(template: string, parameter: string): string {
  return `${domain}/${template}.${parameter}`;
}

/** The template and the parameter that an annotation's key names; undefined for any other key. A parameter's name has no dots. */
export function readParameterKey(key: string): {readonly template: string; readonly parameter: string} | undefined {
  const dot = key.lastIndexOf('.');
  if (!key.startsWith(`${domain}/`) || dot <= domain.length + 1) return undefined;
  return {template: key.slice(domain.length + 1, dot), parameter: key.slice(dot + 1)};
}

/** One template that an annotation asks for. `name?` is optional: where it cannot be injected, the pod goes on without it. */
export interface Request {
  readonly name: string;
  readonly optional: boolean;
}

/** What one object's annotations ask for. */
export interface Ask {
  readonly kind: 'nothing' | 'optOut' | 'namespaceList' | 'list';
  readonly requests: readonly Request[];
  readonly faults: readonly Fault[];
  readonly notes: readonly Note[];
}

/**
 * What these annotations (of a pod, a pod template, a workload or a namespace) ask for. The legacy annotations join the list
 * after its own names, in the order of their keys, so that the order in a file does not matter. Faults: `badAnnotation`.
 */
export function readAsk(annotations: JsonObject | undefined, templates: TemplateSnapshot): Ask {
  if (annotations === undefined) return nothing;
  const faults: Fault[] = [];
  const notes: Note[] = [];
  const requests: Request[] = [];
  let kind: Ask['kind'] = 'nothing';
  const value = Object.hasOwn(annotations, injectKey) ? annotations[injectKey] : undefined;
  if (value === 'false') return optOut;
  if (value === 'true') kind = 'namespaceList';
  else if (typeof value === 'string') {
    readList(value, requests, faults, notes);
    if (requests.length > 0) kind = 'list';
    else if (faults.length === 0)
      notes.push({code: 'emptyAnnotation', message: `${injectKey} is empty, so it asks for nothing`, path: annotationPath});
  } else if (value !== undefined && value !== null) {
    faults.push(badType(value));
  }
  const legacy = legacyKeys(annotations);
  if (legacy.length > maxTemplates)
    faults.push(bad(`${legacy.length} annotations ask by ${legacyPrefix}, and ${maxTemplates} are allowed`, 'remove some'));
  for (const key of legacy.slice(0, maxTemplates)) {
    if (kind === 'nothing') kind = 'list';
    addRequest({name: legacyName(key, templates), optional: false}, requests, notes);
  }
  if (faults.length > 0) kind = 'list';
  return kind === 'nothing' && notes.length === 0 ? nothing : {kind, requests, faults, notes};
}

/** The annotations that decide about injection, with their values: equal before and after means that nothing was asked anew. */
export function injectionAnnotations(annotations: JsonObject | undefined): string {
  if (annotations === undefined) return '';
  const keys = Object.keys(annotations).filter(
    (key) => key.startsWith(legacyPrefix) || (key.startsWith(`${domain}/`) && key !== statusKey),
  );
  return JSON.stringify(keys.toSorted().map((key) => [key, annotations[key]]));
}

/** The list as it is written into an annotation: `a,b?`. */
export function formatRequests(requests: readonly Request[]): string {
  return requests.map((request) => (request.optional ? `${request.name}?` : request.name)).join(',');
}

const annotationPath = `/metadata/annotations/${injectKey.replaceAll('/', '~1')}`;
const nothing: Ask = {kind: 'nothing', requests: [], faults: [], notes: []};
const optOut: Ask = {kind: 'optOut', requests: [], faults: [], notes: []};

/** RFC 1123 subdomain, the syntax of a ConfigMap's name: apimachinery, validation.IsDNS1123Subdomain. */
const namePattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** No pod has use for more templates, and each must be looked up and answered for. */
export const maxTemplates = 100;

function readList(value: string, requests: Request[], faults: Fault[], notes: Note[]): void {
  const parts = value.split(',');
  if (parts.length > maxTemplates) {
    faults.push(bad(`${injectKey} lists ${parts.length} templates, and ${maxTemplates} are allowed`, 'shorten the list'));
    return;
  }
  for (const part of parts) {
    const item = part.trim();
    if (item === '') continue;
    const optional = item.endsWith('?');
    const name = optional ? item.slice(0, -1).trimEnd() : item;
    if (namePattern.test(name) && name.length <= 253 && name !== 'true' && name !== 'false')
      addRequest({name, optional}, requests, notes);
    else faults.push(badItem(item));
  }
}

function badType(value: Json): Fault {
  const isPlain = isList(value) ? value.every((item) => typeof item === 'string') : !isObject(value);
  const text = isPlain ? String(value) : 'NAME,NAME';
  return bad(
    `${injectKey} is ${short(JSON.stringify(value))}, and annotations are strings`,
    `write ${injectKey}: "${short(text)}" with quotes`,
  );
}

/** As much of a text as a message may hold. */
function short(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function badItem(item: string): Fault {
  const shown = JSON.stringify(short(item));
  const lower = item.toLowerCase();
  if (lower === 'true' || lower === 'false') {
    return bad(
      `${shown} in ${injectKey} is no template's name`,
      `write exactly "${lower}" and nothing else, or a list of templates' names`,
    );
  }
  return bad(
    `${shown} in ${injectKey} is no template's name`,
    'write names of lower-case letters, digits, "-" and ".", with commas between them, or "true" or "false" alone',
  );
}

function addRequest(request: Request, requests: Request[], notes: Note[]): void {
  const index = requests.findIndex((other) => other.name === request.name);
  if (index === -1) {
    requests.push(request);
    return;
  }
  notes.push({
    code: 'duplicateTemplate',
    message: `${request.name} is asked for twice; it is injected once`,
    template: request.name,
  });
  // A wish that must be met outweighs one that may fail.
  if (!request.optional) requests.splice(index, 1, request);
}

function legacyKeys(annotations: JsonObject): readonly string[] {
  let keys: string[] | undefined;
  for (const key in annotations) {
    if (key.startsWith(legacyPrefix) && annotations[key] !== 'false' && asString(annotations[key]) !== undefined)
      (keys ??= []).push(key);
  }
  return keys === undefined ? [] : keys.toSorted();
}

function legacyName(key: string, templates: TemplateSnapshot): string {
  const name = key.slice(legacyPrefix.length);
  const suffixed = `${name}-initializer`;
  return !templates.has(name) && templates.has(suffixed) ? suffixed : name;
}

function bad(message: string, fix: string): Fault {
  return {code: 'badAnnotation', message, fix, path: annotationPath};
}
