import {injectKey} from '../../core/annotations.ts';
import {asString} from '../../core/json.ts';
import type {Outcome, TemplateOutcome} from '../../core/outcome.ts';
import {refusalReasons, skipReasons, type RefusalReason, type SkipReason} from '../../core/reasons.ts';
import {controllerOf, workloadOf} from '../../core/workload.ts';
import type {Cause, Rule, Subject, World} from './explanation.ts';
import {asksForPods} from './signs.ts';
import {labelCommand} from './unlabelled.ts';

/** Why an object was skipped, and what to do for it to be injected. */
export function skipCause(reason: SkipReason, subject: Subject, outcome: Outcome, rules: readonly Rule[], world: World): Cause {
  const {object} = subject;
  const cause = (fix?: string, message: string = skipReasons[reason]): Cause => ({
    code: reason,
    message,
    ...(fix === undefined ? {} : {fix}),
  });
  const owner = controllerOf(object);
  const by = owner === undefined ? 'its owner' : `${owner.kind} ${owner.name}`;
  switch (reason) {
    case 'notAsked':
      return cause(`write ${injectKey}: ${namesOf(world)} under ${placeOf(subject)}`);
    case 'optedOut': {
      const [rule] = rules;
      return rule === undefined
        ? cause(`remove ${injectKey}: "false", or name templates in it`)
        : cause(
            `remove it, or name templates in it: ${injectKey}: ${namesOf(world)}`,
            `${rule.on} opts out by its annotation ${rule.key}: "${rule.value}"`,
          );
    }
    case 'owned':
      return cause(`put the annotation on ${by}`, `${by} controls the object, and is the one that is injected`);
    case 'foreignOwner':
      return cause(
        `put the annotation on the pod template that ${by} holds`,
        `${by} owns the object, and only its pod template counts`,
      );
    case 'jobImmutable':
      return cause('delete the Job and create it again');
    case 'mirrorPod':
      return cause('run it as a DaemonSet, whose pods are made by the API server');
    case 'whenFalse':
    case 'windows':
    case 'allLeftOut':
      return leftOut(outcome.templates, world) ?? cause();
    case 'noPodTemplate':
      return cause('give it a pod template');
    case 'notOurs':
      return asksForPods(object)
        ? cause(
            'explain one of its pods: pod-injector explain pod/NAME',
            `a ${asString(object['kind']) ?? 'foreign kind'} itself stays as it is; its pods are injected when they are created, if they carry the annotations of its pod template`,
          )
        : cause();
    case 'atPods':
    case 'deleting':
    case 'notInjected':
    case 'unchanged':
      return cause();
  }
}

/** Why the first of the templates that were left out was; undefined where none was. */
export function leftOut(templates: readonly TemplateOutcome[], world: World): Cause | undefined {
  const one = templates.find(({kind}) => kind === 'skipped');
  if (one?.reason === undefined) return undefined;
  const {name, reason} = one;
  const message = (reason === 'whenFalse' ? conditionOf(name, world) : undefined) ?? one.message ?? sentenceOf(reason);
  return {code: reason, message: `template ${name} was left out: ${message}`, fix: leftOutFix(one, reason, world)};
}

/** The template's condition in words. */
function conditionOf(name: string, {templates}: World): string | undefined {
  const entry = templates.get(name);
  const text = entry?.kind === 'good' ? entry.template.program?.when?.text.replaceAll(/\s+/g, ' ').trim() : undefined;
  return text === undefined ? undefined : `\`when: ${text}\` is false for this pod`;
}

function leftOutFix({name, fix}: TemplateOutcome, reason: SkipReason | RefusalReason, world: World): string {
  const entry = world.templates.get(name);
  const source = entry?.kind === 'good' ? entry.template.source : name;
  if (reason === 'whenFalse') return `if it is meant for this pod, change \`when\` in ${source}`;
  if (reason === 'windows') return `make a template with \`spec: {os: {name: windows}}\`, or take ${name} off the list`;
  if (reason === 'templateBroken' && entry?.kind === 'good') return `${name} is mended now: what is created from now on gets it`;
  if (reason === 'templateMissing') {
    return entry === undefined
      ? (labelCommand(name, world) ?? `make the template ${name}, or take it off the list`)
      : `${name} is there now: what is created from now on gets it`;
  }
  return fix ?? `it is optional; to be refused instead, take the ? off its name and \`required: false\` out of ${source}`;
}

/** The sentence of a reason. */
export function sentenceOf(reason: SkipReason | RefusalReason): string {
  return reason in skipReasons ? skipReasons[reason as SkipReason] : refusalReasons[reason as RefusalReason];
}

/** Where the annotation of an object belongs that asks for nothing yet. */
function placeOf({object}: Subject): string {
  return [...(workloadOf(object)?.template ?? []), 'metadata', 'annotations'].join('.');
}

/** Templates that one may ask for. */
function namesOf({templates}: World): string {
  const names = [...templates].flatMap(([name, {kind}]) => (kind === 'good' ? [name] : []));
  if (names.length === 0) return 'NAME';
  return names.length === 1
    ? (names[0] ?? '')
    : `NAME (${names.slice(0, maxNames).join(', ')}${names.length > maxNames ? ', …' : ''})`;
}

const maxNames = 6;
