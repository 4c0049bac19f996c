"""What staff did to a ticket beside its transitions, as `show`, `ls` and their JSON tell it."""

from typing import TYPE_CHECKING, Any, Final, TypedDict

from sop_engine import canonical, values
from sop_engine.console.masking import masked_text
from sop_engine.console.names import span, when, with_names
from sop_engine.messages import msg
from sop_engine.ticket.acts.attention import CUSTOMER
from sop_engine.ticket.records import Ticket

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sop_engine.console.opened import Opened
    from sop_engine.console.views.looking import Look
    from sop_engine.store.seam import Head, Reads
    from sop_engine.ticket.records import Step


HOW: Final = {"voided": msg("voided"), "forced": msg("closed by force"), "merged": msg("merged"),
       "reopened": msg("reopened")}  # fmt: skip
"""what became of a ticket otherwise than by its procedure"""


class UrgedView(TypedDict):
    """How often a ticket was urged."""

    times: int
    by_customer: int
    """of these by the customer: each is a contact with him"""
    last: str | None


class CopyView(TypedDict):
    """Somebody who was let know of a ticket."""

    person: str
    by: str
    at: str
    read: str | None
    """when he marked it as read"""


class SuspendedView(TypedDict):
    """Until when a ticket rests, and why."""

    since: str
    until: str
    by: str
    reason: str | None
    """null where it was erased"""


class EndedView(TypedDict):
    """How a ticket ended otherwise than by its procedure."""

    how: str
    """voided | forced | merged"""
    at: str
    by: str
    into: str | None
    """the ticket that goes on for both, where it was merged"""
    reason: str | None
    """null where it was erased"""


class MovedView(TypedDict):
    """What is known of a ticket whose unit changes hands."""

    on: str
    """a date"""
    counts: bool
    """whether it has come"""
    goes_on_with: str | None
    """new | old; null where nobody has said"""
    by: str | None
    """null: by itself"""


class WithView(TypedDict):
    """The ticket with which one goes."""

    ticket: str
    at: str
    by: str


def callers(opened: "Opened", reading: "Reads", tickets: "Sequence[str]") -> list[tuple[str, tuple[str, ...]]]:
    """Tickets that were merged into one, or go with it, with whoever had told of each: so that nobody is forgotten."""
    found = []
    for id in tickets:
        other = reading.ticket(id)
        assert other is not None, "a ticket is kept for ever"
        fields = opened.site.engine.program(reading, other).procedure.fields
        hidden = opened.hidden_from(other)
        told: list[str] = []
        for field in fields:
            if field.type in ("person", "phone") and other.fields.get(field.id) is not None:
                value = other.fields[field.id]
                shown = masked_text(field, value) if field.personal in hidden else opened.shown(field, value)
                told += [shown] if not any(shown in each for each in told) else []
        found.append((id, tuple(told)))
    return found


def with_view(opened: "Opened", ticket: Ticket) -> WithView | None:
    """With which ticket it goes; None where it goes with none."""
    entry = ticket.acts.get("with")
    return None if entry is None else WithView(ticket=entry["ticket"], at=opened.local(entry["at"]), by=entry["by"])


def moved_view(opened: "Opened", ticket: Ticket) -> MovedView | None:
    """What is known of its unit changing hands; None where it does not."""
    entry = ticket.acts.get("moved")
    if entry is None:
        return None
    counts = entry["from"] <= canonical.instant_text(opened.now)
    return MovedView(on=entry["on"], counts=counts, goes_on_with=entry["with"], by=entry["by"])


def urged_view(opened: "Opened", ticket: Ticket) -> UrgedView:
    """How often it was urged, by either side."""
    sides = ticket.acts.get("urged", {})
    last = max((side["last"] for side in sides.values()), default=None)
    return UrgedView(
        times=sum(side["times"] for side in sides.values()),
        by_customer=sides[CUSTOMER]["times"] if CUSTOMER in sides else 0,
        last=None if last is None else opened.local(last),
    )


def copies_view(opened: "Opened", ticket: Ticket) -> list[CopyView]:
    """Who was let know, in that order."""
    copies = sorted(ticket.acts.get("copies", {}).items(), key=lambda each: (each[1]["at"], each[0]))
    return [
        CopyView(
            person=person,
            by=each["by"],
            at=opened.local(each["at"]),
            read=None if each["read"] is None else opened.local(each["read"]),
        )
        for person, each in copies
    ]


class FileView(TypedDict):
    """A file that was attached, and is no field's."""

    name: str
    sha256: str
    size: int
    """in bytes"""
    type: str
    step: int
    """that brought it"""
    label: str | None
    """what it shows; null where nothing was said, or it was erased"""


def files_view(opened: "Opened", seen: "Look") -> list[FileView]:
    """What was attached, as it came."""
    return [
        FileView(
            name=opened.text_seen(seen.ticket, str(each["name"])),
            sha256=each["sha256"],
            size=each["size"],
            type=each["type"],
            step=each["step"],
            label=seen.labels.get(each["step"]),
        )
        for each in seen.ticket.acts.get("files", ())
    ]


def labels_of(reading: "Reads", ticket: Ticket, made: "Sequence[Step]" = ()) -> dict[int, str]:
    """Step -> the label of the files that it brought; none where nothing was said, or it was erased."""
    found = {number: sealed for (number, slot), sealed in reading.sealed(ticket.id).items() if slot == "label"}
    found |= {step.number: step.values["label"] for step in made if step.ticket == ticket.id and "label" in step.values}
    return {number: str(sealed.value) for number, sealed in found.items() if sealed.salt is not None}


def suspended_view(opened: "Opened", seen: "Look") -> SuspendedView | None:
    """Until when it rests; None where it does not."""
    entry = seen.ticket.acts.get("suspended")
    if entry is None:
        return None
    since, until = opened.local(entry["at"]), opened.local(entry["until"])
    return SuspendedView(since=since, until=until, by=entry["by"], reason=seen.rests)


def ended_view(opened: "Opened", seen: "Look") -> EndedView | None:
    """How it ended, where its procedure did not end it."""
    entry = seen.ticket.acts.get("ended")
    if entry is None:
        return None
    at, into = opened.local(entry["at"]), entry.get("into")
    return EndedView(how=entry["how"], at=at, by=entry["by"], into=into, reason=seen.ended_for)


def reason_of_end(reading: "Reads", ticket: Ticket, made: "Sequence[Step]") -> str | None:
    """Why a ticket ended otherwise than by its procedure; None where it did not, or it was erased."""
    entry = ticket.acts.get("ended")
    return None if entry is None else reason_beside(reading, ticket.id, entry["step"], made)


def reason_of_rest(reading: "Reads", ticket: Ticket, made: "Sequence[Step]") -> str | None:
    """Why a ticket is suspended, from beside the step that suspended it; None where it is not, or it was erased."""
    entry = ticket.acts.get("suspended")
    return None if entry is None else reason_beside(reading, ticket.id, entry["step"], made)


def reason_beside(reading: "Reads", ticket: str, number: int, made: "Sequence[Step]" = ()) -> str | None:
    """The reason that lies beside a step, of those that were just `made` or of the store's; None where it was
    erased."""
    new = next((step.values.get("reason") for step in made if (step.ticket, step.number) == (ticket, number)), None)
    sealed = new or reading.sealed(ticket, number).get((number, "reason"))
    return None if sealed is None or sealed.salt is None else str(sealed.value)


def act_lines(opened: "Opened", seen: "Look") -> list[tuple[Any, Any]]:
    """The lines of `show`: why it rests, how often it was urged, who knows of it, who watches."""
    ticket, language = seen.ticket, opened.call.language
    pairs: list[tuple[Any, Any]] = []
    entry = ticket.acts.get("suspended")
    if entry is not None:
        until = when(entry["until"], seen.now, language, opened.zone)
        pairs.append((msg("suspended until"), until))
        pairs.append((msg("suspended by"), opened.named(entry["by"])))
        pairs.append((msg("reason"), seen.rests if seen.rests is not None else msg("(erased)")))
        if seen.resumers:
            pairs.append((msg("may resume it"), with_names(seen.resumers, opened.names)))
    if "moved" in ticket.acts:
        from sop_engine.console.moves import moved_lines

        pairs += moved_lines(ticket, seen.head.unit, canonical.instant_text(seen.now))
    pairs += _end_lines(opened, seen)
    for id, reporter in seen.absorbed:
        pairs.append((msg("merged into it"), msg("{ticket}: {people}", ticket=id, people=reporter) if reporter else id))
    if seen.leader is not None:
        pairs += _leader_lines(opened, seen.leader)
    for id, reporter in seen.others:
        pairs.append((msg("goes with it"), msg("{ticket}: {people}", ticket=id, people=reporter) if reporter else id))
    if times := ticket.acts.get("reopened"):
        pairs.append((msg("reopened"), msg("{times} times", times=times)))
    urged = urged_view(opened, ticket)
    if urged["times"]:
        pairs.append((msg("urged"), _urged(opened, seen, urged)))
    for person, each in ticket.acts.get("copies", {}).items():
        read = _clock(opened, each["read"]) if each["read"] else None
        shown = msg("read {time}", time=read) if read else msg("not read yet")
        pairs.append((msg("knows of it"), msg("{person}: {shown}", person=opened.named(person), shown=shown)))
    if files := ticket.acts.get("files"):
        names = tuple(opened.text_seen(ticket, str(each["name"])) for each in files[:3])
        more = msg("{names} and {count} more", names=names, count=len(files) - 3) if len(files) > 3 else names
        pairs.append((msg("files"), more))
    for offer, signers in ticket.acts.get("signers", {}).items():
        source, _, trigger = offer.rpartition(".")
        people = tuple(opened.named(each) for each in signers)
        title = seen.program.offer(source, trigger).title or trigger
        pairs.append((msg("signs besides"), msg("{people}: {trigger}", people=people, trigger=title)))
    if watchers := ticket.acts.get("watchers"):
        pairs.append((msg("watched by"), tuple(opened.named(each) for each in watchers)))
    return pairs


def _leader_lines(opened: "Opened", leader: "Head") -> list[tuple[Any, Any]]:
    """How far the ticket is with which this one goes: where it stands, who has it, how long is left."""
    from sop_engine.console.staff.listing import Lines, Titles, holders, left, states

    lines = Lines(opened, Titles(opened))
    said = msg("{ticket}: {state}", ticket=leader.id, state=states(lines, leader))
    pairs: list[tuple[Any, Any]] = [(msg("goes with"), said)]
    who, span = holders(lines, leader), left(leader, opened.now)
    if who:
        pairs.append((msg("who has that"), who))
    if span:
        pairs.append((msg("left for that"), span))
    return pairs


def _end_lines(opened: "Opened", seen: "Look") -> list[tuple[Any, Any]]:
    entry = seen.ticket.acts.get("ended")
    if entry is None:
        return []
    said = msg("{time} by {name}", time=_clock(opened, entry["at"]), name=opened.named(entry["by"]))
    if "into" in entry:
        said = msg("into {ticket}, {done}", ticket=entry["into"], done=said)
    return [
        (HOW[entry["how"]], said),
        (msg("reason"), seen.ended_for if seen.ended_for is not None else msg("(erased)")),
    ]


def _urged(opened: "Opened", seen: "Look", urged: UrgedView) -> Any:
    last = max(side["last"] for side in seen.ticket.acts["urged"].values())
    ago = span(seen.now - canonical.instant_of(last))
    return msg(
        "{times} in all, {customer} by the customer; last {time} ({span} ago)",
        times=urged["times"], customer=urged["by_customer"], time=_clock(opened, last), span=ago,
    )  # fmt: skip


def _clock(opened: "Opened", instant: str) -> str:
    return values.show_instant(canonical.instant_of(instant), opened.call.language, opened.zone)
