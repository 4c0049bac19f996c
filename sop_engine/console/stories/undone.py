"""What a withdrawal or a correction undoes, in words: where the ticket stands, who was told wrongly, what is void."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sop_engine.messages import Message, msg


def undone_event(
    event: Mapping[str, Any],
    person: Callable[[str], Any],
    form: Callable[[str], Any],
    standing: Callable[[Sequence[str]], Any],
    instant: Callable[[str], Any],
) -> Message | None:
    """What such an event adds to the story; None where it is another, or says nothing. The callables give people,
    forms, configurations and instants as the story shows them."""
    match event["kind"]:
        case "withdrawn" if "active" in event["put"]:
            return msg("it stands again in {states}", states=standing(event["put"]["active"]))
        case "recalled" if event["to"]:
            return msg("notices to {people} that had not gone out yet are not sent",
                       people=tuple(map(person, event["to"])))  # fmt: skip
        case "recalled" if event.get("before"):
            return msg("notices that had not gone out yet are not sent")
        case "recalled":
            return msg("notices of step {number} that had not gone out yet are not sent", number=event["number"])
        case "corrected":
            letters = tuple(
                msg("{person} by {channel} at {time}", person=person(to), channel=channel, time=instant(at))
                for _number, _notice, to, channel, at in event["wrongly"]
            )
            return msg("told wrongly before: {letters}", letters=letters)
        case "print_voided":
            return msg("the {form} printed at step {number} is void", form=form(event["form"]), number=event["step"])
    return None
