import type {JsonObject} from '../../json.ts';
import {spoken, type Path} from '../../template/finding.ts';
import {see, type Seen} from '../seen.ts';
import type {Part} from '../parts.ts';

/** What one control of the Pod Security Standards (https://kubernetes.io/docs/concepts/security/pod-security-standards/) forbids. */
export interface Violation {
  /** As a reason: `hostPort`, or `missing runAsNonRoot: true`. */
  readonly what: string;
  /** Where: `containers[0]`; absent for the whole pod. */
  readonly where?: string;
  /** What a container's securityContext must say, where that is all: `runAsNonRoot: true`. */
  readonly mend?: string;
  /** Whether the pod's own securityContext may say it for its containers. */
  readonly byPod?: true;
}

/** An object with a securityContext of its own: a container, or the pod. */
export interface Secured {
  readonly context: (...keys: readonly string[]) => Seen;
  readonly where: string;
}

/** The pod's securityContext, which a template states under `spec`. */
export function podOf(document: JsonObject): Secured {
  return {context: (...keys) => see(document, 'spec', 'securityContext', ...keys), where: nameOf(['spec'])};
}

export function securedOf({container, path}: Part): Secured {
  return {context: (...keys) => see(container, 'securityContext', ...keys), where: nameOf(path)};
}

/** Whether the pod has user namespaces of its own, which relaxes some controls since 1.35. Source: KEP-127. */
export function hasUserNamespace(document: JsonObject): boolean {
  return see(document, 'spec', 'hostUsers') === false;
}

/** Whether the pod says that it is one for Windows, which exempts it from the controls of Linux since 1.25. */
export function isWindows(document: JsonObject): boolean {
  return see(document, 'spec', 'os', 'name') === 'windows';
}

function nameOf(path: Path): string {
  return spoken(path).replaceAll('`', '');
}
