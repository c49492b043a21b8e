import {isUnreadable, type TemplateFileSystem} from '../templates/file-system.ts';
import {loadTemplates} from '../templates/files.ts';
import type {Fault} from '../core/errors.ts';
import type {ExitCode, Io} from './io.ts';
import {faultLine, say} from './transform.ts';

export interface ValidateOptions {
  readonly templates: readonly string[];
  readonly format: 'text' | 'json';
  /** Codes of warnings that are not wanted. */
  readonly ignore: readonly string[];
  readonly quiet: boolean;
  readonly errColour: boolean;
}

/**
 * Checks templates, advice included: each fault and warning as `file:line:column: code: sentence` on stderr, or as JSON on stdout
 * (`[{level, code, message, fix, source, line, column, path}]`), for editors and CI. Warnings alone are no findings: 0.
 */
export async function validate(options: ValidateOptions, io: Io): Promise<ExitCode> {
  const {faults, snapshot, ...found} = await loadTemplates(options.templates, templateFiles(io), true);
  const warnings = found.warnings.filter(({code}) => !options.ignore.includes(code));
  const told = options.quiet ? [] : warnings;
  const unreadable = faults.some(isUnreadable);
  if (options.format === 'json') {
    const findings = [...faults.map((fault) => finding('error', fault)), ...told.map((fault) => finding('warning', fault))];
    await io.out(`${JSON.stringify(findings, null, 2)}\n`);
  } else {
    say([...faults.map(faultLine), ...warnings.map((fault) => ({...faultLine(fault), level: 'warning'}) as const)], options, io);
  }
  const count = snapshot.size;
  const summary = `${count} ${count === 1 ? 'template' : 'templates'}: ${faults.length} ${faults.length === 1 ? 'error' : 'errors'}, ${warnings.length} ${warnings.length === 1 ? 'warning' : 'warnings'}`;
  say([{level: 'info', text: summary}], options, io);
  if (warnings.length > 0 && options.format === 'text') say([{level: 'info', text: silencing}], options, io);
  return unreadable ? 2 : faults.length > 0 ? 1 : 0;
}

const silencing =
  'A warning that is meant to be is silenced with --ignore CODE, or in the template with `# pod-injector:ignore CODE` above its line';

/** The files as templates are read from them; `-` is standard input and no folder. */
export function templateFiles(io: Io): TemplateFileSystem {
  return {read: io.read, list: io.list, isFolder: async (path) => path !== '-' && (await io.isFolder(path))};
}

function finding(level: 'error' | 'warning', {code, message, fix, source, position, path}: Fault): Record<string, unknown> {
  return {level, code, message, ...(fix === undefined ? {} : {fix}), source, ...position, ...(path === undefined ? {} : {path})};
}
