import {Command, CommanderError} from 'commander';
import {version} from '../version.ts';
import type {ExitCode, Io} from './io.ts';
import {addCompletion} from './program/completion.ts';
import {addExplain} from './program/explain.ts';
import {addMigrate} from './program/migrate.ts';
import {addPreview} from './program/preview.ts';
import {addServe, type Serve} from './program/serve.ts';
import type {Surroundings} from './program/surroundings.ts';
import {addUninject} from './program/uninject.ts';
import {addValidate} from './program/validate.ts';

export type {Serve} from './program/serve.ts';

/**
 * Runs the CLI. `argv` holds the words after the program's name.
 * @returns 0 done, 1 findings, 2 could not run. Never rejects but for a fault of the program itself.
 */
export async function run(argv: readonly string[], io: Io, serve: Serve): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = buildProgram(serve, {io, finish: (result) => (code = result)});
  try {
    await program.parseAsync(argv, {from: 'user'});
    return code;
  } catch (error) {
    // Help and version are no failures; commander has written its words already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

function buildProgram(serve: Serve, around: Surroundings): Command {
  const {io} = around;
  const program = new Command('pod-injector')
    .description(
      'Adds sidecar, ambassador, adapter and init containers to Kubernetes workloads: what the webhook does, shown before anything is applied.',
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
  pod-injector explain deployment/web -n shop
  pod-injector validate templates/
  pod-injector serve --templates templates/

Exit codes: 0 done, warnings alone too; 1 findings: a refusal, an invalid template or manifest; 2 could not run.`,
    );
  addPreview(program, around);
  addExplain(program, around);
  addUninject(program, around);
  addMigrate(program, around);
  addValidate(program, around);
  addServe(program, serve, around);
  addCompletion(program, around);
  for (const command of program.commands) command.showHelpAfterError(`(see pod-injector ${command.name()} --help)`);
  return program;
}
