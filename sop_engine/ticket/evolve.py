"""What an event makes of a ticket. `decide` and replay both come through here; there is no second way.

| event | what becomes of the ticket |
|---|---|
| `opened` | it has an opener, an owner, perhaps a parent |
| `written`, `cleared` | a field has a value (beside the step where it is committed), or none |
| `changed` | entries of a field of the site's history |
| `did`, `signed`, `signatures_voided` | who did a trigger, who has signed it so far |
| `signer_added`, `signer_removed` | who must sign it besides |
| `took` | a transition was taken: where it stands, nothing more |
| `left`, `entered`, `remembered` | the configuration and the histories |
| `goal_waits`, `goal_started`, `goal_paused`, `goal_resumed`, `goal_due`, `goal_changed`, `goal_level` | a goal |
| `goal_met`, `goal_late`, `goal_dropped`, `goal_breached`, `goal_kept` | what became of a goal |
| `conditions_changed` | which conditions of a goal hold |
| `terms_taken` | the version whose times count for its goals |
| `timer_set`, `timer_cleared`, `timer_fired`, `timer_set_aside`, `timer_released` | the timers |
| `assigned`, `unassigned`, `owned` | whose task, whose ticket |
| `child_started`, `child_closed`, `linked`, `unlinked`, `absorbed` | relations |
| `urged`, `copied`, `read`, `watched`, `unwatched` | who urged, who was let know and has read it, who watches |
| `suspended`, `deferred`, `resumed` | it rests until a time; what came meanwhile is kept; it goes on |
| `given_back` | how often tasks of it were given back, and who did it last |
| `transfer_offered`, `transfer_ended`, `delegated`, `delegation_ended` | who may take a task over, or acts for a time |
| `went`, `returned` | from where to where it went, so that it can go back; it was sent back |
| `withdrawn` | what a step did is undone |
| `shift_noted`, `shift_warned`, `shift_forgotten` | when the shift ends of whoever has a task |
| `shift_over` | nothing but that it happened |
| `attached` | files that belong to it, beside those of its fields |
| `backfilled` | it was entered afterwards, from a paper |
| `closed` | the end, with its outcome |
| `reopened` | it is open again; where it stands say the events that follow |
| `joined`, `parted`; `gained`, `lost` | it goes with another ticket, and no more; others go with it |
| `voided`, `forced`, `merged` | the end comes otherwise than by the procedure: how, when, by whom |
| `moving`, `move_answered`, `move_off` | its unit changes hands; with whom it goes on; it does not after all |
| `unit_changed` | nothing of the site: the register of units has another contact |
| `goal_reset`, `goal_warned`, `goal_escalated` | nothing but that it happened |
| `noted`, `edited`, `told`, `printed`, `signalled`, `not_taken`, `collected` | nothing but that it happened |
| `recalled`, `rejected`, `corrected`, `print_voided` | nothing but that it happened |
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sop_engine.procedure import ROOT
from sop_engine.ticket.acts.evolving import OF_ACTS
from sop_engine.ticket.records import Erased, Event, Sealed, Ticket

Values = Mapping[str, Sealed]
GOAL_EVENTS: Final = (
    "goal_waits", "goal_started", "goal_paused", "goal_resumed", "goal_due", "goal_changed", "goal_level", "goal_met",
    "goal_late", "goal_dropped", "goal_breached", "goal_kept",
)  # fmt: skip
"""each puts what has changed of a goal"""


def evolve(ticket: Ticket, record: Mapping[str, Any], values: Values, hash: str, order: Callable[[str], int]) -> Ticket:
    """The ticket after a step: `record` is the step's content, `values` what lies beside it, `order` the document
    order of the procedure's states (a function from state id to rank). The given ticket is not changed."""
    after = copy_of(ticket)
    for event in record["events"]:
        apply(after, event, record["number"], values, order)
    finish(after, record["number"], hash, record["recorded"], record["effective"])
    return after


def finish(ticket: Ticket, number: int, hash: str, recorded: str, effective: str) -> None:
    """Mark the step as the ticket's last."""
    ticket.number, ticket.head = number, hash
    ticket.recorded, ticket.effective = recorded, effective


def copy_of(ticket: Ticket) -> Ticket:
    """A copy that may be changed. Values of fields are never changed in place, so they are shared."""
    # the constructor, not `replace`, which looks at every member to find out what it could have been told
    return Ticket(
        id=ticket.id,
        procedure=ticket.procedure,
        digest=ticket.digest,
        number=ticket.number,
        head=ticket.head,
        status=ticket.status,
        outcome=ticket.outcome,
        active=list(ticket.active),
        history=dict(ticket.history),
        fields=dict(ticket.fields),
        commits=dict(ticket.commits),
        filled=list(ticket.filled),
        tasks=dict(ticket.tasks),
        goals=dict(ticket.goals),
        held=dict(ticket.held),
        terms=ticket.terms,
        timers={key: dict(timer) for key, timer in ticket.timers.items()},
        did={trigger: {"times": entry["times"], "by": dict(entry["by"])} for trigger, entry in ticket.did.items()},
        entered=dict(ticket.entered),
        signatures={offer: list(by) for offer, by in ticket.signatures.items()},
        children=list(ticket.children),
        links=list(ticket.links),
        acts=dict(ticket.acts),
        owner=ticket.owner,
        opener=ticket.opener,
        parent=ticket.parent,
        opened=ticket.opened,
        recorded=ticket.recorded,
        effective=ticket.effective,
    )


def as_row(ticket: Ticket) -> Ticket:
    """The ticket as its row keeps it: an erased value is simply not there."""
    kept = {name: None if isinstance(value, Erased) else value for name, value in ticket.fields.items()}
    return replace(ticket, fields=kept)


def blank(id: str, procedure: str, digest: str) -> Ticket:
    """A ticket before its first step."""
    return Ticket(id=id, procedure=procedure, digest=digest)


def apply(ticket: Ticket, event: Event, number: int, values: Values, order: Callable[[str], int]) -> None:
    """Change `ticket` in place as `event` says. Only its maker may call this with a ticket that others hold."""
    handle = _HANDLERS.get(event["kind"])
    if handle is not None:
        handle(ticket, event, number, values, order)


def _opened(ticket: Ticket, event: Event, number: int, *_: Any) -> None:
    """Opening is a trigger like the others: `did open` holds for whoever opened it, and whom he stood in for."""
    ticket.opener, ticket.owner = event["opener"], event["owner"]
    persons = [event["opener"], event["for"]] if "for" in event else [event["opener"]]
    ticket.did["open"] = {"times": 1, "by": dict.fromkeys(persons, number)}
    ticket.parent, ticket.opened = event.get("parent"), event["at"]


def _written(ticket: Ticket, event: Event, _number: int, values: Values, *_: Any) -> None:
    name = event["field"]
    if "commitment" in event:
        ticket.commits[name] = event["commitment"]
        sealed = values.get(event["slot"])
        kept = sealed is not None and sealed.salt is not None
        ticket.fields[name] = sealed.value if sealed and kept else Erased(event["commitment"])
    else:
        ticket.fields[name] = event["value"]
    _note_filled(ticket, event)


def _cleared(ticket: Ticket, event: Event, *_: Any) -> None:
    ticket.fields.pop(event["field"], None)
    ticket.commits.pop(event["field"], None)
    _note_filled(ticket, event)


def _note_filled(ticket: Ticket, event: Event) -> None:
    """Remember whether what a field holds, or that it holds nothing, comes from its `fill`."""
    name = event["field"]
    if ("filled" in event) == (name in ticket.filled):
        return
    ticket.filled = sorted({*ticket.filled, name}) if "filled" in event else [e for e in ticket.filled if e != name]


def _changed(ticket: Ticket, event: Event, *_: Any) -> None:
    entries = {**ticket.fields[event["field"]], **event["put"]}
    ticket.fields[event["field"]] = {key: value for key, value in entries.items() if key not in event["gone"]}


def _did(ticket: Ticket, event: Event, number: int, *_: Any) -> None:
    entry = ticket.did.setdefault(event["trigger"], {"times": 0, "by": {}})
    entry["times"] += 1
    for actor in event["by"]:
        entry["by"][actor] = number
    if "offer" in event:
        ticket.signatures.pop(event["offer"], None)
        _forget_signers(ticket, event["offer"])


def _signed(ticket: Ticket, event: Event, *_: Any) -> None:
    persons = [event["by"], event["for"]] if "for" in event else [event["by"]]
    ticket.signatures.setdefault(event["offer"], []).append(persons)


def _signatures_voided(ticket: Ticket, event: Event, *_: Any) -> None:
    ticket.signatures.pop(event["offer"], None)


def _left(ticket: Ticket, event: Event, *_: Any) -> None:
    ticket.active.remove(event["state"])
    prefix = event["state"] + "."
    for offer in [offer for offer in ticket.signatures if offer.startswith(prefix)]:
        del ticket.signatures[offer]
    for offer in [offer for offer in ticket.acts.get("signers", ()) if offer.startswith(prefix)]:
        _forget_signers(ticket, offer)


def _forget_signers(ticket: Ticket, offer: str) -> None:
    """Nobody is added to the signers of an offer any more."""
    left = {key: added for key, added in ticket.acts.get("signers", {}).items() if key != offer}
    if left:
        ticket.acts["signers"] = left
    else:
        ticket.acts.pop("signers", None)


def _signer_added(ticket: Ticket, event: Event, *_: Any) -> None:
    signers = ticket.acts.get("signers", {})
    ticket.acts["signers"] = {**signers, event["offer"]: [*signers.get(event["offer"], ()), event["person"]]}


def _signer_removed(ticket: Ticket, event: Event, *_: Any) -> None:
    signers = ticket.acts["signers"]
    added = [person for person in signers[event["offer"]] if person != event["person"]]
    ticket.acts["signers"] = {**signers, event["offer"]: added}
    if not added:
        _forget_signers(ticket, event["offer"])


def _entered(ticket: Ticket, event: Event, number: int, _values: Values, order: Callable[[str], int]) -> None:
    ticket.active.append(event["state"])
    ticket.active.sort(key=order)
    ticket.entered[event["state"]] = number


def _remembered(ticket: Ticket, event: Event, *_: Any) -> None:
    ticket.history[event["state"]] = list(event["states"])


def _timer_set(ticket: Ticket, event: Event, *_: Any) -> None:
    ticket.timers[event["timer"]] = {key: value for key, value in event.items() if key not in {"kind", "timer"}}


def _timer_gone(ticket: Ticket, event: Event, *_: Any) -> None:
    ticket.timers.pop(event["timer"], None)


def _timer_set_aside(ticket: Ticket, event: Event, *_: Any) -> None:
    ticket.timers[event["timer"]]["aside"] = event["error"]


def _timer_released(ticket: Ticket, event: Event, *_: Any) -> None:
    for name in ("aside", "turn"):
        ticket.timers[event["timer"]].pop(name, None)


def _assigned(ticket: Ticket, event: Event, *_: Any) -> None:
    before = ticket.tasks.get(event["region"], {})
    # what the work asks for, and whose it is to do, stays until it is given away anew; empty: none
    kept: dict[str, str] = {key: before[key] for key in ("skill", "team") if key in before}
    kept.update((key, event[key]) for key in ("role", "assignee", "skill", "team") if key in event)
    ticket.tasks[event["region"]] = {key: each for key, each in kept.items() if each}


def _unassigned(ticket: Ticket, event: Event, *_: Any) -> None:
    ticket.tasks.pop(event["region"], None)


def _owned(ticket: Ticket, event: Event, *_: Any) -> None:
    ticket.owner = event["owner"]


def _child_started(ticket: Ticket, event: Event, *_: Any) -> None:
    ticket.children.append({"id": event["id"], "procedure": event["procedure"]})


def _linked(ticket: Ticket, event: Event, *_: Any) -> None:
    ticket.links.append({"as": event["as"], "id": event["to"]})


def _unlinked(ticket: Ticket, event: Event, *_: Any) -> None:
    ticket.links = [each for each in ticket.links if each["id"] != event["to"]]


def _absorbed(ticket: Ticket, event: Event, *_: Any) -> None:
    ticket.acts["absorbed"] = [*ticket.acts.get("absorbed", ()), event["ticket"]]


def _closed(ticket: Ticket, event: Event, *_: Any) -> None:
    ticket.status, ticket.outcome = "closed", event["outcome"]
    ticket.tasks.pop(ROOT, None)
    ticket.acts.pop("suspended", None)
    ticket.acts.pop("watchers", None)
    ticket.acts.pop("shifts", None)
    if "at" in event:  # a ticket that can be reopened
        ticket.acts["closed"] = event["at"]


def _conditions_changed(ticket: Ticket, event: Event, *_: Any) -> None:
    ticket.held.pop(event["goal"], None)
    if event["held"]:
        ticket.held[event["goal"]] = list(event["held"])


def _terms_taken(ticket: Ticket, event: Event, *_: Any) -> None:
    ticket.terms = event["terms"]


def _goal(ticket: Ticket, event: Event, *_: Any) -> None:
    ticket.goals[event["goal"]] = {**ticket.goals.get(event["goal"], {}), **event["put"]}


_HANDLERS: Final[dict[str, Callable[..., None]]] = {
    "opened": _opened,
    "written": _written,
    "cleared": _cleared,
    "changed": _changed,
    "did": _did,
    "signed": _signed,
    "signatures_voided": _signatures_voided,
    "signer_added": _signer_added,
    "signer_removed": _signer_removed,
    "left": _left,
    "entered": _entered,
    "remembered": _remembered,
    "timer_set": _timer_set,
    "timer_cleared": _timer_gone,
    "timer_fired": _timer_gone,
    "timer_set_aside": _timer_set_aside,
    "timer_released": _timer_released,
    "assigned": _assigned,
    "unassigned": _unassigned,
    "owned": _owned,
    "child_started": _child_started,
    "linked": _linked,
    "unlinked": _unlinked,
    "absorbed": _absorbed,
    "closed": _closed,
    "conditions_changed": _conditions_changed,
    "terms_taken": _terms_taken,
    **dict.fromkeys(GOAL_EVENTS, _goal),
    **OF_ACTS,
}


def ordered(names: Sequence[str]) -> Callable[[str], int]:
    """A document order from the ids in order."""
    return {name: rank for rank, name in enumerate(names)}.__getitem__
