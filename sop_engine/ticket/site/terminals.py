"""The site's commands about shared terminals: who took one over, who left it, whose PIN was set or locked.

PINs themselves are not here: what checks them lies beside the record, and only its digest (`check`) comes in. Such a
command is a person's own: nobody sets another's PIN or takes a terminal over in another's name. Taking a PIN away is an
administrator's, for whoever has forgotten his; and so is the code without which nobody sets a first PIN at a shared
terminal: whoever sits there could be anybody. Demo sites, where everybody is anybody, ask for none.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from sop_engine import canonical
from sop_engine.messages import msg
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import Refused
from sop_engine.ticket.near import near
from sop_engine.ticket.records import Command, Refusal

CODE_HOLDS: Final = timedelta(days=3)
"""so long somebody may set his first PIN with a code"""
_OWN: Final = frozenset({"set_pin", "come_on", "go_off"})


def is_own(command: Command) -> bool:
    """Whether the command is somebody's own and about himself, so that he need not administer the site."""
    return (
        command.name in _OWN
        and command.arguments.get("actor") == command.actor
        and command.typist is None
        and command.standing_for is None
    )


def no_code(actor: str) -> Refusal:
    """Why somebody cannot set a first PIN at a shared terminal."""
    return Refusal(
        "not_you",
        msg("a first PIN is not taken from whoever types it at a shared terminal: {name} needs a code for it, from an"
            " administrator", name=actor),
        fix=msg("an administrator gives it, and it holds {days} days: sop actor pin {id} --code", id=actor,
                days=CODE_HOLDS.days),
    )  # fmt: skip


def _set_pin(draft: Draft) -> dict[str, Any]:
    """Note that somebody's PIN was set anew, or taken away (`cleared`)."""
    actor, cleared = _known(draft), bool(draft.command.arguments.get("cleared"))
    pins, codes = _noted(draft, "pins"), _noted(draft, "pin_codes")
    if cleared:
        if actor not in pins and actor not in codes:
            raise Refused(Refusal("not_now", msg("{name} has set no PIN", name=actor)))
        pins.pop(actor, None)
        require_reach(draft, draft.ticket.fields["logins"], pins)
    else:
        if not is_own(draft.command):
            raise Refused(
                Refusal(
                    "not_you",
                    msg("only {name} sets his PIN; an administrator can give him a code for a new one", name=actor),
                    fix=msg("sop actor pin {id} --code", id=actor),
                )
            )
        if actor not in pins and not _may_be_first(draft, actor, codes.get(actor)):
            raise Refused(no_code(actor))
        pins[actor] = draft.effective
    codes.pop(actor, None)
    _note(draft, pins, codes)
    return {"actor": actor, "cleared": True} if cleared else dict(draft.command.arguments)


def _pin_code(draft: Draft) -> dict[str, Any]:
    """Note that an administrator gave somebody a code for a first PIN, or for a new one: the old one is gone."""
    actor = _known(draft)
    if not draft.ticket.fields["people"][actor]["active"]:
        raise Refused(Refusal("not_now", msg("{name} is not active here", name=actor)))
    pins, codes = _noted(draft, "pins"), _noted(draft, "pin_codes")
    pins.pop(actor, None)
    codes[actor] = through = canonical.instant_text(draft.given.effective + CODE_HOLDS)
    _note(draft, pins, codes)
    return {**draft.command.arguments, "through": through}


def _may_be_first(draft: Draft, actor: str, through: str | None) -> bool:
    """Whether somebody may set a PIN who has none: with a code that still holds, at a login that is his alone, or at a
    demo site."""
    login = draft.facts.ask(f"login:{draft.command.login}") or {"actor": None, "people": []}
    if draft.given.simulated or (login["actor"] == actor and not login["people"]):
        return True
    return through is not None and draft.effective < through


def require_reach(draft: Draft, logins: Mapping[str, Any], pins: Mapping[str, str]) -> None:
    """Refuse what would leave no administrator who could still act: at a login of his own, or by PIN at a terminal."""
    people = draft.ticket.fields["people"]
    keepers = [who for who, each in sorted(people.items()) if each["active"] and "admin" in each["rights"]]
    own = {entry["actor"] for entry in logins.values()}
    listed = {who for entry in logins.values() for who in entry["people"]}
    if draft.given.simulated or any(who in own or (who in listed and who in pins) for who in keepers):
        return
    raise Refused(
        Refusal(
            "not_now",
            msg("no administrator could act here any more: none would have a login of his own, nor a PIN at a terminal"
                " that he uses"),
            possible=tuple(keepers),
            fix=msg("set your PIN first, while the login is yours: sop actor pin {id}", id=draft.command.actor),
        )
    )  # fmt: skip


def _known(draft: Draft) -> str:
    actor, people = str(draft.command.arguments["actor"]), draft.ticket.fields["people"]
    if actor not in people:
        raise Refused(Refusal("not_found", msg("there is no actor {actor}", actor=actor), near=near(actor, people)))
    return actor


def _noted(draft: Draft, field: str) -> dict[str, str]:
    return dict(draft.ticket.fields.get(field, {}))


def _note(draft: Draft, pins: dict[str, str], codes: dict[str, str]) -> None:
    """Write what changed of the two."""
    for field, value in (("pins", pins), ("pin_codes", codes)):
        if value != draft.ticket.fields.get(field, {}):
            draft.emit("written", field=field, value=value)


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
    "pin_code": _pin_code,
    "come_on": _come_on,
    "go_off": _go_off,
    "pin_locked": _pin_locked,
}
"""Each does its work on the draft and gives the command's arguments as the record holds them."""
