"""Arguments and options: how a leaf says its own, and what every leaf has.

Help is written as a Message, so that it can be translated; Typer is given its English template, and `commands` puts the
reader's words in its place when it makes the command.
"""

import inspect
from typing import Annotated, Any, Final

import typer

from sop_engine.console.tree import Options
from sop_engine.messages import Message, msg


def argument(help: Message, metavar: str, **more: Any) -> Any:
    """A leaf's argument: `Annotated[str, argument(msg("the ticket"), "ID")]`."""
    return typer.Argument(help=help.template, metavar=metavar, show_default=False, **more)


def option(*names: str, help: Message, metavar: str | None = None, **more: Any) -> Any:
    """A leaf's option: `Annotated[str | None, option("--unit", help=msg("..."), metavar="UNIT")] = None`."""
    return typer.Option(*names, help=help.template, metavar=metavar, show_default=False, **more)


TicketId = Annotated[str, argument(msg("the ticket, or the end of its number"), "ID")]
TicketIds = Annotated[
    str, argument(msg("the ticket, or the end of its number; several: 7,8 or @view, or - for standard input"), "ID")
]
Values = Annotated[
    list[str] | None, option("--field", help=msg("a value: name=value, a file as name=@path"), metavar="NAME=VALUE")
]
FromFile = Annotated[
    str | None, option("--from-file", help=msg("values from a JSON object; - is standard input"), metavar="FILE")
]

_Flag = bool
_Text = str | None

_READ: Final[tuple[tuple[str, Any, Any, Any], ...]] = (
    ("json", _Flag, option("--json", help=msg("print JSON instead of words")), False),
    ("as_name", _Text, option("--as", help=msg("who you are at a shared terminal, or whom you stand in for"),
                              metavar="NAME", envvar="SOP_AS"), None),
    ("site", _Text, option("--site", help=msg("the site's folder; otherwise the one you are in"), metavar="FOLDER",
                           envvar="SOP_SITE"), None),
    ("lang", _Text, option("--lang", help=msg("the language of what is said: zh or en"), metavar="LANG",
                           envvar="SOP_LANG"), None),
    ("pin_from", _Text, option("--pin-from", help=msg("a file with the PIN that is asked for; - is standard input"),
                               metavar="FILE", envvar="SOP_PIN_FROM"), None),
    ("no_input", _Flag, option("--no-input", help=msg("ask nothing: what is missing is an error")), False),
)  # fmt: skip
_WRITE: Final[tuple[tuple[str, Any, Any, Any], ...]] = (
    ("dry_run", _Flag, option("--dry-run", help=msg("say what would happen, and keep nothing")), False),
    ("key", _Text, option("--key", help=msg("do it once: the same key a second time gives what the first came to"),
                          metavar="KEY"), None),
)  # fmt: skip
_TICKET: Final[tuple[tuple[str, Any, Any, Any], ...]] = (
    ("expect", int | None, option("--expect", help=msg("refuse if the ticket is past this step"), metavar="STEP"),
     None),
    ("doer", _Text, option("--doer", help=msg("whose work you are entering"), metavar="NAME"), None),
    ("heard", _Text, option("--heard", help=msg("how you heard of it: radio, phone or paper"), metavar="WAY"), None),
    ("at", _Text, option("--at", help=msg("when it happened, if not now: 14:30, or 2026-11-22 14:30"),
                         metavar="TIME"), None),
)  # fmt: skip
_MANY: Final[tuple[tuple[str, Any, Any, Any], ...]] = (
    ("consent", _Flag, option("--yes", help=msg("do it to many tickets without asking")), False),
)
_OF: Final = {"read": _READ, "write": (*_READ, *_WRITE), "ticket": (*_READ, *_WRITE, *_TICKET),
              "many": (*_READ, *_WRITE, *_TICKET, *_MANY)}  # fmt: skip

COMMON: Final = frozenset(name for name, *_rest in _OF["many"])
"""The names of the common parameters."""


def common(options: Options) -> list[inspect.Parameter]:
    """The common parameters of a leaf, as Typer reads them from a function's signature."""
    return [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, made])
        for name, kind, made, default in _OF[options]
    ]
