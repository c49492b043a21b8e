import {asList, asObject, isObject, withField, withoutField, type Json, type JsonObject} from './json.ts';

/**
 * A pod's spec without what the API server derived from fields that an injection added, and that must go with them: the
 * deprecated `serviceAccount` that repeats `serviceAccountName`, and the host ports that `hostNetwork` demands.
 * Sources: Kubernetes, pkg/apis/core/v1/conversion.go (Convert_core_PodSpec_To_v1_PodSpec) and defaults.go (defaultHostNetworkPorts).
 * @param added the fields of the spec that the injection added.
 */
export function withoutDerived(spec: JsonObject, added: JsonObject): JsonObject {
  let result = spec;
  if (added['serviceAccountName'] !== undefined && spec['serviceAccount'] === spec['serviceAccountName'])
    result = withoutField(result, 'serviceAccount');
  if (added['hostNetwork'] === undefined || spec['hostNetwork'] !== true) return result;
  for (const list of ['containers', 'initContainers'] as const) {
    if (asList(spec[list]).some((item) => hasHostPort(item)))
      result = withField(result, list, asList(spec[list]).map(withoutHostPorts));
  }
  return result;
}

function hasHostPort(container: Json): boolean {
  return asList(asObject(container)?.['ports']).some((port) => asObject(port)?.['hostPort'] !== undefined);
}

function withoutHostPorts(container: Json): Json {
  if (!isObject(container) || !hasHostPort(container)) return container;
  const ports = asList(container['ports']).map((port) =>
    isObject(port) && port['hostPort'] === port['containerPort'] ? withoutField(port, 'hostPort') : port,
  );
  return withField(container, 'ports', ports);
}
