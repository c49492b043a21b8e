import type {JsonObject} from '../../src/core/json.ts';
import {volumeSources} from './volume-probes.ts';

/** A pod's spec as an author writes it, to see what a real API server makes of it. */
export interface Probe {
  readonly name: string;
  readonly spec: JsonObject;
}

const digest = `sha256:${'0'.repeat(64)}`;
const images = [
  'nginx',
  'nginx:latest',
  'nginx:1.27',
  `nginx@${digest}`,
  `nginx:latest@${digest}`,
  `nginx:1.27@${digest}`,
  'registry.example:5000/team/app',
  'registry.example:5000/team/app:v1',
  'localhost/app',
  'Team/App',
  'team/App',
  'a__b/c--d.e',
  'nginx:',
  'nginx@sha256:short',
  '0'.repeat(64),
  'auto',
  'a/b:c/d',
  '[::1]:5000/app',
  'app.',
  'bad_host.example/app',
  'localhost:port/app',
];
const app = {name: 'app', image: 'nginx:1.27'};
const probe = {httpGet: {port: 80}};

/** Together they hold each object that a pod's spec may hold, with as few fields as the API allows. */
export const probes: readonly Probe[] = [
  {name: 'plain', spec: {containers: [app]}},
  {name: 'images', spec: {containers: images.map((image, index) => ({name: `c${index}`, image}))}},
  {
    name: 'container',
    spec: {
      initContainers: [{name: 'init', image: 'busybox', restartPolicy: 'Always', startupProbe: {exec: {command: ['true']}}}],
      containers: [
        {
          ...app,
          ports: [{containerPort: 80}, {containerPort: 53, protocol: 'UDP'}],
          env: [
            {name: 'EMPTY', value: ''},
            {name: 'FIELD', valueFrom: {fieldRef: {fieldPath: 'metadata.name'}}},
            {name: 'RESOURCE', valueFrom: {resourceFieldRef: {resource: 'limits.cpu'}}},
            {name: 'CONFIG', valueFrom: {configMapKeyRef: {name: 'config', key: 'key'}}},
            {name: 'SECRET', valueFrom: {secretKeyRef: {name: 'secret', key: 'key'}}},
            {name: 'FILE', valueFrom: {fileKeyRef: {volumeName: 'scratch', path: 'file', key: 'KEY'}}},
          ],
          envFrom: [{configMapRef: {name: 'config'}}, {secretRef: {name: 'secret'}}],
          resources: {limits: {cpu: '0.5', memory: '1024Mi', 'ephemeral-storage': 1_000_000_000}, requests: {cpu: '0.0005'}},
          livenessProbe: probe,
          readinessProbe: {grpc: {port: 80}},
          startupProbe: {tcpSocket: {port: 80}, failureThreshold: 0, timeoutSeconds: 5},
          lifecycle: {postStart: {httpGet: {port: 80}}, preStop: {sleep: {seconds: 1}}},
          volumeMounts: [{name: 'scratch', mountPath: '/scratch', readOnly: false, subPath: ''}],
          securityContext: {capabilities: {drop: ['ALL']}, seccompProfile: {type: 'RuntimeDefault'}, privileged: false},
          command: [],
          stdin: false,
        },
        {name: 'limits', image: 'busybox:1', resources: {limits: {cpu: 1}}, securityContext: {}, volumeMounts: []},
      ],
      volumes: [{name: 'scratch'}],
    },
  },
  {
    name: 'pod',
    spec: {
      containers: [app],
      serviceAccountName: 'builder',
      automountServiceAccountToken: false,
      priorityClassName: 'system-node-critical',
      hostNetwork: false,
      shareProcessNamespace: false,
      nodeSelector: {disk: 'ssd'},
      hostAliases: [{ip: '10.0.0.1', hostnames: ['db']}],
      imagePullSecrets: [{name: 'pull'}],
      dnsConfig: {options: [{name: 'ndots', value: '2'}]},
      readinessGates: [{conditionType: 'example.com/ready'}],
      securityContext: {
        runAsUser: 0,
        sysctls: [{name: 'kernel.shm_rmid_forced', value: '0'}],
        seccompProfile: {type: 'RuntimeDefault'},
      },
      tolerations: [
        {key: 'a', operator: 'Exists'},
        {key: 'b', value: 'c'},
      ],
      topologySpreadConstraints: [
        {maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: {matchLabels: {a: 'b'}}},
      ],
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{matchExpressions: [{key: 'a', operator: 'Exists'}]}],
          },
          preferredDuringSchedulingIgnoredDuringExecution: [
            {weight: 1, preference: {matchExpressions: [{key: 'a', operator: 'Exists'}]}},
          ],
        },
        podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: 'zone', labelSelector: {}}]},
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            {weight: 1, podAffinityTerm: {topologyKey: 'zone', labelSelector: {matchLabels: {a: 'b'}}}},
          ],
        },
      },
    },
  },
  {
    name: 'hostNetwork',
    spec: {
      hostNetwork: true,
      restartPolicy: 'Never',
      containers: [{...app, ports: [{containerPort: 80}, {containerPort: 81, hostPort: 81}]}],
    },
  },
  {name: 'tolerations', spec: {containers: [app], tolerations: [{operator: 'Exists'}]}},
  {name: 'deprecatedAccount', spec: {containers: [app], serviceAccount: 'builder', automountServiceAccountToken: false}},
  {name: 'podResources', spec: {containers: [app], resources: {limits: {cpu: 1, memory: '64Mi'}}}},
  {
    name: 'volumes',
    spec: {
      containers: [app],
      volumes: Object.entries(volumeSources).map(([key, source]) => ({name: key.toLowerCase(), [key]: source})),
    },
  },
];
