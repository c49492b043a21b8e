/** What `validate` advises beside the errors: stable code → its one sentence. A warning never stops a template from being used. */
export const adviceCodes = {
  imageTag: 'an image without a version: what runs changes when somebody pushes',
  noRequests: 'a container requests no cpu or memory, so an HPA on the pod stops working',
  noLimits: 'a container requests what it does not limit',
  privileged: 'a container runs as root of the node',
  addedCapability: 'a container gets capabilities that container runtimes do not give',
  hostNamespace: 'the pod joins a namespace of its node',
  hostPath: 'a volume is a folder of the node',
  hostPort: 'a container takes a port of the node',
  podSecurity: 'the Pod Security level that the injected part needs is not `restricted`',
  noStartupProbe: 'a native sidecar without a startup probe: the application starts before it is ready',
  plainSecret: 'a secret stands in the template as plain text',
  systemPath: 'a mount hides a folder that the system needs',
  classicSidecar: 'a sidecar that starts and ends with the application, not around it',
  unknownIgnore: 'a comment silences a code that does not exist',
} as const;
export type AdviceCode = keyof typeof adviceCodes;
