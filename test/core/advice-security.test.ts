import {describe, expect, test} from 'vitest';
import {securityLevelOf} from '../../src/core/advice/security/level.ts';
import {readAdvised} from '../../src/core/advice/read-advised.ts';
import type {JsonObject} from '../../src/core/json.ts';

const context: JsonObject = {
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  capabilities: {drop: ['ALL']},
  seccompProfile: {type: 'RuntimeDefault'},
};

function template(securityContext: JsonObject, more: JsonObject = {}, container: JsonObject = {}): JsonObject {
  return {containers: [{name: 'agent', image: 'agent:1', securityContext, ...container}], ...more};
}

function levelOf(document: JsonObject): string {
  const {level, because} = securityLevelOf(document);
  return [level, ...because.map(({what}) => what)].join(', ');
}

/** The cases are those of k8s.io/pod-security-admission's own fixtures. */
describe('the Pod Security level that an injected part needs', () => {
  test.each<readonly [string, JsonObject]>([
    ['restricted', template(context)],
    ['restricted', {}],
    ['restricted', {app: {env: []}, volumes: [{name: 'x', emptyDir: {}}]}],
    ['restricted', template({...context, runAsUser: 1000})],
    ['restricted', template({...context, seccompProfile: {type: 'Localhost', localhostProfile: 'x'}})],
    ['restricted', template({...context, capabilities: {drop: ['ALL'], add: ['NET_BIND_SERVICE']}})],
    [
      'restricted',
      template(
        {allowPrivilegeEscalation: false, capabilities: {drop: ['ALL']}},
        {spec: {securityContext: {runAsNonRoot: true, seccompProfile: {type: 'RuntimeDefault'}}}},
      ),
    ],
    ['restricted', template({...context, runAsNonRoot: null, runAsUser: 0}, {spec: {hostUsers: false}})],
    ['restricted', template({runAsNonRoot: true}, {spec: {os: {name: 'windows'}}})],
    ['baseline, missing runAsNonRoot: true', template({...context, runAsNonRoot: null})],
    ['baseline, runAsNonRoot: false', template({...context, runAsNonRoot: false})],
    ['baseline, runAsNonRoot: false', template(context, {spec: {securityContext: {runAsNonRoot: false}}})],
    ['baseline, runAsUser: 0', template({...context, runAsUser: 0})],
    ['baseline, missing allowPrivilegeEscalation: false', template({...context, allowPrivilegeEscalation: true})],
    ['baseline, missing capabilities.drop: [ALL]', template({...context, capabilities: {drop: ['NET_RAW']}})],
    ['baseline, the capabilities CHOWN', template({...context, capabilities: {drop: ['ALL'], add: ['CHOWN']}})],
    ['baseline, missing seccompProfile', template({...context, seccompProfile: null})],
    ['baseline, a nfs volume', template(context, {volumes: [{name: 'x', nfs: {server: 'a', path: '/'}}]})],
    ['baseline, procMount Unmasked', template({...context, procMount: 'Unmasked'}, {spec: {hostUsers: false}})],
    ['privileged, procMount Unmasked', template({...context, procMount: 'Unmasked'})],
    ['privileged, privileged: true', template({...context, privileged: true})],
    ['privileged, the capabilities NET_RAW', template({...context, capabilities: {drop: ['ALL'], add: ['NET_RAW']}})],
    ['privileged, hostNetwork, hostPID, hostIPC', template(context, {spec: {hostNetwork: true, hostPID: true, hostIPC: true}})],
    ['privileged, a hostPath volume', template(context, {volumes: [{name: 'x', hostPath: {path: '/'}}]})],
    ['privileged, hostPort', template(context, {}, {ports: [{containerPort: 1, hostPort: 1}]})],
    ['privileged, seccompProfile Unconfined', template({...context, seccompProfile: {type: 'Unconfined'}})],
    ['privileged, appArmorProfile Unconfined', template({...context, appArmorProfile: {type: 'Unconfined'}})],
    [
      'privileged, the annotation container.apparmor.security.beta.kubernetes.io/agent',
      template(context, {metadata: {annotations: {'container.apparmor.security.beta.kubernetes.io/agent': 'unconfined'}}}),
    ],
    ['privileged, seLinuxOptions', template({...context, seLinuxOptions: {type: 'spc_t'}})],
    ['privileged, seLinuxOptions', template(context, {spec: {securityContext: {seLinuxOptions: {user: 'root'}}}})],
    ['restricted', template({...context, seLinuxOptions: {type: 'container_t', level: 's0'}})],
    ['privileged, hostProcess', template({...context, windowsOptions: {hostProcess: true}})],
    [
      'privileged, the sysctl kernel.msgmax',
      template(context, {spec: {securityContext: {sysctls: [{name: 'kernel.msgmax', value: '1'}]}}}),
    ],
    ['restricted', template(context, {spec: {securityContext: {sysctls: [{name: 'net.ipv4.tcp_rmem', value: '1'}]}}})],
    [
      'privileged, a probe or hook with a host',
      template(context, {}, {livenessProbe: {httpGet: {port: 1, host: '169.254.169.254'}}}),
    ],
    ['privileged, a probe or hook with a host', template(context, {}, {lifecycle: {preStop: {httpGet: {port: 1, host: 'x'}}}})],
    ['restricted', template(context, {}, {readinessProbe: {httpGet: {port: 1, host: ''}}})],
  ])('%s', (expected, document) => {
    expect(levelOf(document)).toBe(expected);
  });

  test('init containers count as well', () => {
    const {containers} = template({});
    expect(securityLevelOf({initContainers: containers}).level).toBe('baseline');
  });

  test('what the advice says to write makes it restricted', () => {
    const text = 'pattern: init\ninitContainers:\n- name: a\n  image: a:1\n';
    const [{fix, message} = {fix: '', message: ''}] = readAdvised(text, {name: 'a', format: 'template', source: 'a'}).warnings;
    expect(message).toContain('refused where Pod Security is `restricted` and need at least `baseline`');
    const [, mend = ''] = /write `(.*)` in each/.exec(fix ?? '') ?? [];
    expect(readAdvised(`${text}  ${mend}\n`, {name: 'a', format: 'template', source: 'a'}).warnings).toEqual([]);
  });

  test('of many places the first are named, and the others counted', () => {
    const containers = Array.from({length: 5}, (_, index) => `- {name: a${index}, image: "a:1"}\n`).join('');
    const [{message} = {message: ''}] = readAdvised(`pattern: init\ninitContainers:\n${containers}`, {
      name: 'a',
      format: 'template',
      source: 'a',
    }).warnings;
    expect(message).toContain('missing runAsNonRoot: true (initContainers[0], initContainers[1], initContainers[2], 2 more),');
  });

  test('what the pod may say for all its containers is told', () => {
    const message = JSON.stringify(
      readAdvised(
        'pattern: init\ninitContainers: [{name: a, image: "a:1", securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]',
        {name: 'a', format: 'template', source: 'a'},
      ).warnings,
    );
    expect(message).toContain('unless they say it themselves');
  });
});
