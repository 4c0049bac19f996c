"""The site's commands about what people have learnt: a skill, with the last day of its licence and its number.

In the site's state an entry of `people` has `skills` where there is one: skill -> `{"until": last day or null}`, and
the commitment of the licence's number. That number is personal (that of a special operation is the number of his
identity card), so the value lies beside the step.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from sop_engine.messages import Message, msg
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.near import near
from sop_engine.ticket.records import Refusal
from sop_engine.ticket.refusing import Refused
from sop_engine.ticket.site.state import people_of, put

SKILL: Final = r"[a-z][a-z0-9_]{0,59}"
"""a skill's id, spelled as the values of a choice are"""


def _skill(draft: Draft) -> dict[str, Any]:
    """Enter what somebody has learnt, renew it, or take it away (`remove`)."""
    arguments = dict(draft.command.arguments)
    actor, skill, everybody = str(arguments["actor"]), str(arguments["skill"]), people_of(draft)
    if actor not in everybody:
        raise Refused(Refusal("not_found", msg("there is no actor {actor}", actor=actor), near=near(actor, everybody)))
    held = dict(everybody[actor].get("skills", {}))
    if arguments.get("remove"):
        if skill not in held:
            raise Refused(
                Refusal(
                    "not_now",
                    msg("{name} has no skill {skill} on record", name=actor, skill=skill),
                    possible=tuple(sorted(held)),
                )
            )
        del held[skill]
        recorded = {"actor": actor, "skill": skill, "remove": True}
    else:
        if not is_skill_id(skill):
            said, fix = no_skill_id(skill)
            raise Refused(Refusal("not_understood", said, fix=fix))
        entry = dict(held.get(skill, {"until": None}))  # what is not said anew stays: a licence that is renewed
        recorded = {"actor": actor, "skill": skill}
        if arguments.get("until") is not None:
            entry["until"] = recorded["until"] = _last_day(arguments["until"])
        if arguments.get("licence"):
            sealed = draft.seal(f"person:{actor}:licence:{skill}", arguments["licence"])
            entry["licence"], recorded["licence"] = sealed["commitment"], sealed
        held[skill] = entry
    changed = {name: value for name, value in everybody[actor].items() if name != "skills"}
    put(draft, "people", {**everybody, actor: {**changed, "skills": held} if held else changed})
    return recorded


def is_skill_id(skill: str) -> bool:
    """Whether a text can be a skill's id."""
    return re.fullmatch(SKILL, skill) is not None


def no_skill_id(skill: str) -> tuple[Message, Message]:
    """That a text cannot be a skill's id, and how one is written."""
    return (
        msg("`{skill}` cannot be a skill's id: small letters, digits and _, a letter first", skill=skill[:60]),
        msg("for example: sop actor skill NAME hot_work --until 2027-06-30"),
    )


def _last_day(said: Any) -> str:
    try:
        return date.fromisoformat(str(said)).isoformat()
    except ValueError:
        raise Refused(
            Refusal("not_understood", msg("`{text}` is no day such as 2027-06-30", text=str(said)[:40]))
        ) from None


COMMANDS: Final[Mapping[str, Callable[[Draft], dict[str, Any]]]] = {"skill": _skill}
"""Each does its work on the draft and gives the command's arguments as the record holds them."""
