import {expect, test} from 'vitest';
import {eventually, kubectlOk, makeNamespace} from '../cluster/harness/index.ts';

test('a pod runs, its containers share a network and a volume, and its logs can be read', async () => {
  const namespace = await makeNamespace();
  const volumeMounts = [{name: 'shared', mountPath: '/shared'}];
  const container = (name: string, script: string): object => ({
    name,
    image: 'localhost/debian:test',
    command: ['bash', '-c', script],
    volumeMounts,
  });
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name: 'two', namespace},
    spec: {
      restartPolicy: 'Never',
      volumes: [{name: 'shared', emptyDir: {}}],
      containers: [
        container('writer', 'echo over the volume > /shared/file; echo over the network | nc -l -p 8000'),
        container('reader', 'until nc 127.0.0.1 8000; do sleep 0.1; done; cat /shared/file'),
      ],
    },
  };
  await kubectlOk(['apply', '-f', '-'], {input: pod});
  const log = await eventually(
    async () => {
      const text = await kubectlOk(['logs', 'two', '-c', 'reader', '-n', namespace]);
      return text.includes('volume') ? text : undefined;
    },
    {what: 'the reader to have read both'},
  );
  expect(log).toContain('over the network');
  expect(log).toContain('over the volume');
});
