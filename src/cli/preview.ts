import jsonPatch from 'fast-json-patch';
import {domain, injectionLabel, legacyPrefix} from '../core/annotations.ts';
import type {NamespaceFacts} from '../core/decide.ts';
import type {Fault} from '../core/errors.ts';
import {inject} from '../core/inject.ts';
import {asObject, asString, type JsonObject} from '../core/json.ts';
import type {Outcome} from '../core/outcome.ts';
import {diff} from '../core/patch.ts';
import {workloadOf} from '../core/workload.ts';
import {loadTemplates} from '../templates/files.ts';
import type {LoadedTemplates} from '../templates/loaded.ts';
import type {DocumentSet, ManifestObject} from './documents.ts';
import type {ClusterOptions, ClusterReader} from './from-cluster.ts';
import type {ExitCode, Io} from './io.ts';
import {readManifests} from './manifests.ts';
import {rewritesAll} from './output.ts';
import {faultLine, say, transform, type PrintOptions} from './transform.ts';
import {templateFiles} from './validate.ts';
import {isUnreadable} from '../templates/file-system.ts';

export interface PreviewOptions extends PrintOptions {
  readonly filenames: readonly string[];
  /** Without any they are those of the cluster. */
  readonly templates: readonly string[];
  /** Where the namespaces are looked up that are not among the manifests, and the templates unless files are named. */
  readonly cluster?: ClusterOptions;
  /** Only what the admission of the object itself changes. */
  readonly asStored: boolean;
  /** Minor version of Kubernetes; absent: the cluster's, else the newest that is known. */
  readonly serverMinor?: number;
}

/** Prints manifests as the webhook would make them. */
export async function preview(options: PreviewOptions, io: Io): Promise<ExitCode> {
  if (options.cluster === undefined) return await previewWith(options, io, undefined);
  // Lazily: who works on files shall not wait for it.
  const {openReader, readTemplates} = await import('./from-cluster.ts');
  const reader = await openReader(options.cluster);
  if ('code' in reader) return cannotRun([reader], options, io);
  const code = await previewWith(options, io, {...reader, templates: () => readTemplates(reader)});
  reader.close();
  return code;
}

type Cluster = ClusterReader & {readonly templates: () => Promise<LoadedTemplates | Fault>};

async function previewWith(options: PreviewOptions, io: Io, cluster: Cluster | undefined): Promise<ExitCode> {
  const fromFiles = cluster === undefined || options.templates.length > 0;
  const loaded = fromFiles ? await loadTemplates(options.templates, templateFiles(io)) : await cluster.templates();
  if ('code' in loaded) return cannotRun([loaded], options, io);
  const missing = loaded.faults.filter(isUnreadable);
  if (missing.length > 0) return cannotRun(missing, options, io);
  // A broken template stops only those who ask for it, but nobody shall look for its fault elsewhere.
  say(
    loaded.faults.map((fault) => ({...faultLine(fault), level: 'warning'})),
    options,
    io,
  );
  // A namespace of the cluster may have a default for anything.
  const wanted = cluster === undefined ? isOfInterest(options) : () => () => true;
  const manifests = await readManifests(options.filenames, io, wanted);
  const own = namespacesOf(manifests.sets);
  const nameOf = (value: JsonObject): string => asString(asObject(value['metadata'])?.['namespace']) ?? options.namespace;
  const values = manifests.sets.flatMap((set) => set.objects).map(({value}) => value);
  const others = new Set(
    values
      .filter((value) => workloadOf(value) !== undefined)
      .map(nameOf)
      .filter((name) => !own.has(name)),
  );
  const found = await cluster?.namespaces([...others]);
  if (found !== undefined && 'code' in found) return cannotRun([found], options, io);
  const serverMinor = options.serverMinor ?? (await cluster?.serverMinor());
  // What is among the manifests will be applied: it counts more than what is there now.
  const namespaces = new Map([...(found ?? []), ...own]);
  return transform(
    manifests,
    ({value}) => {
      const name = nameOf(value);
      const outcome = inject({
        operation: 'CREATE',
        object: value,
        namespace: namespaces.get(name) ?? {name},
        templates: loaded.snapshot,
        view: options.asStored ? 'stored' : 'pods',
        ...(serverMinor === undefined ? {} : {serverMinor}),
      });
      return throughThePatch(value, outcome);
    },
    options,
    io,
  );
}

function cannotRun(faults: readonly Fault[], options: PreviewOptions, io: Io): ExitCode {
  say(faults.map(faultLine), options, io);
  return 2;
}

/** What is shown is what an API server makes of the webhook's patch, by an RFC 6902 implementation that is not ours. */
function throughThePatch(before: JsonObject, outcome: Outcome): Outcome {
  if (outcome.object === before) return outcome;
  return {...outcome, object: jsonPatch.applyPatch(before, diff(before, outcome.object), false, false).newDocument};
}

/** With a namespace default anything may be injected; otherwise only what names one of our keys. Conversions read all too. */
function isOfInterest({format}: PrintOptions): (texts: readonly string[]) => (text: string) => boolean {
  return (texts) => {
    if (rewritesAll(format, texts) || texts.some((text) => text.includes(injectionLabel))) return () => true;
    return (text) => text.includes(domain) || text.includes(legacyPrefix) || isEscaped(text);
  };
}

/** JSON may spell a slash or any letter of a key in another way. */
function isEscaped(text: string): boolean {
  return text.includes('\\/') || text.includes('\\u') || text.includes('\\x');
}

function namespacesOf(sets: readonly DocumentSet[]): ReadonlyMap<string, NamespaceFacts> {
  return new Map(
    sets
      .flatMap((set) => set.objects)
      .flatMap((object: ManifestObject): [string, NamespaceFacts][] => {
        const {value} = object;
        const metadata = asObject(value['metadata']);
        const name = asString(metadata?.['name']);
        if (value['kind'] !== 'Namespace' || value['apiVersion'] !== 'v1' || name === undefined) return [];
        const labels = asObject(metadata?.['labels']);
        const annotations = asObject(metadata?.['annotations']);
        return [[name, {name, ...(labels === undefined ? {} : {labels}), ...(annotations === undefined ? {} : {annotations})}]];
      }),
  );
}
