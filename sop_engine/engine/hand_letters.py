"""What a notice says where a task changed hands, or may."""

from collections.abc import Mapping
from typing import Final

from sop_engine.messages import Message, msg

HAND_LETTERS: Final[Mapping[str, Message]] = {
    "give_back": msg("{name} gives the task back; it is offered again", name=""),
    "transfer": msg("{name} offers you the task: take it over, or turn it down", name=""),
    "take_over": msg("{name} has taken the task over", name=""),
    "turn_down": msg("{name} turns the task down; it stays yours", name=""),
    "take_back": msg("{name} takes the offer of the task back", name=""),
    "delegate": msg("{name} lends the task: the delegate may act on it", name=""),
    "delegation_ended": msg("the task that was lent is its holder's alone again"),
    "inherit": msg("somebody leaves, and what he had in hand here is yours"),
    "reassign": msg("{name} has given the task to another", name=""),
}
"""of which act a notice is -> what it says; its name is put in when it goes out"""


def hand_letter(act: str, name: str) -> Message:
    """What a notice of such an act says; `name` is whoever did it."""
    said = HAND_LETTERS[act]
    return Message(said.template, {**said.values, "name": name}) if "name" in said.values else said
