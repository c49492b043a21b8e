/** The keys of a template, in the order in which its documentation has them. */
export const templateKeys = [
  'pattern',
  'description',
  'required',
  'position',
  'containers',
  'initContainers',
  'volumes',
  'app',
  'metadata',
  'spec',
] as const;

/** Keys that a template will have; until then they are refused by name, because ignoring them would change what they mean. */
export const laterKeys: readonly string[] = ['parameters', 'when', 'native', 'ambassador', 'adapter'];

/** All that an Initializer's `config` held. */
export const legacyKeys = ['containers', 'initContainers', 'volumes'] as const;

/** For editors; means nothing to the injector. */
export const schemaKey = '$schema';

/** The parts of `app` with the fields of a Container that they are. */
export const appKeys = ['containers', 'env', 'envFrom', 'volumeMounts'] as const;

export const metadataKeys = ['labels', 'annotations'] as const;

/** Fields of a PodSpec that `spec` can't hold: field → what to do instead. */
export const foreignSpecKeys: ReadonlyMap<string, string> = new Map([
  ['containers', 'write them under `containers` of the template'],
  ['initContainers', 'write them under `initContainers` of the template'],
  ['volumes', 'write them under `volumes` of the template'],
  ['nodeName', 'the scheduler chooses the node; use `nodeSelector` or `affinity`'],
  ['ephemeralContainers', 'they are only added to running pods, with `kubectl debug`; write `containers` of the template'],
]);
