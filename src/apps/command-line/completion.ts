import { Argument, type Command } from 'commander';
import { EXIT } from './exit-codes.ts';
import type { Running } from './running.ts';

const SHELLS = ['bash', 'zsh'] as const;
type Shell = (typeof SHELLS)[number];

export function addCompletion(parent: Command, { surroundings, finish }: Running): void {
  parent
    .command('completion')
    .description('print a script that completes commands and options: source <(quorate completion bash)')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .action(async (shell: Shell) => {
      await surroundings.stdout.write(completionScript(parent, shell));
      finish(EXIT.ok);
    });
}

/** One function for both shells: zsh understands bash's completions once told to. */
export function completionScript(program: Command, shell: Shell): string {
  const cases = [...wordsByPath(program, '')].map(([path, words]) => `    '${path}') words='${words.join(' ')}' ;;`);
  const preamble = shell === 'zsh' ? 'autoload -U +X bashcompinit && bashcompinit\n' : '';
  return `${preamble}_quorate() {
  local path='' word words=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
${[...wordsByPath(program, '').keys()]
  .filter((path) => path !== '')
  .map((path) => `      ' ${path}'|'${path}') path='${path}' ;;`)
  .join('\n')}
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  if [[ "\${COMP_WORDS[COMP_CWORD]}" == -* || "$words" != -* ]]; then
    COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
  fi
}
complete -o default -F _quorate quorate
`;
}

/** What can follow each command: its inner commands, else its options. */
function wordsByPath(command: Command, path: string): Map<string, readonly string[]> {
  const inner = command.commands.map((each) => each.name());
  const options = command.options.filter((option) => !option.hidden).flatMap((option) => option.long ?? []);
  const result = new Map<string, readonly string[]>([[path, [...inner, ...options]]]);
  for (const each of command.commands) {
    for (const [below, words] of wordsByPath(each, path === '' ? each.name() : `${path} ${each.name()}`))
      result.set(below, words);
  }
  return result;
}
