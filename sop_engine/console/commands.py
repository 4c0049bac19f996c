"""Typer's commands, made from the tree when they are asked for: one lazy group, and the leaf that is run.

Importing every leaf would cost each user a third of a second at every command, so a group knows its leaves from the
tree and imports the one it is asked for. Help is written here, because it is said in the reader's language.
"""

import importlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from sop_engine import __version__
from sop_engine.console import tree
from sop_engine.console.call import Call
from sop_engine.console.parameters import COMMON, common
from sop_engine.console.text import padded, width, wrapped
from sop_engine.console.typed import read_flag, read_plainly
from sop_engine.errors import NotUnderstood
from sop_engine.messages import Message, msg, say
from sop_engine.ticket.near import near

PROGRAM = "sop"
_HELP_WIDTH = 100
_LARGEST: Final = 2**53 - 1
"""of a number of an option; nothing that is counted here comes near it"""


class _PlainHelp:
    """Reads `--help` without what Typer would import to read it."""

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            read_flag(option)
        return option


class LazyGroup(_PlainHelp, TyperGroup):
    """The whole tree (`group` empty), or one of its groups."""

    def __init__(self, group: str, language: str) -> None:
        super().__init__(name=group or PROGRAM, rich_markup_mode=None, add_help_option=True)
        self._group = group
        self._language = language

    def list_commands(self, ctx: Any) -> list[str]:
        return [*tree.verbs(self._group), *(() if self._group else tree.groups())]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.list_commands(ctx):
            return None
        words = f"{self._group} {cmd_name}".strip()
        leaf = tree.LEAVES.get(words)
        return LazyGroup(cmd_name, self._language) if leaf is None else make_command(words, leaf, self._language)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and not args[0].startswith("-") and args[0] not in self.list_commands(ctx):
            path = f"{PROGRAM} {self._group}".strip()
            raise NotUnderstood(
                msg("`{path}` has no command {name}", path=path, name=args[0]),
                near=near(args[0], self.list_commands(ctx)),
                fix=msg("see what there is: {path} --help", path=path),
            )
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write("\n".join(group_help(self._group, self._language)) + "\n")


class SpokenCommand(_PlainHelp, TyperCommand):
    """A leaf whose help is said in the reader's language."""

    language = "en"

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write("\n".join(command_help(self, ctx, self.language)) + "\n")


def root(language: str) -> LazyGroup:
    """The whole command line, in one language."""
    return LazyGroup("", language)


def make_command(words: str, leaf: tree.Leaf, language: str) -> Any:
    """The Typer command of a leaf: its own parameters and the common ones, around its function."""
    module = importlib.import_module(f"sop_engine.console.{leaf.module}")
    function: Callable[..., int | None] = getattr(module, leaf.function)
    _call, *own = inspect.signature(function, eval_str=True).parameters.values()
    parameters = [*own, *common(leaf.options)]

    def run(**values: Any) -> int:
        _require_moderate(values)
        given = {name: values.pop(name) for name in list(values) if name in COMMON}
        return Call(words, given).run(function, values)

    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    name = words.rpartition(" ")[2]
    app.command(name, cls=SpokenCommand, help=leaf.help.template)(run)
    command: Any = typer.main.get_command(app)
    command.language = language
    read_plainly(command, run.__annotations__)
    return command


def _require_moderate(values: Mapping[str, Any]) -> None:
    """Raise `NotUnderstood` for a number that no store can count to."""
    for name, value in values.items():
        if isinstance(value, int) and abs(value) > _LARGEST:
            option = "--" + name.replace("_", "-")
            raise NotUnderstood(msg("{option}: {number} is too large a number", option=option, number=str(value)[:40]))


# --- help ------------------------------------------------------------------------------------------------------------


def group_help(group: str, language: str) -> list[str]:
    """Help for the whole tree or one group: every leaf with its line."""
    path = f"{PROGRAM} {group}".strip()
    lines = [say(msg("usage: {path} COMMAND ...", path=path), language), ""]
    if group:
        lines += [_capital(say(tree.GROUPS[group], language)), ""]
        return lines + _columns([(verb, _help_of(f"{group} {verb}")) for verb in tree.verbs(group)], language)
    lines += _columns([(verb, _help_of(verb)) for verb in tree.verbs()], language)
    for each in tree.groups():
        lines += ["", _capital(say(tree.GROUPS[each], language))]
        lines += _columns([(f"{each} {verb}", _help_of(f"{each} {verb}")) for verb in tree.verbs(each)], language)
    return [
        *lines,
        "",
        say(msg("More on each: {path} COMMAND --help. Version {version}.", path=path, version=__version__), language),
    ]


def _help_of(words: str) -> Message:
    return tree.LEAVES[words].help


def command_help(command: Any, ctx: Any, language: str) -> list[str]:
    """Help for a leaf: usage, what it does, its arguments and options, and those that every leaf has."""
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    own = [each for each in command.params if each.param_type_name == "option" and each.name not in COMMON]
    shared = [each for each in command.params if each.param_type_name == "option" and each.name in COMMON]
    usage = " ".join([ctx.command_path, *(_usage(each) for each in arguments), "[...]"])
    lines = [say(msg("usage: {path}", path=usage), language), "", _capital(say(Message(command.help), language))]
    for title, parameters in ((msg("Arguments"), arguments), (msg("Options"), own), (msg("As everywhere"), shared)):
        if parameters:
            lines += ["", say(title, language)]
            lines += _columns([(_names(each), Message(each.help or "")) for each in parameters], language)
    return lines


def _usage(argument: Any) -> str:
    name = argument.metavar or argument.name
    name = name if argument.required else f"[{name}]"
    return f"{name} ..." if argument.nargs == -1 else name


def _names(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return str(parameter.metavar or parameter.name)
    names = ", ".join([*parameter.opts, *parameter.secondary_opts])
    return names if parameter.is_flag else f"{names} {parameter.metavar or 'TEXT'}"


def _columns(rows: Sequence[tuple[str, Message]], language: str) -> list[str]:
    room = max(width(name) for name, _help in rows) + 2
    lines = []
    for name, help in rows:
        said = wrapped(say(help, language), _HELP_WIDTH - room - 2)
        lines += [f"  {padded(head, room)}{text}".rstrip() for head, text in zip([name, *[""] * len(said)], said)]  # noqa: B905
    return lines


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
