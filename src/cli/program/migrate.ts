import type {Command} from 'commander';
import {migrate} from '../migrate.ts';
import {filenameOption, wordFlags} from './flags.ts';
import {cannotRun, coloursOf, type Surroundings} from './surroundings.ts';

interface Flags {
  readonly filename?: readonly string[];
  readonly quiet?: true;
  readonly color: boolean;
}

/** Defines `migrate`. */
export function addMigrate(program: Command, around: Surroundings): void {
  wordFlags(
    program
      .command('migrate')
      .description('turn Initializer and tumblr/k8s-sidecar-injector configurations and annotations into ours')
      .addOption(filenameOption()),
  )
    .addHelpText(
      'after',
      `
Configurations become ConfigMaps with a template, manifests get our annotation in place of the old one; all else
stays byte for byte. What had an effect and can't be carried over is an error, and then nothing is printed.

Examples:
  pod-injector migrate -f initializer-configmap.yaml > templates.yaml
  pod-injector migrate -f sidecars/ -f deployment.yaml
  kubectl get configmaps -n kube-system -o yaml | pod-injector migrate -f -`,
    )
    .action(async (flags: Flags) => {
      const {filename} = flags;
      if (filename === undefined)
        return cannotRun('nothing to migrate is named; give -f FILE, a folder, or - for standard input', flags, around);
      const options = {filenames: filename, quiet: flags.quiet === true, ...coloursOf(flags, around.io)};
      around.finish(await migrate(options, around.io));
    });
}
