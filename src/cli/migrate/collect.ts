import path from 'node:path';
import {formatFault, type Fault} from '../../core/errors.ts';
import {asObject, asString, field} from '../../core/json.ts';
import {contentOf} from '../../templates/configmap.ts';
import type {DocumentSet, ManifestObject} from '../documents.ts';
import type {Line} from '../report.ts';
import type {NewTemplate} from './configmap.ts';
import {convert, type Bases} from './convert.ts';
import {findConfigurations, type OldConfiguration} from './sources.ts';

/** The templates that the configurations in files come to, by the object that holds each. */
export interface Collected {
  readonly templates: ReadonlyMap<ManifestObject, readonly NewTemplate[]>;
  readonly faults: readonly Fault[];
  readonly lines: readonly Line[];
}

/** Makes templates of all configurations. Faults: those of findConfigurations and convert, `duplicateTemplate`. Never throws. */
export function collectTemplates(sets: readonly DocumentSet[], namespace: string): Collected {
  const found = sets.map(findConfigurations);
  const configurations = found.flatMap((each) => each.found);
  const bases = basesOf(configurations);
  const names = namesOf(sets);
  const templates = new Map<ManifestObject, readonly NewTemplate[]>();
  const faults = found.flatMap((each) => each.faults);
  const warnings: Fault[] = [];
  const lines: Line[] = [];
  for (const configuration of configurations) {
    const {template, ...said} = convert(configuration, bases);
    faults.push(...said.faults);
    warnings.push(...said.warnings);
    if (template === undefined) continue;
    const {object, placeOf} = configuration;
    const place = {source: object.source, position: placeOf(['name'])};
    const earlier = names.get(template.name);
    if (earlier !== undefined) {
      const message = `there is a template "${template.name}" at ${earlier} already`;
      faults.push({code: 'duplicateTemplate', message, fix: 'rename one of them', ...place});
      continue;
    }
    names.set(template.name, `${place.source}:${place.position.line}:${place.position.column}`);
    templates.set(object, [...(templates.get(object) ?? []), template]);
    const message = `${calledOf(configuration)} is the template ${template.name}, in the namespace ${namespace}`;
    lines.push({level: 'info', text: formatFault({code: 'migrated', message, ...place})});
  }
  warnings.push(...leftKeys(configurations));
  return {templates, faults, lines: [...warnings.map((each): Line => ({level: 'warning', text: formatFault(each)})), ...lines]};
}

function calledOf({configMap, value}: OldConfiguration): string {
  return configMap === undefined
    ? `the configuration ${asString(field(value, 'name')) ?? ''}`
    : `the ConfigMap ${configMap.name}[${configMap.key}]`;
}

/** Templates that are there already, by name: where. */
function namesOf(sets: readonly DocumentSet[]): Map<string, string> {
  return new Map(
    sets
      .flatMap((set) => set.objects)
      .flatMap(({value, source, position}): [string, string][] => {
        const content = field(value, 'kind') === 'ConfigMap' ? contentOf(value) : undefined;
        return content?.kind === 'text' && content.format === 'template'
          ? [[content.name, `${source}:${position.line}:${position.column}`]]
          : [];
      }),
  );
}

function basesOf(configurations: readonly OldConfiguration[]): Bases {
  const bases = new Map<string, OldConfiguration>();
  for (const configuration of configurations) {
    const file = path.resolve(configuration.object.source);
    // k8s-sidecar-injector reads the first document of a file.
    if (configuration.configMap === undefined && !bases.has(file)) bases.set(file, configuration);
  }
  return bases;
}

/** `neverRead` for keys of ConfigMaps that hold no configuration beside some that do. */
function leftKeys(configurations: readonly OldConfiguration[]): Fault[] {
  const read = new Map<ManifestObject, Set<string>>();
  for (const {object, configMap} of configurations) {
    if (configMap !== undefined) read.set(object, (read.get(object) ?? new Set()).add(configMap.key));
  }
  return [...read].flatMap(([{value, source, position}, keys]) =>
    Object.keys(asObject(field(value, 'data')) ?? {})
      .filter((key) => !keys.has(key))
      .map((key): Fault => ({
        code: 'neverRead',
        message: `the key \`${key}\` of the ConfigMap ${asString(field(asObject(field(value, 'metadata')), 'name')) ?? ''} holds no configuration, so it is left out`,
        source,
        position,
      })),
  );
}
