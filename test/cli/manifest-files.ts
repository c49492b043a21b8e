/** Files for tests of the CLI: templates that are right, one that is broken, and manifests. */

export const agent = `pattern: sidecar
containers:
- name: agent
  image: agent:1
  volumeMounts:
  - {name: logs, mountPath: /logs}
volumes:
- {name: logs, emptyDir: {}}
app:
  containers: ["*"]
  volumeMounts:
  - {name: logs, mountPath: /logs}
`;

const setup = `pattern: init
initContainers:
- name: setup
  image: setup:1
`;

/** Its last line, the 13th, holds a key that does not exist. */
export const broken = `${agent}contaners: []\n`;

/** A Pod that asks for these templates. */
export function podText(inject: string, name = 'web'): string {
  return `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  annotations:
    pod-injector.dev/inject: ${inject}
spec:
  containers:
  - name: app # the application
    image: app:1
`;
}

/** A Deployment whose annotation stands on the pod template, or on itself. */
export function deploymentText(inject: string, where: 'template' | 'workload' = 'template'): string {
  const annotations = (indent: string): string => `${indent}annotations:\n${indent}  pod-injector.dev/inject: ${inject}\n`;
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
${where === 'workload' ? annotations('  ') : ''}spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
${where === 'template' ? annotations('      ') : ''}    spec:
      containers:
      - name: app
        image: app:1
`;
}

/** Nothing to inject, and written as no printer would write it. */
export const service = `apiVersion: v1
kind:   Service   # odd blanks
metadata: { name: "web" , labels : {a: 'b'} }
spec: {ports: [ {port: 0x50} ]}
`;

export const templates = {'t/agent.yaml': agent, 't/setup.yaml': setup};
