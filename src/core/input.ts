import type {NamespaceFacts} from './decide.ts';
import type {JsonObject} from './json.ts';
import type {TemplateSnapshot} from './template.ts';

/** What an injection looks at; all of it. */
export interface InjectInput {
  readonly operation: 'CREATE' | 'UPDATE';
  /** A Pod, or a workload with a pod template; `apiVersion` and `kind` are set. Any other kind is skipped. */
  readonly object: JsonObject;
  /** The object before an UPDATE. */
  readonly oldObject?: JsonObject | undefined;
  /** The namespace the object is or will be in. */
  readonly namespace: NamespaceFacts;
  readonly templates: TemplateSnapshot;
  /** `stored` (the default): what the admission of the object itself changes. `pods`: a workload with its pod template as its pods will be. */
  readonly view?: 'stored' | 'pods';
  /** Names of containers that other injectors add and `*` leaves out; see defaultForeignContainers. */
  readonly foreignContainers?: ReadonlySet<string> | undefined;
  /** Minor version of the API server, 32 of 1.32; undefined: the newest that is known. */
  readonly serverMinor?: number | undefined;
}
