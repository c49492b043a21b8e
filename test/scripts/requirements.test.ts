import {spawn} from 'node:child_process';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {text} from 'node:stream/consumers';
import {expect, onTestFinished, test} from 'vitest';

/** Asks for the tests on a node where these programs are all there is. */
async function askForNode(programs: readonly string[]): Promise<{readonly code: unknown; readonly said: string}> {
  const folder = await mkdtemp(path.join(tmpdir(), 'programs-'));
  onTestFinished(() => rm(folder, {recursive: true, force: true}));
  for (const name of programs) await writeFile(path.join(folder, name), '', {mode: 0o755});
  const child = spawn(process.execPath, ['scripts/run.mjs', 'scripts/cluster/main.ts', 'test-node'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {...process.env, PATH: folder},
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  return {said: await text(child.stderr), code: await ended};
}

const isLinux = process.platform === 'linux';

test('who lacks what a node needs is told what to install, before anything is built', async () => {
  const {code, said} = await askForNode(['apt-get', 'dpkg-deb', 'tar', 'runc', 'npm', 'ldd']);
  expect(code).toBe(2);
  expect(said).toContain('This machine can run no node:\n- ');
  expect(said).toContain(
    isLinux ? 'apt-get install -y --no-install-recommends util-linux mount iproute2 containerd' : 'runs on Linux',
  );
  expect(said).not.toMatch(/install\b.* runc/);
});

test('who has no Debian is told that it takes one', async () => {
  const {code, said} = await askForNode([]);
  expect(code).toBe(2);
  expect(said).toContain(isLinux ? 'Debian' : 'runs on Linux');
});
