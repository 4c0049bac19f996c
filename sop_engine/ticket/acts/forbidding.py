"""Acts of staff that a procedure forbids outright: `acts: {never: [transfer, merge]}`. Whoever tries is told what is
done instead."""

from collections.abc import Mapping
from typing import Final

from sop_engine.acts import FORBIDDABLE
from sop_engine.messages import Message, msg
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import Refused
from sop_engine.ticket.records import Refusal

ACTS: Final[Mapping[str, str]] = {each: each for each in FORBIDDABLE} | {"close": "force_close", "absorb": "merge"}
"""a command -> the act that it is; what a ticket is merged into is part of the act too"""
_TYPED: Final = {"force_close": "close --force"}
_ASSIGN: Final = msg("whoever answers for it gives it to another: sop assign {ticket} NAME --reason TEXT", ticket="")
_NOTE: Final = msg("write it down: sop note {ticket} TEXT", ticket="")
_GO_ON: Final = msg("see what its procedure offers: sop show {ticket}", ticket="")
_INSTEAD: Final[Mapping[str, Message]] = {
    "urge": _NOTE,
    "copy": _NOTE,
    "watch": msg("look at it when you like: sop show {ticket}", ticket=""),
    "suspend": _NOTE,
    "claim": _ASSIGN,
    "give_back": _ASSIGN,
    "transfer": _ASSIGN,
    "delegate": _ASSIGN,
    "return": _GO_ON,
    "withdraw": msg("correct what is wrong: sop edit {ticket} --field NAME=VALUE --reason TEXT", ticket=""),
    "void": _GO_ON,
    "force_close": _GO_ON,
    "reopen": msg("open another: sop new {procedure} --rework-of {ticket}", procedure="", ticket=""),
    "link": _NOTE,
    "merge": _NOTE,
    "split": msg("open another: sop new {procedure}", procedure=""),
}


def require_allowed(draft: Draft) -> None:
    """Refuse a command that its procedure never lets anybody do, whoever he is."""
    act = ACTS.get(draft.command.name)
    procedure, ticket = draft.program.procedure, draft.ticket.id
    if act is None or act not in procedure.acts.never:
        return
    instead = _INSTEAD[act]
    known = {"ticket": ticket, "procedure": procedure.id}
    raise Refused(
        Refusal(
            "not_now",
            msg("`{act}` is never done to {ticket}: its procedure {procedure} forbids it to everybody",
                act=_TYPED.get(act, act.replace("_", "-")), ticket=ticket, procedure=procedure.title or procedure.id),
            fix=Message(instead.template, {name: known[name] for name in instead.values}),
        )
    )  # fmt: skip
