import {readFile, writeFile} from 'node:fs/promises';
import type {ApiAccess} from './api.ts';

/**
 * Writes a kubeconfig of one cluster and one user, all that it needs inside it; JSON, which is YAML. For its owner's eyes only.
 * @param serverName what the API server's certificate is for, where that is not the host of the URL
 */
export async function writeKubeconfig(file: string, access: ApiAccess, user: string, serverName?: string): Promise<void> {
  const authority = (await readFile(access.caFile)).toString('base64');
  const cluster = {
    server: access.url,
    'certificate-authority-data': authority,
    ...(serverName === undefined ? {} : {'tls-server-name': serverName}),
  };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{name: 'local', cluster}],
    users: [{name: user, user: {token: access.token}}],
    contexts: [{name: user, context: {cluster: 'local', user}}],
    'current-context': user,
  };
  await writeFile(file, `${JSON.stringify(config, null, 2)}\n`, {mode: 0o600});
}
