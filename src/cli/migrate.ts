import {systemNamespace} from '../config.ts';
import type {ExitCode, Io} from './io.ts';
import {readManifests} from './manifests.ts';
import {collectTemplates} from './migrate/collect.ts';
import {printMigrated} from './migrate/print.ts';
import {resultsOf} from './migrate/results.ts';
import {faultLine, say} from './transform.ts';

export interface MigrateOptions {
  readonly filenames: readonly string[];
  readonly quiet: boolean;
  readonly outColour: boolean;
  readonly errColour: boolean;
}

/**
 * Prints Initializers' and k8s-sidecar-injector's configurations as ConfigMaps with templates, and manifests with our annotation in place
 * of theirs; everything else stays byte for byte. What had an effect is carried over, or is an error and nothing is printed; a
 * warning names what had none.
 */
export async function migrate(options: MigrateOptions, io: Io): Promise<ExitCode> {
  const {sets, unreadable} = await readManifests(options.filenames, io, () => () => true);
  if (unreadable.length > 0) {
    say(unreadable.map(faultLine), options, io);
    return 2;
  }
  const collected = collectTemplates(sets, systemNamespace);
  const faults = [...sets.flatMap((set) => set.faults), ...collected.faults];
  const {results, lines, changed} = resultsOf(sets, collected.templates, systemNamespace);
  const failed = faults.length > 0;
  if (!failed) await io.out(printMigrated(sets, results));
  const count = [...collected.templates.values()].flat().length;
  const summary = `${counted(count, 'template')}, ${counted(changed, 'object')} with other annotations${failed ? '; nothing was printed' : ''}`;
  say([...faults.map(faultLine), ...collected.lines, ...lines, {level: 'info', text: summary}], options, io);
  return failed ? 1 : 0;
}

function counted(count: number, what: string): string {
  return `${count} ${count === 1 ? what : `${what}s`}`;
}
