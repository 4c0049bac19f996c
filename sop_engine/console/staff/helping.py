"""`sop help` and `sop completion`: pages about what all commands share, and what shells need to complete words."""

from typing import Annotated, Final

from sop_engine.console import tree
from sop_engine.console.call import Call, Ended
from sop_engine.console.completing import SHELLS
from sop_engine.console.parameters import argument
from sop_engine.console.text import wrapped
from sop_engine.console.tickets import folded
from sop_engine.console.topics import ALIASES, TOPICS
from sop_engine.errors import NotFound, NotUnderstood
from sop_engine.messages import msg, say
from sop_engine.ticket.near import near

_WIDTH: Final = 80
_SCRIPTS: Final = {
    "bash": """\
# sop: completion for bash. Load it: eval "$(sop completion bash)"
_sop_complete() {
  local IFS=$'\\n'
  COMPREPLY=($(SOP_COMPLETE=bash SOP_COMPLETE_LINE="${COMP_LINE:0:COMP_POINT}" "$1" 2>/dev/null | cut -f1))
  [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
  return 0
}
complete -F _sop_complete sop sop-engine
""",
    "zsh": """\
#compdef sop sop-engine
# sop: completion for zsh. Load it: eval "$(sop completion zsh)"
_sop() {
  local -a values shown
  local line
  for line in "${(@f)$(SOP_COMPLETE=zsh "${words[1]}" "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $line ]] || continue
    values+=("${line%%$'\\t'*}")
    shown+=("${line/$'\\t'/  }")
  done
  (( ${#values} )) || return 1
  if [[ ${#values} -eq 1 && ${values[1]} == *= ]]; then
    compadd -U -S '' -a values
  else
    compadd -U -l -d shown -a values
  fi
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -u }
compdef _sop sop sop-engine
""",
    "fish": """\
# sop: completion for fish. Load it: sop completion fish | source
function __sop_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  SOP_COMPLETE=fish $words[1] $words[2..-1] "$current" 2>/dev/null
end
complete -c sop -f -a '(__sop_complete)'
complete -c sop-engine -f -a '(__sop_complete)'
""",
}


def completion(call: Call, shell: Annotated[str, argument(msg("bash, zsh or fish"), "SHELL")]) -> None:
    """Print what a shell must read to complete commands, numbers, names and fields."""
    script = _SCRIPTS.get(folded(shell).casefold())
    if script is None:
        raise NotUnderstood(
            msg("there is no completion for {shell}; there is one for {shells}", shell=shell[:40], shells=SHELLS),
            near=near(shell, SHELLS),
        )
    if call.json:
        call.output.json({"shell": folded(shell).casefold(), "script": script})
    else:
        call.output.line(script.rstrip("\n"), raw=True)


def help_(
    call: Call,
    topic: Annotated[
        list[str] | None, argument(msg("what about: dates, units, ids, ..., or a command"), "TOPIC")
    ] = None,
) -> None:
    """Print a page about what all commands share: dates, units, numbers, values, exit codes, who, many at once."""
    language, output = call.language, call.output
    if not topic:
        if call.json:
            output.json_list({"topic": name, "title": say(page[0], language)} for name, page in TOPICS.items())
            return
        for name, page in TOPICS.items():
            output.line(f"{name}\t{say(page[0], language)}" if not output.on_terminal()
                        else f"  sop help {name:<8}{say(page[0], language)}")  # fmt: skip
        return
    words = " ".join(folded(each) for each in topic).casefold()
    if words in tree.LEAVES or words in tree.groups():
        _of_command(words, language)
    name = ALIASES.get(words, words)
    if name not in TOPICS:
        raise NotFound(
            msg("there is no page about {topic}", topic=words[:60]),
            where=words[:60],
            near=near(words, [*TOPICS, *ALIASES, *tree.LEAVES]),
            fix=msg("see which there are: sop help"),
        )
    if call.json:
        output.json({"topic": name, "title": say(TOPICS[name][0], language),
                     "text": [say(each, language) for each in TOPICS[name][1:]]})  # fmt: skip
        return
    title, *paragraphs = TOPICS[name]
    output.line(output.bold(say(title, language)), raw=True)
    for paragraph in paragraphs:
        output.line("")
        for line in say(paragraph, language).split("\n"):
            for piece in wrapped(line, _WIDTH, "    " if line.startswith("  ") else ""):
                output.line(piece)


def _of_command(words: str, language: str) -> None:
    """The help of a command, as `--help` prints it; ends the command."""
    from sop_engine.console.commands import PROGRAM, root

    root(language).main([*words.split(), "--help"], prog_name=PROGRAM, standalone_mode=False)
    raise Ended(0)
