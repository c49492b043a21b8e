// Read off a Kubernetes 1.36.3 API server by `npm run generate -- --version 1.36.3 --kubeconfig FILE`. Do not edit.
import type {Json, JsonObject} from '../json.ts';

/** The Kubernetes version of the API server that filled these in. */
export const defaultsVersion = '1.36.3';

/** What the API server fills into a field that is absent, whatever else the object holds: type → field → value. */
export const serverDefaults: {readonly [type: string]: {readonly [field: string]: Json}} = {
  AzureDiskVolumeSource: {
    cachingMode: 'ReadWrite',
    fsType: 'ext4',
    kind: 'Shared',
    readOnly: false,
  },
  ConfigMapVolumeSource: {
    defaultMode: 420,
  },
  Container: {
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  },
  ContainerPort: {
    protocol: 'TCP',
  },
  DownwardAPIVolumeSource: {
    defaultMode: 420,
  },
  EphemeralContainer: {
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  },
  FileKeySelector: {
    optional: false,
  },
  GRPCAction: {
    service: '',
  },
  HTTPGetAction: {
    path: '/',
    scheme: 'HTTP',
  },
  HostPathVolumeSource: {
    type: '',
  },
  ISCSIVolumeSource: {
    iscsiInterface: 'default',
  },
  ObjectFieldSelector: {
    apiVersion: 'v1',
  },
  PersistentVolumeClaimSpec: {
    volumeMode: 'Filesystem',
  },
  PersistentVolumeClaimTemplate: {
    metadata: {},
  },
  PodSpec: {
    dnsPolicy: 'ClusterFirst',
    enableServiceLinks: true,
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
  },
  Probe: {
    failureThreshold: 3,
    periodSeconds: 10,
    successThreshold: 1,
    timeoutSeconds: 1,
  },
  ProjectedVolumeSource: {
    defaultMode: 420,
  },
  RBDVolumeSource: {
    keyring: '/etc/ceph/keyring',
    pool: 'rbd',
    user: 'admin',
  },
  ResourceFieldSelector: {
    divisor: '0',
  },
  ScaleIOVolumeSource: {
    fsType: 'xfs',
    storageMode: 'ThinProvisioned',
  },
  SecretVolumeSource: {
    defaultMode: 420,
  },
  ServiceAccountTokenProjection: {
    expirationSeconds: 3600,
  },
};

/** The volume that the ServiceAccount admission plugin adds to each pod, less its name, which is random after `kube-api-access-`. */
export const tokenVolume: JsonObject = {
  projected: {
    defaultMode: 420,
    sources: [
      {serviceAccountToken: {expirationSeconds: 3607, path: 'token'}},
      {configMap: {items: [{key: 'ca.crt', path: 'ca.crt'}], name: 'kube-root-ca.crt'}},
      {
        downwardAPI: {items: [{fieldRef: {apiVersion: 'v1', fieldPath: 'metadata.namespace'}, path: 'namespace'}]},
      },
    ],
  },
};

/** What the DefaultTolerationSeconds admission plugin adds to each pod. */
export const defaultTolerations: readonly JsonObject[] = [
  {
    effect: 'NoExecute',
    key: 'node.kubernetes.io/not-ready',
    operator: 'Exists',
    tolerationSeconds: 300,
  },
  {
    effect: 'NoExecute',
    key: 'node.kubernetes.io/unreachable',
    operator: 'Exists',
    tolerationSeconds: 300,
  },
];
