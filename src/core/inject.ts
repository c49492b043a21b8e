import type {JsonObject} from './json.ts';
import type {Outcome} from './outcome.ts';
import type {TemplateSnapshot} from './template.ts';

/** What an injection looks at; all of it. */
export interface InjectInput {
  readonly operation: 'CREATE' | 'UPDATE';
  /** A Pod, or a workload with a pod template; `apiVersion` and `kind` are set. Any other kind is skipped. */
  readonly object: JsonObject;
  /** The object before an UPDATE. */
  readonly oldObject?: JsonObject;
  /** The namespace the object is or will be in. */
  readonly namespace: NamespaceFacts;
  readonly templates: TemplateSnapshot;
  /** `stored` (the default): what the admission of the object itself changes. `pods`: a workload with its pod template as its pods will be. */
  readonly view?: 'stored' | 'pods';
  /** Names of containers that other injectors add and `*` leaves out; see defaultForeignContainers. */
  readonly foreignContainers?: ReadonlySet<string>;
}

/** What is known of a namespace: labels and annotations are absent where it has none or is not known. */
export interface NamespaceFacts {
  readonly name: string;
  readonly labels?: JsonObject;
  readonly annotations?: JsonObject;
}

/** The one door: what becomes of the object. Pure; never throws; never changes its input. */
export function inject(_input: InjectInput): Outcome {
  throw new Error('not yet');
}

/** The reverse: the object without what a status records, whatever the templates are today. Pure; never throws. */
export function uninject(_object: JsonObject): Outcome {
  throw new Error('not yet');
}
