"""What bash, zsh and fish complete after `kireji`, made from the parser.

The scripts hold all words themselves: to complete, nothing is started but the shell's own functions.
"""

from __future__ import annotations

from collections.abc import Iterable

from usage import Argument, Command

_HEAD = "# Completes the kireji command. Made by packaging/linux/completions.py from what the program takes.\n"


def bash(program: Command) -> str:
    """For /usr/share/bash-completion/completions/kireji."""
    words, values, places = [], [], []
    for command in program.walk():
        at = " ".join(command.path)
        options = " ".join(name for option in command.options for name in option.names)
        below = " ".join(sub.path[-1] for sub in command.commands)
        words.append(f"    {_quoted(at)}) options={_quoted(options)} below={_quoted(below)} ;;")
        for option in command.options:
            if option.value:
                pattern = "|".join(_quoted(f"{at} {name}") for name in option.names)
                values.append(f"    {pattern}) {_bash_value(option)} ;;")
        if command.places:
            choices = " ".join(choice for place in command.places for choice in place.choices)
            files = any(place.files for place in command.places)
            if choices or files:
                orders = [f"_kireji_words {_quoted(choices)}"] * bool(choices) + ["_kireji_files"] * files
                places.append(f"    {_quoted(at)}) {'; '.join(orders)} ;;")
    return _HEAD + _BASH.replace("@WORDS@", "\n".join(words)).replace("@VALUES@", "\n".join(values)).replace(
        "@PLACES@", "\n".join(places)
    )


def _bash_value(option: Argument) -> str:
    if option.choices:
        return f"_kireji_words {_quoted(' '.join(option.choices))}; return"
    return "_kireji_files; return" if option.files else "return"


_BASH = """\
_kireji_words() {
  local IFS=$' \\t\\n'
  COMPREPLY+=($(compgen -W "$1" -- "$cur"))
}

_kireji_files() {
  compopt -o filenames 2>/dev/null
  local IFS=$'\\n'
  COMPREPLY+=($(compgen -f -- "$cur"))
}

_kireji() {
  local cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} at= word i options= below= values=
  COMPREPLY=()
  # bash takes --option=value apart at the equals sign
  if [[ $cur == = ]]; then
    cur=
  elif [[ $before == = ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi

  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $word == -- ]]; then
      # a program, and what it takes
      ((i == COMP_CWORD - 1)) && COMPREPLY=($(compgen -c -- "$cur"))
      _kireji_files
      return
    elif [[ $word != -* && ! $values ]] && _kireji_takes "${at:+$at }$word"; then
      at=${at:+$at }$word
    elif [[ $word != -* ]]; then
      values=yes
    fi
  done
  _kireji_takes "$at"

  case "$at $before" in
@VALUES@
  esac

  if [[ $cur == -* ]]; then
    _kireji_words "$options"
  elif [[ $below ]]; then
    _kireji_words "$below"
  else
    case "$at" in
@PLACES@
    esac
  fi
}

# What a command takes; fails where there is no such command.
_kireji_takes() {
  case "$1" in
@WORDS@
    *) return 1 ;;
  esac
}

complete -F _kireji kireji
"""


def zsh(program: Command) -> str:
    """For /usr/share/zsh/vendor-completions/_kireji."""
    functions = [_zsh_function(command) for command in program.walk()]
    return "#compdef kireji\n" + _HEAD + "\n" + "\n".join(functions) + '\n_kireji "$@"\n'


def _zsh_function(command: Command) -> str:
    name = "_".join(("_kireji", *command.path)).replace("-", "_")
    specs = [spec for option in command.options for spec in _zsh_option(option)]
    if command.commands:
        told = "\n".join(f"    {_quoted(f'{_colons(sub.path[-1])}:{sub.summary}')}" for sub in command.commands)
        calls = "\n".join(
            f"        {sub.path[-1]}) {'_'.join(('_kireji', *sub.path)).replace('-', '_')} ;;"
            for sub in command.commands
        )
        specs += ["'1: :->command'", "'*:: :->rest'"]
        return _ZSH_BRANCH.format(name=name, told=told, specs=_lines(specs), calls=calls)
    if command.program:
        specs += ["'1:NAME:()'", "'*::COMMAND:_normal'"]
    else:
        specs += [_zsh_place(place) for place in command.places]
    return f"{name}() {{\n  _arguments -S \\\n{_lines(specs)}\n}}\n"


def _lines(specs: Iterable[str]) -> str:
    return " \\\n".join(f"    {spec}" for spec in specs)


_ZSH_BRANCH = """\
{name}() {{
  local state line curcontext="$curcontext"
  local -a commands=(
{told}
  )
  _arguments -C \\
{specs}
  case $state in
    command) _describe -t commands command commands ;;
    rest)
      case $words[1] in
{calls}
      esac ;;
  esac
}}
"""


def _zsh_option(option: Argument) -> list[str]:
    """One line for each name: options may be repeated, so that none shuts out the other."""
    text = _brackets(option.text)
    value = f":{_colons(option.value)}:{_zsh_action(option)}" if option.value else ""
    return [_quoted(f"*{name}{'=' * (name.startswith('--') and bool(value))}[{text}]{value}") for name in option.names]


def _zsh_place(place: Argument) -> str:
    return _quoted(f"*:{_colons(place.value)}:{_zsh_action(place)}")


def _zsh_action(argument: Argument) -> str:
    if argument.choices:
        return f"({' '.join(argument.choices)})"
    return "_files" if argument.files else "()"  # not empty: a mere message keeps options from being completed


def fish(program: Command) -> str:
    """For /usr/share/fish/vendor_completions.d/kireji.fish."""
    lines = [_HEAD + _FISH]
    for command in program.walk():
        at = " ".join(command.path)
        here = _quoted(f"__kireji_at {at}".strip())
        for sub in command.commands:
            only = _quoted(f"__kireji_only {at}".strip())
            lines.append(f"complete -c kireji -n {only} -a {_quoted(sub.path[-1])} -d {_fish(sub.summary)}")
        for option in command.options:
            names = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names)
            condition = here if command.path else _quoted("__kireji_only")
            lines.append(f"complete -c kireji -n {condition} {names} -d {_fish(option.text)}{_fish_value(option)}")
        lines += [
            f"complete -c kireji -n {here}{_fish_value(place).replace(' -r', '').replace(' -x', '')}"
            for place in command.places
            if place.choices or place.files
        ]
    return "\n".join(lines) + "\n"


_FISH = """\
function __kireji_words --description 'The words before the cursor that begin with no dash'
    set -l words (commandline -opc)
    string match -v -- '-*' $words[2..-1]
end

function __kireji_at --description 'Whether these words are the first of them'
    set -l words (__kireji_words)
    test (count $words) -ge (count $argv); or return 1
    test (count $argv) -eq 0; or test "$words[1..$(count $argv)]" = "$argv"
end

function __kireji_only --description 'Whether these are all of them'
    test "$(__kireji_words)" = "$(string join \\n -- $argv)"
end

complete -c kireji -f"""


def _fish_value(argument: Argument) -> str:
    if argument.choices:
        return f" -x -a {_quoted(' '.join(argument.choices))}"
    if argument.files:
        return " -r -F"
    return " -x" if argument.value else ""


def _fish(text: str) -> str:
    """Fish knows two escapes within single quotes."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _quoted(text: str) -> str:
    """For bash and zsh: one word, whatever is in it."""
    return "'" + text.replace("'", "'\\''") + "'"


def _colons(text: str) -> str:
    return text.replace("\\", "\\\\").replace(":", "\\:")


def _brackets(text: str) -> str:
    """A description within [...] of _arguments."""
    return _colons(text).replace("[", "\\[").replace("]", "\\]")
