import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {temporaryFolder} from '../server/harness.ts';
import type {FakeApi} from './fake-api.ts';

/** A kubeconfig file whose one context, `one`, is the fake API server; it goes with the test. */
export async function kubeconfigFile(api: FakeApi, namespace?: string): Promise<string> {
  const file = path.join(await temporaryFolder(), 'kubeconfig');
  const content = {
    clusters: [{name: 'c', cluster: {server: api.url, 'insecure-skip-tls-verify': true}}],
    users: [{name: 'u', user: {token: 't'}}],
    contexts: [{name: 'one', context: {cluster: 'c', user: 'u', ...(namespace === undefined ? {} : {namespace})}}],
    'current-context': 'one',
  };
  await writeFile(file, JSON.stringify(content));
  return file;
}
