import {isObject, type JsonObject} from '../../json.ts';
import {listed, partsOf, type Part} from '../parts.ts';
import {open, see, seeList, seeObjects} from '../seen.ts';
import {defaultCapabilities} from './capabilities.ts';
import {hasUserNamespace, podOf, securedOf, type Secured, type Violation} from './violation.ts';

/**
 * What in the injected part a namespace at the level `baseline` refuses, by the rules of Kubernetes 1.36.
 * Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline and k8s.io/pod-security-admission/policy.
 */
export function* baselineViolations(document: JsonObject): Generator<Violation> {
  for (const key of ['hostNetwork', 'hostPID', 'hostIPC']) if (see(document, 'spec', key) === true) yield {what: key};
  for (const [index, volume] of seeObjects(document, 'volumes')) {
    if (isObject(see(volume, 'hostPath'))) yield {what: 'a hostPath volume', where: `volumes[${index}]`};
  }
  for (const [, sysctl] of seeObjects(document, 'spec', 'securityContext', 'sysctls')) {
    const name = see(sysctl, 'name');
    if (typeof name === 'string' && !safeSysctls.has(name)) yield {what: `the sysctl ${name}`};
  }
  const annotations = see(document, 'metadata', 'annotations');
  for (const [key, profile] of Object.entries(isObject(annotations) ? annotations : {})) {
    if (!key.startsWith(appArmorPrefix) || typeof see(profile) !== 'string') continue;
    if (profile !== '' && profile !== 'runtime/default' && !String(profile).startsWith('localhost/'))
      yield {what: `the annotation ${key}`};
  }
  yield* ofSecured(podOf(document));
  for (const part of partsOf(document)) {
    yield* ofSecured(securedOf(part));
    yield* ofContainer(part, hasUserNamespace(document));
  }
}

function* ofSecured({context, where}: Secured): Generator<Violation> {
  if (context('windowsOptions', 'hostProcess') === true) yield {what: 'hostProcess', where};
  if (context('seccompProfile', 'type') === 'Unconfined') yield {what: 'seccompProfile Unconfined', where};
  if (context('appArmorProfile', 'type') === 'Unconfined') yield {what: 'appArmorProfile Unconfined', where};
  const type = context('seLinuxOptions', 'type');
  const sets = (key: string): boolean => {
    const value = context('seLinuxOptions', key);
    return value !== open && value !== undefined && value !== '';
  };
  if (sets('user') || sets('role') || (sets('type') && !seLinuxTypes.has(type as string))) yield {what: 'seLinuxOptions', where};
}

function* ofContainer(part: Part, userNamespace: boolean): Generator<Violation> {
  const {container} = part;
  const {context, where} = securedOf(part);
  if (context('privileged') === true) yield {what: 'privileged: true', where};
  const added = seeList(container, 'securityContext', 'capabilities', 'add').filter(
    (name) => typeof see(name) === 'string' && !defaultCapabilities.has(name as string),
  );
  if (added.length > 0) yield {what: `the capabilities ${listed(added.map(String))}`, where};
  const procMount = context('procMount');
  if (typeof procMount === 'string' && procMount !== 'Default' && !userNamespace) yield {what: `procMount ${procMount}`, where};
  if (
    seeObjects(container, 'ports').some(([, port]) => typeof see(port, 'hostPort') === 'number' && see(port, 'hostPort') !== 0)
  ) {
    yield {what: 'hostPort', where};
  }
  if (handlers.some((keys) => hasHost(see(container, ...keys)))) yield {what: 'a probe or hook with a host', where};
}

function hasHost(handler: ReturnType<typeof see>): boolean {
  if (!isObject(handler)) return false;
  return ['httpGet', 'tcpSocket'].some((key) => {
    const host = see(handler, key, 'host');
    return typeof host === 'string' && host !== '';
  });
}

const handlers: readonly (readonly string[])[] = [
  ['livenessProbe'],
  ['readinessProbe'],
  ['startupProbe'],
  ['lifecycle', 'postStart'],
  ['lifecycle', 'preStop'],
];

/** How AppArmor profiles were named before 1.30; the level still looks at them. */
const appArmorPrefix = 'container.apparmor.security.beta.kubernetes.io/';

const seLinuxTypes: ReadonlySet<string> = new Set(['container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t']);

const safeSysctls: ReadonlySet<string> = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
]);
