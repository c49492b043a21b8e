import type {JsonObject} from '../../../src/core/json.ts';

/** One template of each pattern, small, with defaults for all that a pod may lack. */
const texts: Readonly<Record<string, string>> = {
  redis: `
pattern: ambassador
ambassador:
- listen: 6379
  redirect: {host: REDIS_HOST, port: REDIS_PORT}
  upstream: {host: {name: UPSTREAM_HOST, default: redis}, port: {name: UPSTREAM_PORT, default: "6379"}}
containers:
- name: redis
  image: redis-proxy:1
`,
  db: `
pattern: ambassador
ambassador:
- listen: 5432
  redirect: {host: DB_HOST}
  upstream: {host: {name: UPSTREAM_HOST, default: db}}
containers:
- name: db
  image: db-proxy:1
`,
  agent: `
pattern: sidecar
native: auto
parameters:
  level: {type: string, default: info}
  port: {type: integer, default: 8081}
containers:
- name: agent
  image: agent:1
  env:
  - name: LEVEL
    value: \${params.level}
  - name: TWICE
    value: \${pod.spec.containers[0].?ports[?0].?containerPort.orValue(0) * 2}
  - name: OF
    value: \${workload.?kind.orValue("Pod")} \${workload.?name.orValue("none")} in \${namespaceObject.metadata.name}
  startupProbe: {httpGet: {path: /, port: "\${params.port}"}}
`,
  first: `
pattern: sidecar
native: always
containers:
- name: first
  image: first:1
`,
  exporter: `
pattern: adapter
adapter:
  metrics: {port: 9113}
  reads: [varlog]
containers:
- name: exporter
  image: exporter:1
`,
  prepare: `
pattern: init
initContainers:
- name: prepare
  image: prepare:1
  volumeMounts: [{name: work, mountPath: /work}]
volumes: [{name: work, emptyDir: {}}]
app:
  volumeMounts: [{name: work, mountPath: /work}]
`,
};

/** As ConfigMaps, by the templates' names. */
export const patternTemplates: readonly {readonly name: string; readonly configMap: JsonObject}[] = Object.entries(texts).map(
  ([name, template]) => {
    const metadata = {name, labels: {'pod-injector.dev/template': 'true'}};
    return {name, configMap: {apiVersion: 'v1', kind: 'ConfigMap', metadata, data: {template}}};
  },
);
