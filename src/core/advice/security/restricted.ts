import type {JsonObject} from '../../json.ts';
import {listed, partsOf, type Part} from '../parts.ts';
import {open, see, seeList, seeObjects} from '../seen.ts';
import {hasUserNamespace, isWindows, podOf, securedOf, type Violation} from './violation.ts';

/**
 * What in the injected part a namespace at the level `restricted` refuses beside what `baseline` does, by the rules of Kubernetes
 * 1.36. What the pod's own securityContext may state for all its containers counts only where the template states it.
 * Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted and k8s.io/pod-security-admission/policy.
 */
export function* restrictedViolations(document: JsonObject): Generator<Violation> {
  for (const [index, volume] of seeObjects(document, 'volumes')) {
    const [kind] = Object.keys(volume).filter((key) => key !== 'name' && see(volume, key) !== undefined);
    if (kind !== undefined && !allowedVolumes.has(kind)) yield {what: `a ${kind} volume`, where: `volumes[${index}]`};
  }
  const pod = podOf(document);
  if (!hasUserNamespace(document)) {
    if (pod.context('runAsNonRoot') === false) yield {what: 'runAsNonRoot: false', where: pod.where};
    if (pod.context('runAsUser') === 0) yield {what: 'runAsUser: 0', where: pod.where};
  }
  for (const part of partsOf(document)) yield* ofContainer(part, document);
}

function* ofContainer(part: Part, document: JsonObject): Generator<Violation> {
  const {context, where} = securedOf(part);
  const pod = podOf(document).context;
  if (!hasUserNamespace(document)) {
    const runAsNonRoot = context('runAsNonRoot') ?? pod('runAsNonRoot');
    if (runAsNonRoot !== true && runAsNonRoot !== open) {
      const mend = 'runAsNonRoot: true';
      yield context('runAsNonRoot') === false
        ? {what: 'runAsNonRoot: false', where, mend}
        : {what: `missing ${mend}`, where, mend, byPod: true};
    }
    if (context('runAsUser') === 0) yield {what: 'runAsUser: 0', where};
  }
  if (context('procMount') === 'Unmasked') yield {what: 'procMount Unmasked', where};
  if (isWindows(document)) return;
  const escalation = context('allowPrivilegeEscalation');
  if (escalation !== false && escalation !== open)
    yield {what: 'missing allowPrivilegeEscalation: false', where, mend: 'allowPrivilegeEscalation: false'};
  yield* ofCapabilities(part, context('capabilities', 'drop') === open || context('capabilities') === open, where);
  const profile = context('seccompProfile', 'type') ?? pod('seccompProfile', 'type');
  if (profile === undefined)
    yield {what: 'missing seccompProfile', where, mend: 'seccompProfile: {type: RuntimeDefault}', byPod: true};
}

function* ofCapabilities({container}: Part, unknown: boolean, where: string): Generator<Violation> {
  const drop = seeList(container, 'securityContext', 'capabilities', 'drop');
  if (!unknown && !drop.some((name) => name === 'ALL' || see(name) === open))
    yield {what: 'missing capabilities.drop: [ALL]', where, mend: 'capabilities: {drop: [ALL]}'};
  const added = seeList(container, 'securityContext', 'capabilities', 'add').filter(
    (name) => typeof see(name) === 'string' && name !== 'NET_BIND_SERVICE',
  );
  if (added.length > 0) yield {what: `the capabilities ${listed(added.map(String))}`, where};
}

const allowedVolumes: ReadonlySet<string> = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);
