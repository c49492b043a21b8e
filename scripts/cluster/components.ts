import path from 'node:path';

/** The ports that a control plane listens on, on 127.0.0.1 but for the API server's. */
export interface Ports {
  readonly etcd: number;
  readonly peer: number;
  readonly apiServer: number;
  readonly controllerManager: number;
}

/** What the flags of the components need to know. Every file below the folder. */
export interface Layout {
  readonly folder: string;
  readonly ports: Ports;
  /** Where the API server listens: 127.0.0.1, or an address that pods reach too. */
  readonly address: string;
  /** Names of admission plugins to enable besides the default ones, separated by commas; may be empty. */
  readonly admission: string;
}

/** The file of that name in the control plane's folder. */
export function inFolder({folder}: Layout, name: string): string {
  return path.join(folder, name);
}

/** The certificates of the API server, its own and that of the authority that signed it: it makes both when it starts first. */
export function serverCertificate(layout: Layout): string {
  return path.join(inFolder(layout, 'apiserver'), 'apiserver.crt');
}

export function etcdFlags(layout: Layout): string[] {
  const client = `http://127.0.0.1:${layout.ports.etcd}`;
  const peer = `http://127.0.0.1:${layout.ports.peer}`;
  return [
    `--data-dir=${inFolder(layout, 'etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    // Nothing has to survive the machine.
    '--unsafe-no-fsync',
  ];
}

export function apiServerFlags(layout: Layout): string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${layout.ports.etcd}`,
    `--secure-port=${layout.ports.apiServer}`,
    `--bind-address=${layout.address}`,
    `--advertise-address=${layout.address}`,
    // There is no kube-proxy: with a node, webhooks are called at the addresses of their Service's pods. Without one their Service is
    // of the type ExternalName, which that routing can't do.
    ...(layout.address === '127.0.0.1' ? [] : ['--enable-aggregator-routing=true']),
    `--cert-dir=${inFolder(layout, 'apiserver')}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${inFolder(layout, 'service-account.pub')}`,
    `--service-account-signing-key-file=${inFolder(layout, 'service-account.key')}`,
    `--token-auth-file=${inFolder(layout, 'tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--allow-privileged=true',
    '--profiling=false',
    // Says what each webhook did: tests read there whether one was called at all.
    `--audit-policy-file=${inFolder(layout, 'audit-policy.json')}`,
    `--audit-log-path=${inFolder(layout, 'audit.log')}`,
    '--audit-log-mode=blocking',
    ...(layout.admission === '' ? [] : [`--enable-admission-plugins=${layout.admission}`]),
  ];
}

export function controllerManagerFlags(layout: Layout, kubeconfig: string): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--secure-port=${layout.ports.controllerManager}`,
    '--bind-address=127.0.0.1',
    `--cert-dir=${inFolder(layout, 'controller-manager')}`,
    `--service-account-private-key-file=${inFolder(layout, 'service-account.key')}`,
    `--root-ca-file=${serverCertificate(layout)}`,
    '--use-service-account-credentials=false',
    '--leader-elect=false',
    '--authorization-always-allow-paths=*',
    // Those that need nodes or a cloud.
    '--controllers=*,-nodeipam,-cloud-node-lifecycle,-service-lb-controller,-node-route-controller',
  ];
}

/** Metadata of every write of a pod or a workload, once it is answered. */
export const auditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  rules: [
    {
      level: 'Metadata',
      verbs: ['create', 'update', 'patch'],
      resources: [{group: '', resources: ['pods', 'replicationcontrollers']}, {group: 'apps'}, {group: 'batch'}],
    },
    {level: 'None'},
  ],
};
