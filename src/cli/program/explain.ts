import {Option, type Command} from 'commander';
import {readNames} from '../explain/kinds.ts';
import {formatFault} from '../../core/errors.ts';
import {clusterFlags, filenameOption, serverVersionOption, templatesOption, wordFlags, type ClusterFlags} from './flags.ts';
import {cannotRun, coloursOf, type Surroundings} from './surroundings.ts';

interface Flags extends ClusterFlags {
  readonly filename?: readonly string[];
  readonly templates?: readonly string[];
  readonly namespace?: string;
  readonly serverVersion?: number;
  readonly output: 'text' | 'json';
  readonly quiet?: true;
  readonly color: boolean;
}

/** Defines `explain`. */
export function addExplain(program: Command, around: Surroundings): void {
  const command = program
    .command('explain')
    .description('say why objects are injected or not, who decided, and what to do')
    .argument('[TYPE/NAME...]', 'objects of a cluster, as kubectl names them: deployment/web, deploy/web, deployment web')
    .addOption(filenameOption())
    .addOption(templatesOption())
    .option('-n, --namespace <NAME>', "the namespace of the objects (default: the context's; of files: default)");
  wordFlags(
    clusterFlags(command, 'objects, templates and namespaces from that cluster')
      .addOption(serverVersionOption())
      .addOption(new Option('-o, --output <FORMAT>', 'how it is printed').choices(['text', 'json']).default('text')),
  )
    .addHelpText(
      'after',
      `
The first line of each object names the cause, the second what to do; what is wrong comes first. Objects that are
named are those of the current context, unless --context or --kubeconfig name another. Files may hold Namespaces,
templates (ConfigMaps), the MutatingWebhookConfiguration and live pods too: what they tell is considered.

Examples:
  pod-injector explain deployment/web -n shop                  why is it, or are its pods, not injected?
  pod-injector explain pods -n shop -o json --context staging  all pods, for a program
  pod-injector explain -f deployment.yaml -t templates/        before anything is applied
  kubectl get pod web-1 -o yaml | pod-injector explain -f - -t templates/

Exit codes: 0 each has, or will have, what was asked for; 1 one is refused or is without it; 2 could not run.`,
    )
    .action(async (words: readonly string[], flags: Flags) => {
      const {filename = [], templates = [], kubeconfig, context, injectorNamespace, namespace, serverVersion} = flags;
      if (filename.length === 0 && words.length === 0)
        return cannotRun(
          'nothing to explain is named; give TYPE/NAME for an object of a cluster, or -f FILE, a folder, or - for standard input',
          flags,
          around,
        );
      if (filename.length > 0 && words.length > 0)
        return cannotRun(
          'objects of files and objects of a cluster are explained apart; give either -f or TYPE/NAME',
          flags,
          around,
        );
      if (filename.includes('-') && templates.includes('-'))
        return cannotRun('-f - and -t - both want standard input; give one of them as a file', flags, around);
      const names = words.length === 0 ? [] : readNames(words);
      if ('code' in names) return cannotRun(formatFault(names), flags, around);
      const inCluster = words.length > 0 || kubeconfig !== undefined || context !== undefined;
      const cluster = {
        injectorNamespace,
        ...(kubeconfig === undefined ? {} : {kubeconfig}),
        ...(context === undefined ? {} : {context}),
      };
      // Lazily: who injects files shall not wait for it.
      const {explain} = await import('../explain/command.ts');
      around.finish(
        await explain(
          {
            filenames: filename,
            names,
            templates,
            injectorNamespace,
            format: flags.output,
            quiet: flags.quiet === true,
            ...coloursOf(flags, around.io),
            ...(inCluster ? {cluster} : {}),
            ...(namespace === undefined ? {} : {namespace}),
            ...(serverVersion === undefined ? {} : {serverMinor: serverVersion}),
          },
          around.io,
        ),
      );
    });
}
