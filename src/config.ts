import type {Fault} from './core/errors.ts';
import {readServerVersion} from './core/kubernetes/version.ts';

/** What `serve` runs with: every flag read and checked. Durations in milliseconds. */
export interface Config {
  /** Template files and folders, in the order they were named; without any the templates are the cluster's ConfigMaps. */
  readonly templates: readonly string[];
  /** Absent with template files alone. */
  readonly cluster?: ClusterConfig;
  readonly host: string;
  /** 0 lets the system choose one. */
  readonly port: number;
  readonly healthPort: number;
  /** Absent in a cluster unless it was named: then the certificates are in a Secret. Outside one, naming the Secret does that. */
  readonly certDir?: string;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  /** How long a process that was told to stop goes on serving as if nothing had happened, already unready. */
  readonly gracePeriodMs: number;
  /** How long requests in flight may take after that, before their connections are cut. */
  readonly drainTimeoutMs: number;
  /** Minor version of the API server, 32 of 1.32, where it was said; else the cluster tells it. */
  readonly serverMinor?: number;
}

/** What `serve` has to do with a cluster. */
export interface ClusterConfig {
  /** The cluster that this process runs in, or one that a kubeconfig names. */
  readonly choice:
    | {readonly kind: 'inCluster'}
    | {readonly kind: 'kubeconfig'; readonly path?: string; readonly context?: string};
  /** The injector's own namespace, where one was named; it holds the templates. */
  readonly namespace?: string;
  readonly serviceName: string;
  readonly secretName: string;
  readonly leaseName: string;
  readonly webhookConfiguration: string;
  /** `https://HOST:PORT`: this process registers itself there as the cluster's webhook. */
  readonly registerUrl?: string;
  /** What tells this process from other replicas, where the environment says it. */
  readonly podName?: string;
}

/** The injector's own namespace where neither a flag nor a service account says it. */
export const systemNamespace = 'pod-injector';

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

const logFormats = ['auto', 'json', 'pretty'] as const;
export type LogFormat = (typeof logFormats)[number];

/** One flag of `serve`: what the command line declares and `--help` prints. */
export interface ServeFlag {
  /** Without the dashes: `health-port`. */
  readonly name: string;
  readonly short?: string;
  /** The word for its value in the help. */
  readonly value: string;
  readonly description: string;
  /** The default as the help prints it. */
  readonly standard?: string;
  readonly repeatable?: true;
}

/** Every flag of `serve`. Each is an environment variable too: {@link variableOf}. */
export const serveFlags: readonly ServeFlag[] = [
  {
    name: 'templates',
    short: 't',
    value: 'PATH',
    description: "template file or folder, watched for changes; without any the cluster's ConfigMaps are the templates",
    repeatable: true,
  },
  {name: 'kubeconfig', value: 'FILE', description: 'the cluster to work with from outside of it'},
  {name: 'context', value: 'NAME', description: 'a context of the kubeconfig'},
  {
    name: 'namespace',
    value: 'NAME',
    description: "the injector's own namespace, which holds the templates",
    standard: `POD_NAMESPACE, else the service account's, else ${systemNamespace}`,
  },
  {name: 'host', value: 'ADDRESS', description: 'address to listen on', standard: '127.0.0.1, in a cluster all'},
  {name: 'port', value: 'PORT', description: 'port of the webhook (HTTPS); 0 takes a free one', standard: '8443'},
  {name: 'health-port', value: 'PORT', description: 'port of /livez, /readyz and /metrics (HTTP)', standard: '8081'},
  {
    name: 'cert-dir',
    value: 'DIR',
    description: 'folder of tls.crt, tls.key and ca.crt; filled when empty, but in a cluster only read',
    standard: 'certs, in a cluster none: certificates of its own in a Secret',
  },
  {name: 'register-url', value: 'URL', description: "registers this process as the cluster's webhook until it ends"},
  {
    name: 'service-name',
    value: 'NAME',
    description: 'the Service that certificates are made for',
    standard: 'pod-injector-webhook',
  },
  {name: 'secret-name', value: 'NAME', description: 'the Secret of the certificates', standard: 'pod-injector-certs'},
  {name: 'lease-name', value: 'NAME', description: 'the Lease by which replicas choose a leader', standard: 'pod-injector'},
  {
    name: 'webhook-configuration',
    value: 'NAME',
    description: 'the name of the two webhook configurations that get the CA',
    standard: 'pod-injector',
  },
  {name: 'log-level', value: 'LEVEL', description: logLevels.join(', '), standard: 'info'},
  {name: 'log-format', value: 'FORMAT', description: 'json, pretty, or auto: pretty on a terminal', standard: 'auto'},
  {
    name: 'grace-period',
    value: 'DURATION',
    description: 'on a signal, serve on for so long before closing',
    standard: '0s on a loopback address, else 5s',
  },
  {
    name: 'server-version',
    value: 'VERSION',
    description: 'Kubernetes version that pods are injected for, such as 1.31',
    standard: "the cluster's; the newest known without a cluster",
  },
  {name: 'drain-timeout', value: 'DURATION', description: 'then, time for requests in flight', standard: '10s'},
];

/** Values of flags by name, as they were typed: `{'health-port': '8081', templates: ['a', 'b']}`; camelCase names do as well. */
export type FlagValues = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The process environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment variable of a flag: `POD_INJECTOR_HEALTH_PORT` of `health-port`. */
export function variableOf(flag: string): string {
  return `POD_INJECTOR_${flag.replaceAll('-', '_').toUpperCase()}`;
}

/**
 * The configuration that flags and environment make: a flag wins over its variable, an empty variable counts as unset, and
 * unknown `POD_INJECTOR_…` variables are nobody's business, because Kubernetes' service links make some
 * (https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables).
 * @returns the configuration, or every fault at once, each naming the flag or variable, its value and what is allowed. Codes:
 * `badFlagValue`, `templatesMissing`. Pure; never throws.
 */
export function readServeConfig(
  flags: FlagValues,
  environment: Environment,
): {readonly config: Config} | {readonly faults: readonly Fault[]} {
  const faults: Fault[] = [];
  const read = <T>(flag: string, standard: T, parse: (text: string) => T | undefined, allowed: string): T => {
    const given = valueOf(flag, flags, environment);
    if (given === undefined) return standard;
    const parsed = parse(given.text);
    if (parsed === undefined) faults.push(badValue(given, allowed));
    return parsed ?? standard;
  };
  const templates = templatesOf(flags, environment);
  const name = (flag: string, standard: string): string => read(flag, standard, objectName, nameRange);
  const text = (flag: string): string | undefined => valueOf(flag, flags, environment)?.text;
  const choice = clusterChoice(templates, text, environment);
  const inCluster = choice?.kind === 'inCluster';
  const namespace = valueOf('namespace', flags, environment)?.text ?? (environment['POD_NAMESPACE'] || undefined);
  const serverMinor = read<number | undefined>('server-version', undefined, readServerVersion, 'a version such as 1.31');
  const registerUrl = read<string | undefined>('register-url', undefined, webhookUrl, urlRange);
  const podName = environment['POD_NAME'] || undefined;
  // Outside of a cluster nobody's Secret is touched unless it is named.
  const fromSecret = choice !== undefined && (text('secret-name') !== undefined || (inCluster && templates.length === 0));
  const certDir = read('cert-dir', fromSecret ? '' : 'certs', (given) => (given === '' ? undefined : given), 'a folder');
  // Node takes all addresses of IPv4 too.
  const standardHost = inCluster ? '::' : '127.0.0.1';
  const host = read(
    'host',
    standardHost,
    (given) => (/^[\w.:-]+$/.test(given) ? given : undefined),
    'an IP address or a host name',
  );
  const config: Config = {
    templates,
    ...(choice === undefined
      ? {}
      : {
          cluster: {
            choice,
            ...(namespace === undefined ? {} : {namespace: name('namespace', namespace)}),
            serviceName: name('service-name', 'pod-injector-webhook'),
            secretName: name('secret-name', 'pod-injector-certs'),
            leaseName: name('lease-name', 'pod-injector'),
            webhookConfiguration: name('webhook-configuration', 'pod-injector'),
            ...(registerUrl === undefined ? {} : {registerUrl}),
            ...(podName === undefined ? {} : {podName}),
          },
        }),
    host,
    port: read('port', 8443, portNumber, portRange),
    healthPort: read('health-port', 8081, portNumber, portRange),
    ...(certDir === '' ? {} : {certDir}),
    logLevel: read('log-level', 'info', (given) => logLevels.find((level) => level === given), `one of ${logLevels.join(', ')}`),
    logFormat: read('log-format', 'auto', (given) => logFormats.find((one) => one === given), `one of ${logFormats.join(', ')}`),
    gracePeriodMs: read('grace-period', isLoopback(host) ? 0 : 5000, duration, durationRange),
    drainTimeoutMs: read('drain-timeout', 10_000, duration, durationRange),
    ...(serverMinor === undefined ? {} : {serverMinor}),
  };
  if (templates.length === 0 && choice === undefined) {
    faults.push({
      code: 'templatesMissing',
      message: 'no templates are named, and this process runs in no cluster that could have some',
      fix: `name a cluster (--kubeconfig FILE or --context NAME), or give a file or folder: --templates PATH, or ${variableOf('templates')}`,
    });
  }
  if (config.port !== 0 && config.port === config.healthPort) {
    faults.push({
      code: 'badFlagValue',
      message: `--port and --health-port are both ${config.port}`,
      fix: 'give each a port of its own',
    });
  }
  return faults.length === 0 ? {config} : {faults};
}

/** A cluster that is named wins over the one that this process runs in; with template files there is none unless one is asked for. */
function clusterChoice(
  templates: readonly string[],
  text: (flag: string) => string | undefined,
  environment: Environment,
): ClusterConfig['choice'] | undefined {
  const [path, context] = [text('kubeconfig'), text('context')];
  if (path !== undefined || context !== undefined) {
    return {kind: 'kubeconfig', ...(path === undefined ? {} : {path}), ...(context === undefined ? {} : {context})};
  }
  // Set in each container: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
  const runsInCluster = (environment['KUBERNETES_SERVICE_HOST'] ?? '') !== '';
  if (runsInCluster && (templates.length === 0 || text('register-url') !== undefined)) return {kind: 'inCluster'};
  return text('register-url') === undefined ? undefined : {kind: 'kubeconfig'};
}

/** Whether only this machine reaches the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

interface Given {
  /** The flag or the variable, whichever gave the value. */
  readonly origin: string;
  readonly text: string;
}

function valueOf(flag: string, flags: FlagValues, environment: Environment): Given | undefined {
  const value = flagValue(flag, flags);
  // As everywhere on command lines: of a flag that is given twice the last one counts.
  const text = typeof value === 'string' ? value : value?.at(-1);
  if (text !== undefined) return {origin: `--${flag}`, text};
  const variable = environment[variableOf(flag)];
  return variable === undefined || variable === '' ? undefined : {origin: variableOf(flag), text: variable};
}

function flagValue(flag: string, flags: FlagValues): string | readonly string[] | undefined {
  return flags[flag] ?? flags[flag.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())];
}

function templatesOf(flags: FlagValues, environment: Environment): readonly string[] {
  const named = flagValue('templates', flags) ?? environment[variableOf('templates')]?.split(',') ?? [];
  const list = typeof named === 'string' ? [named] : named;
  return list.map((path) => path.trim()).filter((path) => path !== '');
}

function badValue({origin, text}: Given, allowed: string): Fault {
  const isServiceLink = text.startsWith('tcp://');
  return {
    code: 'badFlagValue',
    message: `${origin} is ${JSON.stringify(text)}, but must be ${allowed}`,
    ...(isServiceLink ? {fix: 'this is a service link of Kubernetes: set enableServiceLinks: false on the pod'} : {}),
  };
}

const nameRange = 'the name of a Kubernetes object: lower-case letters, digits, "-" and "."';

function objectName(text: string): string | undefined {
  return text.length <= 253 && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(text) ? text : undefined;
}

const urlRange = 'https://HOST:PORT, without user, query or fragment';

function webhookUrl(text: string): string | undefined {
  return /^https:\/\/[^/?#@\s]+(\/[^?#\s]*)?$/.test(text) ? text : undefined;
}

const portRange = 'a port: a whole number from 0 to 65535';

function portNumber(text: string): number | undefined {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined;
}

const durationRange = 'a duration of at most 1h: 0, or a number with ms, s or m, such as 500ms or 15s';
const unitsMs = {ms: 1, s: 1000, m: 60_000, h: 3_600_000} as const;

function duration(text: string): number | undefined {
  if (text === '0') return 0;
  const match = /^(\d{1,7})(ms|s|m|h)$/.exec(text);
  if (match === null) return undefined;
  const milliseconds = Number(match[1]) * unitsMs[match[2] as keyof typeof unitsMs];
  return milliseconds <= 3_600_000 ? milliseconds : undefined;
}
