import path from 'node:path';

/** The network of the node's pods: a bridge of the sandbox's own network namespace, with the API server on its first address. */
export const network = {bridge: 'pods0', subnet: '10.88.0.0/24', gateway: '10.88.0.1', prefix: 24} as const;

/** The pause image that keeps a pod's namespaces open; without a registry it is one of ours. */
export const pauseImage = 'localhost/pause:1';

/** The one node. The API server looks a node's name up for `kubectl logs`, so it is a name that needs no DNS. */
export const nodeName = 'localhost';

/** What the files below need to know. Absolute paths. */
export interface NodeLayout {
  readonly folder: string;
  /** Of this node in each cgroup hierarchy: `/pod-injector-1234`. */
  readonly cgroup: string;
  readonly kubelet: {readonly port: number; readonly healthPort: number};
}

/** In a folder of the sandbox's own, as the kubelet's sockets are: a socket's path has at most 107 bytes, and a temporary folder may take most of them. */
export const containerdSocket = '/run/containerd/containerd.sock';

/** https://github.com/containerd/containerd/blob/release/1.6/docs/cri/config.md */
export function containerdConfig(layout: NodeLayout): string {
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  const data = path.join(layout.folder, 'containerd');
  return `version = 2
root = "${data}/root"
state = "${data}/state"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.aufs", "io.containerd.internal.v1.opt"]
[grpc]
  address = "${containerdSocket}"
[${cri}]
  sandbox_image = "${pauseImage}"
  # runc may not lower a score without CAP_SYS_RESOURCE, which containers of CI machines lack.
  restrict_oom_score_adj = true
  [${cri}.cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${layout.folder}/cni"
  [${cri}.containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [${cri}.containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [${cri}.containerd.runtimes.runc.options]
        SystemdCgroup = false
        Root = "${data}/runc"
`;
}

/** https://www.cni.dev/plugins/current/main/bridge/ */
export function cniConfig(layout: NodeLayout): string {
  const ipam = {
    type: 'host-local',
    dataDir: path.join(layout.folder, 'cni-addresses'),
    ranges: [[{subnet: network.subnet, gateway: network.gateway}]],
    // To whatever is no pod, of which a Service's address is one.
    routes: [{dst: '0.0.0.0/0'}],
  };
  const bridge = {type: 'bridge', bridge: network.bridge, isGateway: false, ipMasq: false, hairpinMode: true, ipam};
  return JSON.stringify({cniVersion: '0.4.0', name: 'pods', plugins: [bridge]});
}

/** https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/ */
export function kubeletConfig(layout: NodeLayout): string {
  const full = '0%';
  return JSON.stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    // In a network of its own, where the API server reaches it by the node's name or address.
    address: '0.0.0.0',
    port: layout.kubelet.port,
    healthzBindAddress: '127.0.0.1',
    healthzPort: layout.kubelet.healthPort,
    authentication: {anonymous: {enabled: true}, webhook: {enabled: false}},
    authorization: {mode: 'AlwaysAllow'},
    cgroupDriver: 'cgroupfs',
    cgroupRoot: layout.cgroup,
    // Since 1.35 a kubelet refuses cgroups v1, which machines of CI may still have.
    failCgroupV1: false,
    failSwapOn: false,
    containerRuntimeEndpoint: `unix://${containerdSocket}`,
    volumePluginDir: path.join(layout.folder, 'volume-plugins'),
    resolvConf: '',
    clusterDomain: 'cluster.local',
    // A full disk or little memory is the machine's matter.
    evictionHard: {'memory.available': full, 'nodefs.available': full, 'nodefs.inodesFree': full, 'imagefs.available': full},
    imageGCHighThresholdPercent: 100,
    makeIPTablesUtilChains: false,
    syncFrequency: '2s',
    nodeStatusUpdateFrequency: '5s',
  });
}
