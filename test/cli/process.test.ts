import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {bundleCli} from '../../scripts/cluster/bundle.ts';
import {version} from '../../src/version.ts';
import {templateText} from './explain-files.ts';
import {deploymentText, podText, templates} from './manifest-files.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'pod-injector-'));
let program = '';
/** Enough for an output of several times what a pipe holds (64 KiB). */
const count = 400;

beforeAll(async () => {
  program = (await bundleCli(folder)).script;
  mkdirSync(path.join(folder, 't'));
  const many = Array.from({length: count}, (_, index) => podText('agent', `web-${index}`)).join('---\n');
  const files = {
    ...templates,
    'good.yaml': podText('agent'),
    'bad.yaml': podText('nope'),
    'deployment.yaml': deploymentText('agent'),
    'many.yaml': many,
    'expression.yaml': templateText('level', '    when: pod.spec.nope(\n'),
    'pattern.yaml': templateText('level', "    parameters: {level: {type: string, pattern: '('}}\n"),
    'level.yaml': templateText('level', "    parameters: {level: {type: string, pattern: 'a+', default: a}}\n"),
    'level-b.yaml': podText('level\n    pod-injector.dev/level.level: b'),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
}, 60_000);
afterAll(() => rmSync(folder, {recursive: true, force: true}));

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a line of bash in which `pod-injector` is the program; fails where any part of a pipe does. */
function bash(line: string): Ended {
  const script = `set -o pipefail\npod-injector() { "${process.execPath}" "${program}" "$@"; }\n${line}`;
  const env = {PATH: process.env['PATH']};
  const {status, stdout, stderr} = spawnSync('bash', ['--norc', '-c', script], {
    cwd: folder,
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  return {status, stdout, stderr};
}

describe('the program', () => {
  test('ends with 0 when it is done, documents on stdout and words on stderr', () => {
    const {status, stdout, stderr} = bash('pod-injector preview -f good.yaml -t t');
    expect(stdout).toContain('image: agent:1');
    expect(stderr).toBe('1 object: 1 injected\n');
    expect(status).toBe(0);
  });

  test('ends with 1 for a refusal, and a pipe into another command carries nothing', () => {
    const {status, stdout, stderr} = bash('pod-injector preview -f good.yaml -f bad.yaml -t t | cat');
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^bad\.yaml:1:1: Pod default\/web: refused: templateMissing: /);
    expect(status).toBe(1);
  });

  test.each([
    ['pod-injector preview -f nope.yaml -t t', 'nope.yaml: pathMissing: there is no such file or folder; check the path\n'],
    ['pod-injector nope', "error: unknown command 'nope'\n(see pod-injector --help)\n"],
    ['pod-injector serve', /^templatesMissing: .*--templates PATH, or POD_INJECTOR_TEMPLATES\n$/],
    ['pod-injector serve -t t --port many', /^badFlagValue: .*--port.*many/],
  ])('ends with 2 when it could not run: %s', (line, message) => {
    const {status, stdout, stderr} = bash(line);
    expect(stdout).toBe('');
    if (typeof message === 'string') expect(stderr).toBe(message);
    else expect(stderr).toMatch(message);
    expect(status).toBe(2);
  });

  // The packages below these are bundled in a way of their own: they start when they are first used.
  test.each([
    ['pod-injector validate expression.yaml', 'expression.yaml:11:25: badExpression: the expression ends too early\n'],
    [
      'pod-injector validate pattern.yaml',
      'pattern.yaml:11:49: badPattern: `parameters.level.pattern` is no regular expression: ',
    ],
    ['pod-injector preview -f level-b.yaml -t level.yaml', 'level-b.yaml:1:1: Pod default/web: refused: badParameter: '],
  ])('says what is wrong with an expression or a pattern: %s', (line, message) => {
    const {status, stderr} = bash(line);
    expect(stderr).toContain(message);
    expect(status).toBe(1);
  });

  test('says its version', () => {
    expect(bash('pod-injector --version')).toEqual({status: 0, stdout: `${version}\n`, stderr: ''});
  });
});

describe('in a pipe', () => {
  test('reads standard input and is undone by uninject', () => {
    const {status, stdout, stderr} = bash('cat deployment.yaml | pod-injector preview -f - -t t | pod-injector uninject -f - -q');
    expect(stdout).toBe(deploymentText('agent'));
    expect(stderr).toBe('1 object: 1 injected\n');
    expect(status).toBe(0);
  });

  test('writes all of a long output', () => {
    const {status, stdout, stderr} = bash('pod-injector preview -f many.yaml -t t | cat');
    expect(stdout.match(/^ {2}name: web-/gm)).toHaveLength(count);
    expect(stdout.match(/image: agent:1$/gm)).toHaveLength(count);
    expect(stderr).toBe(`${count} objects: ${count} injected\n`);
    expect(status).toBe(0);
  });

  test('a reader that goes away is no error, and there is no stack trace', () => {
    const {status, stdout, stderr} = bash('pod-injector preview -f many.yaml -t t | head -1');
    expect(stdout).toBe('apiVersion: v1\n');
    expect(stderr).toBe(`${count} objects: ${count} injected\n`);
    expect(status).toBe(0);
  });

  test('a reader of its words that goes away is no error either', () => {
    const {status} = bash('exec 3> >(true); wait $!; pod-injector preview -f bad.yaml -t t 2>&3');
    expect(status).toBe(1);
  });

  test('the completion script can be sourced', () => {
    expect(bash('source <(pod-injector completion bash) && complete -p pod-injector')).toMatchObject({
      status: 0,
      stdout: 'complete -o filenames -F _pod_injector pod-injector\n',
    });
  });
});
