import type {Fault} from './core/errors.ts';

/** What `serve` runs with: every flag read and checked. Durations in milliseconds. */
export interface Config {
  /** Template files and folders, in the order they were named; at least one. */
  readonly templates: readonly string[];
  readonly host: string;
  /** 0 lets the system choose one. */
  readonly port: number;
  readonly healthPort: number;
  readonly certDir: string;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  /** How long a process that was told to stop goes on serving as if nothing had happened, already unready. */
  readonly gracePeriodMs: number;
  /** How long requests in flight may take after that, before their connections are cut. */
  readonly drainTimeoutMs: number;
}

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
  {name: 'templates', short: 't', value: 'PATH', description: 'template file or folder, watched for changes', repeatable: true},
  {name: 'host', value: 'ADDRESS', description: 'address to listen on', standard: '127.0.0.1'},
  {name: 'port', value: 'PORT', description: 'port of the webhook (HTTPS); 0 takes a free one', standard: '8443'},
  {name: 'health-port', value: 'PORT', description: 'port of /livez, /readyz and /metrics (HTTP)', standard: '8081'},
  {name: 'cert-dir', value: 'DIR', description: 'folder of tls.crt, tls.key and ca.crt; filled when empty', standard: 'certs'},
  {name: 'log-level', value: 'LEVEL', description: logLevels.join(', '), standard: 'info'},
  {name: 'log-format', value: 'FORMAT', description: 'json, pretty, or auto: pretty on a terminal', standard: 'auto'},
  {
    name: 'grace-period',
    value: 'DURATION',
    description: 'on a signal, serve on for so long before closing',
    standard: '0s on a loopback address, else 5s',
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
  const host = read('host', '127.0.0.1', (text) => (/^[\w.:-]+$/.test(text) ? text : undefined), 'an IP address or a host name');
  const config: Config = {
    templates: templatesOf(flags, environment),
    host,
    port: read('port', 8443, portNumber, portRange),
    healthPort: read('health-port', 8081, portNumber, portRange),
    certDir: read('cert-dir', 'certs', (text) => (text === '' ? undefined : text), 'a folder'),
    logLevel: read('log-level', 'info', (text) => logLevels.find((level) => level === text), `one of ${logLevels.join(', ')}`),
    logFormat: read('log-format', 'auto', (text) => logFormats.find((one) => one === text), `one of ${logFormats.join(', ')}`),
    gracePeriodMs: read('grace-period', isLoopback(host) ? 0 : 5000, duration, durationRange),
    drainTimeoutMs: read('drain-timeout', 10_000, duration, durationRange),
  };
  if (config.templates.length === 0) {
    faults.push({
      code: 'templatesMissing',
      message: 'no templates are named, and there is no cluster to read them from yet',
      fix: `give a file or folder: --templates PATH, or ${variableOf('templates')}`,
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
