import {injectionLabel, legacyPrefix, readAsk, type Ask} from '../core/annotations.ts';
import {asObject, field, type JsonObject} from '../core/json.ts';
import {podTemplateOf, workloadAnnotations, workloadOf} from '../core/workload.ts';
import type {HandleContext} from './handle.ts';
import {readReview} from './review.ts';

/** What a review hangs on and the context lacks, by name. */
export interface Needs {
  readonly namespace: string | undefined;
  /** Each name that may fit: of a legacy annotation `NAME` and `NAME-initializer`. */
  readonly templates: readonly string[];
}

/**
 * What would have to be looked up before the review can be answered rightly; undefined when nothing, as nearly always. Asked again
 * with what was found it may name more: templates on the list of a namespace. Names that no object can have are left out. Pure;
 * never throws.
 */
export function needsOf(body: unknown, context: HandleContext): Needs | undefined {
  const request = readReview(body);
  if ('code' in request || request.object === undefined || request.subResource !== '') return undefined;
  const workload = workloadOf(request.object);
  const template = workload === undefined ? undefined : podTemplateOf(request.object, workload);
  if (workload === undefined || template === undefined) return undefined;
  const isPod = workload.kind === 'Pod';
  if (request.operation !== 'CREATE' && (isPod || request.operation !== 'UPDATE')) return undefined;
  const {templates} = context;
  const own = asObject(asObject(template['metadata'])?.['annotations']);
  const levels = isPod ? [own] : [own, ...workloadAnnotations(request.object, workload)];
  const missing = new Set<string>();
  const asks = levels.map((annotations) => {
    const ask = readAsk(annotations, templates);
    addMissing(ask, annotations, context, missing);
    return ask;
  });
  if (asks[0]?.kind === 'optOut') return undefined;
  const facts = context.namespaceOf(request.namespace);
  const pointsThere = asks.some(({kind}) => kind === 'namespaceList');
  // Nobody nearer decides, or the nearer one points there.
  const decides = pointsThere || asks.every(({kind}) => kind === 'nothing');
  let namespace: string | undefined;
  if (facts === undefined) {
    if (isLabel(request.namespace) && (decides || asks.some((ask) => looksAtNamespace(ask, context))))
      namespace = request.namespace;
  } else if (decides && (pointsThere || field(facts.labels, injectionLabel) === 'enabled')) {
    addMissing(readAsk(facts.annotations, templates), facts.annotations, context, missing);
  }
  return namespace === undefined && missing.size === 0 ? undefined : {namespace, templates: [...missing]};
}

function addMissing(ask: Ask, annotations: JsonObject | undefined, {templates}: HandleContext, missing: Set<string>): void {
  for (const {name} of ask.requests) {
    if (templates.has(name) || !isSubdomain(name)) continue;
    missing.add(name);
    // What the Initializers' ConfigMaps were called.
    if (field(annotations, legacyPrefix + name) !== undefined) missing.add(`${name}-initializer`);
  }
}

/** Whether a template that is asked for has parameters, which may stand on the Namespace, or computes something from it. */
function looksAtNamespace({requests}: Ask, {templates}: HandleContext): boolean {
  return requests.some(({name}) => {
    const entry = templates.get(name);
    if (entry?.kind !== 'good') return false;
    const {parameters, program} = entry.template;
    return parameters.size > 0 || program?.roots.has('namespaceObject') === true;
  });
}

/** RFC 1123, as apimachinery's validation.IsDNS1123Subdomain and IsDNS1123Label have it: names of ConfigMaps and of Namespaces. */
function isSubdomain(name: string): boolean {
  return name.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name);
}

function isLabel(name: string): boolean {
  return name.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name);
}
