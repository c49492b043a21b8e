import {describe, expect, onTestFinished, test, vi} from 'vitest';
import type {ExitCode} from '../../src/cli/io.ts';
import {cli} from '../helpers/cli.ts';

const commands = ['preview', 'explain', 'uninject', 'migrate', 'validate', 'serve', 'completion'];

describe('what cannot run ends with 2, prints nothing and says what to do', () => {
  test.each<[string, readonly string[], RegExp]>([
    [
      'an unknown command',
      ['prevew'],
      /^error: unknown command 'prevew'\n\(Did you mean preview\?\)\n\(see pod-injector --help\)\n$/,
    ],
    [
      'an unknown flag',
      ['preview', '--difff'],
      /^error: unknown option '--difff'\n\(Did you mean --diff\?\)\n\(see pod-injector preview --help\)\n$/,
    ],
    ['a flag without its value', ['preview', '-f'], /argument missing\n\(see pod-injector preview --help\)\n$/],
    [
      'an unknown format',
      ['preview', '-o', 'xml'],
      /Allowed choices are yaml, json, patch\.\n\(see pod-injector preview --help\)\n$/,
    ],
    ['two formats at once', ['preview', '-o', 'json', '--diff'], /cannot be used with option '--diff'\n/],
    [
      'one word too many',
      ['preview', 'pod.yaml', '-f', 'pod.yaml'],
      /^error: too many arguments for 'preview'\..*\n\(see pod-injector preview --help\)\n$/,
    ],
    ['no manifests', ['preview', '-t', 't.yaml'], /^error: no manifests are named; give -f FILE/],
    ['no templates', ['preview', '-f', 'pod.yaml'], /^error: no templates are named; give -t FILE/],
    [
      'a version of Kubernetes that is none',
      ['preview', '-f', 'pod.yaml', '-t', 't.yaml', '--server-version', 'latest'],
      /'--server-version <VERSION>' argument 'latest' is invalid\. Write major and minor version, such as 1\.31\.\n/,
    ],
    ['nothing to explain', ['explain'], /^error: nothing to explain is named; give TYPE\/NAME/],
    [
      'files and a cluster at once',
      ['explain', 'pod/web', '-f', 'pod.yaml'],
      /^error: objects of files and objects of a cluster/,
    ],
    ['a type that is none', ['explain', 'deployent/web'], /^error: unknownType: "deployent" is .*; did you mean deployment\?\n$/],
    ['a name without a type', ['explain', '/web'], /^error: unknownType: "" is no type/],
    ['a type without a name', ['explain', 'pod/'], /^error: badName: "pod\/" does not name an object; write each as TYPE\/NAME/],
    [
      'no templates to explain by',
      ['explain', '-f', '-'],
      /^templatesMissing: no templates are named, and none are among the man/,
    ],
    ['nothing to take out of', ['uninject'], /^error: no manifests are named; give -f FILE/],
    ['nothing to migrate', ['migrate'], /^error: nothing to migrate is named; give -f FILE/],
    ['nothing to validate', ['validate'], /^error: no templates are named; give a file or a folder\n$/],
    [
      'one standard input for two',
      ['preview', '-f', '-', '-t', '-'],
      /^error: -f - and -t - both want standard input; give one of them as a file\n$/,
    ],
    ['no shell', ['completion'], /^error: missing required argument 'SHELL'\n\(see pod-injector completion --help\)\n$/],
    ['an unknown shell', ['completion', 'tcsh'], /Allowed choices are bash, zsh, fish\.\n/],
  ])('%s', async (_, argv, message) => {
    const {code, out, err} = await cli(argv, {files: {'-': ''}});
    expect(err).toMatch(message);
    expect(out).toBe('');
    expect(code).toBe(2);
  });

  test('no command at all: the help, on stderr', async () => {
    const {code, out, err} = await cli([]);
    expect(err).toMatch(/^Usage: pod-injector/);
    expect(out).toBe('');
    expect(code).toBe(2);
  });
});

describe('help', () => {
  test.each([[[]], ...commands.map((command) => [[command]])])('of %j is printed to stdout, with examples', async (words) => {
    const {code, out, err} = await cli([...words, '--help']);
    expect(out).toMatch(/^Usage: pod-injector/);
    expect(out).toMatch(/\nExamples:\n {2}\S/);
    expect(out.split('\n').filter((line) => line.length > 115)).toEqual([]);
    expect(err).toBe('');
    expect(code).toBe(0);
  });

  test('each example in it is a line that the program takes', async () => {
    const helps = await Promise.all([[], ...commands.map((command) => [command])].map((words) => cli([...words, '--help'])));
    const lines = helps.flatMap(({out}) => out.slice(out.indexOf('\nExamples:')).split('\n'));
    const examples = lines.flatMap((line) => /\bpod-injector (?:[a-z]+ )[^|)]*/.exec(line)?.[0] ?? []);
    expect(examples.length).toBeGreaterThan(commands.length);
    // Nobody's cluster is asked.
    vi.stubEnv('KUBECONFIG', '/dev/null');
    onTestFinished(() => void vi.unstubAllEnvs());
    for (const example of examples) {
      const [, ...argv] =
        example
          .split(/ {2,}|>/)[0]
          ?.trim()
          .split(' ') ?? [];
      // Whatever files it may find: its flags and arguments are right.
      const {code, err} = await cli(argv, {
        files: {'templates/x.yaml': '', 'k8s/x.yaml': '', '-': ''},
        serve: () => Promise.resolve<ExitCode>(0),
      });
      expect(`${example}: ${err}`).not.toMatch(/error: |--help/);
      expect([0, 1, 2]).toContain(code);
    }
  });

  test('the version is one line', async () => {
    const {code, out} = await cli(['--version']);
    expect(out).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
    expect(code).toBe(0);
  });
});

describe('serve', () => {
  test('gets its flags as they were typed, repeated ones as a list', async () => {
    let flags: unknown;
    const serve = (given: unknown): Promise<ExitCode> => {
      flags = given;
      return Promise.resolve(0);
    };
    const {code} = await cli(['serve', '-t', 'a', '--templates', 'b', '--health-port', '0', '--log-format', 'json'], {serve});
    expect(flags).toEqual({templates: ['a', 'b'], healthPort: '0', logFormat: 'json'});
    expect(code).toBe(0);
  });

  test.each([0, 1, 2] as const)('ends with its exit code %i', async (code) => {
    expect((await cli(['serve'], {serve: () => Promise.resolve(code)})).code).toBe(code);
  });
});
