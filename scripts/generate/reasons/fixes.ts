import type {checkReasons} from '../../../src/admission/validate.ts';
import type {CauseCode} from '../../../src/cli/explain/causes.ts';
import type {AdviceCode} from '../../../src/core/advice/codes.ts';
import type {NoteCode, RefusalReason, SkipReason} from '../../../src/core/reasons.ts';

// What to do about each code, for the reference. The messages themselves say it with the names of the case at hand.

export const skipFixes: Readonly<Record<SkipReason, string>> = {
  notAsked: 'Write `pod-injector.dev/inject` on the pod template, the workload or the Namespace.',
  optedOut: 'Remove the annotation that says `"false"`, or name templates in it.',
  owned: 'Put the annotation on the object of the controller.',
  foreignOwner: 'Put the annotation on the pod template that the owner holds.',
  atPods: 'Nothing: its pods are injected.',
  jobImmutable: 'Delete the Job and create it again.',
  deleting: 'Nothing.',
  mirrorPod: 'Run it as a DaemonSet, whose pods the API server makes.',
  notOurs: 'Nothing: only pods and workloads are injected, when they are created or updated.',
  noPodTemplate: 'Give the workload a pod template.',
  whenFalse: 'If the template is meant for this pod, change its `when`.',
  windows: 'Make a template for Windows, with `spec: {os: {name: windows}}`.',
  allLeftOut: 'See the reason of each template; one that must be there is asked for without `?` and is not `required: false`.',
  notInjected: 'Nothing: there is nothing to take out.',
  unchanged: "Nothing. A change of the pod template brings today's templates.",
};

export const refusalFixes: Readonly<Record<RefusalReason, string>> = {
  templateMissing: 'Correct the name, make the template, or ask for it as `name?`.',
  templateBroken: 'Mend the template; `pod-injector validate` shows each fault with its place.',
  namespaceListMissing: 'Name the templates instead of `"true"`, or give the Namespace a list.',
  badAnnotation: 'Write names of templates with commas between them, `"true"` or `"false"`.',
  volumeConflict: 'Rename one of the two volumes, or make them the same.',
  mountPathConflict: 'Mount one of the two elsewhere.',
  containerConflict: 'Rename one of the two containers.',
  portConflict: 'Change one of the two ports.',
  portNameConflict: 'Rename one of the two ports.',
  appContainerMissing: 'Correct the name under `app`, or leave it out for all containers.',
  positionMissing: 'Correct the name under `position`.',
  imageMissing: 'Write an image, or ask for the template whose container has this name.',
  podResourcesExceeded: "Raise the pod's own `resources`, or lower those of a container.",
  annotationsTooLarge: 'Move large annotations elsewhere.',
  unknownParameter: 'Correct the name, or remove the annotation.',
  badParameter: 'Write a value that the template allows; the message says which.',
  parameterMissing: 'Set `pod-injector.dev/<template>.<parameter>` on the pod template, the workload or the Namespace.',
  expressionFailed:
    'Correct it, or what it reads; guard what may be absent, with `has(…)` or `.?field.orValue(…)`; where the message names a limit, compute less in the template.',
  badValue: 'Correct the expression, or set the parameter that it is made of.',
  nativeUnsupported: 'Write `native: auto`, or upgrade the cluster.',
  noContainersLeft: 'Give the pod a container of its own beside the customised sidecar.',
  redirectMissing: 'Set the variable in the application, or give `upstream` a `default`.',
  redirectFromEnvFrom: 'Name the variable under `env`, with `valueFrom` of the same ConfigMap or Secret.',
  redirectNotLiteral: 'Write the address itself, with `$(VARIABLE)` for its secret parts, or redirect host and port apart.',
  redirectUnreadable: 'Write one address: `scheme://user:password@host:port/path` or `host:port`.',
  redirectImmovable: 'Write the value itself, or take it from a ConfigMap or Secret; the message says what stands in the way.',
  redirectLoop: 'Write the remote end into the variable.',
  redirectConflict: 'Give the variable one value in all containers, or name the containers under `app.containers`.',
  readMissing: "Correct the volume's name or path, or give the pod such a volume.",
  readUnclear: 'Name one place: the volume, or a `mountPath`.',
  malformed: 'Correct the object; the message says where.',
};

export const noteFixes: Readonly<Record<NoteCode, string>> = {
  kept: "Nothing, if the author's value is right; else remove it from the manifest.",
  unknownAnnotation: 'Correct the key; the message names the nearest one.',
  emptyAnnotation: 'Name templates, or remove the annotation.',
  duplicateTemplate: 'Name it once.',
  templateSkipped: 'Nothing, if the pod can do without it; the message says why it was left out.',
  handEditUndone: 'Change the template, or customise the container in the manifest.',
  notYetInjected: 'Apply the workload again.',
  removed: 'Nothing.',
  qosLowered: 'Give the containers of the template limits that equal their requests.',
  nativeAssumed: 'Say the version by `--server-version 1.32`, or name the cluster by `--context`.',
  classicSidecarInJob: 'Write `native: auto` in the template, or `native: always` before Kubernetes 1.32.',
  oldApiGroup: 'Write the API version that the message names.',
  parameterUnused: 'Ask for the template, or remove the annotation.',
  parameterMisplaced: 'Put it on the pod template.',
  jobNotChanged: 'Delete the Job and create it again.',
  statusUnreadable: 'Take it out with the version of pod-injector that wrote it; else by hand, and the annotation too.',
};

export const causeFixes: Readonly<Record<CauseCode, string>> = {
  annotationMisspelt: 'Correct the key; the message names the nearest one.',
  annotationMisplaced: 'Move it to the place that the message names.',
  namespaceLabel: 'Run `kubectl label namespace NAME pod-injector.dev/injection=enabled --overwrite`.',
  namespaceExcluded: 'Run the workload in another namespace.',
  namespaceUnknown: 'Put the Namespace among the files, or name a cluster by `--context`.',
  webhookMissing: 'Install the injector.',
  namespaceNotSelected: "Correct the namespace's labels, or the configuration's selector.",
  createdBeforeWebhook: 'Restart the workload: `kubectl rollout restart`.',
  askedLater: 'Restart the workload: `kubectl rollout restart`.',
  templateMissingThen: 'Restart the workload: `kubectl rollout restart`.',
  templateChanged: 'Restart the workload when it suits: `kubectl rollout restart`.',
  webhookMissed: "See the injector's log and readiness, then restart the workload.",
};

export const checkFixes: Readonly<Record<keyof typeof checkReasons, string>> = {
  notATemplate: 'Nothing; if it is meant to be one, label it `pod-injector.dev/template: "true"`.',
  contentUnchanged: 'Mend the template; the warnings beside it show each fault with its place.',
  labelRemoved: 'Nothing: it is no template any more.',
};

export const adviceFixes: Readonly<Record<AdviceCode, string>> = {
  imageTag: 'Name a version, or better a digest.',
  noRequests: 'Write `resources.requests` for cpu and memory.',
  noLimits: 'Write `resources.limits`, at least for memory.',
  privileged: 'Leave out `privileged`; name the one capability that is needed.',
  addedCapability: 'Leave the capability out, if the program can do without.',
  hostNamespace: 'Leave out `hostNetwork`, `hostPID` and `hostIPC`.',
  hostPath: 'Take an `emptyDir`, a claim or a CSI volume.',
  hostPort: 'Leave out `hostPort`; a Service reaches the pod.',
  podSecurity: 'Write the `securityContext` that the message names.',
  noStartupProbe: 'Write a `startupProbe`.',
  plainSecret: 'Put the value into a Secret and refer to it by `secretKeyRef`.',
  systemPath: 'Mount it elsewhere.',
  classicSidecar: 'Write `native: auto`, or `native: never` where that is meant.',
  unknownIgnore: 'Correct the code in the comment.',
};
