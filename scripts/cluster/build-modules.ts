/** Any version that the oldest and the newest API server work with does. */
const etcdVersion = '3.6.16';

/** The package that is etcd's server. */
export const etcdPackage = 'go.etcd.io/etcd/server/v3';

/** A go.mod that builds etcd. A `tool` is what keeps a requirement that no source imports. */
export const etcdModule = `module etcd

go 1.24

require ${etcdPackage} v${etcdVersion}

tool ${etcdPackage}
`;

/**
 * A go.mod that builds Kubernetes' commands. k8s.io/kubernetes is not meant to be imported: its own go.mod replaces the staging
 * modules by folders, which the published module lacks, so here each is replaced by what is published for the same version
 * (1.X.Y as 0.X.Y). The Go version and the runtime settings are its own.
 * @param published the go.mod of the published module
 * @param version such as `1.36.3`
 */
export function kubernetesModule(published: string, version: string): string {
  const staging = [...published.matchAll(/^\s*(k8s\.io\/[a-z-]+) => \.\/staging\/src\//gm)].map((match) => match[1]);
  const lines = [
    'module controlplane',
    '',
    /^go .*$/m.exec(published)?.[0] ?? '',
    /^godebug default=.*$/m.exec(published)?.[0] ?? '',
    '',
    `require k8s.io/kubernetes v${version}`,
    '',
    'replace (',
    ...staging.map((name) => `\t${name} => ${name} v0${version.slice(version.indexOf('.'))}`),
    ')',
  ];
  return `${lines.join('\n')}\n`;
}

/** A source file that imports what the commands do, so that `go mod tidy` finds all that they need. */
export const kubernetesTools = `//go:build tools

package tools

import (
	_ "k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/kubectl/pkg/cmd"
	_ "k8s.io/kubernetes/cmd/kube-apiserver/app"
	_ "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	_ "k8s.io/kubernetes/cmd/kube-scheduler/app"
	_ "k8s.io/kubernetes/cmd/kubelet/app"
)
`;

/** Linker flags that tell the binaries their version; without them a server says v0.0.0 and behaves as that. */
export function linkerFlags(version: string): string {
  const [major = '', minor = ''] = version.split('.');
  const base = 'k8s.io/component-base/version';
  return [
    '-s -w',
    `-X ${base}.gitVersion=v${version}`,
    `-X ${base}.gitMajor=${major}`,
    `-X ${base}.gitMinor=${minor}`,
    `-X k8s.io/client-go/pkg/version.gitVersion=v${version}`,
  ].join(' ');
}
