import type {Fault} from './errors.ts';
import {asList, asObject, asString, type JsonObject} from './json.ts';
import {ownerOf, type Scene} from './scene.ts';
import type {Template} from './template.ts';

interface Port {
  readonly container: string;
  readonly number: unknown;
  readonly protocol: string;
  readonly name: string | undefined;
  /** `TCP/10.0.0.1/8080`: what it has of the node. Source: AccumulateUniqueHostPorts in Kubernetes' pkg/apis/core/validation. */
  readonly host: string | undefined;
  readonly path: string;
}

/**
 * The ports of a template's containers and ambassadors that another container of the pod or another ambassador has too:
 * containers of a pod share one network, so the second one to listen fails; and a Service that targets a port's name takes the
 * first it finds. A port of the node (`hostPort`, or any with `hostNetwork`) the API gives to one container only, and an
 * ambassador listens on none of those. Faults: `portConflict`, `portNameConflict`.
 */
export function portFaults(spec: JsonObject, template: Template, scene: Scene): readonly Fault[] {
  if (scene.listens.size === 0 && !template.containers.some(hasPorts) && !template.initContainers.some(hasPorts)) return none;
  const ports = [...portsOf(spec, 'containers'), ...portsOf(spec, 'initContainers')];
  const isOurs = (port: Port): boolean => scene.owners.get(`containers/${port.container}`) === template.name;
  const ours = ports.filter(isOurs);
  const others = ports.filter((port) => !isOurs(port));
  return [...listenFaults(spec, ours, others, template, scene), ...containerFaults(ours, others, template, scene)];
}

/** An ambassador listens by TCP, on a port that its own containers may declare. */
function listenFaults(
  spec: JsonObject,
  ours: readonly Port[],
  others: readonly Port[],
  template: Template,
  scene: Scene,
): readonly Fault[] {
  return [...scene.listens].flatMap(([listen, owner]): Fault[] => {
    const ambassador = `the ambassador of template ${owner} listens on ${listen}`;
    if (spec['hostNetwork'] === true) {
      // Said once: of the ambassador's template, or of a later one that brings the node's network.
      if (owner !== template.name && template.spec['hostNetwork'] !== true) return [];
      return [
        {
          code: 'portConflict',
          message: `${ambassador}, which is a port of the node, for every pod and process of it, because the pod has hostNetwork: true`,
          fix: 'take hostNetwork off, or the ambassador',
          path: '/spec/hostNetwork',
        },
      ];
    }
    const rivals = owner === template.name ? others : ours;
    const taken = rivals.find((port) => port.number === listen && port.protocol === 'TCP');
    if (taken === undefined) return [];
    return [
      {
        code: 'portConflict',
        message: `${ambassador}, and so does ${JSON.stringify(taken.container)} of ${ownerOf(scene, `containers/${taken.container}`)}`,
        fix: 'change one of the two ports',
        path: taken.path,
      },
    ];
  });
}

function containerFaults(ours: readonly Port[], others: readonly Port[], template: Template, scene: Scene): readonly Fault[] {
  const faults: Fault[] = [];
  for (const [index, port] of ours.entries()) {
    const taken = others.find((other) => other.number === port.number && other.protocol === port.protocol);
    const twice =
      port.host === undefined ? undefined : [...others, ...ours.slice(0, index)].find((one) => one.host === port.host);
    const where = `template ${template.name}: the container ${JSON.stringify(port.container)}`;
    if (taken !== undefined) {
      faults.push({
        code: 'portConflict',
        message: `${where} listens on ${String(port.number)}/${port.protocol}, and so does ${JSON.stringify(taken.container)} of ${ownerOf(scene, `containers/${taken.container}`)}`,
        fix: 'change one of the two ports',
        path: taken.path,
      });
    } else if (twice !== undefined) {
      faults.push({
        code: 'portConflict',
        message: `${where} has the port ${String(port.host)} of the node, and so does ${JSON.stringify(twice.container)} of ${ownerOf(scene, `containers/${twice.container}`)}`,
        fix: 'change one of the two ports',
        path: twice.path,
      });
    }
    const named = port.name === undefined ? undefined : others.find((other) => other.name === port.name);
    if (named !== undefined) {
      faults.push({
        code: 'portNameConflict',
        message: `${where} names a port ${JSON.stringify(port.name)}, and so does ${JSON.stringify(named.container)} of ${ownerOf(scene, `containers/${named.container}`)}`,
        fix: 'rename one of the two ports',
        path: named.path,
      });
    }
  }
  return faults;
}

const none: readonly Fault[] = [];

function hasPorts(container: JsonObject): boolean {
  return asList(container['ports']).length > 0;
}

/** Init containers have ended when the others listen, but for native sidecars (KEP-753: `restartPolicy: Always`). */
function portsOf(spec: JsonObject, list: 'containers' | 'initContainers'): Port[] {
  return asList(spec[list]).flatMap((item, index) => {
    const container = asObject(item);
    if (container === undefined || (list === 'initContainers' && container['restartPolicy'] !== 'Always')) return [];
    return asList(container['ports']).flatMap((entry, at) => {
      const port = asObject(entry);
      if (port === undefined) return [];
      return {
        container: asString(container['name']) ?? '',
        number: port['containerPort'],
        protocol: asString(port['protocol']) ?? 'TCP',
        name: asString(port['name']),
        host: hostPortOf(port, spec),
        path: `/spec/${list}/${index}/ports/${at}`,
      };
    });
  });
}

function hostPortOf(port: JsonObject, spec: JsonObject): string | undefined {
  const number = port['hostPort'] || (spec['hostNetwork'] === true ? port['containerPort'] : undefined);
  if (typeof number !== 'number') return undefined;
  return `${asString(port['protocol']) ?? 'TCP'}/${asString(port['hostIP']) ?? ''}/${number}`;
}
