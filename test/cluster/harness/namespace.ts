import {randomBytes} from 'node:crypto';
import {eventually} from '../../../scripts/cluster/eventually.ts';
import {api} from './control-plane.ts';

export interface NamespaceMetadata {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Makes a namespace of a name that no other test has, and waits until pods can be made in it. It goes with the control plane. */
export async function makeNamespace(metadata: NamespaceMetadata = {}): Promise<string> {
  const name = `test-${randomBytes(4).toString('hex')}`;
  const body = {apiVersion: 'v1', kind: 'Namespace', metadata: {name, ...metadata}};
  const made = await api('/api/v1/namespaces', {method: 'POST', body});
  if (made.status !== 201) throw new Error(`The namespace ${name} was not made: ${JSON.stringify(made.body)}`);
  await eventually(async () => (await api(`/api/v1/namespaces/${name}/serviceaccounts/default`)).status === 200, {
    what: `the default ServiceAccount of ${name}`,
  });
  return name;
}
