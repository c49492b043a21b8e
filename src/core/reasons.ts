/** Why an object was left as it is although somebody might expect otherwise: stable code → its one sentence. */
export const skipReasons = {
  notAsked: 'no annotation on the object, its pod template or its namespace asks for a template',
  optedOut: 'an annotation opts out of injection',
  owned: 'the object belongs to a controller, whose own object is the one that is injected',
  foreignOwner: 'a controller of another kind owns the object, so its annotation has no effect here; put it on the pod template',
  atPods: 'the annotation stands where pods are injected when they are created, so the workload itself stays as it is',
  jobImmutable: "a Job's pod template cannot change after it was created",
  deleting: 'the object is being deleted',
  mirrorPod: 'a mirror pod shows what a kubelet runs from a file, which nothing in the cluster can change',
  notOurs: 'this kind of object, operation or subresource is not one that is injected',
  noPodTemplate: 'the object has no pod template',
  whenFalse: "the condition in the template's `when` is false for this pod",
  windows: 'the pod asks for Windows nodes and the template does not',
  allLeftOut: 'every template that was asked for is optional and was left out',
  notInjected: 'the object carries no record of an injection',
  unchanged: "neither the author's part of the pod template nor the injection annotations changed",
} as const;
export type SkipReason = keyof typeof skipReasons;

/** Why a template could not be injected: stable code → its one sentence. */
export const refusalReasons = {
  templateMissing: 'no template has this name',
  templateBroken: 'the template is invalid',
  namespaceListMissing: "the annotation asks for the namespace's own list, and the namespace has none",
  badAnnotation: 'the annotation cannot be read',
  volumeConflict: 'a volume of this name exists with another definition',
  mountPathConflict: 'the mount path is taken by another volume',
  containerConflict: 'a container of this name exists',
  portConflict: 'the port is used by another container of the pod',
  portNameConflict: 'the port name is used by another container of the pod',
  appContainerMissing: 'the template names a container that the pod does not have',
  positionMissing: 'the template is placed beside a container that the pod does not have',
  imageMissing: '`image: auto` stands on a container that no template gives an image',
  podResourcesExceeded: 'the containers together would ask for more than the resources stated for the whole pod',
  annotationsTooLarge: 'all annotations together would be over the 256 KiB that the API server allows',
  unknownParameter: 'the template has no parameter of this name',
  badParameter: "the parameter's value is not what the template allows",
  parameterMissing: 'a parameter without a default was not set',
  expressionFailed: 'an expression of the template failed for this pod',
  badValue: 'an expression gave a value that cannot stand in its place',
  nativeUnsupported: 'the API server is too old for native sidecars',
  redirectMissing: "the application's containers lack a variable that the ambassador redirects",
  redirectFromEnvFrom: 'a variable that the ambassador redirects comes from `envFrom`, which cannot be moved',
  redirectNotLiteral: 'an address in one variable can only be redirected where it is written literally',
  redirectUnreadable: 'the address in a variable that the ambassador redirects cannot be read',
  redirectConflict: 'containers of the application have different values for a variable that the ambassador redirects',
  readMissing: 'the pod has not the volume that the adapter reads',
  malformed: 'the object is not what its kind says',
} as const;
export type RefusalReason = keyof typeof refusalReasons;

/** What is worth saying although the injection goes on: stable code → its one sentence. */
export const noteCodes = {
  kept: 'a value that the author wrote was kept',
  unknownAnnotation: 'nothing reads this annotation',
  emptyAnnotation: 'the annotation is empty',
  duplicateTemplate: 'the template is asked for twice',
  templateSkipped: 'an optional template was left out',
  handEditUndone: 'a change by hand to an injected part was undone',
  notYetInjected: 'the workload asks for templates that its pod template does not hold',
  removed: 'a template that is no longer asked for was taken out',
  qosLowered: 'the pod was Guaranteed and becomes Burstable',
  classicSidecarInJob: 'a classic sidecar keeps a Job from completing',
  oldApiGroup: 'this API version is no longer served; it is read by its kind',
  parameterUnused: 'a parameter is set of a template that is not asked for',
  parameterMisplaced: 'a parameter stands where nothing reads it',
  jobNotChanged: "the annotations of a Job changed, but its pod template can't",
} as const;
export type NoteCode = keyof typeof noteCodes;
