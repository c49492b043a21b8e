import * as fc from 'fast-check';
import type {Json, JsonObject} from '../../../src/core/json.ts';
import {some} from '../../core/generators-template.ts';

/** Few values, so that two specs often state the same field. None is one that the API server would fill in, and none is empty. */
const value = (...values: readonly Json[]): fc.Arbitrary<Json> => fc.constantFrom(...values);

/** Items of different keys, in any order. */
function itemsOf(key: string, keys: readonly Json[], fields: (of: Json) => fc.Arbitrary<JsonObject>): fc.Arbitrary<Json> {
  return fc
    .shuffledSubarray([...keys], {minLength: 1})
    .chain((chosen) => fc.tuple(...chosen.map((one) => fields(one).map((more) => ({[key]: one, ...more})))));
}

const variables = itemsOf('name', ['A', 'B', 'C', 'D'], () => fc.record({value: value('1', '2', '$(A)')}));
const mounts = itemsOf('mountPath', ['/a', '/b', '/c'], () =>
  fc
    .record({name: value('data', 'logs')})
    .chain((one) => some({readOnly: value(true), subPath: value('x')}).map((more) => ({...one, ...more}))),
);
const ports = itemsOf('containerPort', [80, 81, 82], (port) =>
  some({name: value(`p${String(port)}`), hostIP: value('10.0.0.1')}),
);

const probe = some({
  periodSeconds: value(5, 7),
  timeoutSeconds: value(2),
  httpGet: fc.record({path: value('/a', '/b'), port: value(80, 'p80')}),
}).map((fields) => ({httpGet: {path: '/c', port: 80}, ...fields}));

const seLinuxOptions = some({level: value('s0', 's1'), role: value('r'), type: value('t', 'u')});

const securityContext = some({
  runAsUser: value(1, 2),
  runAsGroup: value(1, 2),
  runAsNonRoot: value(true),
  allowPrivilegeEscalation: value(false),
  readOnlyRootFilesystem: value(true),
  seLinuxOptions,
  capabilities: some({drop: value(['ALL'], ['NET_RAW']), add: value(['CHOWN'], ['KILL', 'CHOWN'])}),
});

const quantities = some({cpu: value('1', '1500m'), memory: value('1Gi', '64Mi')});
const resources = fc.oneof(
  fc.record({limits: quantities}, {requiredKeys: ['limits']}),
  fc.record({requests: some({cpu: value('1m', '100m'), memory: value('1Mi')})}),
);

const containerFields: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  command: value(['a'], ['b', 'c']),
  args: value(['x'], ['y', 'z']),
  env: variables,
  volumeMounts: mounts,
  ports,
  livenessProbe: probe,
  readinessProbe: probe,
  startupProbe: probe,
  lifecycle: some({
    preStop: fc.record({exec: fc.record({command: value(['a'], ['b', 'c'])})}),
    postStart: fc.record({httpGet: fc.record({path: value('/a', '/b'), port: value(80)})}),
  }),
  terminationMessagePath: value('/a', '/b'),
  terminationMessagePolicy: value('FallbackToLogsOnError'),
  resizePolicy: value(
    [{resourceName: 'cpu', restartPolicy: 'RestartContainer'}],
    [{resourceName: 'memory', restartPolicy: 'RestartContainer'}],
  ),
  resources,
  securityContext,
  imagePullPolicy: value('Always', 'Never'),
  workingDir: value('/w', '/v'),
  stdin: value(true),
  tty: value(true),
};

const nonEmpty = (object: JsonObject): boolean => Object.values(object).every((one) => JSON.stringify(one) !== '{}');

function containerOf(name: Json, image: string): fc.Arbitrary<JsonObject> {
  return some(containerFields).map((fields) => ({name, image, ...fields}));
}

const term = (weight: number, zone: string): JsonObject => ({
  weight,
  preference: {matchExpressions: [{key: 'zone', operator: 'In', values: [zone]}]},
});

const apart = (key: string): JsonObject => ({topologyKey: key, labelSelector: {matchLabels: {app: key}}});

const podFields: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  nodeSelector: some({disk: value('ssd', 'hdd'), zone: value('a', 'b')}),
  securityContext: some({
    runAsUser: value(1, 2),
    fsGroup: value(3, 4),
    fsGroupChangePolicy: value('OnRootMismatch', 'Always'),
    supplementalGroups: value([1], [2, 3]),
    sysctls: value([{name: 'vm.a', value: '1'}], [{name: 'vm.b', value: '2'}]),
    seLinuxOptions,
  }),
  activeDeadlineSeconds: value(100, 200),
  hostIPC: value(true),
  subdomain: value('one', 'two'),
  setHostnameAsFQDN: value(true),
  runtimeClassName: value('one', 'two'),
  preemptionPolicy: value('Never'),
  overhead: some({cpu: value('1', '1500m'), memory: value('1Gi')}),
  schedulingGates: itemsOf('name', ['a/b', 'c/d', 'e/f'], () => fc.constant({})),
  terminationGracePeriodSeconds: value(5, 60),
  dnsPolicy: value('Default'),
  dnsConfig: some({
    nameservers: value(['10.0.0.1'], ['10.0.0.2']),
    searches: value(['a.b']),
    options: itemsOf('name', ['ndots', 'edns0'], () => some({value: value('2', '3')})),
  }),
  hostAliases: itemsOf('ip', ['10.0.0.1', '10.0.0.2', '10.0.0.3'], () => fc.record({hostnames: value(['a'], ['b', 'c'])})),
  imagePullSecrets: itemsOf('name', ['one', 'two', 'three'], () => fc.constant({})),
  serviceAccountName: value('mine', 'yours'),
  automountServiceAccountToken: value(true, false),
  enableServiceLinks: value(false),
  shareProcessNamespace: value(true),
  hostNetwork: value(true),
  priorityClassName: value('high', 'low'),
  schedulerName: value('one', 'two'),
  hostname: value('one', 'two'),
  readinessGates: value([{conditionType: 'a/b'}], [{conditionType: 'c/d'}]),
  topologySpreadConstraints: itemsOf('topologyKey', ['zone', 'host'], () =>
    fc.record({maxSkew: value(1, 2)}).map((more) => ({whenUnsatisfiable: 'DoNotSchedule', ...more})),
  ),
  affinity: some({
    nodeAffinity: some({preferredDuringSchedulingIgnoredDuringExecution: value([term(1, 'a')], [term(2, 'b'), term(1, 'a')])}),
    podAntiAffinity: some({
      requiredDuringSchedulingIgnoredDuringExecution: value([apart('zone')], [apart('host'), apart('zone')]),
    }),
  }),
};

/** What the author says of nothing: the API takes it for unset, and a strategic merge patch does not. */
const empties = some({
  nodeSelector: value({}, null),
  securityContext: value({}, null),
  hostAliases: value([], null),
  imagePullSecrets: value([]),
});
const containerEmpties = some({
  env: value([], null),
  command: value([], null),
  resources: value({}),
  securityContext: value({}, null),
  ports: value([]),
});

/** A template's pod fields and its container, and the author's fields and his part of that container. */
export interface Pair {
  readonly base: JsonObject;
  readonly agent: JsonObject;
  readonly own: JsonObject;
  readonly mine: JsonObject;
  /** The author's with empty values where he states nothing else. */
  readonly emptier: {readonly own: JsonObject; readonly mine: JsonObject};
}

export const pairs: fc.Arbitrary<Pair> = fc
  .record({
    base: some(podFields),
    own: some(podFields),
    agent: containerOf('agent', 'agent:1'),
    mine: containerOf('agent', 'agent:2'),
    nothing: empties,
    containerNothing: containerEmpties,
  })
  .filter(({base, own, agent, mine}) => [base, own, agent, mine].every(nonEmpty))
  .map(({nothing, containerNothing, ...pair}) => ({
    ...pair,
    emptier: {own: {...nothing, ...pair.own}, mine: {...containerNothing, ...pair.mine}},
  }));
