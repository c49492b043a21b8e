import {describe, expect, test} from 'vitest';
import {adviceCodes} from '../../src/core/advice/codes.ts';
import {templateWarnings} from '../../src/core/template/codes.ts';
import {cli} from '../helpers/cli.ts';
import {broken, podText} from './manifest-files.ts';

/** Right templates that nothing is advised for. */
const setup = `pattern: init
initContainers:
- name: setup
  image: setup:1
  securityContext:
    runAsNonRoot: true
    allowPrivilegeEscalation: false
    capabilities: {drop: [ALL]}
    seccompProfile: {type: RuntimeDefault}
`;
const agent = `${setup.replace('init', 'sidecar').replace('initContainers', 'containers')}  resources:
    limits: {cpu: 100m, memory: 64Mi}
native: never
`;
const untagged = agent.replace('setup:1', 'setup');

const files = {
  't/agent.yaml': agent,
  't/setup.yaml': setup,
  'w/agent.yaml': untagged,
  'broken.yaml': broken,
  'pod.yaml': podText('agent'),
  'k/broken.yaml': broken,
};

describe('validate', () => {
  test.each([
    [['t']],
    [['t/agent.yaml', 't/setup.yaml']],
    [['-t', 't']],
    [['-f', 't']],
    [['t/agent.yaml', '-t', 't/setup.yaml']],
  ])('%j finds two right templates', async (argv) => {
    expect(await cli(['validate', ...argv], {files})).toEqual({code: 0, out: '', err: '2 templates: 0 errors, 0 warnings\n'});
  });

  test('a fault is file:line:column: code: sentence; what to do', async () => {
    const {code, out, err} = await cli(['validate', 't', 'broken.yaml'], {files});
    expect(err).toBe(
      'broken.yaml:13:1: unknownKey: `contaners` is no key of a template; did you mean `containers`\n3 templates: 1 error, 0 warnings\n',
    );
    expect(out).toBe('');
    expect(code).toBe(1);
  });

  test('-o json prints findings that a program reads', async () => {
    const {code, out} = await cli(['validate', '-o', 'json', 'broken.yaml'], {files});
    expect(JSON.parse(out)).toEqual([
      {
        level: 'error',
        code: 'unknownKey',
        message: '`contaners` is no key of a template',
        fix: 'did you mean `containers`',
        source: 'broken.yaml',
        line: 13,
        column: 1,
        path: '/contaners',
      },
    ]);
    expect(code).toBe(1);
  });

  test('-o json of right templates is an empty list', async () => {
    expect(await cli(['validate', '-o', 'json', '-q', 't'], {files})).toEqual({code: 0, out: '[]\n', err: ''});
  });

  test('a path that is missing ends with 2, and the others are checked all the same', async () => {
    const {code, err} = await cli(['validate', 'nope', 'broken.yaml'], {files});
    expect(err).toContain('nope: pathMissing: there is no such file or folder; check the path\n');
    expect(err).toContain('broken.yaml:13:1: unknownKey: ');
    expect(code).toBe(2);
  });

  test('a manifest that was named is no template, while in a folder it is left out', async () => {
    const named = await cli(['validate', 'pod.yaml'], {files});
    expect(named.code).toBe(1);
    expect(named.err).toMatch(/^pod\.yaml:2:7: notATemplate: /);
    const folder = await cli(['validate', 'x'], {files: {'x/agent.yaml': agent, 'x/pod.yaml': podText('agent')}});
    expect(folder).toEqual({code: 0, out: '', err: '1 template: 0 errors, 0 warnings\n'});
  });

  test('standard input is read', async () => {
    const {code, err} = await cli(['validate', '-f', '-'], {files: {'-': broken}});
    expect(err).toMatch(/^-:\d+:\d+: /);
    expect(code).toBe(1);
  });

  test('--quiet leaves only errors', async () => {
    expect((await cli(['validate', '-q', 't'], {files})).err).toBe('');
    expect((await cli(['validate', '-q', 't', 'broken.yaml'], {files})).err).toMatch(/^broken\.yaml:13:1: [^\n]+\n$/);
  });

  test('advice is a warning at its place, counted, and no reason to fail', async () => {
    const {code, out, err} = await cli(['validate', 'w'], {files});
    expect(err).toMatch(
      /^w\/agent\.yaml:4:3: imageTag: [^\n]+; name a version[^\n]+\n1 template: 0 errors, 1 warning\n[^\n]+--ignore CODE[^\n]+\n$/,
    );
    expect(out).toBe('');
    expect(code).toBe(0);
  });

  test('-o json tells warnings from errors', async () => {
    const {code, out} = await cli(['validate', '-o', 'json', 'w', 'broken.yaml'], {files});
    expect((JSON.parse(out) as {level: string; code: string}[]).map(({level, code: name}) => [level, name])).toEqual([
      ['error', 'unknownKey'],
      ['warning', 'imageTag'],
    ]);
    expect(code).toBe(1);
  });

  test('--ignore CODE silences a warning, and only that one', async () => {
    expect((await cli(['validate', '--ignore', 'imageTag', 'w'], {files})).err).toBe('1 template: 0 errors, 0 warnings\n');
    expect((await cli(['validate', '--ignore', 'noLimits', '--ignore', 'hostPath', 'w'], {files})).err).toContain(': imageTag: ');
  });

  test('--ignore takes several codes, and refuses one that does not exist', async () => {
    expect((await cli(['validate', '--ignore', 'noLimits, imageTag', 'w'], {files})).err).toBe(
      '1 template: 0 errors, 0 warnings\n',
    );
    const {code, err} = await cli(['validate', '--ignore', 'noLimits,imageTags', 'w'], {files});
    expect(err).toContain('There is no warning "imageTags"; did you mean imageTag?');
    expect(code).toBe(2);
  });

  test.each(Object.keys({...adviceCodes, ...templateWarnings}))('--ignore takes each warning: %s', async (code) => {
    expect((await cli(['validate', '--ignore', code, 'w'], {files})).code).toBe(0);
  });

  test('--ignore silences what is odd about a template', async () => {
    const text =
      '# pod-injector:ignore podSecurity, noRequests\npattern: sidecar\nnative: never\ncontainers: [{name: a, image: "a:1", odd: 1}]\n';
    const odd = {files: {'odd.yaml': text}};
    expect((await cli(['validate', 'odd.yaml'], odd)).err).toContain('odd.yaml:4:38: unknownField: ');
    expect((await cli(['validate', '--ignore', 'unknownField', 'odd.yaml'], odd)).err).toBe('1 template: 0 errors, 0 warnings\n');
  });

  test('--ignore never silences an error', async () => {
    expect((await cli(['validate', '--ignore', 'unknownKey', 'broken.yaml'], {files})).code).toBe(1);
  });

  test('a comment in the `|` block of a ConfigMap silences a warning too', async () => {
    const text = (comment: string): string => `apiVersion: v1
kind: ConfigMap
metadata:
  name: agent
  labels: {pod-injector.dev/template: "true"}
data:
  template: |
${untagged.replaceAll(/^/gm, '    ').replace('      image', `${comment}      image`).trimEnd()}
`;
    const spoken = await cli(['validate', '-f', '-'], {files: {'-': text('')}});
    expect(spoken.err).toMatch(/^-:11:7: imageTag: /);
    const silent = await cli(['validate', '-f', '-'], {files: {'-': text('      # pod-injector:ignore imageTag\n')}});
    expect(silent.err).toBe('1 template: 0 errors, 0 warnings\n');
  });

  test('errors are red on a terminal only', async () => {
    expect((await cli(['validate', 'broken.yaml'], {files, terminal: true})).err).toContain('\u001b[31m');
    expect((await cli(['validate', 'broken.yaml'], {files})).err).not.toContain('\u001b');
  });
});
