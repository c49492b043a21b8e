import type {Fault} from '../../core/errors.ts';
import {nearest} from '../../core/nearest.ts';

/** A kind of object that can be named on the command line. */
export interface NamedKind {
  readonly kind: string;
  readonly apiVersion: string;
  readonly plural: string;
  /** What kubectl takes for it besides. */
  readonly short: readonly string[];
  readonly isNamespaced: boolean;
}

/** An object that is named, or all of a kind. */
export interface ObjectName {
  readonly kind: NamedKind;
  readonly name?: string;
}

const apps = {apiVersion: 'apps/v1', isNamespaced: true} as const;
const batch = {apiVersion: 'batch/v1', isNamespaced: true} as const;
const core = {apiVersion: 'v1', isNamespaced: true} as const;

/** Short names as `kubectl api-resources` prints them. */
const kinds: readonly NamedKind[] = [
  {kind: 'Pod', plural: 'pods', short: ['po'], ...core},
  {kind: 'Deployment', plural: 'deployments', short: ['deploy'], ...apps},
  {kind: 'StatefulSet', plural: 'statefulsets', short: ['sts'], ...apps},
  {kind: 'DaemonSet', plural: 'daemonsets', short: ['ds'], ...apps},
  {kind: 'ReplicaSet', plural: 'replicasets', short: ['rs'], ...apps},
  {kind: 'ReplicationController', plural: 'replicationcontrollers', short: ['rc'], ...core},
  {kind: 'Job', plural: 'jobs', short: [], ...batch},
  {kind: 'CronJob', plural: 'cronjobs', short: ['cj'], ...batch},
  {kind: 'Service', plural: 'services', short: ['svc'], ...core},
  {kind: 'Namespace', plural: 'namespaces', short: ['ns'], ...core, isNamespaced: false},
];

/** The objects that words name as kubectl has them: `deploy/web sts/db`, or a type and names, `deployment web api`, or a type alone. */
export function readNames(words: readonly string[]): readonly ObjectName[] | Fault {
  const [first = '', ...names] = words;
  if (!words.some((word) => word.includes('/'))) {
    const kind = kindOf(first);
    if ('code' in kind) return kind;
    return names.length === 0 ? [{kind}] : names.map((name) => ({kind, name}));
  }
  const found: ObjectName[] = [];
  for (const word of words) {
    const [type = '', name = '', ...rest] = word.split('/');
    if (name === '' || rest.length > 0)
      return {
        code: 'badName',
        message: `${JSON.stringify(word)} does not name an object`,
        fix: 'write each as TYPE/NAME, or the type once and names after it: deployment web api',
      };
    const kind = kindOf(type);
    if ('code' in kind) return kind;
    found.push({kind, name});
  }
  return found;
}

/** The path of an object, or of the collection, on the API server. */
export function pathOf({kind, name}: ObjectName, namespace: string): string {
  const root = kind.apiVersion === 'v1' ? '/api/v1' : `/apis/${kind.apiVersion}`;
  const scope = kind.isNamespaced ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${scope}/${kind.plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}

/** By its plural, singular or short name in any case, with or without version and group: `deployments.v1.apps`. */
function kindOf(type: string): NamedKind | Fault {
  const [name = '', ...group] = type.toLowerCase().split('.');
  const found = kinds.find(({kind, plural, short}) => [plural, kind.toLowerCase(), ...short].includes(name));
  const wanted = found?.apiVersion.split('/').toReversed().join('.');
  const isGroup = group.length === 0 || wanted === group.join('.') || wanted?.endsWith(`.${group.join('.')}`) === true;
  if (found !== undefined && isGroup) return found;
  const near = nearest(
    name,
    kinds.flatMap(({kind, plural}) => [kind.toLowerCase(), plural]),
  );
  return {
    code: 'unknownType',
    message: `${JSON.stringify(type)} is no type of object that can be explained by its name`,
    fix:
      near === undefined
        ? `write one of ${kinds.map(({plural}) => plural).join(', ')}; for another: kubectl get TYPE NAME -o yaml | pod-injector explain -f -`
        : `did you mean ${near}?`,
  };
}
