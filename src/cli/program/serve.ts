import {Option, type Command} from 'commander';
import {serveFlags} from '../../config.ts';
import type {ExitCode} from '../io.ts';
import {collect} from './flags.ts';
import type {Surroundings} from './surroundings.ts';

/** Starts the webhook with the values of its flags; loaded only when it is asked for. */
export type Serve = (flags: Readonly<Record<string, string | readonly string[] | undefined>>) => Promise<ExitCode>;

/** Defines `serve`. */
export function addServe(program: Command, serve: Serve, {finish}: Surroundings): void {
  const command = program
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
    command.addOption(flag.repeatable === true ? option.argParser(collect) : option);
  }
  command.action(async (flags: Parameters<Serve>[0]) => finish(await serve(flags)));
}
