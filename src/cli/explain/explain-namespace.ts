import {readAsk} from '../../core/annotations.ts';
import type {Fault} from '../../core/errors.ts';
import {podBudget} from '../../core/expression/budget.ts';
import {asObject, field, type JsonObject} from '../../core/json.ts';
import {isOptional, lookUp} from '../../core/lookup.ts';
import type {TemplateOutcome} from '../../core/outcome.ts';
import {readParameters} from '../../core/parameters.ts';
import type {RefusalReason} from '../../core/reasons.ts';
import type {Cause, Explanation, Subject, World} from './explanation.ts';
import {metadataOf} from './metadata.ts';
import {namespaceSigns} from './namespace-signs.ts';
import {whyNotCalled} from './registration.ts';
import {rulesIn} from './rules.ts';
import {leftOut} from './skips.ts';
import {labelCommand} from './unlabelled.ts';

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
  const looked = requests.map((request) => ({
    name: request.name,
    optional: isOptional(request, world.templates.get(request.name)),
    fault: faultOf(request.name, annotations, world),
  }));
  const templates = looked.map(({name, optional, fault}): TemplateOutcome => {
    if (fault === undefined) return {name, kind: 'injected', kept: []};
    const {code, message} = fault;
    return {name, kind: optional ? 'skipped' : 'refused', reason: code as RefusalReason, message, kept: []};
  });
  const [broken] = [...faults, ...looked.flatMap(({optional, fault}) => (optional || fault === undefined ? [] : [fault]))];
  if (broken !== undefined) {
    const {code, message, fix} = broken;
    const cause: Cause = {code: code as RefusalReason, message, ...(fix === undefined ? {} : {fix})};
    return {...base, templates, verdict: 'refused', cause, isProblem: true};
  }
  const left = leftOut(templates, world);
  if (templates.some(({kind}) => kind === 'injected'))
    return {...base, templates, verdict: 'injected', ...(left === undefined ? {} : {cause: left}), isProblem: false};
  const cause: Cause = left ?? {code: 'notAsked', message: `namespace ${namespace} has no default`};
  return {...base, templates, verdict: 'skipped', cause, isProblem: false};
}

/** Why no pod can get the template, as far as the Namespace decides: what it leaves open the pods may say. */
function faultOf(name: string, annotations: JsonObject | undefined, world: World): Fault | undefined {
  const found = lookUp(name, world.templates);
  if ('code' in found) {
    const fix = found.code === 'templateMissing' ? labelCommand(name, world) : undefined;
    return fix === undefined ? found : {...found, fix};
  }
  const {faults} = readParameters(found, [{level: 'namespace', annotations}], podBudget());
  return faults.find(({code}) => code !== 'parameterMissing');
}
