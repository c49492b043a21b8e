import type {Command} from 'commander';
import {uninject} from '../uninject.ts';
import {printFlags, printOptionsOf, type PrintFlags} from './flags.ts';
import {cannotRun, type Surroundings} from './surroundings.ts';

/** Defines `uninject`. */
export function addUninject(program: Command, around: Surroundings): void {
  printFlags(program.command('uninject'))
    .description('print manifests without what an injection added: the reverse of preview')
    .addHelpText(
      'after',
      `
The record in the annotation pod-injector.dev/status says what to take out and what to put back, so no templates
are needed. The annotation that asks for the injection stays.

Examples:
  pod-injector uninject -f injected.yaml
  kubectl get deployment web -o yaml | pod-injector uninject -f - --diff`,
    )
    .action(async (flags: PrintFlags) => {
      const {filename} = flags;
      if (filename === undefined)
        return cannotRun('no manifests are named; give -f FILE, a folder, or - for standard input', flags, around);
      around.finish(await uninject({...printOptionsOf(flags, around.io), filenames: filename}, around.io));
    });
}
