import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {readServeConfig} from '../../src/config.ts';
import {serve} from '../../src/main.ts';
import {tryLine} from '../../src/server/banner.ts';
import {temporaryFolder} from './harness.ts';

test('at a terminal the start says where it listens, which templates there are, what is wrong with one, and how to try it', async () => {
  const folder = await temporaryFolder();
  await writeFile(path.join(folder, 'agent.yaml'), 'pattern: sidecar\ncontainers:\n- name: agent\n  image: agent:1\n');
  await writeFile(path.join(folder, 'wrong.yaml'), 'pattern: nonsense\n');
  const certDir = path.join(folder, 'certs');
  const read = readServeConfig({templates: folder, port: '0', 'health-port': '0', 'cert-dir': certDir}, {});
  if ('faults' in read) throw new Error(read.faults[0]?.message);
  let log = '';
  let words = '';
  const stop = new AbortController();
  const code = serve(read.config, {
    log: (text) => (log += text),
    error: (text) => (words += text),
    isTerminal: true,
    colour: false,
    stop: stop.signal,
  });
  await expect.poll(() => words, {timeout: 10_000}).toContain('Try it:');
  stop.abort();
  expect(await code).toBe(0);
  expect(words).toMatch(/^\nwebhook {4}https:\/\/localhost:\d+\/mutate\nhealth {5}http:\/\/localhost:\d+\/readyz\?verbose, http/);
  expect(words).toContain(`  agent (sidecar, ${folder}/agent.yaml)\n  wrong is BROKEN:\n    ${folder}/wrong.yaml:1:`);
  expect(words).toContain(`--cacert ${certDir}/ca.crt`);
  expect(log).toMatch(/^\[\d\d:\d\d:\d\d\] INFO: template loaded \{"template":"agent"/);
  expect(log).toMatch(/stopped\n$/);
});

test('the line to try it quotes a folder with a blank and goes without an authority where there is none', () => {
  const facts = {webhookUrl: 'https://localhost:1', certDir: "it's here", hasAuthority: true};
  expect(tryLine(facts)).toContain(String.raw`--cacert 'it'\''s here/ca.crt' `);
  expect(tryLine({...facts, hasAuthority: false})).toContain(' --insecure ');
});
