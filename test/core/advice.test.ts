import {describe, expect, test} from 'vitest';
import {adviceCodes} from '../../src/core/advice/codes.ts';
import {readAdvised} from '../../src/core/advice/read-advised.ts';
import type {Fault} from '../../src/core/errors.ts';
import {readTemplate} from '../../src/core/template/read.ts';

const origin = {name: 'agent', format: 'template', source: 'agent.yaml'} as const;

/** A container that nothing is advised for; `more` are lines of it, from line 14. */
function container(more = '', key = 'containers', head = 'pattern: sidecar\nnative: never'): string {
  return `${head}
${key}:
- name: agent
  image: agent:1
  resources:
    limits: {cpu: 100m, memory: 64Mi}
  securityContext:
    runAsNonRoot: true
    allowPrivilegeEscalation: false
    capabilities: {drop: [ALL]}
    seccompProfile: {type: RuntimeDefault}
${more}`;
}

/** Each warning as `code line:column`. */
function advice(text: string, format: 'template' | 'legacy' = 'template'): string[] {
  const {entry, warnings} = readAdvised(text, {...origin, format});
  expect(entry).toMatchObject({kind: 'good'});
  return warnings.map(({code, position}) => `${code} ${position?.line}:${position?.column}`);
}

function messages(text: string): string {
  return JSON.stringify(readAdvised(text, origin).warnings);
}

describe('advice', () => {
  test('there is none for a template that has all it needs', () => {
    expect(advice(container())).toEqual([]);
    expect(advice(container('', 'initContainers', 'pattern: init'))).toEqual([]);
  });

  test.each<readonly [string, string, readonly string[]]>([
    ['an image without a tag', container().replace('agent:1', 'agent'), ['imageTag 5:3']],
    ['the tag latest', container().replace('agent:1', 'registry:5000/agent:latest'), ['imageTag 5:3']],
    ['a port of the registry is no tag', container().replace('agent:1', 'registry:5000/agent'), ['imageTag 5:3']],
    ['a digest is enough', container().replace('agent:1', `agent@sha256:${'0'.repeat(64)}`), []],
    ['no requests', container().replace('limits: {cpu: 100m, memory: 64Mi}', 'limits: {cpu: 100m}'), ['noRequests 6:3']],
    ['no resources', container().replace(/ {2}resources:\n.*\n/, ''), ['noRequests 4:3']],
    ['requests without limits', container().replace('limits:', 'requests:'), ['noLimits 6:3']],
    [
      'an init container requests nothing',
      container('', 'initContainers', 'pattern: init').replace(/ {2}resources:\n.*\n/, ''),
      [],
    ],
    ['host port', container('  ports: [{containerPort: 80, hostPort: 80}]\n'), ['podSecurity 1:1', 'hostPort 13:31']],
    ['no host port', container('  ports: [{containerPort: 80, hostPort: 0}]\n'), []],
    [
      'privileged',
      container().replace('allowPrivilegeEscalation: false', 'privileged: true'),
      ['podSecurity 1:1', 'privileged 10:5'],
    ],
    [
      'a capability',
      container().replace('{drop: [ALL]}', '{drop: [ALL], add: [NET_ADMIN]}'),
      ['podSecurity 1:1', 'addedCapability 11:33'],
    ],
    ['a harmless capability', container().replace('{drop: [ALL]}', '{drop: [ALL], add: [NET_BIND_SERVICE]}'), []],
    [
      'host namespaces',
      container('spec:\n  hostNetwork: true\n  hostPID: true\n  hostIPC: false\n'),
      ['podSecurity 1:1', 'hostNamespace 14:3', 'hostNamespace 15:3'],
    ],
    [
      'a folder of the node',
      container('volumes:\n- {name: x, hostPath: {path: /var/log}}\n'),
      ['podSecurity 1:1', 'hostPath 14:13'],
    ],
    [
      'a native sidecar without startup probe',
      container('', undefined, 'pattern: sidecar\nnative: auto'),
      ['noStartupProbe 4:3'],
    ],
    ['with one', container('  startupProbe: {tcpSocket: {port: 1}}\n', undefined, 'pattern: sidecar\nnative: always'), []],
    [
      'a postStart hook waits too',
      container('  lifecycle: {postStart: {exec: {command: [wait]}}}\n', undefined, 'pattern: sidecar\nnative: auto'),
      [],
    ],
    [
      'a native sidecar among the init containers',
      container('  restartPolicy: Always\n', 'initContainers', 'pattern: init\n# x'),
      ['noStartupProbe 4:3'],
    ],
    ['a sidecar that does not say whether it is native', container().replace('native: never\n', ''), ['classicSidecar 2:1']],
    [
      'mounts in the app',
      container('volumes:\n- {name: x, emptyDir: {}}\napp:\n  volumeMounts:\n  - {name: x, mountPath: /etc/}\n'),
      ['systemPath 17:15'],
    ],
  ])('%s', (_, text, expected) => {
    expect(advice(text)).toEqual(expected);
  });

  test.each([
    '/',
    '/etc',
    '/usr//bin/',
    '/proc',
    '/proc/sys',
    '/sys/fs/cgroup',
    '/dev',
    '/var/run/secrets/kubernetes.io/serviceaccount',
  ])('a mount over %s', (path) => {
    const text = container(`  volumeMounts: [{name: x, mountPath: ${path}}]\nvolumes: [{name: x, emptyDir: {}}]\n`);
    expect(advice(text)).toEqual(['systemPath 13:28']);
  });

  test.each(['/etc/agent', '/usr/share/nginx/html', '/var/log', '/dev/shm', '/tmp', '/run', '/processes', '/var/run/agent'])(
    'a mount at %s is fine',
    (path) => {
      expect(advice(container(`  volumeMounts: [{name: x, mountPath: ${path}}]\nvolumes: [{name: x, emptyDir: {}}]\n`))).toEqual(
        [],
      );
    },
  );

  test.each([
    ['DB_PASSWORD', 'hunter2'],
    ['apiToken', 'abc'],
    ['SECRET_KEY', 'abc'],
    ['API_KEY', 'abc'],
    ['db.pwd', 'abc'],
    ['HARMLESS', `AKIA${'A1'.repeat(8)}`],
    ['HARMLESS', `ghp_${'a'.repeat(36)}`],
    ['HARMLESS', 'postgres://app:hunter2@db:5432/app'],
    ['HARMLESS', '-----BEGIN RSA PRIVATE KEY-----'],
  ])('%s: %s is a secret in plain text, and is not repeated', (name, value) => {
    const text = container(`  env: [{name: ${name}, value: "${value}"}]\n`);
    expect(advice(text)).toEqual([expect.stringMatching(/^plainSecret 13:/)]);
    expect(messages(text)).not.toContain(value);
  });

  test.each([
    ['DB_PASSWORD_FILE', '/run/secrets/db'],
    ['DB_PASSWORD', '/run/secrets/db'],
    ['DB_PASSWORD', '$(OTHER)'],
    ['DB_PASSWORD', ''],
    ['REQUIRE_TOKEN', 'true'],
    ['TOKEN_URL', 'https://login.example/token'],
    ['PUBLIC_KEY', 'abc'],
    ['PARTITION_KEY', 'id'],
    ['PWD', '/work'],
    ['MONKEY', 'abc'],
    ['URL', 'postgres://app@db:5432/app'],
    ['URL', 'postgres://app:$(PASSWORD)@db:5432/app'],
  ])('%s: %s is no secret', (name, value) => {
    expect(advice(container(`  env: [{name: ${name}, value: "${value}"}]\n`))).toEqual([]);
  });

  test('a secret of the application is one too', () => {
    expect(advice(container('app:\n  env:\n  - name: API_TOKEN\n    value: abc\n'))).toEqual(['plainSecret 16:5']);
  });

  test('a reference to a Secret is none', () => {
    const text = container('  env:\n  - name: API_TOKEN\n    valueFrom: {secretKeyRef: {name: api, key: token}}\n');
    expect(advice(text)).toEqual([]);
  });

  test('what an expression decides is not judged', () => {
    const text = `pattern: sidecar
native: never
parameters:
  image: {type: string, default: agent}
  password: {type: string, default: x}
  path: {type: string, default: /etc}
  cpu: {type: string, default: 1m}
  context: {type: object, default: {}}
containers:
- name: agent
  image: \${params.image}
  env: [{name: PASSWORD, value: "\${params.password}"}]
  volumeMounts: [{name: x, mountPath: "\${params.path}"}]
  resources: {limits: {cpu: "\${params.cpu}", memory: 1Mi}}
  securityContext: \${params.context}
volumes: [{name: x, emptyDir: {}}]
`;
    expect(advice(text)).toEqual([]);
  });

  test('an Initializer’s config is judged as well, but for what it can’t say', () => {
    const text = container()
      .replace(/^.*\n.*\n/, '')
      .replace('agent:1', 'agent');
    expect(advice(text, 'legacy')).toEqual(['imageTag 3:3']);
  });

  test('a broken template has its faults alone', () => {
    const text = container().replace('agent:1', 'agent').replace('native', 'navite');
    expect(readAdvised(text, origin)).toEqual(readTemplate(text, origin));
    expect(readAdvised('a: [', origin).entry.kind).toBe('broken');
  });

  test('positions are moved to where the text stands', () => {
    const text = container().replace('agent:1', 'agent');
    const {warnings} = readAdvised(text, {...origin, place: ({line, column}) => ({line: line + 10, column: column + 4})});
    expect(warnings.map(({position}) => position)).toEqual([{line: 15, column: 7}]);
  });
});

describe('a comment silences a warning', () => {
  const untagged = container().replace('agent:1', 'agent');
  const silenced = (change: (text: string) => string): readonly Fault[] => readAdvised(change(untagged), origin).warnings;

  test.each<readonly [string, (text: string) => string]>([
    ['at the end of its line', (text) => text.replace('image: agent', 'image: agent # pod-injector:ignore imageTag')],
    ['above its line', (text) => text.replace('  image', '  # pod-injector:ignore imageTag\n  image')],
    [
      'among other comments above',
      (text) => text.replace('  image', '  # pod-injector:ignore imageTag, because\n  # of that\n  image'),
    ],
    ['among other codes', (text) => text.replace('  image', '  # pod-injector:ignore noLimits, imageTag\n  image')],
    ['above its container', (text) => text.replace('- name', '# pod-injector:ignore imageTag\n- name')],
    ['above the list', (text) => text.replace('containers:', '# pod-injector:ignore imageTag\ncontainers:')],
    ['above the template', (text) => `# pod-injector:ignore imageTag\n\n# A sidecar.\n${text}`],
    ['above the marker of the document', (text) => `# pod-injector:ignore imageTag\n---\n${text}`],
    ['with a reason', (text) => text.replace('  image', '  # pod-injector:ignore imageTag -- it is pinned elsewhere\n  image')],
  ])('%s', (_, change) => {
    expect(silenced(change)).toEqual([]);
  });

  test.each<readonly [string, (text: string) => string]>([
    ['of another code', (text) => text.replace('  image', '  # pod-injector:ignore noLimits\n  image')],
    ['above another line', (text) => text.replace('  resources', '  # pod-injector:ignore imageTag\n  resources')],
    [
      'above the first key, but at the end of its line',
      (text) => text.replace('sidecar', 'sidecar # pod-injector:ignore imageTag'),
    ],
    ['without the mark', (text) => text.replace('image: agent', 'image: agent # ignore imageTag')],
  ])('but not one %s', (_, change) => {
    expect(silenced(change).map(({code}) => code)).toEqual(['imageTag']);
  });

  test('about the whole template, on its first line', () => {
    const text =
      'pattern: sidecar\ncontainers: [{name: a, image: "a:1", resources: {limits: {cpu: 1, memory: 1}}}]\nnative: never\n';
    expect(advice(text)).toEqual(['podSecurity 1:1']);
    expect(advice(text.replace('sidecar', 'sidecar # pod-injector:ignore podSecurity'))).toEqual([]);
  });

  test('warnings of the reader too', () => {
    const text = container('  futureField: 1\n');
    expect(advice(text)).toEqual(['unknownField 13:3']);
    expect(advice(text.replace('futureField: 1', 'futureField: 1 # pod-injector:ignore unknownField'))).toEqual([]);
  });

  test('a misspelt code is told, with the right one', () => {
    const [left, unknown] = silenced((text) => text.replace('image: agent', 'image: agent # pod-injector:ignore imagetag'));
    expect(left?.code).toBe('imageTag');
    expect(unknown).toMatchObject({code: 'unknownIgnore', fix: 'did you mean `imageTag`', position: {line: 5, column: 38}});
  });

  test('every code can be silenced above the template', () => {
    const text = container(
      '  env: [{name: TOKEN, value: x}]\n  volumeMounts: [{name: x, mountPath: /etc}]\nvolumes: [{name: x, hostPath: {path: /}}]\nspec: {hostPID: true}\n',
      undefined,
      'pattern: sidecar',
    )
      .replace('agent:1', 'agent')
      .replace('limits: {cpu: 100m', 'requests: {cpu: 100m');
    expect(advice(text).length).toBeGreaterThan(6);
    expect(advice(`# pod-injector:ignore ${Object.keys(adviceCodes).join(', ')}\n${text}`)).toEqual([]);
  });
});
