import {Argument, type Command} from 'commander';
import {completionScript, shells, type Shell} from '../completion.ts';
import type {Surroundings} from './surroundings.ts';

/** Defines `completion`, of all commands that the program has by then. */
export function addCompletion(program: Command, {io}: Surroundings): void {
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
}
