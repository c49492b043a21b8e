import {eventually, kubectl} from '../../cluster/harness/index.ts';
import {install} from './install.ts';

/** Installs the shipped manifests, where they are not yet, and waits until the API server calls them. */
export async function installed(): Promise<void> {
  await install('overlays/strict');
  const metadata = {name: 'probe', namespace: 'default', annotations: {'pod-injector.dev/inject': 'nothing?'}};
  const pod = {apiVersion: 'v1', kind: 'Pod', metadata, spec: {containers: [{name: 'app', image: 'app:1'}]}};
  await eventually(
    async () => {
      const {code, stderr} = await kubectl(['create', '--dry-run=server', '-f', '-'], {input: pod});
      if (code !== 0 || !stderr.includes('Warning')) throw new Error(stderr);
      return true;
    },
    {what: 'the API server to call the injector'},
  );
}
