import {InvalidArgumentError, Option, type Command} from 'commander';
import {adviceCodes} from '../../core/advice/codes.ts';
import {nearest} from '../../core/nearest.ts';
import {templateFaults, templateWarnings} from '../../core/template/codes.ts';
import {fileFaults} from '../../templates/codes.ts';
import {validate} from '../validate.ts';
import {collect, filenameOption, templatesOption, wordFlags} from './flags.ts';
import {cannotRun, coloursOf, type Surroundings} from './surroundings.ts';

interface Flags {
  readonly templates?: readonly string[];
  readonly filename?: readonly string[];
  readonly output: 'text' | 'json';
  readonly ignore?: readonly string[];
  readonly quiet?: true;
  readonly color: boolean;
}

/** Defines `validate`. */
export function addValidate(program: Command, around: Surroundings): void {
  wordFlags(
    program
      .command('validate')
      .description('check templates')
      .argument('[PATH...]', 'template files and folders')
      .addOption(templatesOption())
      .addOption(filenameOption())
      .addOption(new Option('-o, --output <FORMAT>', 'how findings are printed').choices(['text', 'json']).default('text'))
      .addOption(
        new Option('--ignore <CODE>', 'warnings that shall not be given, by commas; repeatable')
          .choices(Object.keys(warnings))
          .argParser(collectCodes),
      ),
  )
    .addHelpText(
      'after',
      `
Each finding is file:line:column: code: sentence, on stderr; -o json prints them to stdout for editors and CI.
A warning that is meant to be is silenced by --ignore, or by a comment above its line: # pod-injector:ignore CODE

Examples:
  pod-injector validate templates/
  pod-injector validate -o json logging-agent.yaml
  pod-injector validate templates/ --ignore imageTag
  kubectl get configmaps -n pod-injector -l pod-injector.dev/template -o yaml | pod-injector validate -f -`,
    )
    .action(async (paths: readonly string[], flags: Flags) => {
      const templates = [...paths, ...(flags.templates ?? []), ...(flags.filename ?? [])];
      if (templates.length === 0) return cannotRun('no templates are named; give a file or a folder', flags, around);
      const {output: format, ignore = []} = flags;
      const options = {templates, format, ignore, quiet: flags.quiet === true, ...coloursOf(flags, around.io)};
      around.finish(await validate(options, around.io));
    });
}

const warnings = {...adviceCodes, ...templateWarnings};

/** Of a flag that takes codes by commas and may be repeated: all of them. A misspelt one would silence nothing, in silence. */
function collectCodes(text: string, previous: readonly string[] | undefined): readonly string[] {
  const known = Object.keys({...warnings, ...templateFaults, ...fileFaults});
  return text.split(',').reduce((codes, part) => {
    const code = part.trim();
    if (known.includes(code)) return collect(code, codes);
    const near = nearest(code, known);
    throw new InvalidArgumentError(
      `There is no warning ${JSON.stringify(code)}${near === undefined ? '' : `; did you mean ${near}?`}`,
    );
  }, previous ?? []);
}
