import type {Command} from 'commander';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** A completion script made from the program's own commands and flags, so that it cannot fall behind them. */
export function completionScript(program: Command, shell: Shell): string {
  switch (shell) {
    case 'bash':
      return bash(program);
    case 'zsh':
      // zsh reads bash's completions: https://zsh.sourceforge.io/Doc/Release/Completion-System.html (bashcompinit)
      return `#compdef ${program.name()}\nautoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${bash(program)}`;
    case 'fish':
      return fish(program);
  }
}

function bash(program: Command): string {
  const name = program.name();
  const cases = program.commands.map((command) => `    ${command.name()}) words="${[...flagsOf(command), ...argumentsOf(command)].join(' ')}" ;;`);
  return `_${identifier(name)}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words=""
  COMPREPLY=()
  case "$previous" in
    -f|--filename|-t|--templates|--cert-dir) COMPREPLY=($(compgen -f -- "$current")); return ;;
    -o|--output) COMPREPLY=($(compgen -W "yaml json patch" -- "$current")); return ;;
  esac
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) words="${[...program.commands.map((command) => command.name()), ...flagsOf(program)].join(' ')}" ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then words="${[...program.commands.map((command) => command.name()), ...flagsOf(program)].join(' ')}"; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [ \${#COMPREPLY[@]} -eq 0 ]; then COMPREPLY=($(compgen -f -- "$current")); fi
}
complete -o filenames -F _${identifier(name)} ${name}
`;
}

function fish(program: Command): string {
  const name = program.name();
  const lines = program.commands.flatMap((command) => {
    const seen = `__fish_seen_subcommand_from ${command.name()}`;
    return [
      `complete -c ${name} -n __fish_use_subcommand -f -a ${command.name()} -d ${quote(command.description())}`,
      ...command.options.map((option) => {
        const short = option.short === undefined ? '' : ` -s ${option.short.slice(1)}`;
        const value = option.required || option.optional ? ' -r' : '';
        return `complete -c ${name} -n ${quote(seen)}${short} -l ${(option.long ?? '').slice(2)}${value} -d ${quote(option.description)}`;
      }),
      ...argumentsOf(command).map((word) => `complete -c ${name} -n ${quote(seen)} -f -a ${word}`),
    ];
  });
  return `${lines.join('\n')}\n`;
}

function flagsOf(command: Command): string[] {
  return [...command.options.flatMap((option) => [option.short, option.long].filter((flag) => flag !== undefined)), '--help'];
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
