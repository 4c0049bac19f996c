"""Where a ticket has been, so that it can go back: one entry for each step that moved it.

An entry of `Ticket.acts["trail"]`, one for each step that moved the ticket, the opening first: `{step, at, from, to,
tasks}`; `from` are the leaves that the step left, `to` those in which it came to rest, `tasks` the tasks of what was
left, as they were. Where the procedure lets nothing go back there is no trail.
"""

from typing import NamedTuple

from sop_engine.ticket.draft import Draft

Tasks = dict[str, dict[str, str]]


class Stood(NamedTuple):
    """Where a ticket stood before a step: its leaves, and its tasks."""

    leaves: list[str]
    tasks: Tasks


def standing(draft: Draft) -> Stood | None:
    """Where the ticket stands before the step; None where nothing goes back."""
    if draft.program.procedure.acts.back is None:
        return None
    return Stood(draft.program.chart.leaves(draft.ticket.active), dict(draft.ticket.tasks))


def remember(draft: Draft, stood: Stood | None) -> None:
    """Note where the step has brought the ticket from and to, if it has moved it; a return or a withdrawal is no move
    over which one goes back."""
    if stood is None or draft.ticket.status == "closed" or draft.command.name in {"return", "withdraw"}:
        return
    now = draft.program.chart.leaves(draft.ticket.active)
    joining = draft.program.procedure.acts.join
    waits = "" if joining is None else joining.state  # where it waits for another it cannot go back to
    gone = [leaf for leaf in stood.leaves if leaf not in now]
    left = [leaf for leaf in gone if leaf != waits]
    entered = [leaf for leaf in now if leaf not in stood.leaves]
    if not gone and not entered:
        return
    regions = {draft.program.region(leaf) for leaf in left}
    tasks = {region: task for region, task in stood.tasks.items() if region in regions}
    draft.emit("went", at=draft.effective, **{"from": left}, to=entered, tasks=tasks)
