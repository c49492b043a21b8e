import {statusKey} from './annotations.ts';
import {decide} from './decide.ts';
import type {InjectInput} from './input.ts';
import {injectPod, type PodContext, type PodOutcome} from './inject-pod.ts';
import {injectWorkload} from './inject-workload.ts';
import {asObject, isObject, type JsonObject} from './json.ts';
import type {Note, Outcome, TemplateOutcome} from './outcome.ts';
import type {SkipReason} from './reasons.ts';
import {authorsPart, readStatus, statusText, withoutRests} from './status.ts';
import {podTemplateOf, withPodTemplate, workloadFacts, workloadOf} from './workload.ts';

/** The one door: what becomes of the object. Pure; never throws; never changes its input. */
export function inject(input: InjectInput): Outcome {
  const {object} = input;
  const workload = workloadOf(object);
  if (workload === undefined) return skipped(object, 'notOurs');
  const template = podTemplateOf(object, workload);
  if (template === undefined) return skipped(object, 'noPodTemplate');
  if (workload.kind !== 'Pod') return injectWorkload(input, workload, template);
  // Pods cannot change but for their image and little else; and what mirrors a kubelet's file cannot be changed at all.
  if (input.operation === 'UPDATE') return skipped(object, 'notOurs');
  const annotations = asObject(asObject(object['metadata'])?.['annotations']);
  if (annotations !== undefined && Object.hasOwn(annotations, mirrorKey)) return skipped(object, 'mirrorPod');
  const decision = decide({level: 'pod', annotations}, [], input.namespace, input.templates);
  const {namespace, templates, foreignContainers, serverMinor} = input;
  const facts = workloadFacts(object, workload);
  const context: PodContext = {namespace, templates, foreignContainers, serverMinor, workload: facts, reviewedAgain: true};
  return fromPod(injectPod(object, decision, context), decision.level);
}

/**
 * The reverse: the object without what its status records, whatever the templates are today. `removed`, or
 * `skipped(notInjected)` for an object that carries no status, with a note for one whose status cannot be read. Pure; never throws.
 */
export function uninject(object: JsonObject): Outcome {
  const workload = workloadOf(object);
  const template = workload === undefined ? undefined : podTemplateOf(object, workload);
  if (workload === undefined) return skipped(object, 'notOurs');
  if (template === undefined) return skipped(object, 'noPodTemplate');
  const status = readStatus(template);
  if (status === undefined) {
    const notes: readonly Note[] =
      statusText(template) === undefined
        ? []
        : [{code: 'statusUnreadable', message: `${statusKey} is no record that this version wrote, so nothing is taken out`}];
    return {...skipped(object, 'notInjected'), notes};
  }
  const templates = status.templates.map((entry): TemplateOutcome => ({
    name: entry.name,
    kind: 'removed',
    ...(entry.added === undefined ? {} : {added: entry.added}),
    kept: [],
  }));
  const result = withPodTemplate(object, workload, withoutRests(authorsPart(template, status), status));
  return {verdict: {kind: 'removed'}, object: result, templates, notes: []};
}

/** Source: https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-config-mirror */
const mirrorKey = 'kubernetes.io/config.mirror';

function fromPod(pod: PodOutcome, level: Outcome['level']): Outcome {
  return {
    verdict: pod.verdict,
    object: pod.pod,
    templates: pod.templates,
    notes: pod.notes,
    ...(level === undefined ? {} : {level}),
  };
}

function skipped(object: JsonObject, reason: SkipReason): Outcome {
  return {verdict: {kind: 'skipped', reason}, object: isObject(object) ? object : {}, templates: [], notes: []};
}
