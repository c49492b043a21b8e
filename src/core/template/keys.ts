/** The keys of a template, in the order in which its documentation has them. */
export const templateKeys = [
  'pattern',
  'description',
  'parameters',
  'when',
  'required',
  'native',
  'position',
  'containers',
  'initContainers',
  'volumes',
  'app',
  'ambassador',
  'adapter',
  'metadata',
  'spec',
] as const;

/** All that an Initializer's `config` held. */
export const legacyKeys = ['containers', 'initContainers', 'volumes'] as const;

/** For editors; means nothing to the injector. */
export const schemaKey = '$schema';

/** Keys whose strings are taken as they are written: they decide about the template before anything is computed. */
export const plainKeys: ReadonlySet<string> = new Set([
  schemaKey,
  'pattern',
  'description',
  'parameters',
  'when',
  'required',
  'native',
  'position',
]);

export const patterns = ['sidecar', 'ambassador', 'adapter', 'init'] as const;

export const natives = ['never', 'auto', 'always'] as const;

/** The parts of `app`: whose they are, and what they gain, which are fields of a Container. */
export const appTargets = ['containers', 'initContainers'] as const;
export const appGains = ['env', 'envFrom', 'volumeMounts'] as const;
export const appKeys = [...appTargets, ...appGains] as const;

export const metadataKeys = ['labels', 'annotations'] as const;

/** An item of `ambassador`, and its parts. */
export const ambassadorKeys = ['listen', 'redirect', 'upstream'] as const;
export const redirectKeys = ['host', 'port', 'url'] as const;
export const upstreamKeys = ['host', 'port', 'url'] as const;
export const upstreamVariableKeys = ['name', 'default'] as const;

/** `adapter`, and its parts. */
export const adapterKeys = ['metrics', 'reads'] as const;
export const metricsKeys = ['port', 'path', 'name', 'podMonitor'] as const;
export const readKeys = ['volume', 'path', 'mountPath'] as const;

/** Fields of a PodSpec that `spec` can't hold: field → what to do instead. */
export const foreignSpecKeys: ReadonlyMap<string, string> = new Map([
  ['containers', 'write them under `containers` of the template'],
  ['initContainers', 'write them under `initContainers` of the template'],
  ['volumes', 'write them under `volumes` of the template'],
  ['nodeName', 'the scheduler chooses the node; use `nodeSelector` or `affinity`'],
  ['ephemeralContainers', 'they are only added to running pods, with `kubectl debug`; write `containers` of the template'],
]);
