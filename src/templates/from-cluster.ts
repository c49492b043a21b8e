import type {ApiClient} from '../cluster/client.ts';
import {startInformer, type Informer, type InformerOptions} from '../cluster/informer.ts';
import type {LiveRead} from '../cluster/live-reads.ts';
import {formatFault, type Fault} from '../core/errors.ts';
import {asObject, field, withField, withoutField, type JsonObject} from '../core/json.ts';
import type {TemplateReading} from '../core/template/read.ts';
import type {TemplateEntry, TemplateSnapshot} from '../core/template.ts';
import {contentOf, readConfigMap} from './configmap.ts';
import type {LoadedTemplates} from './loaded.ts';
import {emptyState, nextState, type TemplateChange, type TemplateState} from './store.ts';

/** The templates among the ConfigMaps of one namespace, kept up to date. */
export interface ClusterTemplates extends Pick<Informer, 'isSynced' | 'synced' | 'fault' | 'lastSuccessMs' | 'stop'> {
  /** The templates to answer a request with; the same reference until something changes. */
  snapshot(): TemplateSnapshot;
  /** The same, and what is wrong with what was read last. */
  state(): TemplateState;
}

export interface ClusterTemplatesOptions extends Pick<InformerOptions, 'now' | 'random' | 'timing'> {
  readonly client: ApiClient;
  /** The injector's own. */
  readonly namespace: string;
  readonly onChange: (changes: readonly TemplateChange[]) => void;
  /** A ConfigMap whose newest version is not served, for an Event on it; `message` holds all faults with their positions. */
  readonly onRejected: (configMap: JsonObject, message: string) => void;
  /** Names of ConfigMaps that a watch has told of. */
  readonly onSeen: (names: readonly string[]) => void;
  readonly onFault: (fault: Fault) => void;
  readonly onRecovered: () => void;
}

/**
 * Watches all ConfigMaps of a namespace, not only labelled ones, because the Initializers' had no label. A version that is broken
 * never takes the place of a good one. Never throws.
 */
export function watchClusterTemplates(options: ClusterTemplatesOptions): ClusterTemplates {
  const {client, namespace, onChange, onRejected, onSeen, ...rest} = options;
  const readings = new WeakMap<JsonObject, {readonly reading: TemplateReading | undefined}>();
  let state = emptyState;
  const read = (configMap: JsonObject): TemplateReading | undefined => {
    const known = readings.get(configMap) ?? {reading: readConfigMap(configMap)};
    readings.set(configMap, known);
    return known.reading;
  };
  const informer = startInformer({
    ...rest,
    client,
    path: configMapsPath(namespace),
    keep: keepConfigMap,
    onChange: (names) => {
      onSeen(names);
      const objects = informer.objects();
      const next = nextState(state, loadedFrom([...objects.values()].flatMap((configMap) => read(configMap) ?? [])));
      state = next.state;
      if (next.changes.length > 0) onChange(next.changes);
      for (const change of next.changes) {
        const configMap = change.kind === 'rejected' ? objects.get(change.name) : undefined;
        if (change.kind === 'rejected' && configMap !== undefined) onRejected(configMap, rejection(change));
      }
    },
  });
  return {
    snapshot: () => state.snapshot,
    state: () => state,
    isSynced: () => informer.isSynced(),
    synced: informer.synced,
    fault: () => informer.fault(),
    lastSuccessMs: () => informer.lastSuccessMs(),
    stop: () => informer.stop(),
  };
}

/**
 * Reads one ConfigMap as a template; `absent` also where it is there and no template. Codes of the fault: those of ApiAnswer. Never
 * rejects.
 */
export async function readClusterTemplate(
  client: ApiClient,
  namespace: string,
  name: string,
  timeoutMs: number,
): Promise<LiveRead<TemplateEntry> & {readonly fault?: Fault}> {
  const answer = await client.request({path: `${configMapsPath(namespace)}/${encodeURIComponent(name)}`, timeoutMs});
  if (answer.kind === 'failed') return answer.status === 404 ? {kind: 'absent'} : {kind: 'failed', fault: answer.fault};
  const reading = readConfigMap(answer.body);
  return reading === undefined ? {kind: 'absent'} : {kind: 'found', value: reading.entry};
}

/** The collection of ConfigMaps of a namespace. */
export function configMapsPath(namespace: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/configmaps`;
}

/** What ConfigMaps as the API server lists them hold together; their names differ, so none can be there twice. Pure; never throws. */
export function loadedFrom(readings: readonly TemplateReading[]): LoadedTemplates {
  return {
    snapshot: new Map(readings.map(({entry}) => [nameOf(entry), entry])),
    faults: readings.flatMap(({entry}) => (entry.kind === 'broken' ? entry.faults : [])),
    warnings: readings.flatMap(({warnings}) => warnings),
    unreadable: [],
  };
}

function nameOf(entry: TemplateEntry): string {
  return entry.kind === 'good' ? entry.template.name : entry.name;
}

/** What is no template may be large and is not needed: its metadata is enough to see when it becomes one. */
function keepConfigMap(configMap: JsonObject): JsonObject {
  const metadata = withoutField(asObject(field(configMap, 'metadata')) ?? {}, 'managedFields');
  // Items of a list have no type, and an Event must name it.
  const typed = {apiVersion: 'v1', kind: 'ConfigMap'};
  return contentOf(configMap).kind === 'other' ? {...typed, metadata} : {...withField(configMap, 'metadata', metadata), ...typed};
}

function rejection(change: TemplateChange & {readonly kind: 'rejected'}): string {
  const served =
    change.lastGood === undefined ? 'Workloads that ask for it are refused' : 'The last good version is still served';
  return `${served}: ${change.faults.map(formatFault).join(' | ')}`;
}
