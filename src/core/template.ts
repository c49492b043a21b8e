import type {Fault} from './errors.ts';
import type {JsonObject} from './json.ts';
import type {Parameter} from './parameters.ts';
import type {Program} from './template/program.ts';

/** The container patterns. A legacy `config` has none and means sidecar. */
export type Pattern = 'sidecar' | 'ambassador' | 'adapter' | 'init';

/** Whether the `containers` run as native sidecars (KEP-753): init containers with `restartPolicy: Always`. */
export type Native = 'never' | 'auto' | 'always';

/** A variable of the ambassador's containers that gets one of the app's old values; `default` stands in where the app has none. */
export interface Upstream {
  readonly name: string;
  readonly default?: string;
}

/** One port on localhost on which an ambassador takes the place of a remote service. */
export interface Ambassador {
  /** 1 to 65535, on 127.0.0.1; 0 where an expression gives it. */
  readonly listen: number;
  /** The app's variables that name the remote end: host and port apart, or one address (`redis://host:6379/0`, `host:port`). */
  readonly redirect: {readonly host: string; readonly port?: string} | {readonly url: string};
  /** Where the ambassador's containers find the old values. At least one. */
  readonly upstream: {readonly host?: Upstream; readonly port?: Upstream; readonly url?: Upstream};
}

/** What of the app an adapter's containers read: a volume by its name, or the one that the app mounts at a path. */
export interface Read {
  readonly from: {readonly volume: string} | {readonly path: string};
  /** Where it is mounted in the adapter's containers, read-only; absent: where the app has it. */
  readonly mountPath?: string;
}

/** How an adapter gives out what it made of the app's output. */
export interface Adapter {
  readonly metrics?: {
    /** 1 to 65535; 0 where an expression gives it. */
    readonly port: number;
    /** `/metrics` where the template says nothing. */
    readonly path: string;
    /** The port's name in the container: `metrics` where the template says nothing. */
    readonly name: string;
    /** Labels that a PodMonitor selects by. */
    readonly podMonitor: JsonObject;
  };
  readonly reads: readonly Read[];
}

/** Where a template's containers go in their list, relative to those that are there. */
export type Placement = 'first' | 'last' | {readonly before: string} | {readonly after: string};

/** A template that was read and found right: what it adds, ready to be merged. Frozen, shared by all requests. */
export interface Template {
  readonly name: string;
  readonly pattern: Pattern;
  readonly description?: string;
  /** False: a pod that it cannot be injected into is admitted without it, with a warning. */
  readonly required: boolean;
  readonly position: Placement;
  readonly native: Native;
  /** What workloads may set, by name. */
  readonly parameters: ReadonlyMap<string, Parameter>;
  readonly ambassador: readonly Ambassador[];
  readonly adapter?: Adapter;
  readonly containers: readonly JsonObject[];
  readonly initContainers: readonly JsonObject[];
  readonly volumes: readonly JsonObject[];
  readonly app: {
    /** Names of the application's containers that gain the rest; `*` is all of them. */
    readonly containers: readonly string[];
    /** The same of the application's init containers; none unless they are named. */
    readonly initContainers: readonly string[];
    readonly env: readonly JsonObject[];
    readonly envFrom: readonly JsonObject[];
    readonly volumeMounts: readonly JsonObject[];
  };
  readonly metadata: {readonly labels: JsonObject; readonly annotations: JsonObject};
  /** Other pod-level fields, the base of a strategic merge under the pod's own. */
  readonly spec: JsonObject;
  /** The first 12 hexadecimal digits of the SHA-256 of its content, for the status. */
  readonly hash: string;
  /** Where it was read: `examples/templates/x.yaml` or `configmap/NAMESPACE/NAME[template]`. */
  readonly source: string;
  /**
   * Its `when`, parameters and expressions, for render; undefined where it has none of them, and then it stands here as it is merged.
   * With a program its strings hold the expressions as they are written, and names of containers and volumes what they will be.
   */
  readonly program?: Program;
}

/** What the injector knows of a template's name: the template, or why there is none. A broken one may have a last good one before it. */
export type TemplateEntry =
  | {readonly kind: 'good'; readonly template: Template}
  | {readonly kind: 'broken'; readonly name: string; readonly faults: readonly Fault[]};

/** All templates at one moment, by name; never changed, only replaced. */
export type TemplateSnapshot = ReadonlyMap<string, TemplateEntry>;
