import type {Fault} from '../errors.ts';
import {asList, asObject, field, isObject, type JsonObject} from '../json.ts';
import type {Adapter, Template} from '../template.ts';
import type {Bound} from './bound.ts';

type Metrics = NonNullable<Adapter['metrics']>;

/**
 * What Prometheus' widespread scrape configuration reads, with what it takes where an annotation is absent. Source:
 * https://github.com/prometheus-community/helm-charts/tree/main/charts/prometheus#scraping-pod-metrics-via-annotations
 */
const scrapeAnnotations: ReadonlyMap<string, string | undefined> = new Map([
  ['prometheus.io/scrape', undefined],
  ['prometheus.io/port', undefined],
  ['prometheus.io/path', '/metrics'],
  ['prometheus.io/scheme', 'http'],
]);

/**
 * The template with the port, the annotations and the labels by which its metrics are found. The annotations belong together:
 * where the pod has one of another meaning it is scraped in its own way, so none is added and each such one is reported as kept.
 * Fault: `portNameConflict`.
 */
export function bindMetrics(
  pod: JsonObject,
  template: Template,
  metrics: Metrics | undefined,
): Pick<Bound, 'template' | 'kept' | 'faults'> {
  if (metrics === undefined) return {template, kept: [], faults: []};
  const {annotations, kept} = scraping(pod, template, metrics);
  const metadata = {annotations, labels: {...metrics.podMonitor, ...template.metadata.labels}};
  const fault = nameFault(template, metrics);
  return {
    template: {...template, metadata, containers: withPort(template.containers, metrics)},
    kept,
    faults: fault === undefined ? [] : [fault],
  };
}

function scraping(pod: JsonObject, template: Template, metrics: Metrics): {annotations: JsonObject; kept: readonly string[]} {
  const stated = template.metadata.annotations;
  const wanted: JsonObject = {
    'prometheus.io/scrape': 'true',
    'prometheus.io/port': String(metrics.port),
    'prometheus.io/path': metrics.path,
    ...stated,
  };
  const own = asObject(asObject(pod['metadata'])?.['annotations']);
  const kept = [...scrapeAnnotations].flatMap(([key, standard]) => {
    const value = field(own, key);
    return value === undefined || value === (field(wanted, key) ?? standard) ? [] : [`metadata/annotations/${key}`];
  });
  if (kept.length === 0) return {annotations: wanted, kept};
  const others = Object.entries(stated).filter(([key]) => !scrapeAnnotations.has(key));
  return {annotations: Object.fromEntries(others), kept};
}

/** The first container declares the port, unless one of them does already; a port without a name gets the one for it. */
function withPort(containers: readonly JsonObject[], {port, name}: Metrics): readonly JsonObject[] {
  const declaring = containers.findIndex((container) => portsOf(container).some((one) => isAt(one, port)));
  return containers.map((container, index) => {
    if (index !== Math.max(0, declaring)) return container;
    const ports = portsOf(container);
    if (declaring === -1) return {...container, ports: [...ports, {name, containerPort: port, protocol: 'TCP'}]};
    if (ports.some((one) => isAt(one, port) && one['name'] !== undefined)) return container;
    return {...container, ports: ports.map((one) => (isAt(one, port) ? {name, ...one} : one))};
  });
}

function nameFault(template: Template, {port, name}: Metrics): Fault | undefined {
  for (const container of template.containers) {
    const other = portsOf(container).find((one) => one['name'] === name && !isAt(one, port));
    if (other === undefined) continue;
    return {
      code: 'portNameConflict',
      message: `template ${template.name}: adapter.metrics names the port ${port} ${JSON.stringify(name)}, and so does the container ${JSON.stringify(container['name'])} its port ${String(other['containerPort'])}`,
      fix: 'rename one of the two ports, or give both one number',
    };
  }
  return undefined;
}

function portsOf(container: JsonObject): readonly JsonObject[] {
  return asList(container['ports']).filter((item) => isObject(item));
}

function isAt(port: JsonObject, number: number): boolean {
  return port['containerPort'] === number && (port['protocol'] ?? 'TCP') === 'TCP';
}
