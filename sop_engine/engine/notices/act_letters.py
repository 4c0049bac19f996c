"""What a notice says that an act of staff wrote. A note that somebody left stays where it was written down: nobody
knows who else reads a channel."""

from collections.abc import Mapping
from typing import Any, Final

from sop_engine.messages import Message, msg

ACT_LETTERS: Final[Mapping[str, Message]] = {
    "copy": msg("{name} lets you know of this", name=""),
    "watch": msg("its state has changed"),
    "return": msg("{name} has sent this back to you", name=""),
    "withdraw": msg("{name} has taken the last step back: what you were told of it does not count", name=""),
    "correct": msg("{name} has corrected it: this is yours now", name=""),
    "mistaken": msg("{name} has corrected it: what you were told was not for you", name=""),
    "signer": msg("{name} asks you to sign too", name=""),
    "reject": msg("{name} has refused to sign: your signature is void", name=""),
    "give_back": msg("{name} gives the task back; it is offered again", name=""),
    "transfer": msg("{name} offers you the task: take it over, or turn it down", name=""),
    "take_over": msg("{name} has taken the task over", name=""),
    "turn_down": msg("{name} turns the task down; it stays yours", name=""),
    "take_back": msg("{name} takes the offer of the task back", name=""),
    "delegate": msg("{name} lends the task: the delegate may act on it", name=""),
    "delegation_ended": msg("the task that was lent is its holder's alone again"),
    "inherit": msg("somebody leaves, and what he had in hand here is yours"),
    "to_team": msg("{name} offers the task to your team: give it to one of them, or take it", name=""),
    "reassign": msg("{name} has given the task to another", name=""),
    "voided": msg("{name} has voided this: it was opened by mistake", name=""),
    "forced": msg("{name} has closed this by force", name=""),
    "merged": msg("{name} has merged this into {ticket}, which goes on for both", name="", ticket=""),
    "absorbed": msg("{ticket} was merged into this: the same matter, told by somebody else", ticket=""),
    "joined": msg("{name} has joined this to {ticket}: one cause, and one job for both", name="", ticket=""),
    "gained": msg("{ticket} goes with this from now on: the same cause", ticket=""),
    "lost": msg("{ticket} goes with this no more", ticket=""),
    "parted": msg("this goes with {ticket} no more, and has to be dealt with by itself", ticket=""),
    "swap_asked": msg("{name} would like to swap the shifts of {day} with you", name="", day=""),
    "swapped": msg("the swap of shifts of {day} counts: {name} has agreed", name="", day=""),
    "swap_declined": msg("the swap of shifts of {day} is off: {name} has said so", name="", day=""),
}
"""of which act a notice is -> what it says; who did it, and with which other ticket, is put in when it goes out"""

OTHER: Final = ("into", "to", "from", "ticket", "tickets")
"""where the events of such acts have the other ticket"""


def act_letter(act: str, name: str, record: Mapping[str, Any]) -> Message:
    """What a notice of such an act says; `name` is whoever did it, `record` the step."""
    said = ACT_LETTERS[act]
    values: dict[str, Any] = {"name": name}
    if "ticket" in said.values:
        event = next(each for each in record["events"] if each["kind"] == act)
        values["ticket"] = next(event[name] for name in OTHER if name in event)
    if "day" in said.values:
        values["day"] = record["command"]["arguments"]["date"]
    return Message(said.template, {each: values[each] for each in said.values})


def how_to_answer(act: str, record: Mapping[str, Any]) -> Message | None:
    """What to type at what the site's history told somebody; None where nothing is asked of him."""
    if act != "swap_asked":
        return None
    asked = record["command"]["arguments"]
    return msg("agree: sop roster swap {one} {other} {day}; decline: the same with --withdraw", one=asked["one"],
               other=asked["other"], day=asked["date"])  # fmt: skip
