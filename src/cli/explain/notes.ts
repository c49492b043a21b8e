import type {Outcome} from '../../core/outcome.ts';
import {workloadOf} from '../../core/workload.ts';
import type {Cause, Subject, World} from './explanation.ts';
import {statusOf} from './metadata.ts';
import {renewal} from './renewal.ts';

/** Notes that the report of each template holds, or the verdict's cause. */
const toldElsewhere: ReadonlySet<string> = new Set(['kept', 'templateSkipped', 'removed']);

/** What the engine notes of an object, and what of its record is no longer so. */
export function notesOf(subject: Subject, {notes, verdict}: Outcome, {templates}: World): readonly Cause[] {
  const told = notes.flatMap(({code, message}): Cause[] => (toldElsewhere.has(code) ? [] : [{code, message}]));
  if (verdict.kind !== 'alreadyInjected') return told;
  const {object} = subject;
  const restart =
    workloadOf(object)?.kind === 'CronJob'
      ? 'the next change of its pod template brings it'
      : `when it suits: ${renewal(subject)}`;
  const changed = (statusOf(object)?.templates ?? []).flatMap(({name, hash}): Cause[] => {
    const entry = templates.get(name);
    if (hash === undefined || entry?.kind !== 'good' || entry.template.hash === hash) return [];
    const message = `template ${name} has changed since: ${hash} was injected, and it is ${entry.template.hash} now`;
    return [{code: 'templateChanged', message, fix: restart}];
  });
  return [...told, ...changed];
}

/** That a namespace may have a default that nobody has shown us. */
export function unknownNamespace({namespace, object}: Subject, {namespaces, isLive}: World): readonly Cause[] {
  if (namespaces.has(namespace) || workloadOf(object) === undefined) return [];
  return [
    {
      code: 'namespaceUnknown',
      message: `whether namespace ${namespace} has a default is not known`,
      fix:
        isLive === true
          ? `ask somebody who may read it: kubectl get namespace ${namespace} -o yaml`
          : 'give the Namespace with -f, or name a cluster with --context',
    },
  ];
}
