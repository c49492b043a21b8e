import type {Command, Option} from 'commander';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** A completion script made from the program's own commands and flags, so that it cannot fall behind them. */
export function completionScript(program: Command, shell: Shell): string {
  switch (shell) {
    case 'bash':
      return bash(program);
    case 'zsh':
      // zsh reads bash's completions: https://zsh.sourceforge.io/Doc/Release/Completion-System.html (bashcompinit)
      return `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${bash(program)}`;
    case 'fish':
      return fish(program);
  }
}

/** Words after the flag before the cursor, else the command's flags and arguments; files where nothing else fits. */
function bash(program: Command): string {
  const name = program.name();
  const commands = [...program.commands.map((command) => command.name()), ...flagsOf(program)].join(' ');
  const words = program.commands.map((command) => `    ${command.name()}) words="${wordsOf(command).join(' ')}" ;;`);
  const values = program.commands.flatMap((command) =>
    command.options.filter(takesValue).map(
      (option) =>
        `    ${flagNames(option)
          .map((flag) => `${command.name()}:${flag}`)
          .join('|')}) ${valuesOf(option)} ;;`,
    ),
  );
  return `_${identifier(name)}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words="${commands}"
  COMPREPLY=()
  if [ "$COMP_CWORD" -gt 1 ]; then
    case "\${COMP_WORDS[1]}:$previous" in
${values.map((line) => `  ${line}`).join('\n')}
    esac
    words=""
    case "\${COMP_WORDS[1]}" in
${words.map((line) => `  ${line}`).join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [ \${#COMPREPLY[@]} -eq 0 ]; then ${files}; fi
}
complete -o filenames -F _${identifier(name)} ${name}
`;
}

/** Names of files have blanks in them, but hardly line breaks. */
const files = `local IFS=$'\\n'; COMPREPLY=($(compgen -f -- "$current"))`;

/** What bash offers after a flag that wants a value: its choices, or files where it names some, or nothing. */
function valuesOf(option: Option): string {
  if (option.argChoices !== undefined) return `COMPREPLY=($(compgen -W "${option.argChoices.join(' ')}" -- "$current")); return`;
  return namesFiles(option) ? `${files}; return` : 'return';
}

function fish(program: Command): string {
  const name = program.name();
  const lines = program.commands.flatMap((command) => {
    const seen = quote(`__fish_seen_subcommand_from ${command.name()}`);
    return [
      `complete -c ${name} -n __fish_use_subcommand -f -a ${command.name()} -d ${quote(command.description())}`,
      ...command.options.map((option) => {
        const short = option.short === undefined ? '' : ` -s ${option.short.slice(1)}`;
        const value = !takesValue(option)
          ? ''
          : namesFiles(option)
            ? ' -r'
            : ` -x${option.argChoices === undefined ? '' : ` -a ${quote(option.argChoices.join(' '))}`}`;
        return `complete -c ${name} -n ${seen}${short} -l ${(option.long ?? '').slice(2)}${value} -d ${quote(option.description)}`;
      }),
      ...argumentsOf(command).map((word) => `complete -c ${name} -n ${seen} -f -a ${word}`),
    ];
  });
  return `${lines.join('\n')}\n`;
}

function wordsOf(command: Command): string[] {
  return [...argumentsOf(command), ...flagsOf(command)];
}

function flagsOf(command: Command): string[] {
  return [...command.options.flatMap(flagNames), '--help'];
}

function flagNames(option: Option): string[] {
  return [option.short, option.long].filter((flag) => flag !== undefined);
}

function takesValue(option: Option): boolean {
  return option.required || option.optional;
}

/** Tells by the word for its value: `--templates <PATH>`. */
function namesFiles(option: Option): boolean {
  return /<(PATH|DIR|FILE)>/.test(option.flags);
}

function argumentsOf(command: Command): readonly string[] {
  return command.registeredArguments.flatMap((argument) => argument.argChoices ?? []);
}

function identifier(name: string): string {
  return name.replaceAll(/\W/g, '_');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`\'`)}'`;
}
