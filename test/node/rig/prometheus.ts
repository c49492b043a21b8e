import {debianImage} from '../../../scripts/cluster/node/images.ts';
import {eventually} from '../../cluster/harness/index.ts';
import {serveJson, type Listener} from './listener.ts';
import {ownNamespace, podsOf, type Pod} from './pods.ts';
import {configured} from './programs.ts';
import {serverPod} from './servers.ts';

/** A Prometheus that scrapes what a namespace's pods advertise by their annotations. */
export interface Prometheus {
  /** Waits until a query gives that many series. @returns their labels and values */
  series(query: string, count?: number): Promise<readonly Series[]>;
}

/** One time series, as it is now. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Names of labels begin so that Prometheus' discovery in Kubernetes gives a pod. */
const meta = '__meta_kubernetes_pod';
const annotation = `${meta}_annotation_prometheus_io`;

/**
 * The rules by which pods' annotations are read in most clusters, for a shell's here document:
 * https://github.com/prometheus-community/helm-charts/blob/main/charts/prometheus/values.yaml, job kubernetes-pods.
 */
function settings({host, port}: Listener): string {
  const job = {
    job_name: 'kubernetes-pods',
    http_sd_configs: [{url: `http://${host}:${port}/`, refresh_interval: '1s'}],
    relabel_configs: [
      {source_labels: [`${annotation}_scrape`], action: 'keep', regex: 'true'},
      {source_labels: [`${annotation}_scheme`], action: 'replace', regex: '(https?)', target_label: '__scheme__'},
      {source_labels: [`${annotation}_path`], action: 'replace', regex: '(.+)', target_label: '__metrics_path__'},
      {
        source_labels: [`${annotation}_port`, `${meta}_ip`],
        action: 'replace',
        regex: String.raw`(\d+);((([0-9]+?)(\.|$)){4})`,
        replacement: '$2:$1',
        target_label: '__address__',
      },
      {source_labels: [`${meta}_name`], action: 'replace', target_label: 'pod'},
    ],
  };
  const text = JSON.stringify({global: {scrape_interval: '1s', scrape_timeout: '1s'}, scrape_configs: [job]});
  return text.replaceAll(/[\\$]/g, String.raw`\$&`);
}

/**
 * A pod as Prometheus' discovery finds it (https://prometheus.io/docs/prometheus/latest/configuration/configuration/#pod): Debian's
 * is built without, and asks the test in its place.
 */
function target({metadata, status}: Pod): object {
  const annotations = Object.entries(metadata.annotations ?? {}).map(([key, value]) => [
    `${meta}_annotation_${key.replaceAll(/[^A-Za-z0-9_]/g, '_')}`,
    value,
  ]);
  const labels = {[`${meta}_name`]: metadata.name, [`${meta}_ip`]: status.podIP, ...Object.fromEntries(annotations)};
  return {targets: [status.podIP], labels};
}

/** Runs a Prometheus in a namespace of its own. */
export async function startPrometheus(namespace: string): Promise<Prometheus> {
  const discovery = await serveJson(async () =>
    (await podsOf(namespace)).filter(({status}) => status.podIP !== undefined).map((pod) => target(pod)),
  );
  const flags = '--config.file=$own/settings --storage.tsdb.path=$own/data';
  const container = {image: debianImage, command: configured(settings(discovery), `prometheus ${flags}`)};
  const {ip} = await serverPod(await ownNamespace(), 'prometheus', container, 9090);
  return {
    series: (query, count = 1) =>
      eventually(
        async () => {
          const found = await ask(ip, query);
          if (found.length === count) return found;
          throw new Error(`${JSON.stringify(found)}\n${await targets(ip)}`);
        },
        {what: `${count} series of ${query}`, intervalMs: 500},
      ),
  };
}

interface Answer {
  readonly data: {
    readonly result: readonly {readonly metric: Readonly<Record<string, string>>; readonly value: readonly [number, string]}[];
  };
}

/** https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries */
async function ask(ip: string, query: string): Promise<readonly Series[]> {
  const response = await fetch(`http://${ip}:9090/api/v1/query?query=${encodeURIComponent(query)}`);
  const {data} = (await response.json()) as Answer;
  return data.result.map(({metric, value: [, value]}) => ({labels: metric, value: Number(value)}));
}

/** What it scrapes, and how that went. */
async function targets(ip: string): Promise<string> {
  return (await fetch(`http://${ip}:9090/api/v1/targets?state=active`)).text();
}
