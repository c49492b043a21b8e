import type {Fault} from '../../core/errors.ts';
import {asString, field} from '../../core/json.ts';
import {workloadOf} from '../../core/workload.ts';
import type {ManifestObject} from '../documents.ts';
import {openReader, type ClusterOptions, type ClusterReader} from '../from-cluster.ts';
import type {ExitCode, Io} from '../io.ts';
import {readManifests} from '../manifests.ts';
import {faultLine, say} from '../transform.ts';
import {explainObject} from './explain-object.ts';
import type {Subject} from './explanation.ts';
import {jsonOf} from './json.ts';
import type {ObjectName} from './kinds.ts';
import {readSubjects} from './live.ts';
import {metadataOf} from './metadata.ts';
import {hasSign} from './signs.ts';
import {textOf} from './text.ts';
import {summaryOf} from './verdicts.ts';
import {readWorld, templateMaps} from './world.ts';

export interface ExplainOptions {
  readonly filenames: readonly string[];
  /** Objects of the cluster; they are explained in place of files. */
  readonly names: readonly ObjectName[];
  /** Template files and folders; without any, the ConfigMaps of the cluster, and those among the files. */
  readonly templates: readonly string[];
  readonly cluster?: ClusterOptions;
  /** Absent: that of the kubeconfig's context, for objects of files `default`. */
  readonly namespace?: string;
  readonly injectorNamespace: string;
  readonly serverMinor?: number;
  readonly format: 'text' | 'json';
  readonly quiet: boolean;
  readonly outColour: boolean;
  readonly errColour: boolean;
}

/**
 * Says of each object why it is injected or not, to stdout; what is wrong comes first.
 * @returns 0: each has, or will have, what was asked for; 1: one is refused, or is without it, or something could not be read as
 * an object; 2: could not run. Never rejects.
 */
export async function explain(options: ExplainOptions, io: Io): Promise<ExitCode> {
  const reader = options.cluster === undefined ? undefined : await openReader(options.cluster);
  if (reader !== undefined && 'code' in reader) return cannotRun([reader], options, io);
  const code = await explainWith(options, io, reader);
  reader?.close();
  return code;
}

async function explainWith(options: ExplainOptions, io: Io, reader: ClusterReader | undefined): Promise<ExitCode> {
  const {injectorNamespace, serverMinor} = options;
  const {sets, unreadable} = await readManifests(options.filenames, io, () => () => true);
  if (unreadable.length > 0) return cannotRun(unreadable, options, io);
  const ofFiles = sets.flatMap((set) => set.objects);
  const objects = ofFiles.map(({value}) => value);
  if (options.templates.length === 0 && reader === undefined && templateMaps(objects).length === 0)
    return cannotRun([noTemplates], options, io);
  const live =
    reader === undefined
      ? {subjects: [], faults: [], warnings: [], none: []}
      : await readSubjects(reader, options.names, options.namespace ?? reader.namespace ?? 'default');
  if (live.faults.length > 0) return cannotRun(live.faults, options, io);
  const subjects = [...subjectsOf(ofFiles, options.namespace ?? 'default'), ...live.subjects];
  const {world, faults, warnings} = await readWorld(
    {
      objects,
      namespaces: subjects.map(({namespace}) => namespace),
      templates: options.templates,
      reader,
      injectorNamespace,
      serverMinor,
    },
    io,
  );
  if (faults.length > 0) return cannotRun(faults, options, io);
  const broken = sets.flatMap((set) => set.faults);
  const explanations = subjects.map((subject) => explainObject(subject, world));
  const ordered = [...explanations.filter((one) => one.isProblem), ...explanations.filter((one) => !one.isProblem)];
  await io.out(
    options.format === 'json'
      ? `${JSON.stringify(ordered.map(jsonOf), null, 2)}\n`
      : ordered.map((one) => textOf(one, options.outColour)).join(''),
  );
  const odd = [...live.warnings, ...warnings].map((fault) => ({...faultLine(fault), level: 'warning'}) as const);
  say([...broken.map(faultLine), ...odd], options, io);
  say(
    [...live.none, summaryOf(explanations)].map((text) => ({level: 'info', text})),
    options,
    io,
  );
  return broken.length > 0 || explanations.some((one) => one.isProblem) ? 1 : 0;
}

/**
 * What there is to explain in files: pods, workloads, and what carries a key of ours although it is none. A Namespace is where
 * others are, and is explained itself where it is alone.
 */
function subjectsOf(objects: readonly ManifestObject[], fallback: string): readonly Subject[] {
  const subjects = objects.flatMap(({value, source, position}): Subject[] => {
    const kind = field(value, 'kind');
    const isContext = kind === 'Namespace' || kind === 'MutatingWebhookConfiguration';
    if (isContext || (workloadOf(value) === undefined && !hasSign(value))) return [];
    const namespace = asString(field(metadataOf(value), 'namespace')) ?? fallback;
    return [{object: value, namespace, source, position, pods: []}];
  });
  if (subjects.length > 0) return subjects;
  return objects.flatMap(({value, source, position}): Subject[] => {
    const name = asString(field(metadataOf(value), 'name'));
    if (field(value, 'kind') !== 'Namespace' || name === undefined) return [];
    return [{object: value, namespace: name, source, position, pods: []}];
  });
}

const noTemplates: Fault = {
  code: 'templatesMissing',
  message: 'no templates are named, and none are among the manifests',
  fix: 'give -t FILE or a folder, or --context NAME for those of a cluster',
};

function cannotRun(faults: readonly Fault[], options: ExplainOptions, io: Io): ExitCode {
  say(faults.map(faultLine), options, io);
  return 2;
}
