"""What a step leaves beside the record: its notices in the outbox, those that it recalls, and what the site is told."""

from sop_engine import canonical
from sop_engine.clock import Clock
from sop_engine.store.projections import project_step
from sop_engine.store.seam import NewLetter, Writes
from sop_engine.ticket.records import Step


def post(transaction: Writes, clock: Clock, step: Step) -> None:
    """Put a step's notices into the outbox, take back those that it recalls, and keep what it says of people, logins
    and versions."""
    if step.letters:
        letters = [NewLetter(each.position, each.notice, each.to, "", each.kind) for each in step.letters]
        # by the clock, not by the step: what was recorded while a clock was ahead must not wait for that time
        transaction.add_letters(step.ticket, step.number, letters, canonical.instant_text(clock.now()))
    for event in step.events:
        if event["kind"] == "recalled":
            transaction.recall_letters(step.ticket, event["number"], event["to"], event.get("before", False))
        elif event["kind"] == "unit_changed":
            # once, when it happens: the register is no projection, and has been changed by hand since
            contact = step.values[event["slot"]].value if "slot" in event else None
            transaction.put_units([{"id": event["unit"], "contact": contact}])
    project_step(transaction, step)
