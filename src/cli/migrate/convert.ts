import path from 'node:path';
import type {Fault} from '../../core/errors.ts';
import type {JsonObject} from '../../core/json.ts';
import {located, type Finding, type Path} from '../../core/template/finding.ts';
import {readTemplate} from '../../core/template/read.ts';
import {inherited, readInjection, type Injection} from '../../migrate/injection.ts';
import {nameOfInitializer, templateNameOf} from '../../migrate/names.ts';
import {templateOfInitializer, templateOfInjection} from '../../migrate/template.ts';
import {segments, type OldConfiguration} from './sources.ts';
import {templateText} from './text.ts';

/** What a configuration came to. It has a template unless it has faults. */
export interface Converted {
  readonly template?: {readonly name: string; readonly text: string};
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
}

/** Configurations that stand in files of their own, by the file's path, for `inherits`. */
export type Bases = ReadonlyMap<string, OldConfiguration>;

/**
 * Makes a template of a configuration. Faults, at their places in the file: those of readTemplate, `badName`, `wrongType`,
 * `inheritsMissing`, `inheritsCycle`, `inheritsBroken`. Warnings: `neverRead`. Never throws.
 */
export function convert(configuration: OldConfiguration, bases: Bases): Converted {
  return configuration.kind === 'initializer' ? convertInitializer(configuration) : convertInjection(configuration, bases);
}

function convertInitializer(configuration: OldConfiguration): Converted {
  const {object, configMap, text, value, place} = configuration;
  const old = configMap?.name ?? '';
  const name = nameOfInitializer(old);
  const legacy = readTemplate(text ?? '', {name, format: 'legacy', source: object.source, place});
  if (legacy.entry.kind === 'broken') return {faults: legacy.entry.faults, warnings: []};
  const comments = [`Made from the ConfigMap ${old} of an Initializer.`];
  return checked(name, templateOfInitializer(value), comments, configuration, []);
}

function convertInjection(configuration: OldConfiguration, bases: Bases): Converted {
  const {object, placeOf, value} = configuration;
  const {injection, findings} = resolve(configuration, bases, []);
  const settle = (level: Finding['level']): Fault[] =>
    findings.filter((found) => found.level === level).map((found) => located(found, object.source, found.position));
  const named = templateNameOf(injection.name);
  const faults = settle('fault');
  const warnings = settle('warning');
  if ('complaint' in named) {
    const message = `the name "${injection.name}" ${named.complaint}`;
    return {
      faults: [...faults, {code: 'badName', message, fix: 'rename it', source: object.source, position: placeOf(['name'])}],
      warnings,
    };
  }
  if (faults.length > 0) return {faults, warnings};
  const inherits = readInjection(value).injection.inherits;
  const from = configuration.configMap === undefined && inherits !== undefined ? `, with what it inherits from ${inherits}` : '';
  const spread = injection.lists.env.length + injection.lists.volumeMounts.length > 0;
  const comments = [
    `Made from the configuration ${injection.name} of k8s-sidecar-injector${from}.`,
    ...(spread ? ["Its env and volumeMounts went to every container: they stand under app, and in this template's own."] : []),
  ];
  return checked(named.name, templateOfInjection(injection), comments, configuration, warnings);
}

type Placed = Finding & {readonly position: Fault['position'] & {}};

/** The configuration with what it inherits; `below` are the files that inherit from it. */
function resolve(
  configuration: OldConfiguration,
  bases: Bases,
  below: readonly string[],
): {readonly injection: Injection; readonly findings: readonly Placed[]} {
  const {object, configMap, placeOf} = configuration;
  const {injection, findings} = readInjection(configuration.value);
  const own = findings.map((finding): Placed => ({...finding, position: placeOf(finding.path)}));
  const {inherits} = injection;
  if (inherits === undefined) return {injection, findings: own};
  const at = (code: string, level: Finding['level'], message: string, fix: string): Placed => ({
    code,
    level,
    message,
    fix,
    path: ['inherits'],
    at: 'value',
    position: placeOf(['inherits']),
  });
  if (configMap !== undefined) {
    const never = at(
      'neverRead',
      'warning',
      'k8s-sidecar-injector reads no `inherits` in a ConfigMap, so it is left out',
      'remove it',
    );
    return {injection, findings: [...own, never]};
  }
  const file = path.resolve(object.source);
  const target = path.join(path.dirname(file), inherits);
  const base = bases.get(target);
  if (target === file || below.includes(target)) {
    return {
      injection,
      findings: [...own, at('inheritsCycle', 'fault', `${inherits} inherits from this file`, 'break the circle')],
    };
  }
  if (base === undefined) {
    const message = `it inherits from ${inherits}, which is not among the files`;
    return {injection, findings: [...own, at('inheritsMissing', 'fault', message, 'give that file too')]};
  }
  const above = resolve(base, bases, [...below, file]);
  // What is wrong with the base itself is said where that is converted.
  const broken = above.findings.some(({level}) => level === 'fault')
    ? [at('inheritsBroken', 'fault', `${inherits}, which it inherits from, has faults`, 'mend that file first')]
    : [];
  return {injection: inherited(above.injection, injection), findings: [...own, ...broken]};
}

function checked(
  name: string,
  template: JsonObject,
  comments: readonly string[],
  {object, text, placeOf}: OldConfiguration,
  warnings: readonly Fault[],
): Converted {
  const result = templateText(template, comments, text);
  const {entry} = readTemplate(result, {name, format: 'template', source: object.source});
  if (entry.kind === 'good') return {template: {name, text: result}, faults: [], warnings};
  const faults = entry.faults.map((fault) => ({...fault, position: placeOf(oldPath(segments(fault.path ?? '')))}));
  return {faults, warnings};
}

/** Where in the old configuration a part of the template came from. */
function oldPath(way: Path): Path {
  return way[0] === 'app' || way[0] === 'spec' ? way.slice(1) : way;
}
