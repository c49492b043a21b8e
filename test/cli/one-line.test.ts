import {expect, test} from 'vitest';
import {oneLine} from '../../src/cli/one-line.ts';
import {cli} from '../helpers/cli.ts';

test.each([
  ['a\nb\r\tc', String.raw`a\nb\r\tc`],
  ['\u001b[31mred\u009b', String.raw`\u001b[31mred\u009b`],
  ['\u202eright to left', String.raw`\u202eright to left`],
  ['größe "x" \\n', 'größe "x" \\n'],
])('%j is on one line', (text, expected) => {
  expect(oneLine(text)).toBe(expected);
});

test('what an object holds begins no line of its own and sends no commands to a terminal', async () => {
  const template = 'pattern: sidecar\nparameters: {tier: {type: string}}\nmetadata: {labels: {tier: "${params.tier}"}}\n';
  const annotations = {'pod-injector.dev/inject': 'agent', 'pod-injector.dev/agent.tier': 'x\n  fix: \u001b[2J'};
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name: 'a\u001b[2J\nb', annotations},
    spec: {containers: [{name: 'a', image: 'a'}]},
  };
  const files = {'pod.json': JSON.stringify(object), 't/agent.yaml': template};
  for (const command of ['preview', 'explain']) {
    const {out, err} = await cli([command, '-f', 'pod.json', '-t', 't'], {files});
    const said = out + err;
    expect(said).toContain(String.raw`default/a\u001b[2J\nb`);
    expect(said).toContain(String.raw`x\n  fix: \u001b[2J`);
    expect(said).not.toContain('\u001b');
  }
});
