import type {Command} from 'commander';
import {preview} from '../preview.ts';
import {
  clusterFlags,
  clusterOf,
  printFlags,
  printOptionsOf,
  serverVersionOption,
  templatesOption,
  type ClusterFlags,
  type PrintFlags,
} from './flags.ts';
import {cannotRun, type Surroundings} from './surroundings.ts';

interface Flags extends PrintFlags, ClusterFlags {
  readonly templates?: readonly string[];
  readonly asStored?: true;
  readonly serverVersion?: number;
}

/** Defines `preview`. */
export function addPreview(program: Command, around: Surroundings): void {
  clusterFlags(
    printFlags(program.command('preview'))
      .description('print manifests as the webhook would make them')
      .addOption(templatesOption()),
    'templates and namespaces from that cluster',
  )
    .addOption(serverVersionOption())
    .option('--as-stored', 'only what the admission of the object itself changes, not what its pods get when they are created')
    .addHelpText(
      'after',
      `
Everything that is not changed stays byte for byte, comments included.
Nothing is printed when an object is refused.

Examples:
  pod-injector preview -f deployment.yaml -t templates/           the manifest, injected
  pod-injector preview -f deployment.yaml -t templates/ --diff    what would change
  pod-injector preview -f k8s/ -t templates/ -o patch             RFC 6902 operations
  pod-injector preview -f deployment.yaml --context staging       by the templates and namespaces of a cluster
  pod-injector preview -f job.yaml -t templates/ --server-version 1.31
  helm template . | pod-injector preview -f - -t templates/ | kubectl apply -f -`,
    )
    .action(async (flags: Flags) => {
      const {filename, templates, serverVersion} = flags;
      if (filename === undefined)
        return cannotRun('no manifests are named; give -f FILE, a folder, or - for standard input', flags, around);
      const cluster = clusterOf(flags);
      if (templates === undefined && cluster === undefined)
        return cannotRun(
          'no templates are named; give -t FILE or a folder, or --context NAME for those of a cluster',
          flags,
          around,
        );
      if (filename.includes('-') && templates?.includes('-') === true)
        return cannotRun('-f - and -t - both want standard input; give one of them as a file', flags, around);
      around.finish(
        await preview(
          {
            ...printOptionsOf(flags, around.io),
            filenames: filename,
            templates: templates ?? [],
            asStored: flags.asStored === true,
            ...(cluster === undefined ? {} : {cluster}),
            ...(serverVersion === undefined ? {} : {serverMinor: serverVersion}),
          },
          around.io,
        ),
      );
    });
}
