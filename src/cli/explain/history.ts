import {injectionLabel} from '../../core/annotations.ts';
import {asObject, asString, field, type JsonObject} from '../../core/json.ts';
import type {TemplateOutcome} from '../../core/outcome.ts';
import type {Cause, Rule, Subject, World} from './explanation.ts';
import {createdAt, isBefore, metadataOf, statusOf, writtenAt} from './metadata.ts';
import {renewal} from './renewal.ts';
import {entriesOf, whyNotCalled} from './registration.ts';

/**
 * Why an object is without what it asks for, and would get if it were made now. For one that no API server has seen yet: why it
 * would not get it; undefined where it would.
 */
export function whyMissed(
  subject: Subject,
  rules: readonly Rule[],
  templates: readonly TemplateOutcome[],
  world: World,
): Cause | undefined {
  const {object, namespace} = subject;
  const {registration, injectorNamespace} = world;
  const notCalled = whyNotCalled(registration, injectorNamespace, namespace, world.namespaces.get(namespace));
  const created = createdAt(object);
  if (notCalled !== undefined || created === undefined) return notCalled;
  const fix = renewal(subject);
  const configuration = registration.kind === 'found' ? registration.configuration : undefined;
  const registered = configuration === undefined ? undefined : createdAt(configuration);
  // What carries our record came by us, before the webhook was registered anew.
  if (statusOf(object) === undefined && isBefore(created, registered)) {
    return {
      code: 'createdBeforeWebhook',
      message: `it was created at ${created}, before the webhook was registered at ${registered ?? ''}`,
      fix,
    };
  }
  return (
    askedLater(subject, created, rules, world, fix) ?? templateMadeLater(created, templates, world, fix) ?? missed(subject, world)
  );
}

/** A template that was made after the object, by their times of creation. */
export function templateMadeLater(
  created: string | undefined,
  templates: readonly Pick<TemplateOutcome, 'name'>[],
  world: World,
  fix: string,
): Cause | undefined {
  const later = templates.find(({name}) => isBefore(created, world.templateTimes.get(name)));
  if (later === undefined) return undefined;
  return {
    code: 'templateMissingThen',
    message: `template ${later.name} was made at ${world.templateTimes.get(later.name) ?? ''}, after the object at ${created ?? ''}`,
    fix,
  };
}

function askedLater(
  {object, namespace}: Subject,
  created: string,
  rules: readonly Rule[],
  world: World,
  fix: string,
): Cause | undefined {
  for (const {level, on, key} of rules) {
    // A pod template's annotations are as old as what is made from it.
    const holder = level === 'namespace' ? world.namespaces.get(namespace) : level === 'podTemplate' ? undefined : object;
    if (holder === undefined) continue;
    const late = (level === 'namespace' ? ofNamespace(key) : [['annotations', key] as const])
      .map(([list, name]) => ({name, written: writtenAt(holder, list, name)}))
      .find(({written}) => isBefore(created, written?.time));
    if (late === undefined) continue;
    return {
      code: 'askedLater',
      message: `${late.name} was written on ${on} at ${late.written?.time ?? ''} by ${late.written?.manager ?? ''}, after the object was created at ${created}`,
      fix,
    };
  }
  return undefined;
}

/** A namespace's default needs both. */
function ofNamespace(key: string): readonly (readonly ['annotations' | 'labels', string])[] {
  return [
    ['labels', injectionLabel],
    ['annotations', key],
  ];
}

function missed(subject: Subject, {registration, injectorNamespace}: World): Cause {
  const fix = `see that the injector runs (kubectl get pods -n ${injectorNamespace}), then ${renewal(subject)}`;
  const configuration = registration.kind === 'found' ? registration.configuration : undefined;
  const name = configuration === undefined ? '' : (asString(field(metadataOf(configuration), 'name')) ?? '');
  if (configuration !== undefined && entriesOf(configuration).some(lacksAuthority)) {
    return {
      code: 'webhookMissed',
      message: `the webhook configuration ${name} has no caBundle, so the API server cannot call the injector`,
      fix,
    };
  }
  const early = configuration === undefined ? 'it was created before the webhook was registered, or ' : '';
  const message = `${early}the API server did not reach the webhook when it was created, or got no answer, and let it through`;
  return {code: 'webhookMissed', message, fix};
}

function lacksAuthority(entry: JsonObject): boolean {
  const client = asObject(field(entry, 'clientConfig'));
  return field(client, 'service') !== undefined && (asString(field(client, 'caBundle')) ?? '') === '';
}
