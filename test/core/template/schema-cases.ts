const sidecar = 'pattern: sidecar\ncontainers:\n- {name: agent, image: "agent:1"}\n';
const adapter = 'pattern: adapter\ncontainers:\n- {name: agent, image: "agent:1"}\n';
const ambassador = 'pattern: ambassador\ncontainers:\n- {name: agent, image: "agent:1"}\n';

/** Right templates that use what the examples do not. */
export const goodTemplates: readonly string[] = [
  `${sidecar}description:\nrequired:\nposition:\nvolumes:\napp:\nmetadata:\nspec:\n`,
  `${sidecar}$schema: https://pod-injector.dev/schema/template.json\nrequired: false\nposition: first\nnative: always\n`,
  `${sidecar}position: {before: web}\nwhen: pod.metadata.name == "x"\n`,
  'pattern: sidecar\ncontainers:\n- name: agent\n  image: a\n  someNewField: 1\n',
  `${sidecar}app:\n  containers: [web, "*"]\n  initContainers: ["*"]\n  env:\n  - {name: A, value: b}\n  - {name: C, valueFrom: {fieldRef: {fieldPath: metadata.name}}}\n  envFrom:\n  - {configMapRef: {name: c}}\n`,
  `${sidecar}metadata:\n  labels: {a: b}\n  annotations: {c: d}\nspec:\n  hostAliases:\n  - {ip: 10.0.0.1, hostnames: [db]}\n  tolerations:\n  - {key: k, operator: Exists}\n  terminationGracePeriodSeconds: 60\n  securityContext: {fsGroup: 1}\n  nodeSelector: {a: b}\n`,
  `${sidecar}parameters:\n  a: {type: string, default: x, pattern: ^x$, minLength: 1, maxLength: 9, description: d}\n  b: {type: integer, enum: [1, 2], default: 1}\n  c: {type: number, minimum: 0.5, maximum: 1}\n  d: {type: boolean, default: false}\n  e: {type: array, items: {type: string}, default: []}\n  f: {type: object, default: {}}\nspec:\n  hostname: \${params.a}\n  terminationGracePeriodSeconds: \${params.b}\n  shareProcessNamespace: \${params.d}\n  nodeSelector: \${params.f}\nmetadata:\n  annotations: {c: "\${params.c}"}\napp:\n  envFrom: \${params.e}\n`,
  `${adapter}adapter:\n  metrics: {port: 9000, path: /m, name: numbers, podMonitor: {a: b}}\n  reads: [logs, /var/log, {volume: data, mountPath: /data}, {path: /tmp/out}]\n`,
  `${ambassador}ambassador:\n- listen: 6379\n  redirect: {host: H, port: P}\n  upstream: {host: UH, port: {name: UP, default: 6379}}\n- listen: 5432\n  redirect: {url: U}\n  upstream: {url: UU}\n`,
  'pattern: init\ninitContainers:\n- {name: a, image: b}\n',
];

/** What is wrong → a template with that mistake in its structure. */
export const structuralMistakes: readonly (readonly [string, string])[] = [
  ['an unknown key', `${sidecar}volumns: []\n`],
  ['no pattern', 'containers:\n- {name: a, image: b}\n'],
  ['an unknown pattern', 'pattern: sidcar\ncontainers:\n- {name: a, image: b}\n'],
  ['a list for a template', '- pattern: sidecar\n'],
  ['containers as a map', 'pattern: sidecar\ncontainers: {name: a}\n'],
  ['a container as a string', 'pattern: sidecar\ncontainers: [agent]\n'],
  ['a container without a name', 'pattern: sidecar\ncontainers:\n- {image: b}\n'],
  ['a bad container name', 'pattern: sidecar\ncontainers:\n- {name: A_B, image: b}\n'],
  ['a number for a variable', `${sidecar}app:\n  env:\n  - {name: A, value: 1}\n`],
  ['a string for a port', 'pattern: sidecar\ncontainers:\n- {name: a, image: b, ports: [{containerPort: "80"}]}\n'],
  ['a bad quantity', 'pattern: sidecar\ncontainers:\n- {name: a, image: b, resources: {limits: {memory: 1gb}}}\n'],
  ['an unknown key of app', `${sidecar}app:\n  image: x\n`],
  ['an unknown key of metadata', `${sidecar}metadata:\n  name: x\n`],
  ['a number as a label', `${sidecar}metadata:\n  labels: {a: 1}\n`],
  ['a part of the spec that has a place of its own', `${sidecar}spec:\n  volumes: []\n`],
  ['an unknown position', `${sidecar}position: middle\n`],
  ['a position on both sides', `${sidecar}position: {before: a, after: b}\n`],
  ['an unknown native', `${sidecar}native: yes please\n`],
  ['a string for required', `${sidecar}required: "no"\n`],
  ['a number for when', `${sidecar}when: 1\n`],
  ['a parameter without a type', `${sidecar}parameters:\n  a: {default: 1}\n`],
  ['an unknown type', `${sidecar}parameters:\n  a: {type: int}\n`],
  ['an unknown word', `${sidecar}parameters:\n  a: {type: integer, min: 1}\n`],
  ['a minimum of a string', `${sidecar}parameters:\n  a: {type: string, minimum: 1}\n`],
  ['a default of another type', `${sidecar}parameters:\n  a: {type: integer, default: one}\n`],
  ['a bad parameter name', `${sidecar}parameters:\n  a.b: {type: integer}\n`],
  ['an ambassador without its key', ambassador],
  ['an ambassador key in a sidecar', `${sidecar}ambassador:\n- {listen: 1, redirect: {host: H}, upstream: {host: U}}\n`],
  ['a port that is none', `${ambassador}ambassador:\n- {listen: 70000, redirect: {host: H}, upstream: {host: U}}\n`],
  ['a redirect of both forms', `${ambassador}ambassador:\n- {listen: 1, redirect: {host: H, url: X}, upstream: {host: U}}\n`],
  ['no upstream', `${ambassador}ambassador:\n- {listen: 1, redirect: {host: H}}\n`],
  ['an unknown key of an upstream', `${ambassador}ambassador:\n- {listen: 1, redirect: {host: H}, upstream: {hosts: U}}\n`],
  ['an adapter without its key', adapter],
  ['metrics without a port', `${adapter}adapter:\n  metrics: {path: /metrics}\n`],
  ['a read of two volumes', `${adapter}adapter:\n  reads: [{volume: a, path: /b}]\n`],
  ['native of an init', 'pattern: init\nnative: auto\ninitContainers:\n- {name: a, image: b}\n'],
];
