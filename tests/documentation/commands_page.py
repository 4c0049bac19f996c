"""`docs/reference/commands.md`, made from the tree of commands: every leaf, its arguments and options, in English and
Chinese."""

from collections.abc import Iterable
from typing import Any, Final

from sop_engine.console import tree
from sop_engine.console.commands import make_command
from sop_engine.console.parameters import COMMON
from sop_engine.messages import Message, say

CODES: Final = """\
| code | name | meaning |
|---|---|---|
| 0 | | done |
| 1 | `faults_found` | a check found faults: `lint`, `publish`, `test`, `replay`, `worker status`, `doctor` |
| 2 | `not_understood` | an unknown word, trigger, field or person; an id that fits several tickets; a value missing |
| 3 | `not_found` | there is no such ticket, procedure, file |
| 4 | `not_now` | its state does not offer that, a condition does not hold, or it is closed |
| 5 | `not_you` | role, separation of duty, standing in, unknown login |
| 6 | `overtaken` | somebody was faster (`--expect`), or another process holds the store for 30 s |
| 7 | `set_up` | store, disk, clock, settings, version |
| 8 | `some_failed` | some of several failed |
| 70 | `internal` | a fault of `sop` itself |
| 130 | | interrupted |
"""
KINDS: Final = {
    "read": "Every command has these.",
    "write": "Commands that write have these too.",
    "ticket": "Commands that write to a ticket have these too.",
    "many": "Commands that may be given to several tickets have this too.",
}
SHARED: Final = {
    "read": "those of every command",
    "write": "those of every command that writes",
    "ticket": "those of every command that writes to a ticket",
    "many": "those of every command that may be given to several tickets",
}


def text() -> str:
    """The page in Markdown."""
    parts = [
        "# The commands",
        "",
        "Made from the tree of commands by `make reference`; do not edit. `sop COMMAND --help` says the same, and in",
        "Chinese with `--lang zh`.",
        "",
        "Data goes to standard output, messages to standard error. On a terminal lists are tables; in a pipe they are",
        "tab-separated and without a head line. [json.md](../json.md) describes what `--json` prints.",
        "",
        "## Exit codes",
        "",
        CODES,
        "## Options that many commands have",
        "",
    ]
    seen: set[str] = set()
    for kind in KINDS:
        words = next(words for words, leaf in tree.LEAVES.items() if leaf.options == kind)
        shared = [each for each in _parameters(words) if each.name in COMMON and each.name not in seen]
        seen |= {each.name for each in shared}
        parts += [KINDS[kind], "", *_table(shared), ""]
    parts += ["`SOP_AS`, `SOP_SITE`, `SOP_LANG` and `SOP_NO_INPUT` stand for the options of those names.", ""]
    parts += ["## On tickets, and on the site as a whole", ""]
    for words in tree.verbs():
        parts += _leaf(words)
    for group in tree.groups():
        title = say(tree.GROUPS[group], "en")
        parts += [f"## `sop {group}`: {title}", "", f"{say(tree.GROUPS[group], 'zh')}。", ""]
        for verb in tree.verbs(group):
            parts += _leaf(f"{group} {verb}")
    return "\n".join(parts).rstrip("\n") + "\n"


def _leaf(words: str) -> list[str]:
    leaf = tree.LEAVES[words]
    english, chinese = (say(leaf.help, language).rstrip(" .…") for language in ("en", "zh"))
    own = [each for each in _parameters(words) if each.name not in COMMON]
    arguments = [each for each in own if each.param_type_name == "argument"]
    usage = " ".join(["sop", words, *map(_argument, arguments)])
    lines = [f"### `{usage}`", "", f"{english[:1].upper()}{english[1:]}. {chinese}。", ""]
    if own:
        lines += [*_table(own), ""]
    return [*lines, f"Options besides: {SHARED[leaf.options]}.", ""]


def _parameters(words: str) -> list[Any]:
    found: list[Any] = make_command(words, tree.LEAVES[words], "en").params
    return found


def _table(parameters: Iterable[Any]) -> list[str]:
    lines = ["| | | |", "|---|---|---|"]
    for each in parameters:
        help = Message(each.help or "")
        lines.append(f"| `{_name(each)}` | {_cell(say(help, 'en'))} | {_cell(say(help, 'zh'))} |")
    return lines


def _argument(argument: Any) -> str:
    name = str(argument.metavar or argument.name)
    return name if argument.required else f"[{name}]"


def _name(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return _cell(str(parameter.metavar or parameter.name))
    names = ", ".join(parameter.opts)
    return names if parameter.is_flag else _cell(f"{names} {parameter.metavar or 'TEXT'}")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
