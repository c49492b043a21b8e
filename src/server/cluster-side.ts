import type {ApiClient} from '../cluster/client.ts';
import {createEventRecorder} from '../cluster/events.ts';
import {startInformer, type Informer} from '../cluster/informer.ts';
import {createLiveReads, type LiveRead, type LiveReads} from '../cluster/live-reads.ts';
import {keepNamespace, namespaceFacts, namespacesPath, readNamespace} from '../cluster/namespaces.ts';
import {formatVersion, watchVersion, type ServerVersion, type VersionWatch} from '../cluster/server-version.ts';
import type {NamespaceFacts} from '../core/decide.ts';
import {formatFault, type Fault} from '../core/errors.ts';
import type {TemplateEntry} from '../core/template.ts';
import {readClusterTemplate, watchClusterTemplates, type ClusterTemplates} from '../templates/from-cluster.ts';
import type {Check} from './health.ts';
import type {Logger} from './log.ts';
import type {Metrics} from './metrics.ts';
import {logTemplateChange} from './template-log.ts';

/** What the webhook knows from its cluster. */
export interface ClusterSide {
  /** Undefined where templates come from files. */
  readonly templates: ClusterTemplates | undefined;
  readonly liveTemplates: LiveReads<TemplateEntry> | undefined;
  readonly namespaceOf: (name: string) => NamespaceFacts | undefined;
  readonly liveNamespaces: LiveReads<NamespaceFacts>;
  /** The API server's, as far as it is known. */
  readonly version: () => ServerVersion | undefined;
  /** For `/readyz`: `templates` and `namespaces`, until each was listed once, and `version`, until it was asked for. */
  readonly checks: readonly Check[];
  readonly watches: readonly Watched[];
  /** Resolves when nothing runs any more. Never rejects. */
  stop(): Promise<void>;
}

/** A watch as metrics show it. */
export interface Watched {
  readonly resource: string;
  readonly lastSuccessMs: () => number | undefined;
}

export interface ClusterSideOptions {
  readonly client: ApiClient;
  /** The injector's own namespace. */
  readonly namespace: string;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'liveRead'>;
  /** Whether its ConfigMaps are the templates. */
  readonly withTemplates: boolean;
}

/** Of the second that a review waits at most. */
const readTimeoutMs = 900;

/**
 * Starts watching. An API server that can't be reached or that forbids it ends nothing: it is tried again and again, a line is logged
 * when the trouble begins and when it is over, and the checks say what is missing.
 */
export function startClusterSide({client, namespace, logger, metrics, withTemplates}: ClusterSideOptions): ClusterSide {
  const shared = {client, now: Date.now, random: Math.random};
  const version = watchVersion(client, (found) => logger.info({version: formatVersion(found)}, 'API server version'));
  const troubles = (resource: string): {onFault: (fault: Fault) => void; onRecovered: () => void} => ({
    onFault: (fault) =>
      logger.error({resource, reason: fault.code, fault: formatFault(fault)}, 'a watch fails, and is tried again and again'),
    onRecovered: () => {
      logger.info({resource}, 'a watch works again');
      // It may be another API server than before.
      void version.refresh();
    },
  });
  const live = <T>(resource: string, read: (name: string) => Promise<LiveRead<T> & {readonly fault?: Fault}>): LiveReads<T> => {
    let complained: string | undefined;
    return createLiveReads<T>({
      now: Date.now,
      onResult: (result) => metrics.liveRead(resource, result),
      read: async (name) => {
        const result = await read(name);
        if (result.fault !== undefined && result.fault.code !== complained)
          logger.warn({resource, name, reason: result.fault.code, fault: formatFault(result.fault)}, 'a live read failed');
        complained = result.fault?.code;
        return result;
      },
    });
  };

  const liveNamespaces = live('namespaces', (name) => readNamespace(client, name, readTimeoutMs));
  const namespaces = startInformer({
    ...shared,
    ...troubles('namespaces'),
    path: namespacesPath,
    metadataOnly: true,
    keep: keepNamespace,
    onChange: (names) => names.forEach((name) => liveNamespaces.forget(name)),
  });
  const checks: Check[] = [];
  const watches: Watched[] = [{resource: 'namespaces', lastSuccessMs: () => namespaces.lastSuccessMs()}];
  let templates: ClusterTemplates | undefined;
  let liveTemplates: LiveReads<TemplateEntry> | undefined;
  if (withTemplates) {
    const events = createEventRecorder({
      ...shared,
      onFault: (fault) => logger.warn({reason: fault.code, fault: formatFault(fault)}, 'an Event could not be recorded'),
    });
    const found = live('configmaps', (name) => readClusterTemplate(client, namespace, name, readTimeoutMs));
    const watched = watchClusterTemplates({
      ...shared,
      ...troubles('configmaps'),
      namespace,
      onSeen: (names) => names.forEach((name) => found.forget(name)),
      onChange: (changes) => changes.forEach((change) => logTemplateChange(logger, change)),
      onRejected: (configMap, message) => events.record(configMap, {type: 'Warning', reason: 'TemplateRejected', message}),
    });
    checks.push(syncCheck('templates', `the ConfigMaps of namespace ${namespace}`, watched));
    watches.unshift({resource: 'configmaps', lastSuccessMs: () => watched.lastSuccessMs()});
    templates = watched;
    liveTemplates = found;
  }
  checks.push(syncCheck('namespaces', 'the namespaces', namespaces), versionCheck(version));
  const facts = new WeakMap<object, NamespaceFacts>();
  return {
    templates,
    liveTemplates,
    namespaceOf: (name) => {
      const object = namespaces.objects().get(name);
      if (object === undefined) return undefined;
      const known = facts.get(object) ?? namespaceFacts(object);
      facts.set(object, known);
      return known;
    },
    liveNamespaces,
    version: () => version.current(),
    checks,
    watches,
    async stop() {
      version.stop();
      await Promise.all([namespaces.stop(), templates?.stop()]);
    },
  };
}

/** Whether it is known decides between native and classic sidecars; that it can't be read is no reason to stand still. */
function versionCheck(version: Pick<VersionWatch, 'current' | 'hasAsked'>): Check {
  return {
    name: 'version',
    problem: () => (version.hasAsked() ? undefined : 'the API server is being asked for its version'),
    note: () =>
      version.current() === undefined
        ? 'the API server does not tell its version, so native: auto makes classic sidecars; POD_INJECTOR_SERVER_VERSION says it'
        : undefined,
  };
}

function syncCheck(name: string, what: string, watched: Pick<Informer, 'isSynced' | 'fault'>): Check {
  return {
    name,
    problem: () => {
      if (watched.isSynced()) return undefined;
      const fault = watched.fault();
      return fault === undefined ? `${what} are being listed` : `${what} could not be listed: ${formatFault(fault)}`;
    },
    // The last good state is served; that it may be old is for people, not for probes.
    note: () => {
      const fault = watched.fault();
      return fault === undefined ? undefined : `the last known state is served: ${formatFault(fault)}`;
    },
  };
}
