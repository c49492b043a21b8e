import {InvalidArgumentError, Option, type Command} from 'commander';
import {systemNamespace} from '../../config.ts';
import {readServerVersion} from '../../core/kubernetes/version.ts';
import type {ClusterOptions} from '../from-cluster.ts';
import type {Io} from '../io.ts';
import type {PrintOptions} from '../transform.ts';
import {coloursOf} from './surroundings.ts';

/** Flags by which a cluster is named. */
export interface ClusterFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly injectorNamespace: string;
}

/** Flags of the commands that print manifests. */
export interface PrintFlags {
  readonly filename?: readonly string[];
  readonly namespace: string;
  readonly output?: 'yaml' | 'json' | 'patch';
  readonly diff?: true;
  readonly quiet?: true;
  readonly color: boolean;
}

export function filenameOption(): Option {
  return new Option('-f, --filename <PATH>', 'file, folder (not recursive) or - for standard input; repeatable').argParser(
    collect,
  );
}

export function templatesOption(): Option {
  return new Option('-t, --templates <PATH>', 'template file or folder; repeatable').argParser(collect);
}

/** Of flags that may be repeated: all their values in order. */
export function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

/** The version of Kubernetes that manifests are meant for, as its minor number. */
export function serverVersionOption(): Option {
  return new Option(
    '--server-version <VERSION>',
    "Kubernetes version to inject for, such as 1.31 (default: the cluster's, else the newest known)",
  ).argParser((text) => {
    const minor = readServerVersion(text);
    if (minor === undefined) throw new InvalidArgumentError('Write major and minor version, such as 1.31.');
    return minor;
  });
}

/** Adds the flags by which a cluster is named. */
export function clusterFlags(command: Command, what: string): Command {
  return command
    .option('--context <NAME>', `a context of the kubeconfig: ${what}`)
    .option('--kubeconfig <FILE>', `the kubeconfig: ${what}`)
    .option('--injector-namespace <NAME>', 'the namespace of the templates in the cluster', systemNamespace);
}

/** Adds the flags about what stderr says, and how. */
export function wordFlags(command: Command): Command {
  return command.option('-q, --quiet', 'only errors on stderr').option('--no-color', 'no colours, also on a terminal');
}

/** Adds the flags of the commands that print manifests. */
export function printFlags(command: Command): Command {
  return wordFlags(
    command
      .addOption(filenameOption())
      .option('-n, --namespace <NAME>', 'the namespace of objects that name none', 'default')
      .addOption(
        new Option('-o, --output <FORMAT>', 'yaml, json, or patch (RFC 6902); without it each file keeps its own')
          .choices(['yaml', 'json', 'patch'])
          .conflicts('diff'),
      )
      .option('--diff', 'a unified diff instead of the manifests'),
  );
}

/** How manifests are printed. */
export function printOptionsOf(flags: PrintFlags, io: Io): PrintOptions {
  return {
    format: flags.diff === true ? 'diff' : (flags.output ?? 'same'),
    namespace: flags.namespace,
    quiet: flags.quiet === true,
    ...coloursOf(flags, io),
  };
}

/** The cluster that the flags name; undefined where they name none. */
export function clusterOf({kubeconfig, context, injectorNamespace}: ClusterFlags): ClusterOptions | undefined {
  if (kubeconfig === undefined && context === undefined) return undefined;
  return {
    injectorNamespace,
    ...(kubeconfig === undefined ? {} : {kubeconfig}),
    ...(context === undefined ? {} : {context}),
  };
}
