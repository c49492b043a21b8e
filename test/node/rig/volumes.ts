import {chmod, mkdtemp} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {onTestFinished} from 'vitest';
import {kubectlOk} from '../../cluster/harness/index.ts';
import {applyAll} from './example.ts';

/** A volume for the claim of a StatefulSet's first pod, as whoever runs the cluster would have one made; it goes with the test. */
export async function volumeFor(namespace: string, claim: string): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'volume-'));
  // The kubelet gives it to no fsGroup: https://kubernetes.io/docs/concepts/storage/volumes/#hostpath
  await chmod(folder, 0o777);
  const name = `${namespace}-${claim}`;
  const spec = {
    capacity: {storage: '10Gi'},
    accessModes: ['ReadWriteOnce'],
    storageClassName: '',
    claimRef: {namespace, name: claim},
    hostPath: {path: folder},
  };
  await applyAll([{apiVersion: 'v1', kind: 'PersistentVolume', metadata: {name}, spec}]);
  onTestFinished(() => kubectlOk(['delete', 'persistentvolume', name, '--wait=false']).then(() => undefined));
}
