import {templateLabel} from '../../core/annotations.ts';
import {asObject, asString, field, type JsonObject} from '../../core/json.ts';
import {contentOf} from '../../templates/configmap.ts';
import type {World} from './explanation.ts';
import {metadataOf} from './metadata.ts';

/** Names of the ConfigMaps that hold the text of a template and lack its label, among those of the injector's namespace. */
export function unlabelledIn(configMaps: readonly JsonObject[]): ReadonlySet<string> {
  const unlabelled = configMaps.filter(
    (configMap) =>
      contentOf(configMap).kind === 'other' && typeof field(asObject(field(configMap, 'data')), 'template') === 'string',
  );
  return new Set(unlabelled.map((configMap) => asString(field(metadataOf(configMap), 'name')) ?? ''));
}

/** What makes such a ConfigMap the template of that name; undefined where there is none. */
export function labelCommand(name: string, {unlabelled, injectorNamespace}: World): string | undefined {
  if (!unlabelled.has(name)) return undefined;
  return `its ConfigMap lacks the label: kubectl label configmap ${name} -n ${injectorNamespace} ${templateLabel}=true --overwrite`;
}
