"""The site's commands about shared terminals: who took one over, who left it, whose PIN was set or locked.

PINs themselves are not here: what checks them lies beside the record, and only its digest (`check`) comes in. Such a
command is a person's own: nobody sets another's PIN or takes a terminal over in another's name. Only taking a PIN away
is an administrator's, for whoever has forgotten his.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from sop_engine.messages import msg
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import Refused
from sop_engine.ticket.near import near
from sop_engine.ticket.records import Command, Refusal

_OWN: Final = frozenset({"set_pin", "come_on", "go_off"})


def is_own(command: Command) -> bool:
    """Whether the command is somebody's own and about himself, so that he need not administer the site."""
    return (
        command.name in _OWN
        and command.arguments.get("actor") == command.actor
        and command.typist is None
        and command.standing_for is None
    )


def _set_pin(draft: Draft) -> dict[str, Any]:
    """Note that somebody's PIN was set anew, or taken away (`cleared`)."""
    actor, cleared = str(draft.command.arguments["actor"]), bool(draft.command.arguments.get("cleared"))
    people = draft.ticket.fields["people"]
    if actor not in people:
        raise Refused(Refusal("not_found", msg("there is no actor {actor}", actor=actor), near=near(actor, people)))
    pins = dict(draft.ticket.fields.get("pins", {}))
    if cleared:
        if actor not in pins:
            raise Refused(Refusal("not_now", msg("{name} has set no PIN", name=actor)))
        del pins[actor]
    else:
        if not is_own(draft.command):
            raise Refused(
                Refusal(
                    "not_you",
                    msg("only {name} sets his PIN; an administrator can take it away", name=actor),
                    fix=msg("sop actor pin {id} --clear", id=actor),
                )
            )
        pins[actor] = draft.effective
    draft.emit("written", field="pins", value=pins)
    return {"actor": actor, "cleared": True} if cleared else dict(draft.command.arguments)


def _come_on(draft: Draft) -> dict[str, Any]:
    """Note that somebody took over the terminal at which he is."""
    actor = str(draft.command.arguments["actor"])
    draft.emit("came_on", actor=actor, login=draft.command.login)
    return {"actor": actor}


def _go_off(draft: Draft) -> dict[str, Any]:
    """Note that somebody left the terminal."""
    actor = str(draft.command.arguments["actor"])
    draft.emit("went_off", actor=actor, login=draft.command.login)
    return {"actor": actor}


def _pin_locked(draft: Draft) -> dict[str, Any]:
    """Note that a PIN was wrong too often at a login, and until when it is not looked at."""
    arguments = dict(draft.command.arguments)
    draft.emit("pin_locked", **arguments)
    return arguments


COMMANDS: Final[Mapping[str, Callable[[Draft], dict[str, Any]]]] = {
    "set_pin": _set_pin,
    "come_on": _come_on,
    "go_off": _go_off,
    "pin_locked": _pin_locked,
}
"""Each does its work on the draft and gives the command's arguments as the record holds them."""
