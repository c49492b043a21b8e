import {namespaceFacts} from '../../cluster/namespaces.ts';
import type {Fault} from '../../core/errors.ts';
import {inject} from '../../core/inject.ts';
import {field, withField, withoutField} from '../../core/json.ts';
import type {Outcome, TemplateOutcome} from '../../core/outcome.ts';
import {recordedOutcome} from '../../core/recorded.ts';
import {explainNamespace} from './explain-namespace.ts';
import type {Cause, Explanation, Subject, World} from './explanation.ts';
import {templateMadeLater, whyMissed} from './history.ts';
import {createdAt, metadataOf, statusOf} from './metadata.ts';
import {notesOf, unknownNamespace} from './notes.ts';
import {renewal} from './renewal.ts';
import {rulesOf} from './rules.ts';
import {signsOf} from './signs.ts';
import {leftOut, skipCause} from './skips.ts';
import {labelCommand} from './unlabelled.ts';
import {withPods} from './with-pods.ts';

/** Why an object is injected or not, who decided, and what to do. Pure; never throws. */
export function explainObject(subject: Subject, world: World): Explanation {
  const {object} = subject;
  if (field(object, 'kind') === 'Namespace') return explainNamespace(subject, world);
  const outcome = outcomeOf(subject, world);
  const rules = rulesOf(subject, outcome.level, world);
  const base: Base = {subject, rules, templates: outcome.templates, notes: notesOf(subject, outcome, world), without: []};
  const {verdict} = outcome;
  switch (verdict.kind) {
    case 'injected':
      return withPods(wanted(base, outcome, world), (pod) => explainObject(pod, world));
    case 'alreadyInjected':
      return withPods(already(base, world), (pod) => explainObject(pod, world));
    case 'refused':
      return refused(base, verdict.faults, world);
    case 'removed':
      return {...base, verdict: 'removed', isProblem: false, cause: removedCause(subject, outcome)};
    case 'skipped': {
      const cause = skipCause(verdict.reason, subject, outcome, rules, world);
      if (verdict.reason === 'notAsked' || verdict.reason === 'notOurs') return notAsked(base, cause, world);
      const isControlled = verdict.reason === 'owned' || verdict.reason === 'foreignOwner';
      // A ReplicaSet carries its Deployment's annotations, and what they put into its pod template.
      const status = isControlled ? statusOf(object) : undefined;
      if (status !== undefined)
        return {...base, templates: status.templates.map(recordedOutcome), verdict: 'alreadyInjected', isProblem: false};
      return {...base, verdict: 'skipped', cause, isProblem: isControlled};
    }
  }
}

type Base = Pick<Explanation, 'subject' | 'rules' | 'templates' | 'notes' | 'without'>;

/** What the object would come to if it were made now. */
function outcomeOf({object, namespace}: Subject, {templates, serverMinor, namespaces}: World): Outcome {
  const known = namespaces.get(namespace);
  return inject({
    operation: 'CREATE',
    object,
    namespace: known === undefined ? {name: namespace} : namespaceFacts(known),
    templates,
    view: 'pods',
    ...(serverMinor === undefined ? {} : {serverMinor}),
  });
}

/** It would be injected now: so why is it not? */
function wanted(base: Base, outcome: Outcome, world: World): Explanation {
  const {rules, templates} = base;
  const {object} = base.subject;
  // What a pod template asks for comes with the pods, which are still to be made; a pod and a workload that asks itself should have it.
  const isDue = field(object, 'kind') === 'Pod' || outcome.level === 'workload';
  const subject = isDue ? base.subject : {...base.subject, object: withoutCreation(object)};
  const cause = whyMissed(subject, rules, templates, world);
  if (cause !== undefined) return missed(base, cause);
  return {...base, verdict: 'injected', ...optional(leftOut(templates, world)), isProblem: false};
}

function withoutCreation(object: Subject['object']): Subject['object'] {
  return withField(object, 'metadata', withoutField(metadataOf(object), 'creationTimestamp'));
}

function already(base: Base, world: World): Explanation {
  const {subject, templates} = base;
  const missing = templates.filter(({reason, name}) => reason === 'templateMissing' && world.templates.has(name));
  const then = templateMadeLater(createdAt(subject.object), missing, world, renewal(subject));
  // A record of templates that were left out alone records no injection.
  const verdict = templates.length > 0 && templates.every(({kind}) => kind === 'skipped') ? 'skipped' : 'alreadyInjected';
  return {...base, verdict, ...optional(then ?? leftOut(templates, world)), isProblem: false};
}

function refused(base: Base, faults: readonly Fault[], world: World): Explanation {
  const {subject, rules, templates} = base;
  const [first, ...more] = faults.map((fault) => causeOf({...fault, ...labelling(fault, templates, world)}));
  const why = whyMissed(subject, rules, templates, world);
  // Nobody refuses where nobody is asked.
  if (why !== undefined && unasked.has(why.code)) return missed(base, why);
  // A pod that would be refused, and is there, came in past us.
  const past = why !== undefined && field(subject.object, 'kind') === 'Pod' ? [why] : [];
  const notes = [...more, ...past, ...base.notes];
  return {...base, templates: templates.map(withTheRest), verdict: 'refused', ...optional(first), isProblem: true, notes};
}

/** A template that is missing may be there, without its label. */
function labelling({code, message}: Fault, templates: readonly TemplateOutcome[], world: World): {readonly fix?: string} {
  const name = code === 'templateMissing' ? templates.find((one) => one.message === message)?.name : undefined;
  const fix = name === undefined ? undefined : labelCommand(name, world);
  return fix === undefined ? {} : {fix};
}

/** Nothing is injected where one template is refused. */
function withTheRest(template: TemplateOutcome): TemplateOutcome {
  if (template.kind !== 'injected') return template;
  return {name: template.name, kind: 'skipped', message: 'nothing is injected where another one is refused', kept: []};
}

/** What is made now gets it, unless nobody asks us. */
function missed(base: Base, cause: Cause): Explanation {
  const templates = unasked.has(cause.code)
    ? base.templates.map(({name}): TemplateOutcome => ({name, kind: 'skipped', kept: []}))
    : base.templates;
  return {...base, templates, verdict: 'missed', cause, isProblem: true};
}

const unasked: ReadonlySet<string> = new Set(['namespaceExcluded', 'namespaceNotSelected', 'webhookMissing']);

function causeOf({code, message, fix}: Fault): Cause {
  return {code: code as Cause['code'], message, ...(fix === undefined ? {} : {fix})};
}

function removedCause(subject: Subject, {notes}: Outcome): Cause {
  const note = notes.find(({code}) => code === 'removed');
  return {code: 'removed', message: note?.message ?? 'nothing asks for it any more', fix: `to be rid of it: ${renewal(subject)}`};
}

/** Nothing asks: but somebody may have meant to. */
function notAsked(base: Base, cause: Cause, world: World): Explanation {
  const signs = [...signsOf(base.subject, world)];
  const first = signs.find(({isSure}) => isSure) ?? signs[0];
  const rest = signs.filter((sign) => sign !== first).map((sign) => sign.cause);
  const empty = first === undefined ? base.notes.find(({code}) => code === 'emptyAnnotation') : undefined;
  // The engine says of such keys what the signs say.
  const own = base.notes.filter((note) => note !== empty && (signs.length === 0 || note.code !== 'unknownAnnotation'));
  const notes = [...rest, ...own, ...unknownNamespace(base.subject, world)];
  const why = first?.cause ?? {...cause, ...empty};
  return {...base, verdict: 'skipped', cause: why, isProblem: first?.isSure ?? false, notes};
}

function optional(cause: Cause | undefined): {readonly cause?: Cause} {
  return cause === undefined ? {} : {cause};
}
