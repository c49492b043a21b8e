import {Argument, Command, CommanderError, Option} from 'commander';
import {serveFlags, systemNamespace} from '../config.ts';
import {version} from '../version.ts';
import {completionScript, shells, type Shell} from './completion.ts';
import type {ExitCode, Io} from './io.ts';
import type {Format} from './output.ts';
import {preview} from './preview.ts';
import {say} from './transform.ts';
import {uninject} from './uninject.ts';
import {validate} from './validate.ts';

/** Starts the webhook with the values of its flags; loaded only when it is asked for. */
export type Serve = (flags: Readonly<Record<string, string | readonly string[] | undefined>>) => Promise<ExitCode>;

/**
 * Runs the CLI. `argv` holds the words after the program's name.
 * @returns 0 done, 1 findings, 2 could not run. Never rejects but for a fault of the program itself.
 */
export async function run(argv: readonly string[], io: Io, serve: Serve): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = buildProgram(io, serve, (result) => (code = result));
  try {
    await program.parseAsync(argv, {from: 'user'});
    return code;
  } catch (error) {
    // Help and version are no failures; commander has written its words already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

interface Flags {
  readonly filename?: readonly string[];
  readonly templates?: readonly string[];
  readonly namespace: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly injectorNamespace?: string;
  readonly output?: 'yaml' | 'json' | 'patch';
  readonly diff?: true;
  readonly asStored?: true;
  readonly quiet?: true;
  readonly color: boolean;
}

function buildProgram(io: Io, serve: Serve, finish: (code: ExitCode) => void): Command {
  const program = new Command('pod-injector')
    .description(
      'Adds sidecar and init containers to Kubernetes workloads: what the webhook does, shown before anything is applied.',
    )
    .version(version, '-V, --version')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.out(text),
      writeErr: io.err,
      getOutHelpWidth: () => 110,
      getErrHelpWidth: () => 110,
    })
    .showHelpAfterError('(see pod-injector --help)')
    .addHelpText(
      'after',
      `
Examples:
  pod-injector preview -f deployment.yaml -t templates/ --diff
  kubectl kustomize . | pod-injector preview -f - -t templates/ | kubectl apply -f -
  pod-injector validate templates/
  pod-injector serve --templates templates/

Exit codes: 0 done, warnings alone too; 1 findings: a refusal, an invalid template or manifest; 2 could not run.`,
    );
  const colours = (flags: {readonly color: boolean}): {readonly outColour: boolean; readonly errColour: boolean} => {
    // https://no-color.org
    const wanted = flags.color && (io.env['NO_COLOR'] ?? '') === '';
    return {outColour: wanted && io.isOutTerminal, errColour: wanted && io.isErrTerminal};
  };
  const printOptions = (
    flags: Flags,
  ): {format: Format; namespace: string; quiet: boolean; outColour: boolean; errColour: boolean} => ({
    format: flags.diff === true ? 'diff' : (flags.output ?? 'same'),
    namespace: flags.namespace,
    quiet: flags.quiet === true,
    ...colours(flags),
  });
  const cannotRun = (what: string, flags: {readonly color: boolean}): void => {
    say([{level: 'error', text: `error: ${what}`}], {quiet: false, ...colours(flags)}, io);
    finish(2);
  };

  printing(program.command('preview'))
    .description('print manifests as the webhook would make them')
    .addOption(templatesOption())
    .option('--context <NAME>', 'a context of the kubeconfig: templates and namespaces from that cluster')
    .option('--kubeconfig <FILE>', 'the kubeconfig: templates and namespaces from its cluster')
    .option('--injector-namespace <NAME>', 'the namespace of the templates in the cluster', systemNamespace)
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
  helm template . | pod-injector preview -f - -t templates/ | kubectl apply -f -`,
    )
    .action(async (flags: Flags) => {
      if (flags.filename === undefined)
        return cannotRun('no manifests are named; give -f FILE, a folder, or - for standard input', flags);
      const {kubeconfig, context, injectorNamespace = systemNamespace} = flags;
      const inCluster = kubeconfig !== undefined || context !== undefined;
      if (flags.templates === undefined && !inCluster)
        return cannotRun('no templates are named; give -t FILE or a folder, or --context NAME for those of a cluster', flags);
      if (flags.filename.includes('-') && flags.templates?.includes('-') === true)
        return cannotRun('-f - and -t - both want standard input; give one of them as a file', flags);
      finish(
        await preview(
          {
            ...printOptions(flags),
            filenames: flags.filename,
            templates: flags.templates ?? [],
            asStored: flags.asStored === true,
            ...(inCluster
              ? {
                  cluster: {
                    injectorNamespace,
                    ...(kubeconfig === undefined ? {} : {kubeconfig}),
                    ...(context === undefined ? {} : {context}),
                  },
                }
              : {}),
          },
          io,
        ),
      );
    });

  printing(program.command('uninject'))
    .description('print manifests without what an injection added: the reverse of preview')
    .addHelpText(
      'after',
      `
The record in the annotation pod-injector.dev/status says what to take out, so no templates are needed.
The annotation that asks for the injection stays.

Examples:
  pod-injector uninject -f injected.yaml
  kubectl get deployment web -o yaml | pod-injector uninject -f - --diff`,
    )
    .action(async (flags: Flags) => {
      if (flags.filename === undefined)
        return cannotRun('no manifests are named; give -f FILE, a folder, or - for standard input', flags);
      finish(await uninject({...printOptions(flags), filenames: flags.filename}, io));
    });

  program
    .command('validate')
    .description('check templates')
    .argument('[PATH...]', 'template files and folders')
    .addOption(templatesOption())
    .addOption(filenameOption())
    .addOption(new Option('-o, --output <FORMAT>', 'how findings are printed').choices(['text', 'json']).default('text'))
    .option('-q, --quiet', 'only errors')
    .option('--no-color', 'no colours, also on a terminal')
    .addHelpText(
      'after',
      `
Each finding is file:line:column: code: sentence, on stderr; -o json prints them to stdout for editors and CI.

Examples:
  pod-injector validate templates/
  pod-injector validate -o json logging-agent.yaml
  kubectl get configmaps -n pod-injector -o yaml | pod-injector validate -f -`,
    )
    .action(async (paths: readonly string[], flags: Omit<Flags, 'output'> & {readonly output: 'text' | 'json'}) => {
      const templates = [...paths, ...(flags.templates ?? []), ...(flags.filename ?? [])];
      if (templates.length === 0) return cannotRun('no templates are named; give a file or a folder', flags);
      finish(await validate({templates, format: flags.output, quiet: flags.quiet === true, ...colours(flags)}, io));
    });

  const serving = program
    .command('serve')
    .description('run the webhook')
    .addHelpText(
      'after',
      `
Each flag is an environment variable too: --health-port is POD_INJECTOR_HEALTH_PORT. A flag wins over its variable.

Examples:
  pod-injector serve --templates templates/
  POD_INJECTOR_PORT=9443 pod-injector serve --templates templates/ --log-format json
  pod-injector serve --context kind-dev --register-url https://host.docker.internal:8443
  pod-injector serve                                    in a cluster: its ConfigMaps are the templates`,
    );
  for (const flag of serveFlags) {
    const short = flag.short === undefined ? '' : `-${flag.short}, `;
    const standard = flag.standard === undefined ? '' : ` (default: ${flag.standard})`;
    const option = new Option(`${short}--${flag.name} <${flag.value}>`, `${flag.description}${standard}`);
    serving.addOption(flag.repeatable === true ? option.argParser(collect) : option);
  }
  serving.action(async (flags: Readonly<Record<string, string | readonly string[] | undefined>>) => finish(await serve(flags)));

  program
    .command('completion')
    .description('print a completion script for a shell')
    .addArgument(new Argument('<SHELL>', 'the shell').choices(shells))
    .addHelpText(
      'after',
      `
Examples:
  source <(pod-injector completion bash)
  source <(pod-injector completion zsh)
  pod-injector completion fish > ~/.config/fish/completions/pod-injector.fish`,
    )
    .action((shell: Shell) => io.out(completionScript(program, shell)));
  for (const command of program.commands) command.showHelpAfterError(`(see pod-injector ${command.name()} --help)`);
  return program;
}

/** The flags of the commands that print manifests. */
function printing(command: Command): Command {
  return command
    .addOption(filenameOption())
    .option('-n, --namespace <NAME>', 'the namespace of objects that name none', 'default')
    .addOption(
      new Option('-o, --output <FORMAT>', 'yaml, json, or patch (RFC 6902); without it each file keeps its own')
        .choices(['yaml', 'json', 'patch'])
        .conflicts('diff'),
    )
    .option('--diff', 'a unified diff instead of the manifests')
    .option('-q, --quiet', 'only errors on stderr')
    .option('--no-color', 'no colours, also on a terminal');
}

function filenameOption(): Option {
  return new Option('-f, --filename <PATH>', 'file, folder (not recursive) or - for standard input; repeatable').argParser(
    collect,
  );
}

function templatesOption(): Option {
  return new Option('-t, --templates <PATH>', 'template file or folder; repeatable').argParser(collect);
}

function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}
