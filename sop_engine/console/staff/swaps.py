"""Swaps of shifts that wait for somebody's word: whoever comes to the desk is told."""

from typing import TYPE_CHECKING

from sop_engine.messages import Message, msg
from sop_engine.ticket.records import SITE
from sop_engine.ticket.site.rostering import waiting_swaps

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened


def swaps_asked_of(opened: "Opened", person: str) -> list[Message]:
    """What others would like to swap with somebody, a line each that says how to answer; none where nothing waits for
    him."""
    with opened.reading() as reading:
        site = reading.ticket(SITE)
    fields = {} if site is None else site.fields
    today = f"{opened.now.astimezone(opened.zone):%Y-%m-%d}"
    return [
        msg("{name} would like to swap the shifts of {day} with you; agree: sop roster swap {one} {other} {day};"
            " decline: the same with --withdraw", name=opened.named(each["by"]), day=each["date"], one=each["one"],
            other=each["other"])
        for each in (waiting_swaps(fields, today) if fields.get("swaps") else ())
        if person in (each["one"], each["other"]) and each["by"] != person
    ]  # fmt: skip
