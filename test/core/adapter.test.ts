import {describe, expect, test} from 'vitest';
import {uninject} from '../../src/core/inject.ts';
import type {JsonObject} from '../../src/core/json.ts';
import type {Adapter, Read, Template} from '../../src/core/template.ts';
import {frozen} from '../helpers/frozen.ts';
import {at, create, pod} from '../helpers/objects.ts';
import {snapshotOf, templateValue} from '../helpers/template-value.ts';

const metrics = {port: 9113, path: '/metrics', name: 'metrics', podMonitor: {}};
const exporter: JsonObject = {name: 'exporter', image: 'exporter:1'};

function adapter(
  name: string,
  parts: Partial<Adapter>,
  more: Omit<Partial<Template>, 'app'> & {readonly app?: Partial<Template['app']>} = {},
): Template {
  return templateValue(name, {pattern: 'adapter', adapter: {reads: [], ...parts}, containers: [exporter], ...more});
}

/** What the injected container has of a field. */
function injected(object: JsonObject, field: string): unknown {
  return at(object, 'spec', 'containers', 1, field);
}

describe('the metrics of an adapter', () => {
  const annotations = (own: JsonObject, template = adapter('exporter', {metrics})) => {
    const before = frozen(pod('exporter', {}, {annotations: own}));
    const outcome = create(before, snapshotOf(template));
    expect(outcome.verdict.kind).toBe('injected');
    expect(uninject(outcome.object).object).toEqual(before);
    const {
      'pod-injector.dev/inject': _,
      'pod-injector.dev/status': __,
      ...rest
    } = at(outcome.object, 'metadata', 'annotations') as JsonObject;
    return {rest, kept: outcome.templates[0]?.kept};
  };

  test('are a named port of its first container and annotations of the pod', () => {
    const {object} = create(
      pod('exporter'),
      snapshotOf(adapter('exporter', {metrics}, {containers: [exporter, {name: 'other', image: 'o:1'}]})),
    );
    expect(injected(object, 'ports')).toEqual([{name: 'metrics', containerPort: 9113, protocol: 'TCP'}]);
    expect(at(object, 'spec', 'containers', 2, 'ports')).toBeUndefined();
    expect(annotations({}).rest).toEqual({
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': '9113',
      'prometheus.io/path': '/metrics',
    });
  });

  test.each([
    ['a name', {name: 'http', containerPort: 9113}, {name: 'http', containerPort: 9113}],
    ['no name', {containerPort: 9113, protocol: 'TCP'}, {name: 'metrics', containerPort: 9113, protocol: 'TCP'}],
  ])('are the port that a container has already, with %s', (_, port, wanted) => {
    const containers = [exporter, {name: 'other', image: 'o:1', ports: [{containerPort: 1}, port]}];
    const {object} = create(pod('exporter'), snapshotOf(adapter('exporter', {metrics}, {containers})));
    expect(injected(object, 'ports')).toBeUndefined();
    expect(at(object, 'spec', 'containers', 2, 'ports')).toEqual([{containerPort: 1}, wanted]);
  });

  test('are another port beside one of the same number and another protocol', () => {
    const containers = [{...exporter, ports: [{containerPort: 9113, protocol: 'UDP'}]}];
    const {object} = create(pod('exporter'), snapshotOf(adapter('exporter', {metrics}, {containers})));
    expect(injected(object, 'ports')).toEqual([
      {containerPort: 9113, protocol: 'UDP'},
      {name: 'metrics', containerPort: 9113, protocol: 'TCP'},
    ]);
  });

  test.each([
    [{containerPort: 9113}, 'portConflict'],
    [{containerPort: 80, name: 'metrics'}, 'portNameConflict'],
  ])('are refused where the application has the port %j', (port, code) => {
    const {verdict} = create(
      pod('exporter', {containers: [{name: 'web', image: 'w:1', ports: [port]}]}),
      snapshotOf(adapter('exporter', {metrics})),
    );
    expect(verdict).toMatchObject({kind: 'refused', faults: [{code}]});
  });

  test('are refused where the template itself gives the name to another port', () => {
    const containers = [{...exporter, ports: [{containerPort: 1, name: 'metrics'}]}];
    const {verdict} = create(pod('exporter'), snapshotOf(adapter('exporter', {metrics}, {containers})));
    expect(verdict).toMatchObject({kind: 'refused', faults: [{code: 'portNameConflict'}]});
  });

  test.each<readonly [JsonObject, readonly string[]]>([
    [{'prometheus.io/scrape': 'false'}, ['scrape']],
    [{'prometheus.io/scrape': 'true', 'prometheus.io/port': '8080', 'prometheus.io/path': '/stats'}, ['port', 'path']],
    [{'prometheus.io/port': '9113', 'prometheus.io/scheme': 'https'}, ['scheme']],
  ])('leave a pod alone that is scraped in its own way: %j', (own, kept) => {
    expect(annotations(own)).toEqual({rest: own, kept: kept.map((name) => `metadata/annotations/prometheus.io/${name}`)});
  });

  test('complete annotations of the same meaning', () => {
    const own = {'prometheus.io/scrape': 'true', 'prometheus.io/scheme': 'http', team: 'shop'};
    expect(annotations(own)).toEqual({rest: {...own, 'prometheus.io/port': '9113', 'prometheus.io/path': '/metrics'}, kept: []});
  });

  test("take the template's own annotations for a part of them", () => {
    const template = adapter(
      'exporter',
      {metrics},
      {metadata: {labels: {}, annotations: {'prometheus.io/scheme': 'https', team: 'ops'}}},
    );
    expect(annotations({}, template).rest).toMatchObject({
      'prometheus.io/scheme': 'https',
      'prometheus.io/port': '9113',
      team: 'ops',
    });
    expect(annotations({'prometheus.io/path': '/x'}, template).rest).toEqual({'prometheus.io/path': '/x', team: 'ops'});
  });

  test('of a second adapter do not take the place of the first', () => {
    const other = adapter(
      'other',
      {metrics: {...metrics, port: 9114, name: 'more'}},
      {containers: [{name: 'other', image: 'o:1'}]},
    );
    const {object, templates} = create(pod('exporter,other'), snapshotOf(adapter('exporter', {metrics}), other));
    expect(at(object, 'metadata', 'annotations', 'prometheus.io/port')).toBe('9113');
    expect(templates[1]?.kept).toEqual(['metadata/annotations/prometheus.io/port']);
  });

  test('have labels for a PodMonitor, which never overwrite', () => {
    const template = adapter('exporter', {metrics: {...metrics, podMonitor: {scrape: 'yes', team: 'ops'}}});
    const {object, templates} = create(pod('exporter', {}, {labels: {team: 'shop'}}), snapshotOf(template));
    expect(at(object, 'metadata', 'labels')).toEqual({team: 'shop', scrape: 'yes'});
    expect(templates[0]?.kept).toEqual(['metadata/labels/team']);
  });
});

describe('what an adapter reads', () => {
  const web = (...volumeMounts: readonly JsonObject[]): JsonObject => ({name: 'web', image: 'w:1', volumeMounts});
  const logs = {name: 'logs', mountPath: '/var/log/app'};
  const spec: JsonObject = {
    containers: [web(logs)],
    volumes: [
      {name: 'logs', emptyDir: {}},
      {name: 'conf', emptyDir: {}},
    ],
  };
  const read = (one: Read, pods: JsonObject = spec, more: Parameters<typeof adapter>[2] = {}) => {
    const before = frozen(pod('exporter', pods));
    const outcome = create(before, snapshotOf(adapter('exporter', {reads: [one]}, more)));
    if (outcome.verdict.kind === 'injected') expect(uninject(outcome.object).object).toEqual(before);
    const faults = outcome.verdict.kind === 'refused' ? outcome.verdict.faults : [];
    return {mounts: (at(outcome.object, 'spec', 'containers') as JsonObject[]).at(-1)?.['volumeMounts'], faults, outcome};
  };

  test.each<readonly [string, Read, string]>([
    ['a volume, where the application has it', {from: {volume: 'logs'}}, '/var/log/app'],
    ['a volume, elsewhere', {from: {volume: 'logs'}, mountPath: '/in'}, '/in'],
    ["the application's path", {from: {path: '/var//log/app/'}}, '/var/log/app'],
    ["the application's path, elsewhere", {from: {path: '/var/log/app'}, mountPath: '/in'}, '/in'],
  ])('is mounted read-only: %s', (_, one, mountPath) => {
    expect(read(one).mounts).toEqual([{name: 'logs', mountPath, readOnly: true}]);
  });

  test('is mounted in each of its containers, and not in its init containers', () => {
    const more = {containers: [exporter, {name: 'other', image: 'o:1'}], initContainers: [{name: 'prepare', image: 'p:1'}]};
    const {outcome} = read({from: {volume: 'logs'}}, spec, more);
    expect(injected(outcome.object, 'volumeMounts')).toHaveLength(1);
    expect(at(outcome.object, 'spec', 'containers', 2, 'volumeMounts')).toHaveLength(1);
    expect(at(outcome.object, 'spec', 'initContainers', 0, 'volumeMounts')).toBeUndefined();
  });

  test('is mounted in a native adapter too', () => {
    const {outcome} = read({from: {volume: 'logs'}}, spec, {native: 'always'});
    expect(at(outcome.object, 'spec', 'initContainers', 0)).toMatchObject({name: 'exporter', volumeMounts: [{name: 'logs'}]});
  });

  test('is the same part of the volume that the application has', () => {
    const pods = {...spec, containers: [web({...logs, subPath: 'app'})]};
    expect(read({from: {volume: 'logs'}}, pods).mounts).toEqual([
      {name: 'logs', mountPath: '/var/log/app', readOnly: true, subPath: 'app'},
    ]);
    expect(read({from: {path: '/var/log/app'}, mountPath: '/in'}, pods).mounts).toMatchObject([
      {mountPath: '/in', subPath: 'app'},
    ]);
    expect(read({from: {volume: 'logs'}, mountPath: '/in'}, pods).mounts).toEqual([
      {name: 'logs', mountPath: '/in', readOnly: true},
    ]);
  });

  test('may be a volume that the template gives to the application', () => {
    const more = {volumes: [{name: 'out', emptyDir: {}}], app: {volumeMounts: [{name: 'out', mountPath: '/out'}]}};
    expect(read({from: {volume: 'out'}}, spec, more).mounts).toEqual([{name: 'out', mountPath: '/out', readOnly: true}]);
    expect(read({from: {path: '/out'}}, spec, more).mounts).toEqual([{name: 'out', mountPath: '/out', readOnly: true}]);
  });

  test('may be what a StatefulSet claims, which its pod template has no volume for', () => {
    expect(read({from: {volume: 'logs'}}, {containers: [web(logs)]}).faults).toEqual([]);
  });

  test.each<readonly [string, Read, RegExp, string]>([
    ['a volume that the pod lacks', {from: {volume: 'log'}}, /logs, conf/, 'did you mean logs?'],
    [
      'a path that the application lacks',
      {from: {path: '/var/log/apps'}},
      /mounts \/var\/log\/app$/,
      'did you mean /var/log/app?',
    ],
    [
      'a volume that the application does not mount',
      {from: {volume: 'conf'}},
      /does not mount/,
      'say where it shall be mounted: mountPath',
    ],
  ])('is refused where it is missing: %s', (_, one, message, fix) => {
    expect(read(one).faults).toMatchObject([{code: 'readMissing', message: expect.stringMatching(message) as string, fix}]);
  });

  test('is refused as a block device', () => {
    const pods = {...spec, containers: [{name: 'web', image: 'w:1', volumeDevices: [{name: 'logs', devicePath: '/dev/x'}]}]};
    expect(read({from: {volume: 'logs'}, mountPath: '/in'}, pods).faults).toMatchObject([{code: 'readMissing'}]);
  });

  test('is refused where the application has it at several places, unless the place or the container is named', () => {
    const api = {name: 'api', image: 'a:1', volumeMounts: [{name: 'logs', mountPath: '/logs'}]};
    const pods = {...spec, containers: [web(logs), api]};
    const {faults} = read({from: {volume: 'logs'}}, pods);
    expect(faults).toMatchObject([{code: 'readUnclear', message: expect.stringMatching(/"web".*"api"/) as string}]);
    expect(read({from: {volume: 'logs'}, mountPath: '/in'}, pods).faults).toEqual([]);
    expect(read({from: {volume: 'logs'}}, pods, {app: {containers: ['api']}}).mounts).toMatchObject([{mountPath: '/logs'}]);
    expect(read({from: {path: '/logs'}}, pods).mounts).toMatchObject([{mountPath: '/logs'}]);
  });

  test('is refused where two containers have other volumes at the path', () => {
    const api = {name: 'api', image: 'a:1', volumeMounts: [{name: 'conf', mountPath: '/var/log/app'}]};
    const {faults} = read({from: {path: '/var/log/app'}}, {...spec, containers: [web(logs), api]});
    expect(faults).toMatchObject([{code: 'readUnclear', message: expect.stringMatching(/"logs".*"conf"/) as string}]);
  });

  test('is refused where only variables of the application say which part it is', () => {
    const pods = {...spec, containers: [web({...logs, subPathExpr: '$(POD_NAME)'})]};
    expect(read({from: {path: '/var/log/app'}}, pods).faults).toMatchObject([{code: 'readUnclear'}]);
    expect(read({from: {volume: 'logs'}, mountPath: '/in'}, pods).faults).toEqual([]);
  });

  test('is refused where its own container has something else at the path', () => {
    const more = {
      volumes: [{name: 'own', emptyDir: {}}],
      containers: [{...exporter, volumeMounts: [{name: 'own', mountPath: '/in/'}]}],
    };
    expect(read({from: {volume: 'logs'}, mountPath: '/in'}, spec, more).faults).toMatchObject([{code: 'mountPathConflict'}]);
    const device = {containers: [{...exporter, volumeDevices: [{name: 'own', devicePath: '/in'}]}]};
    expect(read({from: {volume: 'logs'}, mountPath: '/in'}, spec, device).faults).toMatchObject([{code: 'mountPathConflict'}]);
  });

  test('names a container of the application that the pod lacks once', () => {
    const more = {app: {containers: ['wbe'], env: [{name: 'A', value: 'b'}]}};
    const codes = read({from: {volume: 'logs'}, mountPath: '/in'}, spec, more).faults.map((fault) => fault.code);
    expect(codes).toEqual(['appContainerMissing']);
  });

  test("leaves the mounts that the author's own container of that name has", () => {
    const own = {name: 'exporter', image: 'auto', volumeMounts: [{name: 'conf', mountPath: '/var/log/app'}]};
    const {mounts, outcome} = read({from: {volume: 'logs'}}, {...spec, containers: [web(logs), own]});
    expect(mounts).toMatchObject([{name: 'conf', mountPath: '/var/log/app'}]);
    expect(outcome.templates[0]?.kept).toEqual(['containers/exporter/volumeMounts/~1var~1log~1app/name']);
  });
});
