/**
 * Facts about the pod's types that no published schema holds.
 */

/**
 * Fields of which the API allows one at a time. Source: the validation functions of Kubernetes' pkg/apis/core/validation
 * ("may not specify more than 1 …"), and the comments of k8s.io/api/core/v1/types.go. `butNot` means every other field.
 */
export const unionFacts: Readonly<Record<string, readonly string[] | {readonly butNot: readonly string[]}>> = {
  DownwardAPIVolumeFile: ['fieldRef', 'resourceFieldRef'],
  EnvFromSource: ['configMapRef', 'secretRef'],
  EnvVar: ['value', 'valueFrom'],
  EnvVarSource: {butNot: []},
  LifecycleHandler: {butNot: []},
  PodResourceClaim: {butNot: ['name']},
  Probe: ['exec', 'grpc', 'httpGet', 'tcpSocket'],
  Volume: {butNot: ['name']},
  VolumeProjection: {butNot: []},
};

/**
 * Pointers whose zero the API keeps as written but that mean, when absent, the same as zero. Source: the documentation of
 * each field in k8s.io/api/core/v1/types.go and apimachinery's meta/v1/types.go. All other pointers to scalars differ
 * between zero and absent: `automountServiceAccountToken: false`, `runAsUser: 0`, `storageClassName: ""`.
 */
export const absentMeansZero: ReadonlySet<string> = new Set([
  'AzureDiskVolumeSource.readOnly',
  'CSIVolumeSource.readOnly',
  'ClusterTrustBundleProjection.optional',
  'ConfigMapEnvSource.optional',
  'ConfigMapKeySelector.optional',
  'ConfigMapProjection.optional',
  'ConfigMapVolumeSource.optional',
  'EmptyDirVolumeSource.sizeLimit',
  'FileKeySelector.optional',
  'GRPCAction.service',
  'HostPathVolumeSource.type',
  'OwnerReference.blockOwnerDeletion',
  'OwnerReference.controller',
  'PodSpec.setHostnameAsFQDN',
  'PodSpec.shareProcessNamespace',
  'SecretEnvSource.optional',
  'SecretKeySelector.optional',
  'SecretProjection.optional',
  'SecretVolumeSource.optional',
  'SecurityContext.privileged',
  'SecurityContext.readOnlyRootFilesystem',
  'WindowsSecurityContextOptions.hostProcess',
]);

/**
 * Types whose empty object differs from its absence: an empty label selector selects everything, an absent one nothing.
 * Source: the comment on LabelSelector in apimachinery's meta/v1/types.go.
 */
export const emptyObjectMatters: ReadonlySet<string> = new Set(['LabelSelector']);
