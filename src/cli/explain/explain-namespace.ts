import {readAsk} from '../../core/annotations.ts';
import {asObject, field} from '../../core/json.ts';
import {lookUp} from '../../core/lookup.ts';
import type {TemplateOutcome} from '../../core/outcome.ts';
import type {RefusalReason} from '../../core/reasons.ts';
import type {Cause, Explanation, Subject, World} from './explanation.ts';
import {metadataOf} from './metadata.ts';
import {namespaceSigns} from './namespace-signs.ts';
import {whyNotCalled} from './registration.ts';
import {rulesIn} from './rules.ts';

/** What a Namespace is the default of, or why of nothing. */
export function explainNamespace(subject: Subject, world: World): Explanation {
  const {object, namespace} = subject;
  const annotations = asObject(field(metadataOf(object), 'annotations'));
  const rules = rulesIn(annotations, 'namespace', `namespace ${namespace}`);
  const base = {subject, rules, templates: [], notes: [], without: []};
  const notCalled = whyNotCalled(world.registration, world.injectorNamespace, namespace, object);
  if (notCalled !== undefined) return {...base, verdict: 'skipped', cause: notCalled, isProblem: rules.length > 0};
  const [sign] = namespaceSigns(namespace, object);
  if (sign !== undefined) return {...base, verdict: 'skipped', cause: sign.cause, isProblem: sign.isSure};
  const {requests, faults} = readAsk(annotations, world.templates);
  const templates = requests.map(({name}): TemplateOutcome => {
    const found = lookUp(name, world.templates);
    if (!('code' in found)) return {name, kind: 'injected', kept: []};
    return {name, kind: 'refused', reason: found.code as RefusalReason, message: found.message, kept: []};
  });
  const [broken] = [...faults, ...requests.flatMap(({name}) => missing(name, world))];
  if (broken !== undefined) {
    const {code, message, fix} = broken;
    const cause: Cause = {code: code as RefusalReason, message, ...(fix === undefined ? {} : {fix})};
    return {...base, templates, verdict: 'refused', cause, isProblem: true};
  }
  if (templates.length > 0) return {...base, templates, verdict: 'injected', isProblem: false};
  const cause: Cause = {code: 'notAsked', message: `namespace ${namespace} has no default`};
  return {...base, verdict: 'skipped', cause, isProblem: false};
}

function missing(name: string, {templates}: World): readonly {code: string; message: string; fix?: string}[] {
  const found = lookUp(name, templates);
  return 'code' in found ? [found] : [];
}
