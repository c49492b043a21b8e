import {readdirSync} from 'node:fs';
import path from 'node:path';
import {expect, test} from 'vitest';
import {cli} from '../helpers/cli.ts';

const root = 'test/puzzles';

/** Why was my pod not injected? The code on the first line, what the second must name, and the exit code. */
const puzzles: readonly (readonly [folder: string, code: string, fix: string, exit: 0 | 1])[] = [
  ['annotation-on-the-wrong-level', 'annotationMisplaced', 'pod template', 1],
  ['conflict', 'volumeConflict', 'rename', 1],
  ['created-before-installation', 'createdBeforeWebhook', 'kubectl rollout restart deployment/web -n shop', 1],
  ['excluded-namespace', 'namespaceExcluded', 'move the workload', 1],
  ['host-network', 'portConflict', 'take hostNetwork off', 1],
  ['missing-template', 'templateMissing', 'did you mean logging-agent?', 1],
  ['misspelt-annotation', 'annotationMisspelt', 'write pod-injector.dev/inject: "logging-agent"', 1],
  ['opt-out', 'optedOut', 'remove it', 0],
  ['when-is-false', 'whenFalse', 'templates.yaml', 0],
  ['wrong-namespace-label', 'namespaceLabel', 'kubectl label namespace shop pod-injector.dev/injection=enabled --overwrite', 1],
];

test.each(puzzles)('the first line of %s names the cause, %s, and the second the way out', async (folder, code, fix, exit) => {
  const at = path.posix.join(root, folder);
  const result = await cli(['explain', '-f', `${at}/objects.yaml`, '-t', `${at}/templates.yaml`]);
  const [first = '', second = ''] = result.out.split('\n');
  expect(first).toMatch(new RegExp(`^\\w+ \\S+: (not injected|refused): ${code}: \\S`));
  expect(second).toMatch(/^ {2}fix: /);
  expect(second).toContain(fix);
  expect(result.code).toBe(exit);
  await expect(`${result.out}\n${result.err}`).toMatchFileSnapshot(path.join('../..', at, 'expected.txt'));
});

test('each folder of puzzles is one of these', () => {
  expect(readdirSync(root).toSorted()).toEqual(puzzles.map(([folder]) => folder).toSorted());
});
