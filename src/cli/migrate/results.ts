import {formatFault} from '../../core/errors.ts';
import {field, type JsonObject} from '../../core/json.ts';
import {positionOf, type YamlDocument} from '../../core/yaml.ts';
import {migrateObject, type Change} from '../../migrate/annotations.ts';
import type {DocumentSet, ManifestObject} from '../documents.ts';
import type {Line} from '../report.ts';
import {configMapOf, replacedConfigMap, type NewTemplate} from './configmap.ts';
import type {Results} from './print.ts';
import {segments} from './sources.ts';

/** What each object becomes, what there is to say of it, and how many have other annotations. */
export function resultsOf(
  sets: readonly DocumentSet[],
  templates: ReadonlyMap<ManifestObject, readonly NewTemplate[]>,
  namespace: string,
): {readonly results: Results; readonly lines: readonly Line[]; readonly changed: number} {
  const of = new Map<ManifestObject, readonly JsonObject[]>();
  const fresh = new Set<ManifestObject>();
  const lines: Line[] = [];
  let changed = 0;
  for (const {documents, objects} of sets) {
    for (const object of objects) {
      const made = templates.get(object);
      if (made !== undefined) {
        of.set(object, configMapsOf(object, made, namespace));
        if (!isConfigMap(object)) fresh.add(object);
        continue;
      }
      const migrated = migrateObject(object.value);
      lines.push(...migrated.changes.map((change) => lineOf(change, object, documents[object.document]?.parsed)));
      if (migrated.object === object.value) continue;
      changed += 1;
      of.set(object, [migrated.object]);
    }
  }
  return {results: {of, fresh}, lines, changed};
}

function configMapsOf(object: ManifestObject, templates: readonly NewTemplate[], namespace: string): readonly JsonObject[] {
  return templates.map((template, index) =>
    index === 0 && isConfigMap(object) ? replacedConfigMap(object.value, template, namespace) : configMapOf(template, namespace),
  );
}

function isConfigMap({value}: ManifestObject): boolean {
  return field(value, 'kind') === 'ConfigMap';
}

function lineOf({level, code, message, path}: Change, object: ManifestObject, parsed: YamlDocument | undefined): Line {
  const found = parsed === undefined ? undefined : positionOf(parsed, [...segments(object.path), ...path], 'key');
  return {level, text: formatFault({code, message, source: object.source, position: found ?? object.position})};
}
