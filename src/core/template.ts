import type {Fault} from './errors.ts';
import type {JsonObject} from './json.ts';

/** The container patterns. A legacy `config` has none and means sidecar. */
export type Pattern = 'sidecar' | 'init';

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
  readonly containers: readonly JsonObject[];
  readonly initContainers: readonly JsonObject[];
  readonly volumes: readonly JsonObject[];
  readonly app: {
    /** Names of the application's containers that gain the rest; `*` is all of them. */
    readonly containers: readonly string[];
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
}

/** What the injector knows of a template's name: the template, or why there is none. A broken one may have a last good one before it. */
export type TemplateEntry =
  | {readonly kind: 'good'; readonly template: Template}
  | {readonly kind: 'broken'; readonly name: string; readonly faults: readonly Fault[]};

/** All templates at one moment, by name; never changed, only replaced. */
export type TemplateSnapshot = ReadonlyMap<string, TemplateEntry>;
