import {execFileSync, spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {cli} from '../helpers/cli.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'pod-injector-'));
/** In CI nothing is skipped: a shell that is missing fails. */
const runsHere = (shell: string): boolean =>
  process.env['CI'] !== undefined || spawnSync(shell, ['-c', 'true']).error === undefined;

beforeAll(async () => {
  for (const shell of ['bash', 'zsh', 'fish']) writeFileSync(path.join(folder, shell), (await cli(['completion', shell])).out);
  writeFileSync(path.join(folder, 'pod one.yaml'), '');
});
afterAll(() => rmSync(folder, {recursive: true, force: true}));

describe('in bash', () => {
  /** What bash offers at the end of these words, after it has read the script as users do. */
  function complete(...words: readonly string[]): string[] {
    const script = `
      set -u
      source ./bash
      [ "$(complete -p pod-injector)" = "complete -o filenames -F _pod_injector pod-injector" ] || exit 9
      COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _pod_injector
      if [ \${#COMPREPLY[@]} -gt 0 ]; then printf '%s\\n' "\${COMPREPLY[@]}"; fi; exit 0`;
    const out = execFileSync('bash', ['--norc', '-c', script, 'bash', 'pod-injector', ...words], {cwd: folder, encoding: 'utf8'});
    return out.split('\n').filter(Boolean);
  }

  test('the first word is a command', () => {
    expect(complete('')).toEqual(
      expect.arrayContaining(['preview', 'explain', 'uninject', 'migrate', 'validate', 'serve', 'completion', '--help']),
    );
    expect(complete('pre')).toEqual(['preview']);
  });

  test('a command has the flags that its help names', async () => {
    for (const command of ['preview', 'explain', 'uninject', 'migrate', 'validate', 'serve', 'completion']) {
      const {out} = await cli([command, '--help']);
      const flags = [...out.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, flag]) => flag);
      expect(new Set(complete(command, '--'))).toEqual(new Set(flags));
    }
  });

  test('a flag with choices offers them, those of its own command', () => {
    expect(complete('preview', '-o', '')).toEqual(['yaml', 'json', 'patch']);
    expect(complete('validate', '--output', '')).toEqual(['text', 'json']);
    expect(complete('validate', '--ignore', 'image')).toEqual(['imageTag']);
    expect(complete('validate', '--ignore', 'unknownF')).toEqual(['unknownField']);
    expect(complete('completion', '')).toEqual(['bash', 'zsh', 'fish', '--help']);
  });

  test('a flag for a path offers files, with blanks in their names too', () => {
    expect(complete('preview', '-f', 'po')).toEqual(['pod one.yaml']);
    expect(complete('validate', 'po')).toEqual(['pod one.yaml']);
  });

  test('a value that nobody can guess offers nothing', () => {
    expect(complete('preview', '-n', '')).toEqual([]);
  });
});

test.runIf(runsHere('zsh'))('zsh loads the script', () => {
  const script = 'source ./zsh && [[ -n "${_comps[pod-injector]}" ]]';
  expect(spawnSync('zsh', ['-f', '-c', script], {cwd: folder, encoding: 'utf8'})).toMatchObject({status: 0, stderr: ''});
});

test('the script for zsh is that of bash, behind what makes zsh read it', async () => {
  const [zsh, bash] = await Promise.all([cli(['completion', 'zsh']), cli(['completion', 'bash'])]);
  expect(zsh.out).toBe(`autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${bash.out}`);
});

const fish = 'fish';

test.runIf(runsHere(fish))('fish offers the commands', () => {
  const out = execFileSync(fish, ['-c', 'source ./fish; complete -C "pod-injector pre"'], {cwd: folder, encoding: 'utf8'});
  expect(out).toMatch(/^preview\t/m);
});

test('the script for fish has a well-quoted line for each command and flag', async () => {
  const {out} = await cli(['completion', 'fish']);
  const lines = out.trimEnd().split('\n');
  for (const line of lines)
    expect(line).toMatch(
      /^complete -c pod-injector -n (?:__fish_use_subcommand|'[^']+')(?: -[fxr]| -[asl] [\w-]+| -a '[^']+')*(?: -d '(?:[^'\\]|\\')*')?$/,
    );
  expect(lines).toContainEqual(
    expect.stringContaining("-n '__fish_seen_subcommand_from validate' -s o -l output -x -a 'text json'"),
  );
});
